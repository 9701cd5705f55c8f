/**
 * StructReader: a struct being read, the base of generated readers. Fields past the end of the struct's sections read as
 * their defaults, so structs written by older schemas work. All members begin with `$`, which no field name can.
 *
 * Data offsets are bytes from the start of the data section, Bool offsets bits. The `…Default` forms XOR the stored value
 * with the default; for floats the mask is the default's bit pattern.
 */

import { UsageError } from "../errors.js";
import { AnyPointerReader } from "./any-pointer.js";
import { readCapabilityIndex } from "./capability-pointer.js";
import { readData } from "./data.js";
import { nullPointer } from "./empty.js";
import { float32FromBits, float64FromBits } from "./float-bits.js";
import { INSPECT, type Inspect, inspectStruct } from "./inspect.js";
import type { PointerType, StructReaderClass } from "./pointer-type.js";
import type { ReaderSegment } from "./segment.js";
import { readText } from "./text.js";

export class StructReader {
  declare readonly $segment: ReaderSegment;
  /** Offset of the data section. */
  declare readonly $data: number;
  /** Bytes of the data section; fewer than a word for a primitive list read as structs. */
  declare readonly $dataSize: number;
  /** Offset of the pointer section. */
  declare readonly $pointers: number;
  declare readonly $pointerCount: number;
  /** How many pointers may still be followed in depth. */
  declare readonly $nesting: number;

  constructor(
    segment: ReaderSegment,
    data: number,
    dataSize: number,
    pointers: number,
    pointerCount: number,
    nesting: number,
  ) {
    this.$segment = segment;
    this.$data = data;
    this.$dataSize = dataSize;
    this.$pointers = pointers;
    this.$pointerCount = pointerCount;
    this.$nesting = nesting;
  }

  [INSPECT](depth: number, options: object, inspect?: Inspect): string {
    return inspectStruct(this, depth, options, inspect);
  }

  $bool(bit: number): boolean {
    const byte = bit >>> 3;
    return byte < this.$dataSize && ((this.$segment.bytes[this.$data + byte]! >>> (bit & 7)) & 1) !== 0;
  }

  $int8(offset: number): number {
    return offset < this.$dataSize ? this.$segment.view.getInt8(this.$data + offset) : 0;
  }

  $uint8(offset: number): number {
    return offset < this.$dataSize ? this.$segment.view.getUint8(this.$data + offset) : 0;
  }

  $int16(offset: number): number {
    return offset + 2 <= this.$dataSize ? this.$segment.view.getInt16(this.$data + offset, true) : 0;
  }

  $uint16(offset: number): number {
    return offset + 2 <= this.$dataSize ? this.$segment.view.getUint16(this.$data + offset, true) : 0;
  }

  $int32(offset: number): number {
    return offset + 4 <= this.$dataSize ? this.$segment.view.getInt32(this.$data + offset, true) : 0;
  }

  $uint32(offset: number): number {
    return offset + 4 <= this.$dataSize ? this.$segment.view.getUint32(this.$data + offset, true) : 0;
  }

  $int64(offset: number): bigint {
    return offset + 8 <= this.$dataSize ? this.$segment.view.getBigInt64(this.$data + offset, true) : 0n;
  }

  $uint64(offset: number): bigint {
    return offset + 8 <= this.$dataSize ? this.$segment.view.getBigUint64(this.$data + offset, true) : 0n;
  }

  $float32(offset: number): number {
    return offset + 4 <= this.$dataSize ? this.$segment.view.getFloat32(this.$data + offset, true) : 0;
  }

  $float64(offset: number): number {
    return offset + 8 <= this.$dataSize ? this.$segment.view.getFloat64(this.$data + offset, true) : 0;
  }

  $boolDefault(bit: number, mask: boolean): boolean {
    return this.$bool(bit) !== mask;
  }

  $int8Default(offset: number, mask: number): number {
    return this.$int8(offset) ^ mask;
  }

  $uint8Default(offset: number, mask: number): number {
    return this.$uint8(offset) ^ mask;
  }

  $int16Default(offset: number, mask: number): number {
    return this.$int16(offset) ^ mask;
  }

  $uint16Default(offset: number, mask: number): number {
    return this.$uint16(offset) ^ mask;
  }

