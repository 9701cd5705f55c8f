/**
 * How objects are placed in a message being built, moved between pointers, and erased. A builder's memory holds only what
 * this library wrote, so pointers are followed here without the checks a reader makes.
 *
 * An object goes into the segment of its pointer; when that is full, into another segment behind a one-word landing pad
 * (single far). Moving a pointer to another segment needs a landing pad beside the object or, when that segment is full,
 * a two-word pad anywhere (double far).
 */

import { UsageError } from "../errors.js";
import type { BuilderSegment } from "./segment.js";
import {
  COMPOSITE_ELEMENTS,
  ELEMENT_BITS,
  FAR,
  LIST,
  MAX_LIST_LENGTH,
  MAX_STRUCT_SECTION,
  OTHER,
  POINTER_ELEMENTS,
  roundUpToWord,
  STRUCT,
} from "./word.js";

/** Space taken for an object, and where the pointer describing it must be written: the original pointer or its landing pad. */
export interface Place {
  readonly segment: BuilderSegment;
  /** Offset of the pointer to write. */
  readonly pointer: number;
  /** Offset of the zeroed space. */
  readonly content: number;
}

/** An object of a message being built, however its pointer reaches it. `low`'s kind bits and `high` describe it. */
export interface BuiltTarget {
  readonly segment: BuilderSegment;
  readonly low: number;
  readonly high: number;
  readonly content: number;
}

/** Takes `bytes` (whole words) for the object of the pointer at `at`, which must be null; writes a far pointer when the object goes elsewhere. */
export function allocate(segment: BuilderSegment, at: number, bytes: number): Place {
  const content = segment.allocate(bytes);
  if (content >= 0) return { segment, pointer: at, content };
  const other = segment.message.segmentWithRoom(bytes + 8);
  const pad = other.allocate(bytes + 8);
  writeFar(segment, at, other, pad, false);
  return { segment: other, pointer: pad, content: pad + 8 };
}

/** Makes the pointer at `at` a far pointer to the landing pad at `pad` of `target`. */
function writeFar(segment: BuilderSegment, at: number, target: BuilderSegment, pad: number, isDouble: boolean): void {
  segment.view.setUint32(at, pad - target.start + (isDouble ? 4 : 0) + FAR, true);
  segment.view.setUint32(at + 4, target.id, true);
}

/** Allocates a zeroed struct for the null pointer at `at` and points it there. */
export function allocateStruct(segment: BuilderSegment, at: number, dataWords: number, pointerCount: number): Place {
  const words = dataWords + pointerCount;
  if (words === 0) {
    writeEmptyStruct(segment.view, at);
    return { segment, pointer: at, content: at };
  }
  if (dataWords > MAX_STRUCT_SECTION || pointerCount > MAX_STRUCT_SECTION) {
    throw new UsageError(
      "struct-too-large",
      `A struct has at most ${MAX_STRUCT_SECTION} data words and as many pointers`,
    );
  }
  const place = allocate(segment, at, words * 8);
  writePointer(place, STRUCT, dataWords + pointerCount * 0x10000);
  return place;
}

/** Allocates a zeroed list of primitives or pointers for the null pointer at `at` and points it there. */
export function allocateList(segment: BuilderSegment, at: number, elementSize: number, length: number): Place {
  checkLength(length);
  const place = allocate(segment, at, roundUpToWord(Math.ceil((length * ELEMENT_BITS[elementSize]!) / 8)));
  writePointer(place, LIST, elementSize + length * 8);
  return place;
}

/** Allocates a zeroed list of structs for the null pointer at `at`; `content` of the result is the tag, the first element follows it. */
export function allocateStructList(
  segment: BuilderSegment,
  at: number,
  length: number,
  dataWords: number,
  pointerCount: number,
): Place {
  checkLength(length);
  const words = length * (dataWords + pointerCount);
  checkLength(words);
  const place = allocate(segment, at, words * 8 + 8);
  writePointer(place, LIST, COMPOSITE_ELEMENTS + words * 8);
  const { view } = place.segment;
  view.setUint32(place.content, length * 4 + STRUCT, true);
  view.setUint32(place.content + 4, dataWords + pointerCount * 0x10000, true);
  return place;
}

