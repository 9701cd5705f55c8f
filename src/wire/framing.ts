/**
 * Frames to messages. FrameDecoder takes a byte stream in chunks of any size and yields messages: a message that lies
 * inside one chunk is read in place, one that straddles chunks is put together in a buffer of its own. Whatever a frame
 * announces is checked against the limits before memory is taken for it, and memory grows with what actually arrives.
 */

import { WireError } from "./errors.js";
import { frameHeaderLength } from "./framing-encode.js";
import { DEFAULT_TRAVERSAL_LIMIT_IN_WORDS, type ReaderOptions } from "./limits.js";
import { MessageReader, NO_SEGMENTS } from "./message.js";
import { wholeBuffer } from "./whole-buffer.js";
import { BYTES_PER_WORD } from "./word.js";

export { encodeFrame, frameHeader } from "./framing-encode.js";

export interface FrameOptions extends ReaderOptions {
  /** Words of all segments of one message. Default: the traversal limit. */
  readonly maxMessageWords?: number;
  /** Segments of one message. Default 511, what C++ accepts. */
  readonly maxSegments?: number;
}

export const DEFAULT_MAX_SEGMENTS = 511;

/**
 * A straddling message's buffer starts no larger than this, however long the frame says it is. Pages that nothing was
 * written to cost no memory, so this can be generous: most large messages are copied once.
 */
const FIRST_TRUST_BYTES = 4 * 1024 * 1024;

/** Bytes of the frame that starts at `at`: negative if [at, end) does not hold its whole table yet (then minus the bytes that are needed to know more). Throws WireError for a frame beyond the limits. */
function frameLength(view: DataView, at: number, end: number, options: FrameOptions | undefined): number {
  if (end - at < BYTES_PER_WORD) return -BYTES_PER_WORD;
  const field = view.getUint32(at, true);
  if (field === 0) {
    const words = view.getUint32(at + 4, true);
    checkWords(words, options);
    return BYTES_PER_WORD + words * BYTES_PER_WORD;
  }
  checkSegments(field, options);
  const headerLength = frameHeaderLength(field + 1);
  if (end - at < headerLength) return -headerLength;
  let words = 0;
  for (let id = 0; id <= field; id++) words += view.getUint32(at + 4 + id * 4, true);
  checkWords(words, options);
  return headerLength + words * BYTES_PER_WORD;
}

/** Bytes of the frame at the start of `bytes`; undefined if they do not hold all of it. Throws WireError for a frame beyond the limits. */
export function frameLengthIn(bytes: Uint8Array, options?: FrameOptions): number | undefined {
  const start = bytes.byteOffset;
  const length = frameLength(wholeBuffer(bytes).view, start, start + bytes.byteLength, options);
  return length < 0 || length > bytes.byteLength ? undefined : length;
}

/** `field` is the segment count minus one, as sent: up to 0xffffffff, so nothing is added to it before this check. */
export function checkSegments(field: number, options: FrameOptions | undefined): void {
  const limit = options?.maxSegments ?? DEFAULT_MAX_SEGMENTS;
  if (field < limit) return;
  const reason = `Frame announces ${field + 1} segments, more than ${limit}${guess(field)}`;
  throw new WireError("too-many-segments", reason, 0, 0);
}

/** What is no message is mostly another protocol, as its first bytes tell. */
function guess(field: number): string {
  const first = String.fromCharCode(field & 0xff, (field >> 8) & 0xff, (field >> 16) & 0xff, field >>> 24);
  if (/^[ -~]{4}$/.test(first)) return `: it begins with the text "${first}"`;
  // A record of its handshake, or an alert; then the version.
  const record = field & 0xffff;
  return record === 0x0316 || record === 0x0315 ? ": it looks like TLS" : "";
}

/** Throws WireError "frame-too-large" for a message of so many words, segment table not counted. */
export function checkWords(words: number, options: FrameOptions | undefined): void {
  const limit = options?.maxMessageWords ?? options?.traversalLimitInWords ?? DEFAULT_TRAVERSAL_LIMIT_IN_WORDS;
  if (words <= limit) return;
  throw new WireError("frame-too-large", `Frame announces ${words} words, more than ${limit}`, 0, 4);
}

/** The message of the complete frame at `at`. */
function readFrame(view: DataView, bytes: Uint8Array, at: number, options: ReaderOptions | undefined): MessageReader {
  const message = new MessageReader(NO_SEGMENTS, options);
  const field = view.getUint32(at, true);
  if (field === 0) {
    message.addSegment(view, bytes, at + 8, at + 8 + view.getUint32(at + 4, true) * BYTES_PER_WORD);
    return message;
  }
  let start = at + frameHeaderLength(field + 1);
  for (let id = 0; id <= field; id++) {
    const end = start + view.getUint32(at + 4 + id * 4, true) * BYTES_PER_WORD;
    message.addSegment(view, bytes, start, end);
    start = end;
  }
  return message;
}

