/**
 * Canonical form (encoding spec, "Canonicalization"): one segment, objects in preorder without gaps, trailing zero words and
 * null pointers of structs left out (in a list of structs: as many as every element can spare), padding zero. Messages with
 * the same content have the same canonical bytes, so that these can be hashed, signed and compared.
 */

import { AnyPointerReader } from "./any-pointer.js";
import { WireError } from "./errors.js";
import { copyBytes } from "./layout.js";
import { charge, tooDeep } from "./limits.js";
import { type ListTarget, listAt } from "./list-pointer.js";
import { isNull, outOfBounds, resolve, unknownPointer } from "./pointer.js";
import type { ReaderSegment } from "./segment.js";
import type { StructReader } from "./struct-reader.js";
import { BYTES_PER_WORD, COMPOSITE_ELEMENTS, ELEMENT_BITS, LIST, OTHER, POINTER_ELEMENTS, STRUCT } from "./word.js";

/**
 * The canonical form of what a pointer holds or of a struct: the words of a one-segment message whose root it is, without a
 * segment table. Throws WireError for a malformed source, one beyond its limits, or "capability-in-canonical".
 */
export function canonicalize(value: AnyPointerReader | StructReader): Uint8Array {
  const writer = new CanonicalWriter();
  const root = writer.allocate(1);
  if (value instanceof AnyPointerReader) writer.pointer(root, value.segment, value.at, value.nesting);
  else {
    writer.struct(root, {
      segment: value.$segment,
      data: value.$data,
      dataSize: value.$dataSize,
      pointers: value.$pointers,
      pointerCount: value.$pointerCount,
      nesting: value.$nesting,
    });
  }
  return writer.finish();
}

/** A struct's sections; `dataSize` in bytes. */
interface Sections {
  readonly segment: ReaderSegment;
  readonly data: number;
  readonly dataSize: number;
  readonly pointers: number;
  readonly pointerCount: number;
  /** For what the pointers lead to. */
  readonly nesting: number;
}