function checkLength(length: number): void {
  if (!(length >= 0 && length <= MAX_LIST_LENGTH && Number.isInteger(length))) {
    throw new UsageError("list-too-long", `A list's length is 0 to ${MAX_LIST_LENGTH}, not ${length}`);
  }
}

function writePointer(place: Place, kind: number, high: number): void {
  const { view } = place.segment;
  // Offset in words, times four: bytes / 2. Wraps to its 30-bit two's complement.
  view.setInt32(place.pointer, (place.content - place.pointer - 8) / 2 + kind, true);
  view.setUint32(place.pointer + 4, high, true);
}

/** A struct without fields: offset -1, so that the pointer is not null. */
export function writeEmptyStruct(view: DataView, at: number): void {
  view.setInt32(at, -4, true);
  view.setUint32(at + 4, 0, true);
}

/** The object that the non-null, non-capability pointer at `at` leads to. */
export function follow(segment: BuilderSegment, at: number): BuiltTarget {
  const { view, message } = segment;
  const low = view.getInt32(at, true);
  const high = view.getUint32(at + 4, true);
  const kind = low & 3;
  if (kind !== FAR) return { segment, low, high, content: at + 8 + (low - kind) * 2 };
  const padSegment = message.builderSegment(high);
  const pad = padSegment.start + (low >>> 3) * 8;
  const padLow = padSegment.view.getInt32(pad, true);
  const padHigh = padSegment.view.getUint32(pad + 4, true);
  if ((low & 4) === 0) {
    return { segment: padSegment, low: padLow, high: padHigh, content: pad + 8 + (padLow - (padLow & 3)) * 2 };
  }
  const contentSegment = message.builderSegment(padHigh);
  return {
    segment: contentSegment,
    low: padSegment.view.getInt32(pad + 8, true),
    high: padSegment.view.getUint32(pad + 12, true),
    content: contentSegment.start + (padLow >>> 3) * 8,
  };
}

/** Takes the object off the pointer at `at`, leaving a null pointer and erased landing pads; null if there is none. Not for capabilities. */
export function detach(segment: BuilderSegment, at: number): BuiltTarget | null {
  const { view } = segment;
  const low = view.getInt32(at, true);
  const high = view.getUint32(at + 4, true);
  if (low === 0 && high === 0) return null;
  const target = follow(segment, at);
  if ((low & 3) === FAR) {
    const padSegment = segment.message.builderSegment(high);
    const pad = padSegment.start + (low >>> 3) * 8;
    padSegment.bytes.fill(0, pad, pad + ((low & 4) === 0 ? 8 : 16));
  }
  writeNull(view, at);
  return target;
}

export function writeNull(view: DataView, at: number): void {
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, 0, true);
}

/** Points the null pointer at `at` to an object detached before. */
export function attach(segment: BuilderSegment, at: number, target: BuiltTarget): void {
  const kind = target.low & 3;
  if (kind === STRUCT && target.high === 0) {
    writeEmptyStruct(segment.view, at);
    return;
  }
  if (segment === target.segment) {
    writePointer({ segment, pointer: at, content: target.content }, kind, target.high);
    return;
  }
  const pad = target.segment.allocate(8);
  if (pad >= 0) {
    writePointer({ segment: target.segment, pointer: pad, content: target.content }, kind, target.high);
    writeFar(segment, at, target.segment, pad, false);
    return;
  }
  const padSegment = segment.message.segmentWithRoom(16);
  const farPad = padSegment.allocate(16);
  writeFar(padSegment, farPad, target.segment, target.content, false);
  padSegment.view.setUint32(farPad + 8, kind, true);
  padSegment.view.setUint32(farPad + 12, target.high, true);
  writeFar(segment, at, padSegment, farPad, true);
}

