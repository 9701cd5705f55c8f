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
import { copyBytes } from "./layout.js";
import type { MessageReader } from "./message.js";
import { PackedFrameDecoder } from "./packed-decoder.js";
import { Unpacker } from "./unpacker.js";
import { BYTES_PER_WORD } from "./word.js";

/** The words that a run's count can hold. */
const LONGEST_RUN = 255;

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

/** Packs whole words into `target` from `at` on; where they end. */
function packInto(target: Uint8Array, at: number, bytes: Uint8Array): number {
  const end = bytes.byteLength;
  for (let from = 0; from < end; ) {
    const b0 = bytes[from]!;
    const b1 = bytes[from + 1]!;
    const b2 = bytes[from + 2]!;
    const b3 = bytes[from + 3]!;
    const b4 = bytes[from + 4]!;
    const b5 = bytes[from + 5]!;
    const b6 = bytes[from + 6]!;
    const b7 = bytes[from + 7]!;
    from += BYTES_PER_WORD;
    if ((b0 | b1 | b2 | b3 | b4 | b5 | b6 | b7) === 0) {
      const runEnd = zeroRunEnd(bytes, from, end);
      target[at++] = 0;
      target[at++] = (runEnd - from) / BYTES_PER_WORD;
      from = runEnd;
      continue;
    }
    const tag =
      (b0 === 0 ? 0 : 1) |
      (b1 === 0 ? 0 : 2) |
      (b2 === 0 ? 0 : 4) |
      (b3 === 0 ? 0 : 8) |
      (b4 === 0 ? 0 : 16) |
      (b5 === 0 ? 0 : 32) |
      (b6 === 0 ? 0 : 64) |
      (b7 === 0 ? 0 : 128);
    target[at++] = tag;
    if (b0 !== 0) target[at++] = b0;
    if (b1 !== 0) target[at++] = b1;
    if (b2 !== 0) target[at++] = b2;
    if (b3 !== 0) target[at++] = b3;
    if (b4 !== 0) target[at++] = b4;
    if (b5 !== 0) target[at++] = b5;
    if (b6 !== 0) target[at++] = b6;
    if (b7 !== 0) target[at++] = b7;
    if (tag !== 0xff) continue;
    const runEnd = literalRunEnd(bytes, from, end);
    target[at++] = (runEnd - from) / BYTES_PER_WORD;
    copyBytes(target, at, bytes, from, runEnd - from);
    at += runEnd - from;
    from = runEnd;
  }
  return at;
}

/** Where the zero words from `from` on end, or as many of them as a count holds. */
function zeroRunEnd(bytes: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + LONGEST_RUN * BYTES_PER_WORD);
  let at = from;
  while (at < limit && bytes[at] === 0) at++;
  return at === limit ? limit : at - ((at - from) % BYTES_PER_WORD);
}

/** Where the words from `from` on end that have less than two zero bytes each: what packing them would not make shorter. */
function literalRunEnd(bytes: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + LONGEST_RUN * BYTES_PER_WORD);
  for (let at = from; at < limit; at += BYTES_PER_WORD) {
    let zeros = 0;
    for (let index = 0; index < BYTES_PER_WORD; index++) if (bytes[at + index] === 0) zeros++;
    if (zeros >= 2) return at;
  }
  return limit;
}
