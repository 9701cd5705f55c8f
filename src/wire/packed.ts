/**
 * The packed encoding (encoding spec, "Packing"): bytes of whole words to packed bytes and back, and messages to packed
 * frames. unpacker.ts describes the format and decodes it; packed-decoder.ts reads streams.
 *
 * No run spans two pieces: the encoder starts anew with each segment, as C++ does, whose reader refuses anything else.
 */

import { UsageError } from "../errors.js";
import { WireError } from "./errors.js";
import { checkWords, type FrameOptions } from "./framing.js";
import { frameHeader } from "./framing-encode.js";
import type { MessageReader } from "./message.js";
import { PackedFrameDecoder } from "./packed-decoder.js";
import { Unpacker } from "./unpacker.js";
import { BYTES_PER_WORD } from "./word.js";

/** The words that a run's count can hold. */
const LONGEST_RUN = 255;
/** Runs up to here are copied faster by a loop than by making a view. */
const LONGEST_LOOP_BYTES = 128;

/** Packs whole words. Throws UsageError "partial-word" for bytes that make none. */
export function pack(bytes: Uint8Array): Uint8Array {
  return packPieces([bytes]);
}

/** Packs a message's segments as one packed frame, as `segments` of either kind of message gives them. */
export function packSegments(segments: readonly Uint8Array[]): Uint8Array {
  return packPieces([frameHeader(segments.map((segment) => segment.byteLength)), ...segments]);
}

/** The message as one packed frame. Capabilities are not in it. */
export function encodePackedFrame(message: { segments(): readonly Uint8Array[] }): Uint8Array {
  return packSegments(message.segments());
}

/** The message in one packed frame; bytes behind the frame are ignored. Throws WireError if the frame is cut short, malformed, or beyond the limits. */
export function decodePackedFrame(bytes: Uint8Array, options?: FrameOptions): MessageReader {
  const decoder = new PackedFrameDecoder(options);
  decoder.feed(bytes);
  const message = decoder.next();
  if (message) return message;
  throw new WireError("premature-end", "Bytes end inside a packed frame", 0, bytes.byteLength);
}

/**
 * Unpacks everything: one run of words, without a segment table. Throws WireError: "premature-end" if the bytes end
 * inside a word or run, "frame-too-large" beyond `maxMessageWords` (default: the traversal limit).
 */
export function unpack(packed: Uint8Array, options?: FrameOptions): Uint8Array {
  const words = unpackedWords(packed);
  checkWords(words, options);
  const unpacker = new Unpacker();
  unpacker.begin(words * BYTES_PER_WORD);
  unpacker.feed(packed);
  unpacker.fill();
  return unpacker.bytes.subarray(unpacker.start, unpacker.end);
}

/** How many words packed bytes make. Throws WireError "premature-end" if they end inside a word or run. */
export function unpackedWords(packed: Uint8Array): number {
  const length = packed.byteLength;
  let words = 0;
  for (let at = 0; at < length; ) {
    const tag = packed[at]!;
    words++;
    at += 1 + ONES[tag]!;
    if (tag === 0 || tag === 0xff) {
      // The count is missing if the input has ended.
      const count = at < length ? packed[at]! : 0;
      words += count;
      at += 1 + (tag === 0 ? 0 : count * BYTES_PER_WORD);
    }
    if (at > length) throw new WireError("premature-end", "Bytes end inside packed words", 0, length);
  }
  return words;
}

/** How many bits of a tag are set. */
const ONES = Uint8Array.from({ length: 256 }, (_, tag) => {
  let ones = 0;
  for (let rest = tag; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

function packPieces(pieces: readonly Uint8Array[]): Uint8Array {
  let words = 0;
  for (const piece of pieces) {
    if (piece.byteLength % BYTES_PER_WORD !== 0) {
      throw new UsageError("partial-word", `${piece.byteLength} bytes are not a whole number of words`);
    }
    words += piece.byteLength / BYTES_PER_WORD;
  }
  // A word without a zero byte takes ten, all others less; words of a run take eight.
  const packed = new Uint8Array(words * 10);
  let at = 0;
  for (const piece of pieces) at = packInto(packed, at, piece);
  return packed.slice(0, at);
}

/** Packs whole words into `target` from `at` on; where they end. Bytes are looked at four at a time. */
function packInto(target: Uint8Array, at: number, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const targetView = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const end = bytes.byteLength;
  for (let from = 0; from < end; ) {
    const low = view.getInt32(from, true);
    const high = view.getInt32(from + 4, true);
    from += BYTES_PER_WORD;
    if ((low | high) === 0) {
      const runEnd = zeroRunEnd(view, from, end);
      target[at++] = 0;
      target[at++] = (runEnd - from) / BYTES_PER_WORD;
      from = runEnd;
      continue;
    }
    const tag = fourBits(nonZeroBytes(low)) | (fourBits(nonZeroBytes(high)) << 4);
    target[at++] = tag;
    if (tag !== 0xff) {
      // No branches: which bytes are zero is hard to foresee. What is not counted is overwritten.
      target[at] = low;
      at += tag & 1;
      target[at] = low >>> 8;
      at += (tag >>> 1) & 1;
      target[at] = low >>> 16;
      at += (tag >>> 2) & 1;
      target[at] = low >>> 24;
      at += (tag >>> 3) & 1;
      target[at] = high;
      at += (tag >>> 4) & 1;
      target[at] = high >>> 8;
      at += (tag >>> 5) & 1;
      target[at] = high >>> 16;
      at += (tag >>> 6) & 1;
      target[at] = high >>> 24;
      at += tag >>> 7;
      continue;
    }
    targetView.setInt32(at, low, true);
    targetView.setInt32(at + 4, high, true);
    at += BYTES_PER_WORD;
    const runEnd = literalRunEnd(view, from, end);
    target[at++] = (runEnd - from) / BYTES_PER_WORD;
    if (runEnd - from > LONGEST_LOOP_BYTES) target.set(bytes.subarray(from, runEnd), at);
    else for (let i = from; i < runEnd; i += 4) targetView.setInt32(at + i - from, view.getInt32(i, true), true);
    at += runEnd - from;
    from = runEnd;
  }
  return at;
}

/** The lowest bit of each byte of `word` that is not zero. */
function nonZeroBytes(word: number): number {
  return ((((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >>> 7) & 0x01010101;
}

/** Bits 0, 8, 16 and 24 as bits 0 to 3. */
function fourBits(bits: number): number {
  return (Math.imul(bits, 0x01020408) >>> 24) & 0xf;
}

/** Where the zero words from `from` on end, or as many of them as a count holds. */
function zeroRunEnd(view: DataView, from: number, end: number): number {
  const limit = Math.min(end, from + LONGEST_RUN * BYTES_PER_WORD);
  let at = from;
  while (at < limit && (view.getInt32(at, true) | view.getInt32(at + 4, true)) === 0) at += BYTES_PER_WORD;
  return at;
}

/** Where the words from `from` on end that have less than two zero bytes each: what packing them would not make shorter. */
function literalRunEnd(view: DataView, from: number, end: number): number {
  const limit = Math.min(end, from + LONGEST_RUN * BYTES_PER_WORD);
  for (let at = from; at < limit; at += BYTES_PER_WORD) {
    const low = nonZeroBytes(view.getInt32(at, true));
    const high = nonZeroBytes(view.getInt32(at + 4, true));
    const zeros = (low ^ 0x01010101) | ((high ^ 0x01010101) << 1);
    if ((zeros & (zeros - 1)) !== 0) return at;
  }
  return limit;
}
