/** TransportError: why frames stopped flowing, when it was not the bytes themselves (those fail with a WireError). */

import { CapwireError } from "../errors.js";

/**
 * - `closed`: the stream or socket was torn down without an orderly end.
 * - `failed`: the operating system reported an error; it is the `cause`.
 * - `text-frame`: a WebSocket peer sent text where a message was due.
 * - `rejected`: a WebSocket peer closed with a code that tells of an error.
 * - `not-bytes`: the stream yields strings (it has an encoding set) or objects.
 * - `timeout`: connecting took longer than allowed.
 */
export type TransportErrorCode = "closed" | "failed" | "text-frame" | "rejected" | "not-bytes" | "timeout";

/** A transport ended, or never began, for a reason outside the messages. */
export class TransportError extends CapwireError {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TransportError";
    this.code = code;
  }

  /** An error of the operating system or a library, with `peerName` in front and the original as cause. */
  static from(error: unknown, peerName: string): TransportError {
    if (error instanceof TransportError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new TransportError("failed", `${peerName}: ${reason}`, { cause: error });
  }
}
