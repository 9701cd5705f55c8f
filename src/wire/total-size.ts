/**
 * Total size: what a copy of an object would take. Objects that two pointers lead to count twice, landing pads and gaps not
 * at all. Counting is charged against the traversal limit like any visit, and given back at the end.
 */

import { AnyPointerReader } from "./any-pointer.js";
import { charge, tooDeep } from "./limits.js";
import { listAt } from "./list-pointer.js";
import { isNull, outOfBounds, resolve, unknownPointer } from "./pointer.js";
import type { ReaderSegment } from "./segment.js";
import type { StructReader } from "./struct-reader.js";
import { BYTES_PER_WORD, COMPOSITE_ELEMENTS, ELEMENT_BITS, OTHER, POINTER_ELEMENTS, STRUCT } from "./word.js";

export interface TotalSize {
  /** Words of all objects; the pointer that leads to the first is not counted. */
  readonly words: number;
  /** Capability pointers, null ones not counted. */
  readonly capabilities: number;
}

/** Measures what a pointer holds, or a struct with all it points to. Throws WireError if that is malformed. */
export function totalSize(value: AnyPointerReader | StructReader): TotalSize {
  const { message } = value instanceof AnyPointerReader ? value.segment : value.$segment;
  const { remaining } = message;
  const counter = new Counter();
  try {
    if (value instanceof AnyPointerReader) {
      counter.pointer(value.segment, value.at, value.nesting);
    } else {
      counter.words = Math.ceil(value.$dataSize / BYTES_PER_WORD) + value.$pointerCount;
      counter.pointers(value.$segment, value.$pointers, value.$pointerCount, value.$nesting);
    }
  } finally {
    message.remaining = remaining;
  }
  return { words: counter.words, capabilities: counter.capabilities };
}

class Counter {
  words = 0;
  capabilities = 0;

  pointers(segment: ReaderSegment, at: number, count: number, nesting: number): void {
    for (let index = 0; index < count; index++) this.pointer(segment, at + index * BYTES_PER_WORD, nesting);
  }

  pointer(segment: ReaderSegment, at: number, nesting: number): void {
    if (isNull(segment.view, at)) return;
    const { segment: home, low, high, content } = resolve(segment, at);
    const kind = low & 3;
    if (kind === OTHER) {
      if (low !== OTHER) throw unknownPointer(segment, at);
      this.capabilities++;
      return;
    }
    if (nesting <= 0) throw tooDeep(segment, at);
    if (kind !== STRUCT) {
      this.#list(segment, at, home, content, high, nesting - 1);
      return;
    }
    const dataWords = high & 0xffff;
    const pointerCount = high >>> 16;
    const size = (dataWords + pointerCount) * BYTES_PER_WORD;
    if (content < home.start || content + size > home.end) throw outOfBounds(segment, at);
    charge(segment, at, dataWords + pointerCount);
    this.words += dataWords + pointerCount;
    this.pointers(home, content + dataWords * BYTES_PER_WORD, pointerCount, nesting - 1);
  }

  #list(segment: ReaderSegment, at: number, home: ReaderSegment, content: number, high: number, nesting: number): void {
    const list = listAt(segment, at, home, content, high, high & 7);
    const { length, start, step, dataSize, pointerCount, elementSize } = list;
    if (elementSize !== COMPOSITE_ELEMENTS) {
      this.words += Math.ceil((length * ELEMENT_BITS[elementSize]!) / 64);
      if (elementSize === POINTER_ELEMENTS) this.pointers(home, start, length, nesting);
      return;
    }
    this.words += 1 + (length * step) / BYTES_PER_WORD;
    // Elements without pointers need no look: there may be very many of them.
    if (pointerCount === 0) return;
    for (let index = 0; index < length; index++) {
      this.pointers(home, start + index * step + dataSize, pointerCount, nesting);
    }
  }
}
