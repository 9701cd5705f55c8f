/**
 * Where the segments of messages being built come from. Small messages are carved from shared chunks, since making an
 * ArrayBuffer costs more than filling most messages; chunks are never reused, the garbage collector takes them when the
 * last message in them is gone.
 */

import { UsageError } from "../errors.js";
import { BYTES_PER_WORD, MAX_SEGMENT_BYTES, roundUpToWord } from "./word.js";

/** A zeroed range of a buffer. `view` and `bytes` cover the whole buffer. */
export interface SegmentSpace {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** The word before `start` is the message's too: room for the segment table of a message that stays in one segment. */
  readonly hasHeaderRoom?: boolean;
}

/** Gives memory to a MessageBuilder. */
export interface SegmentAllocator {
  /** At least `minBytes` (whole words) of zeroed memory; `start` is a multiple of 8. `usedBytes` is what the message holds already: a hint for growing. */
  allocate(minBytes: number, usedBytes: number): SegmentSpace;
  /** Grows the space that ends at `end` of the buffer of `view` by at least `moreBytes`, in place and zeroed: its new end, or -1. */
  extend?(view: DataView, end: number, moreBytes: number): number;
  /** Takes back what lies behind `used` in the space that ends at `end` of the buffer of `view`: still zero. True if it did. */
  giveBack?(view: DataView, end: number, used: number): boolean;
}

const CHUNK_BYTES = 128 * 1024;
/** What a small message takes at first; it grows in place while nobody else took the space behind it. */
const FIRST_BYTES = 1024;
/** Larger needs get a buffer of their own. */
const LARGEST_SHARED_BYTES = CHUNK_BYTES / 8;
/** A message that grows gets as much again as it has, up to this. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/** The default allocator. */
export class HeapAllocator implements SegmentAllocator {
  #chunk: { view: DataView; bytes: Uint8Array } | null = null;
  #free = 0;
  /** Where the newest space of the chunk starts: what lies between it and #free is how large the last message grew. */
  #newest = 0;

  allocate(minBytes: number, usedBytes: number): SegmentSpace {
    if (minBytes > MAX_SEGMENT_BYTES) {
      throw new UsageError("message-too-large", `A segment holds at most ${MAX_SEGMENT_BYTES} bytes, not ${minBytes}`);
    }
    const wanted = Math.max(minBytes, Math.min(usedBytes, MAX_GROWTH_BYTES), FIRST_BYTES) + BYTES_PER_WORD;
    if (wanted > LARGEST_SHARED_BYTES) return withHeaderRoom(ownSpace(roundUpToWord(wanted)));
    // A message like the last one should find room to grow as far: one segment is cheaper than two.
    const room = Math.max(wanted, this.#free - this.#newest);
    if (!this.#chunk || this.#free + room > CHUNK_BYTES) {
      const buffer = new ArrayBuffer(CHUNK_BYTES);
      this.#chunk = { view: new DataView(buffer), bytes: new Uint8Array(buffer) };
      this.#free = 0;
    }
    const { view, bytes } = this.#chunk;
    const newest = this.#free;
    this.#newest = newest;
    // Half of what the last one took at once: growing costs little, but adds up; and a large message is soon forgotten.
    this.#free = newest + roundUpToWord(Math.max(wanted, room >>> 1));
    return { view, bytes, start: newest + BYTES_PER_WORD, end: this.#free, hasHeaderRoom: true };
  }

  extend(view: DataView, end: number, moreBytes: number): number {
    if (view !== this.#chunk?.view || end !== this.#free || end + moreBytes > CHUNK_BYTES) return -1;
    // Doubles, so that a message of n bytes is extended log n times.
    const more = Math.max(moreBytes, end - this.#newest);
    this.#free = Math.min(CHUNK_BYTES, end + roundUpToWord(more));
    return this.#free;
  }

  giveBack(view: DataView, end: number, used: number): boolean {
    if (view !== this.#chunk?.view || end !== this.#free) return false;
    this.#free = used;
    return true;
  }
}

/** A buffer of its own. */
export function ownSpace(bytes: number): SegmentSpace {
  const buffer = new ArrayBuffer(bytes);
  return { view: new DataView(buffer), bytes: new Uint8Array(buffer), start: 0, end: bytes };
}

/** `space` without its first word, which is left for a segment table. */
export function withHeaderRoom({ view, bytes, start, end }: SegmentSpace): SegmentSpace {
  return { view, bytes, start: start + BYTES_PER_WORD, end, hasHeaderRoom: true };
}

/** Shared by all messages that bring no allocator. */
export const heap = new HeapAllocator();
