/** What is wrong with a stream of messages, and where. */

import { CapwireError } from "../errors.js";
import type { WireError, WireErrorCode } from "../wire/errors.js";

/** A stream does not hold messages in the format it should, ends inside one, or holds one beyond the limits. */
export class MessageStreamError extends CapwireError {
  /** Why: the code of `cause`. */
  readonly code: WireErrorCode;
  /** Which message of the stream, from 0. */
  readonly messageIndex: number;
  /** Where that message starts: bytes from the start of the stream. */
  readonly messageOffset: number;
  /** Where the bytes stop making sense, from the start of the stream; for a stream cut short, its end. */
  readonly byteOffset: number;

  constructor(cause: WireError, messageIndex: number, messageOffset: number) {
    const byteOffset = messageOffset + cause.offset;
    // The offset in the cause is within the frame; the place in the stream says more.
    const reason = cause.message.replace(/ \(segment \d+, byte \d+\)$/, "");
    super(`${reason}: at byte ${byteOffset}, in message ${messageIndex}, which starts at byte ${messageOffset}`, {
      cause,
    });
    this.name = "MessageStreamError";
    this.code = cause.code;
    this.messageIndex = messageIndex;
    this.messageOffset = messageOffset;
    this.byteOffset = byteOffset;
  }
}
