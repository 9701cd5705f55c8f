/**
 * Values → the `Value`s of schema nodes. Lists and structs become little messages of their own, laid out by the types' nodes,
 * with scalars XORed with their fields' defaults as everywhere on the wire.
 */

import { NO_DISCRIMINANT, type Node, type Slot, type Type, type Value } from "../schema/model.js";
import { AnyPointerBuilder, type AnyPointerReader } from "../wire/any-pointer.js";
import { writeData } from "../wire/data.js";
import { allocateList, allocateStruct, allocateStructList, type Place } from "../wire/layout.js";
import { MessageBuilder } from "../wire/message.js";
import type { BuilderSegment } from "../wire/segment.js";
import {
  BIT_ELEMENTS,
  BYTE_ELEMENTS,
  EIGHT_BYTE_ELEMENTS,
  FOUR_BYTE_ELEMENTS,
  POINTER_ELEMENTS,
  TWO_BYTE_ELEMENTS,
  VOID_ELEMENTS,
} from "../wire/word.js";
import { type LgSize, sizeOf } from "./type-size.js";
import type { Assignment, Evaluated, ListValue, StructValue } from "./value.js";

/** What the writer needs to know of the types. */
export interface TypeLookup {
  node(id: bigint): Node | undefined;
  /** The default of a field; undefined if it is zero. */
  defaultOf(slot: Slot): Evaluated | undefined;
}

/** Thrown when the values of a run would take more memory than anyone can want; caught where values are stored. */
export class ValueTooLarge extends Error {}

/** Constants that use each other twice over grow exponentially; all values of a run together stay below this. */
const MAX_TOTAL_WORDS = 1 << 24;

/** How list elements of each size are encoded. */
const ELEMENT_ENCODING: Readonly<Record<LgSize, number>> = {
  0: BIT_ELEMENTS,
  3: BYTE_ELEMENTS,
  4: TWO_BYTE_ELEMENTS,
  5: FOUR_BYTE_ELEMENTS,
  6: EIGHT_BYTE_ELEMENTS,
};

export class ValueWriter {
  readonly #types: TypeLookup;
  #words = 0;

  constructor(types: TypeLookup) {
    this.#types = types;
  }

  /** `value` as a `Value` of the given type, which it was checked against. Throws ValueTooLarge. */
  toValue(value: Evaluated, type: Type): Value {
    switch (type.which) {
      case "void":
        return { which: "void", void: null };
      case "bool":
        return { which: "bool", bool: value.kind === "bool" && value.value };
      case "int8":
        return { which: "int8", int8: numberOf(value) };
      case "int16":
        return { which: "int16", int16: numberOf(value) };
      case "int32":
        return { which: "int32", int32: numberOf(value) };
      case "int64":
        return { which: "int64", int64: integerOf(value) };
      case "uint8":
        return { which: "uint8", uint8: numberOf(value) };
      case "uint16":
        return { which: "uint16", uint16: numberOf(value) };
      case "uint32":
        return { which: "uint32", uint32: numberOf(value) };
      case "uint64":
        return { which: "uint64", uint64: integerOf(value) };
      case "float32":
        return { which: "float32", float32: Math.fround(numberOf(value)) };
      case "float64":
        return { which: "float64", float64: numberOf(value) };
      case "text":
        return { which: "text", text: value.kind === "text" ? value.value : "" };
      case "data":
        return { which: "data", data: value.kind === "data" ? value.value : new Uint8Array(0) };
      case "enum":
        return { which: "enum", enum: value.kind === "enum" ? value.ordinal : 0 };
      case "interface":
        return { which: "interface", interface: null };
      case "list":
        return { which: "list", list: this.#message(value) };
      case "struct":
        return { which: "struct", struct: this.#message(value) };
      case "anyPointer":
        return { which: "anyPointer", anyPointer: this.#message(value) };
    }
  }

  #message(value: Evaluated): AnyPointerReader {
    const message = new MessageBuilder();
    const { segment, at } = message.root;
    this.#pointer(segment, at, value);
    return message.asReader().root;
  }

  #pointer(segment: BuilderSegment, at: number, value: Evaluated): void {
    switch (value.kind) {
      case "text":
        this.#count(value.value.length / 8 + 1);
        segment.writeText(at, value.value);
        break;
      case "data":
        this.#count(value.value.length / 8 + 1);
        writeData(segment, at, value.value);
        break;
      case "pointer":
        this.#count(value.content.segment.message.byteLength / 8);
        new AnyPointerBuilder(segment, at).setAny(value.content);
        break;
      case "list":
        this.#list(segment, at, value);
        break;
      case "struct":
        this.#struct(segment, at, value);
        break;
    }
  }

  #struct(segment: BuilderSegment, at: number, value: StructValue): void {
    const node = this.#structNode(value.type.struct.typeId);
    const { dataWordCount, pointerCount } = node;
    this.#count(dataWordCount + pointerCount + 1);
    const place = allocateStruct(segment, at, dataWordCount, pointerCount);
    this.#fill(place, place.content + dataWordCount * 8, node, value.assignments);
  }

