/**
 * Whether a message is in canonical form (canonical.ts says what that is). A read head goes through the segment once: every
 * object must begin where the one before it, in preorder, has ended. So no word is looked at twice, whatever the message.
 */

import { tooDeep } from "./limits.js";
import type { MessageReader } from "./message.js";
import { isNull } from "./pointer.js";
import type { ReaderSegment } from "./segment.js";
import { BYTES_PER_WORD, COMPOSITE_ELEMENTS, ELEMENT_BITS, LIST, POINTER_ELEMENTS, STRUCT } from "./word.js";

/** Whether `message` is canonical; malformed messages are not. Throws WireError "nesting-limit" for one too deep to tell. */
export function isCanonical(message: MessageReader): boolean {
  const segment = message.segment(0);
  if (!segment || message.segmentCount > 1 || segment.end === segment.start) return false;
  const check = new CanonicalCheck(segment);
  return check.pointer(segment.start, message.nestingLimit) && check.head === segment.end;
}

class CanonicalCheck {
  readonly #segment: ReaderSegment;
  /** Where the next object must begin. */
  head: number;

  constructor(segment: ReaderSegment) {
    this.#segment = segment;
    this.head = segment.start + BYTES_PER_WORD;
  }

  pointer(at: number, nesting: number): boolean {
    const { view } = this.#segment;
    if (isNull(view, at)) return true;
    const low = view.getInt32(at, true);
    const high = view.getUint32(at + 4, true);
    const kind = low & 3;
    // Far pointers and capabilities.
    if (kind !== STRUCT && kind !== LIST) return false;
    // An empty struct lies nowhere: its pointer points to itself.
    if (kind === STRUCT && high === 0) return low === -4;
    if (at + BYTES_PER_WORD + (low - kind) * 2 !== this.head) return false;
    if (nesting <= 0) throw tooDeep(this.#segment, at);
    return kind === STRUCT ? this.#struct(high, nesting - 1) : this.#list(high, nesting - 1);
  }

  #struct(high: number, nesting: number): boolean {
    const dataWords = high & 0xffff;
    const pointerCount = high >>> 16;
    const at = this.#take(dataWords + pointerCount);
    if (at < 0) return false;
    const pointers = at + dataWords * BYTES_PER_WORD;
    if (!this.#endsNonNull(at, dataWords) || !this.#endsNonNull(pointers, pointerCount)) return false;
    return this.#pointers(pointers, pointerCount, nesting);
  }

  #list(high: number, nesting: number): boolean {
    const elementSize = high & 7;
    const length = high >>> 3;
    if (elementSize === COMPOSITE_ELEMENTS) return this.#structList(length, nesting);
    const bits = length * ELEMENT_BITS[elementSize]!;
    const at = this.#take(Math.ceil(bits / 64));
    if (at < 0) return false;
    if (elementSize === POINTER_ELEMENTS) return this.#pointers(at, length, nesting);
    return this.#paddingIsZero(at, bits);
  }

  #structList(words: number, nesting: number): boolean {
    const tag = this.#take(1);
    if (tag < 0) return false;
    const { view } = this.#segment;
    const low = view.getInt32(tag, true);
    const high = view.getUint32(tag + 4, true);
    const length = low >>> 2;
    const dataWords = high & 0xffff;
    const pointerCount = high >>> 16;
    const step = dataWords + pointerCount;
    if ((low & 3) !== STRUCT || length * step !== words) return false;
    if (step === 0) return true;
    const first = this.#take(words);
    if (first < 0) return false;
    // Some element must need the last data word, and some the last pointer.
    let needsData = dataWords === 0;
    let needsPointers = pointerCount === 0;
    for (let index = 0; index < length; index++) {
      const at = first + index * step * BYTES_PER_WORD;
      const pointers = at + dataWords * BYTES_PER_WORD;
      needsData ||= this.#endsNonNull(at, dataWords);
      needsPointers ||= this.#endsNonNull(pointers, pointerCount);
      if (!this.#pointers(pointers, pointerCount, nesting)) return false;
    }
    return needsData && needsPointers;
  }

  #pointers(at: number, count: number, nesting: number): boolean {
    for (let index = 0; index < count; index++) {
      if (!this.pointer(at + index * BYTES_PER_WORD, nesting)) return false;
    }
    return true;
  }

  /** Takes words at the head; their offset, or -1 if the segment ends before. */
  #take(words: number): number {
    const at = this.head;
    if (at + words * BYTES_PER_WORD > this.#segment.end) return -1;
    this.head = at + words * BYTES_PER_WORD;
    return at;
  }

  /** Whether a section has no last word that is zero. */
  #endsNonNull(at: number, words: number): boolean {
    return words === 0 || !isNull(this.#segment.view, at + (words - 1) * BYTES_PER_WORD);
  }

  #paddingIsZero(at: number, bits: number): boolean {
    const { bytes } = this.#segment;
    const whole = at + Math.floor(bits / 8);
    if (bits % 8 !== 0 && bytes[whole]! >>> (bits % 8) !== 0) return false;
    for (let index = at + Math.ceil(bits / 8); index < this.head; index++) if (bytes[index] !== 0) return false;
    return true;
  }
}