  $int32Default(offset: number, mask: number): number {
    return this.$int32(offset) ^ mask;
  }

  $uint32Default(offset: number, mask: number): number {
    return (this.$uint32(offset) ^ mask) >>> 0;
  }

  $int64Default(offset: number, mask: bigint): bigint {
    return this.$int64(offset) ^ mask;
  }

  $uint64Default(offset: number, mask: bigint): bigint {
    return this.$uint64(offset) ^ mask;
  }

  $float32Default(offset: number, mask: number): number {
    return float32FromBits(this.$uint32(offset) ^ mask);
  }

  $float64Default(offset: number, mask: bigint): number {
    return float64FromBits(this.$uint64(offset) ^ mask);
  }

  /** An enum: its name, or its ordinal if `names` does not have it. */
  $enum<E extends string>(offset: number, names: readonly E[]): E | number {
    const ordinal = this.$uint16(offset);
    return names[ordinal] ?? ordinal;
  }

  /** `mask` is the default's ordinal. */
  $enumDefault<E extends string>(offset: number, names: readonly E[], mask: number): E | number {
    const ordinal = this.$uint16(offset) ^ mask;
    return names[ordinal] ?? ordinal;
  }

  /** Which member of a union is set: its name, or its discriminant if `names` does not have it. */
  $which<E extends string>(offset: number, names: readonly E[]): E | number {
    const discriminant = this.$uint16(offset);
    return names[discriminant] ?? discriminant;
  }

  /** Throws UsageError unless the union whose discriminant lies at `offset` holds member number `discriminant`. */
  $expect(offset: number, discriminant: number, member: string): void {
    if (this.$uint16(offset) !== discriminant) throw inactiveMember(member, this.$uint16(offset));
  }

  /** Whether pointer `index` is there and not null. */
  $has(index: number): boolean {
    if (index >= this.$pointerCount) return false;
    const { view } = this.$segment;
    const at = this.$pointers + index * 8;
    return view.getInt32(at, true) !== 0 || view.getInt32(at + 4, true) !== 0;
  }

  /** Pointer `index` as `type`. */
  $read<R, B, I>(index: number, type: PointerType<R, B, I>): R {
    if (index >= this.$pointerCount) return type.zero();
    return type.read(this.$segment, this.$pointers + index * 8, this.$nesting);
  }

  /** Pointer `index` as `type`; `fallback` is the schema's default for a null pointer. */
  $readDefault<R, B, I>(index: number, type: PointerType<R, B, I>, fallback: AnyPointerReader): R {
    if (!this.$has(index)) return type.read(fallback.segment, fallback.at, fallback.nesting);
    return type.read(this.$segment, this.$pointers + index * 8, this.$nesting);
  }

  $text(index: number): string {
    return index < this.$pointerCount ? readText(this.$segment, this.$pointers + index * 8) : "";
  }

  $textDefault(index: number, fallback: string): string {
    return this.$has(index) ? readText(this.$segment, this.$pointers + index * 8) : fallback;
  }

  /** A view of the message's bytes, not a copy. */
  $bytes(index: number): Uint8Array {
    return index < this.$pointerCount ? readData(this.$segment, this.$pointers + index * 8) : new Uint8Array(0);
  }

  /** Pointer `index` untyped. */
  $pointer(index: number): AnyPointerReader {
    if (index >= this.$pointerCount) return nullPointer;
    return new AnyPointerReader(this.$segment, this.$pointers + index * 8, this.$nesting);
  }

  /** The cap table index in pointer `index`; -1 if it is null. */
  $capabilityIndex(index: number): number {
    return index < this.$pointerCount ? readCapabilityIndex(this.$segment, this.$pointers + index * 8) : -1;
  }

  /** The same struct through another class: a group of this struct. */
  $group<G>(Group: StructReaderClass<G>): G {
    return new Group(this.$segment, this.$data, this.$dataSize, this.$pointers, this.$pointerCount, this.$nesting);
  }
}

/** The member asked for is not the one its union holds. */
export function inactiveMember(member: string, discriminant: number): UsageError {
  return new UsageError(
    "inactive-union-member",
    `Union member ${member} is not set (the discriminant is ${discriminant}); look at "which" first`,
  );
}