/** Moves what the pointer at `from` holds to the null pointer at `to`; nothing is erased. Both are in one message. */
export function transfer(toSegment: BuilderSegment, to: number, fromSegment: BuilderSegment, from: number): void {
  const low = fromSegment.view.getInt32(from, true);
  const high = fromSegment.view.getUint32(from + 4, true);
  const kind = low & 3;
  if ((low === 0 && high === 0) || kind === FAR || kind === OTHER) {
    // Null, far and capability pointers mean the same wherever they stand.
    toSegment.view.setInt32(to, low, true);
    toSegment.view.setUint32(to + 4, high, true);
  } else {
    attach(toSegment, to, follow(fromSegment, from));
  }
  writeNull(fromSegment.view, from);
}

/** Erases what the pointer at `at` holds, recursively, gives back its capabilities, and makes it null. */
export function clearPointer(segment: BuilderSegment, at: number): void {
  const low = segment.view.getInt32(at, true);
  if (low === 0 && segment.view.getInt32(at + 4, true) === 0) return;
  if ((low & 3) === OTHER) {
    const index = segment.view.getUint32(at + 4, true);
    writeNull(segment.view, at);
    segment.message.capTable.drop(index);
    return;
  }
  erase(detach(segment, at)!);
}

/**
 * Zeroes a detached object and all it points to: what was replaced must not be sent, and zeros pack to almost nothing.
 */
export function erase(target: BuiltTarget): void {
  const { segment, high, content } = target;
  if ((target.low & 3) === STRUCT) {
    const pointers = content + (high & 0xffff) * 8;
    const end = pointers + (high >>> 16) * 8;
    if (end === content) return;
    clearPointers(segment, pointers, high >>> 16);
    segment.bytes.fill(0, content, end);
    return;
  }
  const elementSize = high & 7;
  const length = high >>> 3;
  if (elementSize === COMPOSITE_ELEMENTS) {
    eraseStructList(segment, content, length);
  } else {
    if (elementSize === POINTER_ELEMENTS) clearPointers(segment, content, length);
    if (segment.message.isExternal(segment)) return;
    segment.bytes.fill(0, content, content + roundUpToWord(Math.ceil((length * ELEMENT_BITS[elementSize]!) / 8)));
  }
}

function eraseStructList(segment: BuilderSegment, content: number, words: number): void {
  const length = segment.view.getUint32(content, true) >>> 2;
  const sizes = segment.view.getUint32(content + 4, true);
  const dataSize = (sizes & 0xffff) * 8;
  const pointerCount = sizes >>> 16;
  if (pointerCount > 0) {
    const step = dataSize + pointerCount * 8;
    for (let index = 0; index < length; index++) {
      clearPointers(segment, content + 8 + index * step + dataSize, pointerCount);
    }
  }
  segment.bytes.fill(0, content, content + 8 + words * 8);
}

export function clearPointers(segment: BuilderSegment, pointers: number, count: number): void {
  for (let index = 0; index < count; index++) clearPointer(segment, pointers + index * 8);
}

/**
 * Makes the pointer at `at` null, runs `fill`, and only then erases what it held: so that the new value may be made from
 * the old. For capabilities the reference is given back at the end too.
 */
export function replace(segment: BuilderSegment, at: number, fill: () => void): void {
  const { view } = segment;
  const low = view.getInt32(at, true);
  if (low === 0 && view.getInt32(at + 4, true) === 0) {
    fill();
  } else if ((low & 3) === OTHER) {
    const index = view.getUint32(at + 4, true);
    writeNull(view, at);
    fill();
    segment.message.capTable.drop(index);
  } else {
    const old = detach(segment, at)!;
    try {
      fill();
    } finally {
      erase(old);
    }
  }
}

/** Copies `length` bytes between buffers; short runs without making a view. */
export function copyBytes(to: Uint8Array, toAt: number, from: Uint8Array, fromAt: number, length: number): void {
  if (length <= 64) for (let index = 0; index < length; index++) to[toAt + index] = from[fromAt + index]!;
  else if (to === from) to.copyWithin(toAt, fromAt, fromAt + length);
  else to.set(from.subarray(fromAt, fromAt + length), toAt);
}
