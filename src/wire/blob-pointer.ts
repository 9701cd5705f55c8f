/** Where the bytes of a Text or Data lie: both are lists of bytes. */

import { WireError } from "./errors.js";
import { overdrawn } from "./limits.js";
import { followFar, outOfBounds, wrongKind } from "./pointer.js";
import type { ReaderSegment } from "./segment.js";
import { BYTE_ELEMENTS, FAR, LIST } from "./word.js";

/** A byte list behind a far pointer. */
export interface BlobTarget {
  readonly segment: ReaderSegment;
  readonly start: number;
  readonly length: number;
}

/** The byte list at `content` of `home`, charged; the pointer stands at `at` of `segment`. Returns its length. */
export function checkBlob(
  segment: ReaderSegment,
  at: number,
  home: ReaderSegment,
  low: number,
  high: number,
  content: number,
): number {
  if ((low & 3) !== LIST) throw wrongKind(segment, at, low, "list");
  if ((high & 7) !== BYTE_ELEMENTS) {
    throw new WireError(
      "wrong-element-size",
      "Found a list of other elements where bytes were expected",
      segment.id,
      at - segment.start,
    );
  }
  const length = high >>> 3;
  if (content < home.start || content + length > home.end) throw outOfBounds(segment, at);
  const words = (length + 7) >>> 3;
  const { message } = segment;
  message.remaining -= words;
  if (message.remaining < 0) overdrawn(segment, at, words);
  return length;
}

/** The byte list behind the far pointer at `at`. */
export function farBlob(segment: ReaderSegment, at: number, low: number, high: number): BlobTarget {
  const target = followFar(segment, at, low, high);
  const length = checkBlob(segment, at, target.segment, target.low, target.high, target.content);
  return { segment: target.segment, start: target.content, length };
}

export function isFar(low: number): boolean {
  return (low & 3) === FAR;
}