  #fill(place: Place, pointers: number, node: StructSizes, assignments: readonly Assignment[]): void {
    const { view } = place.segment;
    for (const assignment of assignments) {
      const { discriminantValue } = assignment.field;
      if (discriminantValue !== NO_DISCRIMINANT) {
        view.setUint16(place.content + node.discriminantOffset * 2, discriminantValue, true);
      }
      if (assignment.kind === "group") {
        const group = this.#structNode(assignment.field.group.typeId);
        this.#fill(place, pointers, group, assignment.assignments);
        continue;
      }
      const { slot } = assignment.field;
      const size = sizeOf(slot.type);
      if (size === "pointer") {
        this.#pointer(place.segment, pointers + slot.offset * 8, assignment.value);
      } else if (size !== "nothing") {
        const base = this.#types.defaultOf(slot);
        const mask = base === undefined ? 0n : bitsOf(base, slot.type);
        writeBits(place.segment, place.content, slot.offset, size, bitsOf(assignment.value, slot.type) ^ mask);
      }
    }
  }

  #list(segment: BuilderSegment, at: number, { type, items }: ListValue): void {
    const { elementType } = type.list;
    if (elementType.which === "struct") {
      this.#structList(segment, at, elementType.struct.typeId, items);
      return;
    }
    const size = sizeOf(elementType);
    if (size === "pointer") {
      this.#count(items.length + 1);
      const place = allocateList(segment, at, POINTER_ELEMENTS, items.length);
      items.forEach((item, index) => {
        this.#pointer(place.segment, place.content + index * 8, item);
      });
      return;
    }
    if (size === "nothing") {
      allocateList(segment, at, VOID_ELEMENTS, items.length);
      return;
    }
    this.#count((items.length * 2 ** size) / 64 + 1);
    const place = allocateList(segment, at, ELEMENT_ENCODING[size], items.length);
    items.forEach((item, index) => {
      writeBits(place.segment, place.content, index, size, bitsOf(item, elementType));
    });
  }

  #structList(segment: BuilderSegment, at: number, typeId: bigint, items: readonly Evaluated[]): void {
    const node = this.#structNode(typeId);
    const { dataWordCount, pointerCount } = node;
    const step = (dataWordCount + pointerCount) * 8;
    this.#count((items.length * step) / 8 + 2);
    const place = allocateStructList(segment, at, items.length, dataWordCount, pointerCount);
    items.forEach((item, index) => {
      const content = place.content + 8 + index * step;
      if (item.kind !== "struct") return;
      this.#fill({ ...place, content }, content + dataWordCount * 8, node, item.assignments);
    });
  }

  #structNode(id: bigint): StructSizes {
    const node = this.#types.node(id);
    return node?.which === "struct" ? node.struct : EMPTY_STRUCT;
  }

  #count(words: number): void {
    this.#words += words;
    if (this.#words > MAX_TOTAL_WORDS) throw new ValueTooLarge();
  }
}

interface StructSizes {
  readonly dataWordCount: number;
  readonly pointerCount: number;
  readonly discriminantOffset: number;
}

const EMPTY_STRUCT: StructSizes = { dataWordCount: 0, pointerCount: 0, discriminantOffset: 0 };

function integerOf(value: Evaluated): bigint {
  return value.kind === "integer" ? value.value : 0n;
}

function numberOf(value: Evaluated): number {
  return value.kind === "integer" || value.kind === "float" ? Number(value.value) : 0;
}

/** A scalar's representation, as an unsigned number of 64 bits of which the low ones count. */
function bitsOf(value: Evaluated, type: Type): bigint {
  switch (value.kind) {
    case "bool":
      return value.value ? 1n : 0n;
    case "enum":
      return BigInt(value.ordinal);
    case "integer":
      if (type.which !== "float32" && type.which !== "float64") return BigInt.asUintN(64, value.value);
      return floatBits(Number(value.value), type.which);
    case "float":
      return floatBits(value.value, type.which === "float32" ? "float32" : "float64");
    default:
      return 0n;
  }
}

function floatBits(value: number, which: "float32" | "float64"): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (which === "float32") view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return view.getBigUint64(0, true);
}

/** Writes the `index`-th unit of 2^lgSize bits after `start`, which is zero so far. */
function writeBits(segment: BuilderSegment, start: number, index: number, lgSize: LgSize, bits: bigint): void {
  const { view } = segment;
  switch (lgSize) {
    case 0:
      view.setUint8(start + (index >> 3), view.getUint8(start + (index >> 3)) | (Number(bits & 1n) << (index & 7)));
      break;
    case 3:
      view.setUint8(start + index, Number(bits & 0xffn));
      break;
    case 4:
      view.setUint16(start + index * 2, Number(bits & 0xffffn), true);
      break;
    case 5:
      view.setUint32(start + index * 4, Number(bits & 0xffffffffn), true);
      break;
    case 6:
      view.setBigUint64(start + index * 8, bits, true);
      break;
  }
}
