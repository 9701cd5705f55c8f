/**
 * Transport: frames in, frames out. A frame is one Cap'n Proto message with its segment table, exactly as on a byte stream
 * and exactly the payload of one WebSocket binary message. A transport knows no RPC: the vat layer connects one to a
 * Connection. test/transport/contract.ts states what every transport must do.
 */

import type { AttachedFds, ReceivedFds } from "../wire/fds.js";
import type { MessageReader } from "../wire/message.js";
import type { OutgoingFrame } from "../wire/slab.js";

export type { OutgoingFrame } from "../wire/slab.js";

/** Who receives what a transport reads. Set once, by `start`; called from the transport's own event, never inside `send`, `start` or `close`. */
export interface TransportHandler {
  /** One message arrived. It may alias the transport's read buffer, which is never written again. Takes the file descriptors that came with it. */
  message(message: MessageReader, fds?: ReceivedFds): void;
  /** Every message of one read has been delivered: the moment to run deliveries and to flush. */
  batchEnd(): void;
  /** `send` returned false earlier and the backlog has drained. */
  drained(): void;
  /** Nothing more will arrive: a clean end between two messages, or an error (bad framing, a reset, an end inside a message). Called exactly once unless `close` was called first. */
  closed(error: Error | null): void;
}

export interface Transport {
  /** Begins reading. Called once. */
  start(handler: TransportHandler): void;
  /**
   * Sends frames in order. Pieces that lie next to each other in one buffer may be written as one. The bytes must not
   * change until `release` runs, which it does exactly once: at once if the transport copies or is closed, else when they were written or never will be.
   * Returns false when the peer is slow and the caller should hold back; the frames are accepted all the same. Nothing is sent after close.
   * `attached` has the file descriptors of frames that have some, also open until then; a transport that carries none takes no notice.
   */
  send(frames: readonly OutgoingFrame[], release: () => void, attached?: AttachedFds): boolean;
  /**
   * Sends what was accepted, then closes both directions; the handler hears nothing any more. With an `error` the transport
   * aborts instead of draining, where that makes a difference. Idempotent.
   */
  close(error?: Error): void;
  /** Runs `callback` soon, once per request, after the work at hand (promise reactions included): when a turn's messages are flushed. */
  schedule(callback: () => void): void;
  /** Who is on the other side, for error messages: "127.0.0.1:4000", "unix:/run/x.sock", "memory". */
  readonly peerName: string;
  /** How many file descriptors may come or go with one message. None unless given. */
  readonly maxFdsPerMessage?: number;
  /** How many bytes the socket buffers, where known; sizes stream windows. */
  readonly sendBufferSize?: number;
}
