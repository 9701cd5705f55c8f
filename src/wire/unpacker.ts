/**
 * The packed encoding, decoded as bytes come (encoding spec, "Packing"). A word is a tag byte, whose bits say which of the
 * word's bytes are not zero, and those bytes. Behind a tag of 0x00 stands how many more words are zero, behind 0xff (and its
 * eight bytes) how many words follow as they are.
 *
 * A run must end within the piece it began in, and the pieces are those that C++ reads one by one: the first word of a
 * segment table, the rest of the table, all segments together. What is announced gets memory as its bytes arrive.
 */

import { WireError } from "./errors.js";
import { copyBytes } from "./layout.js";

/** No more memory than this is taken for a piece before its bytes are there, whatever its length. */
const FIRST_TRUST_BYTES = 1024 * 1024;
/** Small pieces are carved from shared buffers: making an ArrayBuffer costs more than unpacking most messages. */
const CHUNK_BYTES = 64 * 1024;
const LARGEST_SHARED_BYTES = CHUNK_BYTES / 8;

/** A tag and eight bytes and the count behind them: what is decoded without looking at the input's end in between. */
const LONGEST_WORD_BYTES = 10;

const TAG = 0;
const WORD_BYTES = 1;
const ZERO_COUNT = 2;
const LITERAL_COUNT = 3;
const LITERALS = 4;

/** Decodes packed bytes into pieces of known length. */
export class Unpacker {
  /** Holds the piece being filled; the shared buffers in it are never reused. */
  view: DataView = new DataView(new ArrayBuffer(0));
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the piece starts and ends in `bytes`; `end` may lie beyond what is allocated so far. */
  start = 0;
  end = 0;
  /** The next byte to fill. */
  #pos = 0;
  #state = TAG;
  #tag = 0;
  #bit = 0;
  /** Bytes to copy as they are. */
  #literals = 0;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Packed bytes taken since `resetConsumed` from inputs before this one. */
  #consumedBefore = 0;

  /** Gives it more packed bytes; what is left of the last ones is forgotten. */
  feed(input: Uint8Array): void {
    this.#consumedBefore += this.#at;
    this.#input = input;
    this.#at = 0;
  }

  /** Packed bytes taken since `resetConsumed`. */
  get consumed(): number {
    return this.#consumedBefore + this.#at;
  }

  resetConsumed(): void {
    this.#consumedBefore = -this.#at;
  }

  get hasInput(): boolean {
    return this.#at < this.#input.byteLength;
  }

  /** Begins a piece of `byteLength` bytes, whole words. */
  begin(byteLength: number): void {
    if (byteLength <= LARGEST_SHARED_BYTES) this.#beginShared(byteLength);
    else this.#allocate(Math.min(byteLength, FIRST_TRUST_BYTES));
    this.#pos = this.start;
    this.end = this.start + byteLength;
  }

