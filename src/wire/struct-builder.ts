/**
 * StructBuilder: a struct being built, the base of generated builders. Its sections are at least as large as the schema
 * says, so fields are reached without bounds checks. Offsets and masks are as in StructReader.
 *
 * Setters throw UsageError "value-out-of-range" for a number the field cannot hold exactly.
 */

import { UsageError } from "../errors.js";
import type { AnyPointerReader } from "./any-pointer.js";
import { AnyPointerBuilder } from "./any-pointer.js";
import { builtData, writeData } from "./data.js";
import { type EnumType, enumOrdinal } from "./enum-type.js";
import { float32Bits, float32FromBits, float64Bits, float64FromBits } from "./float-bits.js";
import { INSPECT, type Inspect, inspectStruct } from "./inspect.js";
import { clearPointer } from "./layout.js";
import { Orphan } from "./orphan.js";
import { isNull } from "./pointer.js";
import type { PointerType, StructBuilderClass, StructReaderClass } from "./pointer-type.js";
import type { BuilderSegment } from "./segment.js";
import { inactiveMember } from "./struct-reader.js";
import { builtText } from "./text.js";
import { UNLIMITED_NESTING } from "./word.js";

export class StructBuilder {
  declare readonly $segment: BuilderSegment;
  /** Offset of the data section. */
  declare readonly $data: number;
  /** Offset of the pointer section, which follows the data section. */
  declare readonly $pointers: number;
  declare readonly $pointerCount: number;

  constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
    this.$segment = segment;
    this.$data = data;
    this.$pointers = pointers;
    this.$pointerCount = pointerCount;
  }

  /** Bytes of the data section. */
  get $dataSize(): number {
    return this.$pointers - this.$data;
  }

  [INSPECT](depth: number, options: object, inspect?: Inspect): string {
    return inspectStruct(this, depth, options, inspect);
  }

  $bool(bit: number): boolean {
    return ((this.$segment.bytes[this.$data + (bit >>> 3)]! >>> (bit & 7)) & 1) !== 0;
  }

  $int8(offset: number): number {
    return this.$segment.view.getInt8(this.$data + offset);
  }

  $uint8(offset: number): number {
    return this.$segment.view.getUint8(this.$data + offset);
  }

  $int16(offset: number): number {
    return this.$segment.view.getInt16(this.$data + offset, true);
  }

  $uint16(offset: number): number {
    return this.$segment.view.getUint16(this.$data + offset, true);
  }

  $int32(offset: number): number {
    return this.$segment.view.getInt32(this.$data + offset, true);
  }

  $uint32(offset: number): number {
    return this.$segment.view.getUint32(this.$data + offset, true);
  }

  $int64(offset: number): bigint {
    return this.$segment.view.getBigInt64(this.$data + offset, true);
  }

  $uint64(offset: number): bigint {
    return this.$segment.view.getBigUint64(this.$data + offset, true);
  }

  $float32(offset: number): number {
    return this.$segment.view.getFloat32(this.$data + offset, true);
  }

  $float64(offset: number): number {
    return this.$segment.view.getFloat64(this.$data + offset, true);
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

  $enum<E extends string>(offset: number, names: readonly E[]): E | number {
    const ordinal = this.$uint16(offset);
    return names[ordinal] ?? ordinal;
  }

  $enumDefault<E extends string>(offset: number, names: readonly E[], mask: number): E | number {
    const ordinal = this.$uint16(offset) ^ mask;
    return names[ordinal] ?? ordinal;
  }

  /** Which member of a union is set. */
  $which<E extends string>(offset: number, names: readonly E[]): E | number {
    const discriminant = this.$uint16(offset);
    return names[discriminant] ?? discriminant;
  }

  /** Makes member number `discriminant` of the union whose discriminant lies at `offset` the one that is set. */
  $setWhich(offset: number, discriminant: number): void {
    this.$segment.view.setUint16(this.$data + offset, discriminant, true);
  }

  /** Throws UsageError unless the union whose discriminant lies at `offset` holds member number `discriminant`. */
  $expect(offset: number, discriminant: number, member: string): void {
    if (this.$uint16(offset) !== discriminant) throw inactiveMember(member, this.$uint16(offset));
  }

  $setBool(bit: number, value: boolean): void {
    const at = this.$data + (bit >>> 3);
    const { bytes } = this.$segment;
    const flag = 1 << (bit & 7);
    if (value) bytes[at]! |= flag;
    else bytes[at]! &= ~flag;
  }

  $setInt8(offset: number, value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange("Int8", value);
    this.$segment.view.setInt8(this.$data + offset, value);
  }

  $setUint8(offset: number, value: number): void {
    if ((value & 0xff) !== value) throw outOfRange("UInt8", value);
    this.$segment.view.setUint8(this.$data + offset, value);
  }

  $setInt16(offset: number, value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange("Int16", value);
    this.$segment.view.setInt16(this.$data + offset, value, true);
  }

  $setUint16(offset: number, value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange("UInt16", value);
    this.$segment.view.setUint16(this.$data + offset, value, true);
  }

  $setInt32(offset: number, value: number): void {
    if ((value | 0) !== value) throw outOfRange("Int32", value);
    this.$segment.view.setInt32(this.$data + offset, value, true);
  }

  $setUint32(offset: number, value: number): void {
    if (value >>> 0 !== value) throw outOfRange("UInt32", value);
    this.$segment.view.setUint32(this.$data + offset, value, true);
  }

  $setInt64(offset: number, value: bigint): void {
    if (value < MIN_INT64 || value > MAX_INT64) throw outOfRange("Int64", value);
    this.$segment.view.setBigInt64(this.$data + offset, value, true);
  }

  $setUint64(offset: number, value: bigint): void {
    if (value < 0n || value > MAX_UINT64) throw outOfRange("UInt64", value);
    this.$segment.view.setBigUint64(this.$data + offset, value, true);
  }

  $setFloat32(offset: number, value: number): void {
    if (Number.isNaN(value)) this.$segment.view.setUint32(this.$data + offset, float32Bits(value), true);
    else this.$segment.view.setFloat32(this.$data + offset, value, true);
  }

  $setFloat64(offset: number, value: number): void {
    if (Number.isNaN(value)) this.$segment.view.setBigUint64(this.$data + offset, float64Bits(value), true);
    else this.$segment.view.setFloat64(this.$data + offset, value, true);
  }

  $setBoolDefault(bit: number, value: boolean, mask: boolean): void {
    this.$setBool(bit, value !== mask);
  }

  $setInt8Default(offset: number, value: number, mask: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange("Int8", value);
    this.$segment.view.setInt8(this.$data + offset, value ^ mask);
  }

  $setUint8Default(offset: number, value: number, mask: number): void {
    if ((value & 0xff) !== value) throw outOfRange("UInt8", value);
    this.$segment.view.setUint8(this.$data + offset, value ^ mask);
  }

  $setInt16Default(offset: number, value: number, mask: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange("Int16", value);
    this.$segment.view.setInt16(this.$data + offset, value ^ mask, true);
  }

  $setUint16Default(offset: number, value: number, mask: number): void {
    if ((value & 0xffff) !== value) throw outOfRange("UInt16", value);
    this.$segment.view.setUint16(this.$data + offset, value ^ mask, true);
  }

  $setInt32Default(offset: number, value: number, mask: number): void {
    if ((value | 0) !== value) throw outOfRange("Int32", value);
    this.$segment.view.setInt32(this.$data + offset, value ^ mask, true);
  }

  $setUint32Default(offset: number, value: number, mask: number): void {
    if (value >>> 0 !== value) throw outOfRange("UInt32", value);
    this.$segment.view.setUint32(this.$data + offset, value ^ mask, true);
  }

  $setInt64Default(offset: number, value: bigint, mask: bigint): void {
    if (value < MIN_INT64 || value > MAX_INT64) throw outOfRange("Int64", value);
    this.$segment.view.setBigInt64(this.$data + offset, value ^ mask, true);
  }

  $setUint64Default(offset: number, value: bigint, mask: bigint): void {
    if (value < 0n || value > MAX_UINT64) throw outOfRange("UInt64", value);
    this.$segment.view.setBigUint64(this.$data + offset, value ^ mask, true);
  }

  $setFloat32Default(offset: number, value: number, mask: number): void {
    this.$segment.view.setUint32(this.$data + offset, float32Bits(value) ^ mask, true);
  }

  $setFloat64Default(offset: number, value: number, mask: bigint): void {
    this.$segment.view.setBigUint64(this.$data + offset, float64Bits(value) ^ mask, true);
  }

  /** Sets an enum by name or ordinal. Throws UsageError for a name the enum does not have. */
  $setEnum<E extends string>(offset: number, value: E | number, type: EnumType<E>): void {
    this.$segment.view.setUint16(this.$data + offset, enumOrdinal(type, value), true);
  }

  $setEnumDefault<E extends string>(offset: number, value: E | number, type: EnumType<E>, mask: number): void {
    this.$segment.view.setUint16(this.$data + offset, enumOrdinal(type, value) ^ mask, true);
  }

  /** Whether pointer `index` is not null. */
  $has(index: number): boolean {
    return !isNull(this.$segment.view, this.$pointers + index * 8);
  }

  /** Pointer `index` for changing in place. */
  $get<R, B, I>(index: number, type: PointerType<R, B, I>): B {
    return type.get(this.$segment, this.$pointers + index * 8);
  }

  /** Like `$get`; a null pointer first becomes a copy of `fallback`, the schema's default. */
  $getDefault<R, B, I>(index: number, type: PointerType<R, B, I>, fallback: AnyPointerReader): B {
    const at = this.$pointers + index * 8;
    if (isNull(this.$segment.view, at)) new AnyPointerBuilder(this.$segment, at).setAny(fallback);
    return type.get(this.$segment, at);
  }

  /** Replaces pointer `index` by a zeroed object. */
  $init<R, B, I>(index: number, type: PointerType<R, B, I>, count?: number): B {
    return type.init(this.$segment, this.$pointers + index * 8, count);
  }

  /** Replaces pointer `index` by a copy of `value`. */
  $set<R, B, I>(index: number, type: PointerType<R, B, I>, value: I): void {
    type.set(this.$segment, this.$pointers + index * 8, value);
  }

  $text(index: number): string {
    return builtText(this.$segment, this.$pointers + index * 8);
  }

  $textDefault(index: number, fallback: string): string {
    return this.$has(index) ? this.$text(index) : fallback;
  }

  $setText(index: number, value: string): void {
    this.$segment.writeText(this.$pointers + index * 8, value);
  }

  /** The bytes of a Data, writable in place. */
  $bytes(index: number): Uint8Array {
    return builtData(this.$segment, this.$pointers + index * 8);
  }

  $setBytes(index: number, value: Uint8Array): void {
    writeData(this.$segment, this.$pointers + index * 8, value);
  }

  /** Pointer `index` untyped. */
  $pointer(index: number): AnyPointerBuilder {
    return new AnyPointerBuilder(this.$segment, this.$pointers + index * 8);
  }

  /** Erases what pointer `index` holds. */
  $clear(index: number): void {
    clearPointer(this.$segment, this.$pointers + index * 8);
  }

  /** Takes what pointer `index` holds off the tree, leaving null. */
  $disown(index: number): Orphan {
    return Orphan.take(this.$segment, this.$pointers + index * 8);
  }

  /** Replaces what pointer `index` holds by `orphan`, which is used up. */
  $adopt(index: number, orphan: Orphan): void {
    orphan.adoptInto(this.$segment, this.$pointers + index * 8);
  }

  /** Zeroes `length` bytes of the data section. */
  $zeroData(offset: number, length: number): void {
    this.$segment.bytes.fill(0, this.$data + offset, this.$data + offset + length);
  }

  /** The same struct through another class: a group of this struct. */
  $group<G>(Group: StructBuilderClass<G>): G {
    return new Group(this.$segment, this.$data, this.$pointers, this.$pointerCount);
  }

  /** The struct as readers see it; sees what is built until something more is allocated. */
  $asReader<R>(Reader: StructReaderClass<R>): R {
    return new Reader(
      this.$segment.reader(),
      this.$data,
      this.$dataSize,
      this.$pointers,
      this.$pointerCount,
      UNLIMITED_NESTING,
    );
  }
}

const MIN_INT64 = -0x8000_0000_0000_0000n;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** `value` does not fit `type`. */
export function outOfRange(type: string, value: unknown): UsageError {
  return new UsageError("value-out-of-range", `${String(value)} is no ${type}`);
}
