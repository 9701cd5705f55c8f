/**
 * Orphans that are lists: made shorter or longer, put together from others, collected struct by struct, or lying in memory that is not
 * the message's own. Objects that lists point to are moved, not copied.
 */

import { UsageError } from "../errors.js";
import { Data } from "./data.js";
import {
  allocateList,
  allocateStructList,
  attach,
  type BuiltTarget,
  clearPointer,
  clearPointers,
  detach,
  follow,
  transfer,
} from "./layout.js";
import type { ListInit } from "./list-reader.js";
import type { MessageBuilder } from "./message.js";
import { Orphan, type SpareSlot } from "./orphan.js";
import type { PointerType, StructType } from "./pointer-type.js";
import type { BuilderSegment } from "./segment.js";
import type { StructReader } from "./struct-reader.js";
import {
  BIT_ELEMENTS,
  BYTE_ELEMENTS,
  COMPOSITE_ELEMENTS,
  ELEMENT_BITS,
  LIST,
  MAX_LIST_LENGTH,
  POINTER_ELEMENTS,
  roundUpToWord,
} from "./word.js";

/** How a list lies in a message. */
interface Shape {
  readonly elementSize: number;
  readonly length: number;
  /** Of struct lists: bytes of data and pointers in each element. */
  readonly dataSize: number;
  readonly pointerCount: number;
}

/**
 * Makes the list, Data or Text that an orphan holds `length` elements long (bytes of UTF-8 for Text); new ones are zero. What is cut off
 * gives its room back if it was the last thing allocated. Returns the list. Throws UsageError.
 */
export function resizeOrphan<R, B, I>(orphan: Orphan, type: PointerType<R, B, I>, length: number): B {
  const { slot } = orphan;
  if (orphan.isNull) return orphan.init(type, length);
  const isText = type.kind === "text";
  const wanted = isText ? length + 1 : length;
  if (!(Number.isInteger(wanted) && wanted >= 0 && wanted <= MAX_LIST_LENGTH)) {
    throw new UsageError("list-too-long", `A list's length is 0 to ${MAX_LIST_LENGTH}, not ${length}`);
  }
  const shape = shapeOf(follow(slot.segment, slot.at));
  if (wanted > shape.length) grow(slot, shape, wanted);
  else if (wanted < shape.length) shrink(slot, shape, wanted, isText);
  return orphan.as(type);
}

/** A list with the elements of `lists`, readers or builders of any message, one behind the other. Structs keep what a newer schema put into them. */
export function concatLists<R extends object, B extends object>(
  message: MessageBuilder,
  type: PointerType<R, B, ListInit<never> | R | B>,
  lists: readonly (R | B)[],
): Orphan {
  const all = lists as readonly (Iterable<unknown> & { readonly length: number })[];
  const length = all.reduce((sum, each) => sum + each.length, 0);
  const orphan = Orphan.empty(message);
  const list = initAsLarge(orphan, type, all, length) as { set(...args: unknown[]): void };
  let at = 0;
  for (const each of all) {
    if (ArrayBuffer.isView(list)) list.set(each, at);
    else for (const [index, element] of [...each].entries()) list.set(at + index, element);
    at += each.length;
  }
  return orphan;
}

/** Structs that become a list whose length is known in the end only. */
export class ListCollector<R, B, I> {
  readonly #message: MessageBuilder;
  readonly #type: StructType<R, B, I>;
  readonly #elements: Orphan[] = [];

  constructor(message: MessageBuilder, type: StructType<R, B, I>) {
    this.#message = message;
    this.#type = type;
  }

  get length(): number {
    return this.#elements.length;
  }

