/**
 * List pointers as a reader meets them: what the elements are, where they lie, and whether they can be read as the
 * schema's (the evolution rules: a list of a smaller type may become a list of structs whose first field it is).
 */

import { WireError } from "./errors.js";
import { charge, tooDeep } from "./limits.js";
import { followFar, outOfBounds, wrongKind } from "./pointer.js";
import type { ReaderSegment } from "./segment.js";
import {
  BIT_ELEMENTS,
  COMPOSITE_ELEMENTS,
  ELEMENT_BITS,
  FAR,
  LIST,
  POINTER_ELEMENTS,
  STRUCT,
  VOID_ELEMENTS,
} from "./word.js";

/** A list found in a message, bounds checked and charged. */
export class ListTarget {
  /** Where the elements lie. */
  declare readonly segment: ReaderSegment;
  /** Offset of the first element. */
  declare readonly start: number;
  declare readonly length: number;
  /** Bytes from one element to the next; 0 for lists of bits (packed eight to a byte) and of void. */
  declare readonly step: number;
  /** Bytes of data in each element (rounded down to 0 for bits). */
  declare readonly dataSize: number;
  /** Pointers in each element, behind the data. */
  declare readonly pointerCount: number;
  /** Element size on the wire. */
  declare readonly elementSize: number;

  constructor(
    segment: ReaderSegment,
    start: number,
    length: number,
    step: number,
    dataSize: number,
    pointerCount: number,
    elementSize: number,
  ) {
    this.segment = segment;
    this.start = start;
    this.length = length;
    this.step = step;
    this.dataSize = dataSize;
    this.pointerCount = pointerCount;
    this.elementSize = elementSize;
  }
}

/**
 * The list that the non-null pointer at `at` leads to, to be read with elements of size `expected`. For composite lists
 * read as pointer lists, `start` is already the first element's first pointer, while `step` stays the struct's
 * (CVE-2022-46149 is what happens otherwise). Throws WireError.
 */
export function resolveList(segment: ReaderSegment, at: number, nesting: number, expected: number): ListTarget {
  let low = segment.view.getInt32(at, true);
  let high = segment.view.getUint32(at + 4, true);
  let home = segment;
  let content: number;
  if ((low & 3) === FAR) {
    const target = followFar(segment, at, low, high);
    home = target.segment;
    low = target.low;
    high = target.high;
    content = target.content;
  } else {
    content = at + 8 + (low - LIST) * 2;
  }
  if ((low & 3) !== LIST) throw wrongKind(segment, at, low, "list");
  if (nesting <= 0) throw tooDeep(segment, at);
  return listAt(segment, at, home, content, high, expected);
}

/** The list at `content` of `home`, described by a list pointer's upper half; the pointer that led there stands at `at` of `segment` (it is named in errors). */
export function listAt(
  segment: ReaderSegment,
  at: number,
  home: ReaderSegment,
  content: number,
  high: number,
  expected: number,
): ListTarget {
  if ((high & 7) === COMPOSITE_ELEMENTS) return compositeList(segment, at, home, content, high >>> 3, expected);
  return plainList(segment, at, home, content, high & 7, high >>> 3, expected);
}

/** A list of structs: a tag word (like a struct pointer, with the element count for offset), then the elements. */
function compositeList(
  segment: ReaderSegment,
  at: number,
  home: ReaderSegment,
  content: number,
  words: number,
  expected: number,
): ListTarget {
  if (content < home.start || content + 8 + words * 8 > home.end) throw outOfBounds(segment, at);
  charge(segment, at, words + 1);
  const tagLow = home.view.getInt32(content, true);
  const tagHigh = home.view.getUint32(content + 4, true);
  if ((tagLow & 3) !== STRUCT) throw badTag(segment, at, "Struct list's tag is no struct pointer");
  const length = tagLow >>> 2;
  const dataWords = tagHigh & 0xffff;
  const pointerCount = tagHigh >>> 16;
  const step = (dataWords + pointerCount) * 8;
  if (length * step > words * 8) throw badTag(segment, at, "Struct list's elements do not fit into it");
  // Elements without size cost nothing in the message, yet visiting them is work (advisory 2015-03-02-2).
  if (step === 0) charge(segment, at, length);
  const start = content + 8;
  switch (expected) {
    case COMPOSITE_ELEMENTS:
    case VOID_ELEMENTS:
      break;
    case BIT_ELEMENTS:
      throw wrongElements(segment, at, "Found a struct list where a list of Bool was expected");
    case POINTER_ELEMENTS:
      if (pointerCount === 0)
        throw wrongElements(segment, at, "Found structs without pointers where pointers were expected");
      return new ListTarget(home, start + dataWords * 8, length, step, dataWords * 8, pointerCount, COMPOSITE_ELEMENTS);
    default:
      if (dataWords === 0)
        throw wrongElements(segment, at, "Found structs without data where primitives were expected");
  }
  return new ListTarget(home, start, length, step, dataWords * 8, pointerCount, COMPOSITE_ELEMENTS);
}

/** A list of primitives or pointers. */
function plainList(
  segment: ReaderSegment,
  at: number,
  home: ReaderSegment,
  content: number,
  elementSize: number,
  length: number,
  expected: number,
): ListTarget {
  const bits = ELEMENT_BITS[elementSize]!;
  const words = Math.ceil((length * bits) / 64);
  if (content < home.start || content + words * 8 > home.end) throw outOfBounds(segment, at);
  charge(segment, at, elementSize === VOID_ELEMENTS ? length : words);
  if ((elementSize === BIT_ELEMENTS) !== (expected === BIT_ELEMENTS)) {
    throw wrongElements(segment, at, "Lists of Bool and other lists do not convert into each other");
  }
  const isPointers = elementSize === POINTER_ELEMENTS;
  if (expected !== COMPOSITE_ELEMENTS) {
    const expectsPointers = expected === POINTER_ELEMENTS;
    const dataBits = isPointers ? 0 : bits;
    const expectedBits = expectsPointers ? 0 : ELEMENT_BITS[expected]!;
    if (dataBits < expectedBits || (expectsPointers && !isPointers)) {
      throw wrongElements(segment, at, "List has elements of an incompatible size");
    }
  }
  const step = bits >> 3;
  return new ListTarget(home, content, length, step, isPointers ? 0 : step, isPointers ? 1 : 0, elementSize);
}

function badTag(segment: ReaderSegment, at: number, message: string): WireError {
  return new WireError("bad-list-tag", message, segment.id, at - segment.start);
}

function wrongElements(segment: ReaderSegment, at: number, message: string): WireError {
  return new WireError("wrong-element-size", message, segment.id, at - segment.start);
}
