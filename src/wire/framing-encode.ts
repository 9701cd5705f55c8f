/**
 * Messages to frames (encoding spec, "Serialization Over a Stream"):
 *
 *   u32 segment count - 1 · u32 words of each segment · u32 padding if the count is even · the segments
 */

import type { MessageBuilder } from "./message.js";
import { BYTES_PER_WORD } from "./word.js";

/** Bytes of the segment table of a frame. */
export function frameHeaderLength(segmentCount: number): number {
  return Math.ceil((segmentCount + 1) / 2) * BYTES_PER_WORD;
}

/** The segment table for segments of these byte lengths. */
export function frameHeader(segmentByteLengths: readonly number[]): Uint8Array {
  const header = new Uint8Array(frameHeaderLength(segmentByteLengths.length));
  const view = new DataView(header.buffer);
  view.setUint32(0, segmentByteLengths.length - 1, true);
  segmentByteLengths.forEach((length, id) => {
    view.setUint32(4 + id * 4, length / BYTES_PER_WORD, true);
  });
  return header;
}

/** The message as one frame, copied. */
export function encodeFrame(message: MessageBuilder): Uint8Array {
  const { segmentCount } = message;
  if (segmentCount === 1 && message.hasHeaderRoom) return copyOf(frameInPlace(message));
  const headerLength = frameHeaderLength(segmentCount);
  const frame = new Uint8Array(headerLength + message.byteLength);
  writeUint32(frame, 0, segmentCount - 1);
  let at = headerLength;
  for (let id = 0; id < segmentCount; id++) {
    const { bytes, start, pos } = message.builderSegment(id);
    writeUint32(frame, 4 + id * 4, (pos - start) / BYTES_PER_WORD);
    frame.set(bytes.subarray(start, pos), at);
    at += pos - start;
  }
  return frame;
}

/** The frame of a message of one segment with room for its table in front, not copied. */
export function frameInPlace(message: MessageBuilder): Uint8Array {
  const { view, start, pos } = message.builderSegment(0);
  const begin = start - BYTES_PER_WORD;
  // The count minus one is zero and so is that memory.
  view.setUint32(begin + 4, (pos - start) / BYTES_PER_WORD, true);
  return new Uint8Array(view.buffer, begin, pos - begin);
}

const POOL_BYTES = 64 * 1024;
/** Copies up to this size share buffers: an ArrayBuffer costs more than copying so few bytes. */
const LARGEST_POOLED_BYTES = 4 * 1024;
let pool: Uint8Array | null = null;
let pooled = 0;

function copyOf(frame: Uint8Array): Uint8Array {
  const length = frame.byteLength;
  if (length > LARGEST_POOLED_BYTES) return frame.slice();
  if (!pool || pooled + length > POOL_BYTES) {
    pool = new Uint8Array(POOL_BYTES);
    pooled = 0;
  }
  const copy = pool.subarray(pooled, pooled + length);
  copy.set(frame);
  pooled += length; // whole words: the next copy is aligned as well
  return copy;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