  /** Adds a struct, zeroed or a copy of `value`. What it returns must not be used after `finish`. */
  add(value?: I): B {
    const orphan = Orphan.empty(this.#message);
    this.#elements.push(orphan);
    if (value === undefined) return orphan.init(this.#type);
    orphan.set(this.#type, value);
    return orphan.as(this.#type);
  }

  /** The list, to be adopted; the collector is empty again. */
  finish(): Orphan {
    let { dataWords, pointerCount } = this.#type;
    const elements = this.#elements.splice(0);
    const targets = elements.map(({ slot }) => follow(slot.segment, slot.at));
    // Copies of what a newer schema made are larger.
    for (const { high } of targets) {
      dataWords = Math.max(dataWords, high & 0xffff);
      pointerCount = Math.max(pointerCount, high >>> 16);
    }
    const list = Orphan.empty(this.#message);
    const { segment, at } = list.slot;
    const place = allocateStructList(segment, at, elements.length, dataWords, pointerCount);
    for (const [index, { segment: from, content, high }] of targets.entries()) {
      const to = place.content + 8 + index * (dataWords + pointerCount) * 8;
      const sizes = { dataSize: (high & 0xffff) * 8, pointerCount: high >>> 16 };
      moveStruct(from, content, sizes, place.segment, to, dataWords * 8);
    }
    for (const each of elements) each.discard();
    return list;
  }
}

/**
 * Data that lies in `bytes` themselves, which become a segment of the message and must stay as they are until it is written. They are
 * whole words, or followed by zeros up to the next word in their buffer. Throws UsageError.
 */
export function externalData(message: MessageBuilder, bytes: Uint8Array): Orphan {
  const { byteLength } = bytes;
  if (byteLength > MAX_LIST_LENGTH) {
    throw new UsageError("list-too-long", `Data has at most ${MAX_LIST_LENGTH} bytes, not ${byteLength}`);
  }
  const orphan = Orphan.empty(message);
  if (byteLength === 0) {
    orphan.init(Data, 0);
    return orphan;
  }
  const segment = message.addExternal(padded(bytes));
  const { slot } = orphan;
  const high = BYTE_ELEMENTS + byteLength * 8;
  attach(slot.segment, slot.at, { segment, low: LIST, high, content: segment.start });
  return orphan;
}

function padded({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  const words = roundUpToWord(byteLength);
  if (byteOffset + words <= buffer.byteLength) {
    const all = new Uint8Array(buffer, byteOffset, words);
    if (all.subarray(byteLength).every((byte) => byte === 0)) return all;
  }
  throw new UsageError("unpadded-data", "External data is whole words, or has zeros behind it up to the next word");
}

function shapeOf({ segment, low, high, content }: BuiltTarget): Shape {
  if ((low & 3) !== LIST) throw new UsageError("wrong-pointer-kind", "This orphan holds no list");
  const elementSize = high & 7;
  if (elementSize !== COMPOSITE_ELEMENTS) return { elementSize, length: high >>> 3, dataSize: 0, pointerCount: 0 };
  const sizes = segment.view.getUint32(content + 4, true);
  const length = segment.view.getUint32(content, true) >>> 2;
  return { elementSize, length, dataSize: (sizes & 0xffff) * 8, pointerCount: sizes >>> 16 };
}

/** Bytes of `length` elements, a struct list's tag included. */
function bytesOf({ elementSize, dataSize, pointerCount }: Shape, length: number): number {
  if (elementSize === COMPOSITE_ELEMENTS) return 8 + length * (dataSize + pointerCount * 8);
  return Math.ceil((length * ELEMENT_BITS[elementSize]!) / 8);
}

function shrink(slot: SpareSlot, shape: Shape, length: number, isText: boolean): void {
  const target = detach(slot.segment, slot.at)!;
  const { segment, content } = target;
  const { elementSize, dataSize, pointerCount } = shape;
  const kept = bytesOf(shape, length);
  const end = content + roundUpToWord(bytesOf(shape, shape.length));
  let high = elementSize + length * 8;
  if (elementSize === COMPOSITE_ELEMENTS) {
    const step = dataSize + pointerCount * 8;
    for (let index = length; index < shape.length; index++) {
      clearPointers(segment, content + 8 + index * step + dataSize, pointerCount);
    }
    segment.view.setUint32(content, length * 4, true);
    high = elementSize + length * step;
  } else if (elementSize === POINTER_ELEMENTS) clearPointers(segment, content + kept, shape.length - length);
  // Memory that is not ours stays as it is.
  if (!segment.message.isExternal(segment)) {
    segment.bytes.fill(0, content + kept - (isText ? 1 : 0), end);
    if (elementSize === BIT_ELEMENTS && length % 8 > 0) segment.bytes[content + kept - 1]! &= (1 << (length % 8)) - 1;
    if (segment.pos === end) segment.pos = content + roundUpToWord(kept);
  }
  attach(slot.segment, slot.at, { ...target, high });
}

function grow({ segment, at }: SpareSlot, shape: Shape, length: number): void {
  const { message } = segment;
  const { elementSize, dataSize, pointerCount } = shape;
  const old = follow(segment, at);
  const spare = message.takeSlot(segment);
  if (elementSize === COMPOSITE_ELEMENTS) {
    const place = allocateStructList(spare.segment, spare.at, length, dataSize / 8, pointerCount);
    const step = dataSize + pointerCount * 8;
    for (let index = 0; index < shape.length; index++) {
      const offset = 8 + index * step;
      moveStruct(old.segment, old.content + offset, shape, place.segment, place.content + offset, dataSize);
    }
  } else {
    const place = allocateList(spare.segment, spare.at, elementSize, length);
    if (elementSize === POINTER_ELEMENTS) {
      movePointers(old.segment, old.content, place.segment, place.content, shape.length);
    } else {
      const bytes = old.segment.bytes.subarray(old.content, old.content + bytesOf(shape, shape.length));
      place.segment.bytes.set(bytes, place.content);
    }
  }
  clearPointer(segment, at);
  transfer(segment, at, spare.segment, spare.at);
  message.giveSlot(spare);
}

type StructSizes = Pick<Shape, "dataSize" | "pointerCount">;

/** Moves a struct into zeroed room that is as large or larger, with `toDataSize` bytes of data. */
function moveStruct(
  from: BuilderSegment,
  fromAt: number,
  { dataSize, pointerCount }: StructSizes,
  to: BuilderSegment,
  toAt: number,
  toDataSize: number,
): void {
  to.bytes.set(from.bytes.subarray(fromAt, fromAt + dataSize), toAt);
  movePointers(from, fromAt + dataSize, to, toAt + toDataSize, pointerCount);
}

function movePointers(from: BuilderSegment, fromAt: number, to: BuilderSegment, toAt: number, count: number): void {
  for (let index = 0; index < count; index++) transfer(to, toAt + index * 8, from, fromAt + index * 8);
}

/** A list of `type` whose structs, if it has any, are as large as the largest in `lists`. */
function initAsLarge<R, B, I>(
  orphan: Orphan,
  type: PointerType<R, B, I>,
  lists: readonly Iterable<unknown>[],
  length: number,
): B {
  const { elementType } = type as {
    readonly elementType?: { readonly dataWords?: number; readonly pointerCount?: number };
  };
  let dataWords = elementType?.dataWords;
  let pointers = elementType?.pointerCount;
  if (dataWords === undefined || pointers === undefined) return orphan.init(type, length);
  for (const list of lists) {
    // All structs of a list have one size.
    for (const first of list) {
      const { $dataSize = 0, $pointerCount = 0 } = first as Partial<StructReader>;
      dataWords = Math.max(dataWords, Math.ceil($dataSize / 8));
      pointers = Math.max(pointers, $pointerCount);
      break;
    }
  }
  const { segment, at } = orphan.slot;
  allocateStructList(segment, at, length, dataWords, pointers);
  return orphan.as(type);
}