/** Bytes that one segment grows in, object by object. */
class CanonicalWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #pos = 0;

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#pos);
  }

  /** Takes zeroed words; their offset. */
  allocate(words: number): number {
    const at = this.#pos;
    this.#pos += words * BYTES_PER_WORD;
    if (this.#pos > this.#bytes.byteLength) {
      const bytes = new Uint8Array(Math.max(this.#pos, this.#bytes.byteLength * 2));
      bytes.set(this.#bytes.subarray(0, at));
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }

  /** Writes to `to` what the pointer at `at` holds. */
  pointer(to: number, segment: ReaderSegment, at: number, nesting: number): void {
    if (isNull(segment.view, at)) return;
    const { segment: home, low, high, content } = resolve(segment, at);
    if ((low & 3) === OTHER) {
      if (low !== OTHER) throw unknownPointer(segment, at);
      const message = "A message with a capability has no canonical form";
      throw new WireError("capability-in-canonical", message, segment.id, at - segment.start);
    }
    if (nesting <= 0) throw tooDeep(segment, at);
    if ((low & 3) === STRUCT) {
      this.struct(to, structAt(segment, at, home, content, high, nesting - 1));
    } else {
      this.#list(to, listAt(segment, at, home, content, high, high & 7), nesting - 1);
    }
  }

  /** Writes a struct, and the pointer to it at `to`. */
  struct(to: number, struct: Sections): void {
    const dataWords = usedDataWords(struct);
    const pointerCount = usedPointers(struct);
    if (dataWords + pointerCount === 0) {
      // Offset -1, so that the pointer is not null.
      this.#view.setInt32(to, -4, true);
      return;
    }
    const at = this.allocate(dataWords + pointerCount);
    this.#writePointer(to, at, STRUCT, dataWords + pointerCount * 0x10000);
    this.#sections(at, struct, dataWords, pointerCount);
  }

  /** Writes as much of a struct's sections, and then what its pointers hold. */
  #sections(at: number, struct: Sections, dataWords: number, pointerCount: number): void {
    const { segment, data, dataSize, pointers, nesting } = struct;
    this.#copy(at, segment, data, Math.min(dataSize, dataWords * BYTES_PER_WORD));
    for (let index = 0; index < pointerCount; index++) {
      const offset = index * BYTES_PER_WORD;
      this.pointer(at + dataWords * BYTES_PER_WORD + offset, segment, pointers + offset, nesting);
    }
  }

  #list(to: number, list: ListTarget, nesting: number): void {
    const { segment, start, length, elementSize } = list;
    if (elementSize === COMPOSITE_ELEMENTS) {
      this.#structList(to, list, nesting);
      return;
    }
    const bits = length * ELEMENT_BITS[elementSize]!;
    const at = this.allocate(Math.ceil(bits / 64));
    this.#writePointer(to, at, LIST, elementSize + length * 8);
    if (elementSize === POINTER_ELEMENTS) {
      for (let index = 0; index < length; index++) {
        const offset = index * BYTES_PER_WORD;
        this.pointer(at + offset, segment, start + offset, nesting);
      }
      return;
    }
    const bytes = Math.ceil(bits / 8);
    this.#copy(at, segment, start, bytes);
    if (bits % 8 !== 0) this.#bytes[at + bytes - 1]! &= (1 << (bits % 8)) - 1;
  }

  #structList(to: number, list: ListTarget, nesting: number): void {
    const { length, step } = list;
    let dataWords = 0;
    let pointerCount = 0;
    // Elements without size are all alike; there may be very many of them.
    for (let index = 0; step > 0 && index < length; index++) {
      const struct = element(list, index, nesting);
      dataWords = Math.max(dataWords, usedDataWords(struct));
      pointerCount = Math.max(pointerCount, usedPointers(struct));
    }
    const words = dataWords + pointerCount;
    const tag = this.allocate(1 + length * words);
    this.#writePointer(to, tag, LIST, COMPOSITE_ELEMENTS + length * words * 8);
    this.#view.setUint32(tag, length * 4 + STRUCT, true);
    this.#view.setUint32(tag + 4, dataWords + pointerCount * 0x10000, true);
    for (let index = 0; words > 0 && index < length; index++) {
      const at = tag + BYTES_PER_WORD * (1 + index * words);
      this.#sections(at, element(list, index, nesting), dataWords, pointerCount);
    }
  }

  #writePointer(to: number, target: number, kind: number, high: number): void {
    this.#view.setInt32(to, (target - to - BYTES_PER_WORD) / 2 + kind, true);
    this.#view.setUint32(to + 4, high, true);
  }

  #copy(at: number, segment: ReaderSegment, from: number, length: number): void {
    copyBytes(this.#bytes, at, segment.bytes, from, length);
  }
}

function structAt(
  segment: ReaderSegment,
  at: number,
  home: ReaderSegment,
  content: number,
  high: number,
  nesting: number,
): Sections {
  const dataSize = (high & 0xffff) * BYTES_PER_WORD;
  const pointerCount = high >>> 16;
  const size = dataSize + pointerCount * BYTES_PER_WORD;
  if (content < home.start || content + size > home.end) throw outOfBounds(segment, at);
  charge(segment, at, size / BYTES_PER_WORD);
  return { segment: home, data: content, dataSize, pointers: content + dataSize, pointerCount, nesting };
}

function element(list: ListTarget, index: number, nesting: number): Sections {
  const { segment, dataSize, pointerCount } = list;
  const data = list.start + index * list.step;
  return { segment, data, dataSize, pointers: data + dataSize, pointerCount, nesting };
}

/** Words of the data section up to the last byte that is not zero. */
function usedDataWords({ segment, data, dataSize }: Sections): number {
  let size = dataSize;
  while (size > 0 && segment.bytes[data + size - 1] === 0) size--;
  return Math.ceil(size / BYTES_PER_WORD);
}

/** Pointers up to the last that is not null. */
function usedPointers({ segment, pointers, pointerCount }: Sections): number {
  let count = pointerCount;
  while (count > 0 && isNull(segment.view, pointers + (count - 1) * BYTES_PER_WORD)) count--;
  return count;
}
