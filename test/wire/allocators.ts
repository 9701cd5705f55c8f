/** Segment allocators that make messages awkward. */

import type { SegmentAllocator, SegmentSpace } from "capwire/wire";

function space(bytes: number): SegmentSpace {
  const buffer = new ArrayBuffer(bytes);
  return { view: new DataView(buffer), bytes: new Uint8Array(buffer), start: 0, end: bytes };
}

/** Every segment is just as large as what is asked for: nearly every object gets one of its own. */
export class TightAllocator implements SegmentAllocator {
  allocate(minBytes: number): SegmentSpace {
    return space(minBytes);
  }
}

/** Every segment has room for so many words, or what is asked for. */
export class SmallAllocator implements SegmentAllocator {
  readonly #words: number;

  constructor(words: number) {
    this.#words = words;
  }

  allocate(minBytes: number): SegmentSpace {
    return space(Math.max(minBytes, this.#words * 8));
  }
}

/** Segments lie in the middle of one buffer, between bytes that are not zero. */
export class ShiftedAllocator implements SegmentAllocator {
  readonly bytes = new Uint8Array(1 << 16).fill(0xee);
  readonly #view = new DataView(this.bytes.buffer);
  #free = 64;

  allocate(minBytes: number): SegmentSpace {
    const start = this.#free;
    const end = start + Math.max(minBytes, 128);
    this.bytes.fill(0, start, end);
    this.#free = end + 64;
    return { view: this.#view, bytes: this.bytes, start, end };
  }
}