  /** Fills the piece from the input; whether it is complete. Throws WireError "packed-run" for a run that leaves the piece. */
  fill(): boolean {
    const input = this.#input;
    for (;;) {
      if (this.#state === TAG) {
        this.#fillFast();
        // That may have stopped inside a run.
        if (this.#state === TAG && this.#pos === this.end) return true;
      }
      if (this.#at === input.byteLength) return false;
      switch (this.#state) {
        case TAG:
          this.#tag = input[this.#at++]!;
          this.#bit = 0;
          this.#reserve(8);
          this.#state = this.#tag === 0 ? ZERO_COUNT : WORD_BYTES;
          if (this.#tag === 0) this.#pos += 8;
          break;
        case WORD_BYTES:
          this.#fillWord();
          break;
        case ZERO_COUNT:
          this.#skipZeros(input[this.#at++]! * 8);
          this.#state = TAG;
          break;
        case LITERAL_COUNT:
          this.#beginLiterals(input[this.#at++]! * 8);
          break;
        default:
          this.#copyLiterals();
      }
    }
  }

  /** Whole words, while the input surely holds them. Keeps its place in local variables, which are much faster than fields. */
  #fillFast(): void {
    const input = this.#input;
    const inputEnd = input.byteLength;
    const last = inputEnd - LONGEST_WORD_BYTES;
    let { bytes, end } = this;
    /** Where what is allocated of the piece ends. */
    let room = Math.min(end, bytes.byteLength);
    let at = this.#at;
    let pos = this.#pos;
    while (at <= last && pos < end) {
      if (pos + 8 > room) {
        this.#pos = pos;
        this.#reserve(8);
        ({ bytes, end } = this);
        room = Math.min(end, bytes.byteLength);
        pos = this.#pos;
      }
      const tag = input[at++]!;
      at = fillHalf(bytes, pos, input, at, tag & 0xf);
      at = fillHalf(bytes, pos + 4, input, at, tag >>> 4);
      pos += 8;
      if (tag !== 0 && tag !== 0xff) continue;
      const run = input[at++]! * 8;
      if (run === 0) continue;
      // Runs that are there and have room are handled here, too; the others where one can stop in the middle.
      if (pos + run <= room && tag === 0) {
        pos += run;
        continue;
      }
      if (pos + run <= room && at + run <= inputEnd) {
        copyBytes(bytes, pos, input, at, run);
        at += run;
        pos += run;
        continue;
      }
      this.#at = at;
      this.#pos = pos;
      if (tag === 0) {
        this.#skipZeros(run);
      } else {
        this.#beginLiterals(run);
        this.#copyLiterals();
      }
      ({ bytes, end } = this);
      room = Math.min(end, bytes.byteLength);
      at = this.#at;
      pos = this.#pos;
      // The input has ended inside the run.
      if (this.#state !== TAG) return;
    }
    this.#at = at;
    this.#pos = pos;
  }

  /** As much of a word as the input holds. */
  #fillWord(): void {
    const input = this.#input;
    for (; this.#bit < 8; this.#bit++) {
      if ((this.#tag & (1 << this.#bit)) === 0) continue;
      if (this.#at === input.byteLength) return;
      this.bytes[this.#pos + this.#bit] = input[this.#at++]!;
    }
    this.#pos += 8;
    this.#state = this.#tag === 0xff ? LITERAL_COUNT : TAG;
  }

  #skipZeros(byteLength: number): void {
    this.#checkRun(byteLength);
    this.#reserve(byteLength);
    this.#pos += byteLength;
  }

  #beginLiterals(byteLength: number): void {
    this.#checkRun(byteLength);
    this.#literals = byteLength;
    this.#state = byteLength === 0 ? TAG : LITERALS;
  }

  #copyLiterals(): void {
    const count = Math.min(this.#literals, this.#input.byteLength - this.#at);
    this.#reserve(count);
    copyBytes(this.bytes, this.#pos, this.#input, this.#at, count);
    this.#at += count;
    this.#pos += count;
    this.#literals -= count;
    if (this.#literals === 0) this.#state = TAG;
  }

  #checkRun(byteLength: number): void {
    if (byteLength <= this.end - this.#pos) return;
    const message = "A run of packed words goes beyond the piece of the frame that it began in";
    throw new WireError("packed-run", message, 0, this.consumed);
  }

  /** Makes sure that the next `byteLength` bytes of the piece are allocated: at least doubles, so that growing costs no more than filling. */
  #reserve(byteLength: number): void {
    const needed = this.#pos + byteLength;
    if (needed <= this.bytes.byteLength) return;
    const { bytes, start } = this;
    const filled = this.#pos - start;
    const length = this.end - start;
    this.#allocate(Math.min(length, Math.max(filled + byteLength, 2 * (bytes.byteLength - start))));
    this.bytes.set(bytes.subarray(start, start + filled));
    this.#pos = filled;
    this.end = length;
  }

  #allocate(byteLength: number): void {
    this.bytes = new Uint8Array(byteLength);
    this.view = new DataView(this.bytes.buffer);
    this.start = 0;
  }

  #beginShared(byteLength: number): void {
    if (shared.free + byteLength > shared.bytes.byteLength) shared = newChunk(CHUNK_BYTES);
    this.view = shared.view;
    this.bytes = shared.bytes;
    this.start = shared.free;
    shared.free += byteLength;
  }
}

/**
 * Fills half a word, which is zero to begin with, with those of four bytes whose bits are set; returns where the input goes on. Branches only
 * where it can be foreseen: all bytes or none are frequent, which of some are there is not known. At least four bytes of input must be there.
 */
function fillHalf(bytes: Uint8Array, pos: number, input: Uint8Array, at: number, bits: number): number {
  if (bits === 0) return at;
  if (bits === 0xf) {
    bytes[pos] = input[at]!;
    bytes[pos + 1] = input[at + 1]!;
    bytes[pos + 2] = input[at + 2]!;
    bytes[pos + 3] = input[at + 3]!;
    return at + 4;
  }
  let next = at;
  bytes[pos] = input[next]! & -(bits & 1);
  next += bits & 1;
  bytes[pos + 1] = input[next]! & -((bits >>> 1) & 1);
  next += (bits >>> 1) & 1;
  bytes[pos + 2] = input[next]! & -((bits >>> 2) & 1);
  next += (bits >>> 2) & 1;
  bytes[pos + 3] = input[next]! & -(bits >>> 3);
  return next + (bits >>> 3);
}

/** A buffer that pieces are carved from, of all unpackers; each part is used once. The garbage collector takes it with its last message. */
interface Chunk {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Where the unused part starts. */
  free: number;
}

function newChunk(byteLength: number): Chunk {
  const buffer = new ArrayBuffer(byteLength);
  return { view: new DataView(buffer), bytes: new Uint8Array(buffer), free: 0 };
}

let shared: Chunk = /*@__PURE__*/ newChunk(0);
