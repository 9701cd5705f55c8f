/**
 * StreamTransport: messages over any ordered, reliable byte duplex (TCP, a Unix socket, TLS, a pair of pipes), framed as
 * Cap'n Proto streams are. Owns the decoder of one direction and the coalescing of writes in the other; sockets are
 * behind ByteStream (node/byte-stream.ts is Node's).
 *
 * Reading is in place: a message aliases the chunk it lies in. Writing is in place too: frames that lie next to each other
 * in one buffer leave as one chunk, and nothing is copied here.
 */

import type { AttachedFds, ReceivedFds } from "../wire/fds.js";
import { FrameDecoder, type FrameOptions } from "../wire/framing.js";
import type { MessageReader } from "../wire/message.js";
import { FdFrames } from "./fd-frames.js";
import { afterTurn } from "./host.js";
import type { OutgoingFrame, Transport, TransportHandler } from "./transport.js";

/** Who receives what a byte stream reads; called from the stream's own events. */
export interface ByteStreamHandler {
  /**
   * Bytes arrived. The chunk is the receiver's from now on: it is never written again. Takes the file descriptors that came with it; they were sent
   * with its last byte, or with one before in the same message: a chunk never goes on behind a message that came with some.
   */
  data(chunk: Uint8Array, fds?: ReceivedFds): void;
  /** `write` returned false earlier and the backlog has drained. */
  drained(): void;
  /** The peer finished its direction. Ours still works. */
  ended(): void;
  /** The stream broke; neither direction works any more. */
  failed(error: Error): void;
}

/** A byte duplex, as much as StreamTransport needs of one. */
export interface ByteStream {
  readonly peerName: string;
  readonly sendBufferSize?: number;
  /** How many file descriptors may come or go with one message. None unless given. */
  readonly maxFdsPerMessage?: number;
  /** Begins reading. Called once. Errors that happened before are reported to `handler` afterwards, never thrown. */
  start(handler: ByteStreamHandler): void;
  /**
   * Writes `chunks` in order; they stay untouched until `written` runs, which it does exactly once, also if writing fails. False: hold back. The
   * file descriptors `fds` leave with the first byte, and what was written before and is written later does not mix with these chunks; they
   * stay open until then.
   */
  write(chunks: readonly Uint8Array[], written: () => void, fds?: readonly number[]): boolean;
  /** Finishes our direction after what was written, then lets go of the stream; at once if there is an `error`. Idempotent. */
  close(error?: Error): void;
}

export interface StreamTransportOptions {
  /** Limits on incoming messages; wire/framing.ts has the defaults. */
  readonly reader?: FrameOptions;
  /** Replaces the flush policy (host.ts `afterTurn`). */
  readonly schedule?: (callback: () => void) => void;
}

export class StreamTransport implements Transport {
  readonly peerName: string;
  readonly sendBufferSize?: number;
  readonly maxFdsPerMessage?: number;
  readonly schedule: (callback: () => void) => void;

  readonly #stream: ByteStream;
  readonly #decoder: FrameDecoder;
  /** Set by `start`, null again once nothing may be delivered: `closed` was reported or `close` called. */
  #handler: TransportHandler | null = null;
  #closed = false;
  /** Whether the chunk being decoded has yielded a message. */
  #delivered = false;
  /** Tells which message file descriptors came with; null for a stream that carries none. */
  readonly #fdFrames: FdFrames | null;

  constructor(stream: ByteStream, options: StreamTransportOptions = {}) {
    this.#stream = stream;
    this.#decoder = new FrameDecoder(options.reader);
    this.peerName = stream.peerName;
    if (stream.sendBufferSize !== undefined) this.sendBufferSize = stream.sendBufferSize;
    this.schedule = options.schedule ?? afterTurn;
    if (stream.maxFdsPerMessage !== undefined) this.maxFdsPerMessage = stream.maxFdsPerMessage;
    this.#fdFrames = stream.maxFdsPerMessage ? new FdFrames(this.#decoder, stream.maxFdsPerMessage) : null;
  }

  start(handler: TransportHandler): void {
    if (this.#closed) return;
    this.#handler = handler;
    this.#stream.start({
      data: (chunk, fds) => this.#data(chunk, fds),
      drained: () => this.#handler?.drained(),
      ended: () => this.#ended(),
      failed: (error) => this.#finish(error),
    });
  }

  send(frames: readonly OutgoingFrame[], release: () => void, attached?: AttachedFds): boolean {
    if (this.#closed || frames.length === 0) {
      release();
      return true;
    }
    if (attached && this.#fdFrames) return writeApart(this.#stream, frames, release, attached);
    return this.#stream.write(coalesce(frames), release);
  }

  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = null;
    this.#fdFrames?.close();
    this.#stream.close(error);
  }

  /** One closure for the life of the transport: `push` runs it for every message. */
  readonly #deliver = (message: MessageReader, fds?: ReceivedFds): void => {
    this.#delivered = true;
    if (this.#handler) this.#handler.message(message, fds);
    else fds?.close();
  };

  #data(chunk: Uint8Array, fds?: ReceivedFds): void {
    if (!this.#handler) return fds?.close();
    this.#delivered = false;
    let failure: Error | null = null;
    try {
      if (this.#fdFrames?.concerns(fds)) this.#fdFrames.push(chunk, fds, this.#deliver);
      else this.#decoder.push(chunk, this.#deliver);
    } catch (error) {
      failure = error as Error;
    }
    // A message may have had its handler close us.
    if (!this.#handler) this.#fdFrames?.close();
    if (this.#delivered) this.#handler?.batchEnd();
    if (failure) this.#finish(failure);
  }

  #ended(): void {
    try {
      this.#decoder.end();
    } catch (error) {
      this.#finish(error as Error);
      return;
    }
    this.#finish(null);
  }

  #finish(error: Error | null): void {
    const handler = this.#handler;
    this.#handler = null;
    this.#fdFrames?.close();
    handler?.closed(error);
  }
}

/** Writes `frames` so that each that has file descriptors is a write of its own: they belong to what begins with the write. */
function writeApart(
  stream: ByteStream,
  frames: readonly OutgoingFrame[],
  release: () => void,
  attached: AttachedFds,
): boolean {
  const writes: { frames: OutgoingFrame[]; fds?: readonly number[] }[] = [];
  for (const frame of frames) {
    const fds = attached.get(frame)?.fds;
    const last = writes.at(-1);
    if (fds) writes.push({ frames: [frame], fds });
    else if (last && !last.fds) last.frames.push(frame);
    else writes.push({ frames: [frame] });
  }
  let open = writes.length;
  const written = () => {
    if (--open === 0) release();
  };
  let ready = true;
  for (const { frames, fds } of writes) ready = stream.write(coalesce(frames), written, fds);
  return ready;
}

/** The pieces of `frames` in order, those that lie next to each other in one buffer joined without a copy. */
export function coalesce(frames: readonly OutgoingFrame[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let first: Uint8Array | null = null;
  let end = 0;
  for (const frame of frames) {
    for (const piece of frame) {
      if (first && piece.buffer === first.buffer && piece.byteOffset === end) {
        end += piece.byteLength;
        continue;
      }
      if (first) chunks.push(span(first, end));
      first = piece;
      end = piece.byteOffset + piece.byteLength;
    }
  }
  if (first) chunks.push(span(first, end));
  return chunks;
}

/** The bytes from the start of `first` to `end` (an offset in its buffer). */
function span(first: Uint8Array, end: number): Uint8Array {
  const length = end - first.byteOffset;
  return length === first.byteLength ? first : new Uint8Array(first.buffer, first.byteOffset, length);
}
