/**
 * WireError: the bytes of a message are not what the encoding allows. Raised lazily, at the access that meets the bad
 * bytes, and blaming them: where they are (segment, offset) and what is wrong (code).
 */

import { CapwireError } from "../errors.js";

/** What can be wrong with a message. Stable: programs may switch on it. */
export type WireErrorCode =
  /** A pointer's target does not lie within its segment. */
  | "out-of-bounds"
  /** A far pointer names a segment the message does not have. */
  | "unknown-segment"
  /** A far pointer's landing pad is not what it must be (encoding spec, "Inter-Segment Pointers"). */
  | "bad-landing-pad"
  /** A pointer of kind 3 that is no capability. */
  | "unknown-pointer"
  /** A pointer of another kind than the schema says. */
  | "wrong-pointer-kind"
  /** A list whose elements cannot be read as the schema's. */
  | "wrong-element-size"
  /** The tag of a struct list is not a struct tag, or its elements do not fit into the list. */
  | "bad-list-tag"
  /** Text without its final NUL byte. */
  | "unterminated-text"
  /** The message has no root pointer. */
  | "no-root"
  /** More words were visited than ReaderOptions.traversalLimitInWords. */
  | "traversal-limit"
  /** Pointers nest deeper than ReaderOptions.nestingLimit. */
  | "nesting-limit"
  /** The bytes end inside a frame. */
  | "premature-end"
  /** A frame announces more segments than allowed. */
  | "too-many-segments"
  /** A frame announces more words than allowed. */
  | "frame-too-large"
  /** A run of packed words goes beyond the piece of the frame that it began in. */
  | "packed-run"
  /** A message that was to be in canonical form is not. */
  | "not-canonical"
  /** A message to be made canonical holds a capability. */
  | "capability-in-canonical";

/** A message is malformed or exceeds a limit. The peer or file is to blame, not the caller. */
export class WireError extends CapwireError {
  readonly code: WireErrorCode;
  /** Id of the segment that holds the offending pointer; 0 for errors of framing. */
  readonly segment: number;
  /** Byte offset of the offending pointer within its segment; for errors of framing, within the frame. */
  readonly offset: number;

  constructor(code: WireErrorCode, message: string, segment: number, offset: number) {
    super(`${message} (segment ${segment}, byte ${offset})`);
    this.name = "WireError";
    this.code = code;
    this.segment = segment;
    this.offset = offset;
  }
}