/** The message in one frame, read in place; bytes behind the frame are ignored. Throws WireError if the frame is cut short or beyond the limits. */
export function decodeFrame(bytes: Uint8Array, options?: FrameOptions): MessageReader {
  const { view, bytes: all } = wholeBuffer(bytes);
  const start = bytes.byteOffset;
  const length = frameLength(view, start, start + bytes.byteLength, options);
  if (length < 0 || length > bytes.byteLength) throw prematureEnd(bytes.byteLength);
  return readFrame(view, all, start, options);
}

function prematureEnd(offset: number): WireError {
  return new WireError("premature-end", "Bytes end inside a frame", 0, offset);
}

/** A byte stream's frames, decoded as chunks come. */
export class FrameDecoder {
  readonly #options: FrameOptions | undefined;
  /** The beginning of a frame that straddles chunks; #filled bytes of it are there. */
  #partial: Uint8Array | null = null;
  #filled = 0;
  /** Bytes #partial needs before more can be decided: first the table, then the frame. */
  #needed = 0;
  #failed: WireError | null = null;

  constructor(options?: FrameOptions) {
    this.#options = options;
  }

  /** Whether the stream so far ends inside a frame. */
  get isInsideFrame(): boolean {
    return this.#filled > 0;
  }

  /**
   * Decodes what `chunk` completes, in order. The messages may alias `chunk`, which must not change while they are used.
   * Throws WireError for a frame beyond the limits; every later call throws it again. What `onMessage` throws passes
   * through, and the rest of the chunk is lost.
   */
  push(chunk: Uint8Array, onMessage: (message: MessageReader) => void): void {
    if (this.#failed) throw this.#failed;
    this.#decode(chunk, onMessage);
  }

  /** The stream ended. Throws WireError "premature-end" inside a frame. */
  end(): void {
    if (this.#failed) throw this.#failed;
    if (this.isInsideFrame) throw prematureEnd(this.#filled);
  }

  #decode(chunk: Uint8Array, onMessage: (message: MessageReader) => void): void {
    let taken = this.#partial ? this.#continue(chunk, onMessage) : 0;
    if (taken === chunk.byteLength) return;
    const { view, bytes } = wholeBuffer(chunk);
    const end = chunk.byteOffset + chunk.byteLength;
    let at = chunk.byteOffset + taken;
    while (at < end) {
      const length = this.#frameLength(view, at, end);
      if (length < 0 || length > end - at) {
        taken = at - chunk.byteOffset;
        this.#begin(chunk.subarray(taken), Math.abs(length));
        return;
      }
      onMessage(readFrame(view, bytes, at, this.#options));
      at += length;
    }
  }

  #frameLength(view: DataView, at: number, end: number): number {
    try {
      return frameLength(view, at, end, this.#options);
    } catch (error) {
      if (error instanceof WireError) this.#failed = error;
      throw error;
    }
  }

  /** Keeps the beginning of a frame of which `needed` bytes are wanted. */
  #begin(rest: Uint8Array, needed: number): void {
    this.#partial = new Uint8Array(Math.max(rest.byteLength, Math.min(needed, FIRST_TRUST_BYTES)));
    this.#partial.set(rest);
    this.#filled = rest.byteLength;
    this.#needed = needed;
  }

  /** Adds to the frame begun; the bytes of `chunk` it took. */
  #continue(chunk: Uint8Array, onMessage: (message: MessageReader) => void): number {
    let taken = 0;
    while (this.#partial) {
      const wanted = this.#needed - this.#filled;
      const count = Math.min(wanted, chunk.byteLength - taken);
      this.#append(chunk, taken, count);
      taken += count;
      if (count < wanted) break;
      const partial: Uint8Array = this.#partial;
      const view = new DataView(partial.buffer);
      const length = this.#frameLength(view, 0, this.#filled);
      if (length < 0 || length > this.#filled) {
        this.#needed = Math.abs(length);
        continue;
      }
      this.#partial = null;
      this.#filled = 0;
      onMessage(readFrame(view, partial, 0, this.#options));
    }
    return taken;
  }

  #append(chunk: Uint8Array, from: number, count: number): void {
    const filled = this.#filled + count;
    let partial = this.#partial!;
    if (filled > partial.byteLength) {
      // Doubling what has arrived bounds the memory a frame's mere announcement can take.
      const size = Math.min(this.#needed, Math.max(filled, FIRST_TRUST_BYTES, partial.byteLength * 2));
      const larger = new Uint8Array(size);
      larger.set(partial.subarray(0, this.#filled));
      this.#partial = partial = larger;
    }
    partial.set(from === 0 && count === chunk.byteLength ? chunk : chunk.subarray(from, from + count), this.#filled);
    this.#filled = filled;
  }
}
