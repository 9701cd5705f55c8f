/**
 * Pointers as a reader meets them (encoding spec, "Pointers" and "Inter-Segment Pointers"). A pointer is a word; its low
 * half's low two bits are its kind:
 *
 *   struct  low: offset in words from the end of the pointer (30 bits signed) | 0   high: data words (16), pointers (16)
 *   list    low: offset likewise | 1                                             high: element size (3), count (29)
 *   far     low: pad's word offset in its segment (29), double (1) | 2            high: segment id
 *   other   low: 3                                                              high: capability index
 *
 * Since the low half of a struct or list pointer is `offset * 4 + kind`, its target is `at + 8 + (low - kind) * 2` bytes.
 */

import { WireError } from "./errors.js";
import { charge } from "./limits.js";
import type { ReaderSegment } from "./segment.js";
import { FAR, LIST, OTHER, STRUCT } from "./word.js";

/** A pointer after far pointers were followed: `content` lies in `segment`; `low` and `high` describe it (the offset in `low` is meaningless). */
export class PointerTarget {
  constructor(segment: ReaderSegment, low: number, high: number, content: number) {
    this.segment = segment;
    this.low = low;
    this.high = high;
    this.content = content;
  }
  declare readonly segment: ReaderSegment;
  declare readonly low: number;
  declare readonly high: number;
  declare readonly content: number;
}

/** Where the pointer at `at` leads. Not for null or capability pointers. Throws WireError for a bad far pointer; does not check the content's bounds. */
export function resolve(segment: ReaderSegment, at: number): PointerTarget {
  const low = segment.view.getInt32(at, true);
  const high = segment.view.getUint32(at + 4, true);
  const kind = low & 3;
  if (kind === FAR) return followFar(segment, at, low, high);
  return new PointerTarget(segment, low, high, at + 8 + (low - kind) * 2);
}

/** Follows the far pointer (low, high) at `at`. Charges the landing pad. */
export function followFar(segment: ReaderSegment, at: number, low: number, high: number): PointerTarget {
  const isDouble = (low & 4) !== 0;
  const padBytes = isDouble ? 16 : 8;
  const padSegment = segmentOf(segment, at, high);
  const pad = padSegment.start + (low >>> 3) * 8;
  if (pad + padBytes > padSegment.end) throw badPad(segment, at, "Far pointer's landing pad lies outside its segment");
  charge(segment, at, padBytes / 8);
  const padLow = padSegment.view.getInt32(pad, true);
  const padHigh = padSegment.view.getUint32(pad + 4, true);
  if (!isDouble) {
    const kind = padLow & 3;
    if (kind === FAR) throw badPad(segment, at, "Far pointer's landing pad is another far pointer");
    return new PointerTarget(padSegment, padLow, padHigh, pad + 8 + (padLow - kind) * 2);
  }
  if ((padLow & 7) !== FAR) throw badPad(segment, at, "Double-far pointer's landing pad is no far pointer");
  const contentSegment = segmentOf(segment, at, padHigh);
  const content = contentSegment.start + (padLow >>> 3) * 8;
  const tagLow = padSegment.view.getInt32(pad + 8, true);
  if ((tagLow & 3) === FAR) throw badPad(segment, at, "Double-far pointer's tag is a far pointer");
  return new PointerTarget(contentSegment, tagLow, padSegment.view.getUint32(pad + 12, true), content);
}

function segmentOf(segment: ReaderSegment, at: number, id: number): ReaderSegment {
  const found = segment.message.segment(id);
  if (found) return found;
  throw new WireError(
    "unknown-segment",
    `Far pointer to segment ${id}, which does not exist`,
    segment.id,
    at - segment.start,
  );
}

function badPad(segment: ReaderSegment, at: number, message: string): WireError {
  return new WireError("bad-landing-pad", message, segment.id, at - segment.start);
}

/** The content of the pointer at `at` leaves its segment. */
export function outOfBounds(segment: ReaderSegment, at: number): WireError {
  return new WireError("out-of-bounds", "Pointer's target lies outside its segment", segment.id, at - segment.start);
}

const KIND_NAMES = ["struct", "list", "far", "other"] as const;

/** The pointer at `at` is of `kind` where `expected` was. */
export function wrongKind(segment: ReaderSegment, at: number, low: number, expected: string): WireError {
  const kind = low & 3;
  if (kind === OTHER && low !== OTHER) return unknownPointer(segment, at);
  const found = kind === OTHER ? "capability" : KIND_NAMES[kind];
  return new WireError(
    "wrong-pointer-kind",
    `Found a ${found} pointer where a ${expected} was expected`,
    segment.id,
    at - segment.start,
  );
}

export function unknownPointer(segment: ReaderSegment, at: number): WireError {
  return new WireError("unknown-pointer", "Pointer of an unknown kind", segment.id, at - segment.start);
}

/** Whether the pointer at `at` is null. */
export function isNull(view: DataView, at: number): boolean {
  return view.getInt32(at, true) === 0 && view.getInt32(at + 4, true) === 0;
}

/** What a pointer field holds. */
export type PointerKind = "null" | "struct" | "list" | "capability";

/** The kind of the pointer at `at`, far pointers followed. Throws WireError for unknown kinds and bad far pointers. */
export function pointerKind(segment: ReaderSegment, at: number): PointerKind {
  let low = segment.view.getInt32(at, true);
  if (low === 0 && segment.view.getInt32(at + 4, true) === 0) return "null";
  if ((low & 3) === FAR) low = resolve(segment, at).low;
  if ((low & 3) === STRUCT) return "struct";
  if ((low & 3) === LIST) return "list";
  if (low === OTHER) return "capability";
  throw unknownPointer(segment, at);
}
