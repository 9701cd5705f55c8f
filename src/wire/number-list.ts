/**
 * Lists of numbers: typed arrays. Reading gives a view of the message where the elements lie densely and aligned, else a
 * copy; building gives a view that writes into the message. Numbers are little-endian on the wire; on a big-endian host
 * reading always copies and building in place is refused.
 */

import { UsageError } from "../errors.js";
import { allocateList, clearPointer, copyBytes, follow, replace } from "./layout.js";
import { type ListTarget, resolveList } from "./list-pointer.js";
import { type ListInit, toArrayLike } from "./list-reader.js";
import { isNull } from "./pointer.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { outOfRange } from "./struct-builder.js";
import { wrongKind } from "./upgrade.js";
import { BYTE_ELEMENTS, EIGHT_BYTE_ELEMENTS, FOUR_BYTE_ELEMENTS, LIST, TWO_BYTE_ELEMENTS } from "./word.js";

/** What the typed arrays of numbers (or bigints) `N` have in common. */
export interface NumberArray<N> extends ArrayLike<N>, Iterable<N> {
  [index: number]: N;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
  slice(start?: number, end?: number): NumberArray<N>;
}

/** How one element type is encoded. */
interface NumberCodec<A, N> {
  readonly name: string;
  readonly elementSize: number;
  readonly bytes: number;
  /** A view of `length` elements at `offset`, which is aligned. */
  view(buffer: ArrayBufferLike, offset: number, length: number): A;
  read(view: DataView, at: number): N;
  write(view: DataView, at: number, value: N): void;
  /** Whether the element type holds `value` exactly. */
  holds(value: N): boolean;
  /** Whether `values` is this type's own kind of array, every element of which it holds. */
  isOwn(values: unknown): values is A;
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export class NumberListType<A extends NumberArray<N>, N> implements PointerType<A, A, ListInit<N>> {
  readonly kind = "list";
  declare private readonly codec: NumberCodec<A, N>;

  constructor(codec: NumberCodec<A, N>) {
    this.codec = codec;
  }

  read(segment: ReaderSegment, at: number, nesting: number): A {
    if (isNull(segment.view, at)) return this.zero();
    const { codec } = this;
    const target = resolveList(segment, at, nesting, codec.elementSize);
    if (target.step === codec.bytes && target.start % codec.bytes === 0 && IS_LITTLE_ENDIAN) {
      return codec.view(target.segment.view.buffer, target.start, target.length);
    }
    return this.gather(target);
  }

  /** A copy of elements that lie unaligned or apart. */
  private gather(target: ListTarget): A {
    const { codec } = this;
    const { length, start, step } = target;
    const { view } = target.segment;
    const values = codec.view(new ArrayBuffer(length * codec.bytes), 0, length);
    for (let index = 0; index < length; index++) values[index] = codec.read(view, start + index * step);
    return values;
  }

  zero(): A {
    return this.codec.view(new ArrayBuffer(0), 0, 0);
  }

  /** Throws UsageError when the list is one of larger elements (an upgraded list): read it instead, or make a new one. */
  get(segment: BuilderSegment, at: number): A {
    if (isNull(segment.view, at)) return this.zero();
    const target = follow(segment, at);
    if ((target.low & 3) !== LIST) throw wrongKind("list");
    if ((target.high & 7) !== this.codec.elementSize)
      throw wrongKind(`list of ${this.codec.name} that can be changed in place`);
    return this.inPlace(target.segment, target.content, target.high >>> 3);
  }

  init(segment: BuilderSegment, at: number, count = 0): A {
    clearPointer(segment, at);
    const place = allocateList(segment, at, this.codec.elementSize, count);
    return this.inPlace(place.segment, place.content, count);
  }

  private inPlace(segment: BuilderSegment, at: number, length: number): A {
    if (!IS_LITTLE_ENDIAN) {
      throw new UsageError(
        "big-endian-host",
        "Lists of numbers cannot be changed in place on a big-endian host; set them whole",
      );
    }
    return this.codec.view(segment.view.buffer, at, length);
  }

  set(segment: BuilderSegment, at: number, value: ListInit<N>): void {
    const { codec } = this;
    if (IS_LITTLE_ENDIAN && codec.isOwn(value)) {
      this.setOwn(segment, at, value);
      return;
    }
    const values = toArrayLike(value);
    for (let index = 0; index < values.length; index++) {
      if (!codec.holds(values[index]!)) throw outOfRange(codec.name, values[index]);
    }
    replace(segment, at, () => {
      const place = allocateList(segment, at, codec.elementSize, values.length);
      const { view } = place.segment;
      for (let index = 0; index < values.length; index++) {
        codec.write(view, place.content + index * codec.bytes, values[index]!);
      }
    });
  }

  /** Copies an array of the element type as it is. */
  private setOwn(segment: BuilderSegment, at: number, values: A): void {
    const { elementSize } = this.codec;
    const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    replace(segment, at, () => {
      const place = allocateList(segment, at, elementSize, values.length);
      copyBytes(place.segment.bytes, place.content, source, 0, source.length);
    });
  }

  toPlain(value: A): A {
    return value.slice() as NumberArray<N> as A;
  }
}

export const Int8List = /*@__PURE__*/ new NumberListType<Int8Array, number>({
  name: "Int8",
  elementSize: BYTE_ELEMENTS,
  bytes: 1,
  view: (buffer, offset, length) => new Int8Array(buffer, offset, length),
  read: (view, at) => view.getInt8(at),
  write: (view, at, value) => view.setInt8(at, value),
  holds: (value) => (value << 24) >> 24 === value,
  isOwn: (values) => values instanceof Int8Array,
});

export const UInt8List = /*@__PURE__*/ new NumberListType<Uint8Array, number>({
  name: "UInt8",
  elementSize: BYTE_ELEMENTS,
  bytes: 1,
  view: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
  read: (view, at) => view.getUint8(at),
  write: (view, at, value) => view.setUint8(at, value),
  holds: (value) => (value & 0xff) === value,
  isOwn: (values) => values instanceof Uint8Array,
});

export const Int16List = /*@__PURE__*/ new NumberListType<Int16Array, number>({
  name: "Int16",
  elementSize: TWO_BYTE_ELEMENTS,
  bytes: 2,
  view: (buffer, offset, length) => new Int16Array(buffer, offset, length),
  read: (view, at) => view.getInt16(at, true),
  write: (view, at, value) => view.setInt16(at, value, true),
  holds: (value) => (value << 16) >> 16 === value,
  isOwn: (values) => values instanceof Int16Array,
});

export const UInt16List = /*@__PURE__*/ new NumberListType<Uint16Array, number>({
  name: "UInt16",
  elementSize: TWO_BYTE_ELEMENTS,
  bytes: 2,
  view: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
  read: (view, at) => view.getUint16(at, true),
  write: (view, at, value) => view.setUint16(at, value, true),
  holds: (value) => (value & 0xffff) === value,
  isOwn: (values) => values instanceof Uint16Array,
});

export const Int32List = /*@__PURE__*/ new NumberListType<Int32Array, number>({
  name: "Int32",
  elementSize: FOUR_BYTE_ELEMENTS,
  bytes: 4,
  view: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  read: (view, at) => view.getInt32(at, true),
  write: (view, at, value) => view.setInt32(at, value, true),
  holds: (value) => (value | 0) === value,
  isOwn: (values) => values instanceof Int32Array,
});

export const UInt32List = /*@__PURE__*/ new NumberListType<Uint32Array, number>({
  name: "UInt32",
  elementSize: FOUR_BYTE_ELEMENTS,
  bytes: 4,
  view: (buffer, offset, length) => new Uint32Array(buffer, offset, length),
  read: (view, at) => view.getUint32(at, true),
  write: (view, at, value) => view.setUint32(at, value, true),
  holds: (value) => value >>> 0 === value,
  isOwn: (values) => values instanceof Uint32Array,
});

export const Float32List = /*@__PURE__*/ new NumberListType<Float32Array, number>({
  name: "Float32",
  elementSize: FOUR_BYTE_ELEMENTS,
  bytes: 4,
  view: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  read: (view, at) => view.getFloat32(at, true),
  write: (view, at, value) => view.setFloat32(at, value, true),
  holds: (value) => typeof value === "number",
  isOwn: (values) => values instanceof Float32Array,
});

export const Float64List = /*@__PURE__*/ new NumberListType<Float64Array, number>({
  name: "Float64",
  elementSize: EIGHT_BYTE_ELEMENTS,
  bytes: 8,
  view: (buffer, offset, length) => new Float64Array(buffer, offset, length),
  read: (view, at) => view.getFloat64(at, true),
  write: (view, at, value) => view.setFloat64(at, value, true),
  holds: (value) => typeof value === "number",
  isOwn: (values) => values instanceof Float64Array,
});

export const Int64List = /*@__PURE__*/ new NumberListType<BigInt64Array, bigint>({
  name: "Int64",
  elementSize: EIGHT_BYTE_ELEMENTS,
  bytes: 8,
  view: (buffer, offset, length) => new BigInt64Array(buffer, offset, length),
  read: (view, at) => view.getBigInt64(at, true),
  write: (view, at, value) => view.setBigInt64(at, value, true),
  holds: (value) => BigInt.asIntN(64, value) === value,
  isOwn: (values) => values instanceof BigInt64Array,
});

export const UInt64List = /*@__PURE__*/ new NumberListType<BigUint64Array, bigint>({
  name: "UInt64",
  elementSize: EIGHT_BYTE_ELEMENTS,
  bytes: 8,
  view: (buffer, offset, length) => new BigUint64Array(buffer, offset, length),
  read: (view, at) => view.getBigUint64(at, true),
  write: (view, at, value) => view.setBigUint64(at, value, true),
  holds: (value) => BigInt.asUintN(64, value) === value,
  isOwn: (values) => values instanceof BigUint64Array,
});
