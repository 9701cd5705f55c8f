/**
 * FieldPrinter: how generated code reads and writes one field: the accessor to call, its offset in the unit the accessor wants,
 * and the default value to pass along. Scalars carry their default as a mask (encoding spec, "Default Values"); pointers
 * name a constant of the file.
 */

import type { FieldNames } from "../schema/member-names.js";
import { type Field, NO_DISCRIMINANT, type NodeOf, type Slot, type Type, type Value } from "../schema/model.js";
import type { FileContext } from "./context.js";
import { PRIMITIVES, type TypePrinter } from "./types.js";

/** A field of the struct at hand with everything its printers need. */
export interface FieldInfo {
  readonly field: Field;
  readonly names: FieldNames;
  readonly inUnion: boolean;
  readonly doc: string;
  /** Where it is declared, in bytes. */
  readonly place: number | undefined;
}

export function fieldInfos(context: FileContext, node: NodeOf<"struct">): FieldInfo[] {
  const names = context.names.fields(node);
  return node.struct.fields
    .map((field, index) => ({
      field,
      names: names[index]!,
      inUnion: field.discriminantValue !== NO_DISCRIMINANT,
      doc: context.request.memberComment(node.id, index),
      place: context.request.memberPlace(node.id, index),
    }))
    .sort((a, b) => a.field.codeOrder - b.field.codeOrder);
}

/** Whether a value of `type` lives in the pointer section. */
export function isPointer(type: Type): boolean {
  return !["void", "enum"].includes(type.which) && PRIMITIVES[type.which] === undefined;
}

/** Whether the pointer default `value` differs from a null pointer's meaning. */
export function hasPointerDefault(value: Value): boolean {
  switch (value.which) {
    case "text":
      return value.text !== "";
    case "data":
      return value.data.length > 0;
    case "list":
    case "struct":
    case "anyPointer": {
      const pointer = value.which === "list" ? value.list : value.which === "struct" ? value.struct : value.anyPointer;
      return pointer !== null && !pointer.isNull;
    }
    default:
      return false;
  }
}

/** The identifier of the constant that holds a field's pointer default. */
export function defaultName(flat: string, names: FieldNames): string {
  return `${flat}$$${names.property}`;
}

export class FieldPrinter {
  readonly #context: FileContext;
  readonly #types: TypePrinter;
  readonly #flat: string;

  constructor(context: FileContext, types: TypePrinter, flat: string) {
    this.#context = context;
    this.#types = types;
    this.#flat = flat;
  }

  /** The expression that reads a slot, in a class of readers or of builders. */
  read(info: FieldInfo, slot: Slot, face: "reader" | "builder"): string {
    const { type, defaultValue } = slot;
    switch (type.which) {
      case "void":
        return "null";
      case "bool":
        return `${isTrue(defaultValue) ? "!" : ""}this.$bool(${slot.offset})`;
      case "enum":
        return this.#masked(
          "$enum",
          `${slot.offset * 2}, ${this.#context.value(type.enum.typeId)}$$type.names`,
          defaultValue,
        );
      case "text":
        return hasPointerDefault(defaultValue)
          ? `this.$textDefault(${slot.offset}, ${this.#default(info)})`
          : `this.$text(${slot.offset})`;
      case "data":
        if (!hasPointerDefault(defaultValue)) return `this.$bytes(${slot.offset})`;
        return `this.${face === "reader" ? "$read" : "$get"}Default(${slot.offset}, $.Data, ${this.#default(info)})`;
      case "list":
      case "struct":
      case "interface":
      case "anyPointer": {
        const verb = face === "reader" ? "$read" : "$get";
        const value = this.#types.value(type);
        if (hasPointerDefault(defaultValue))
          return `this.${verb}Default(${slot.offset}, ${value}, ${this.#default(info)})`;
        // What a type parameter is bound to is not known to the compiler here, only its bound.
        const bound = face === "reader" ? this.#types.reader(type) : this.#types.builder(type);
        const cast = isParameter(type) ? this.#context.out.typed(` as ${bound}`) : "";
        return `this.${verb}(${slot.offset}, ${value})${cast}`;
      }
      default: {
        const { verb, bits } = PRIMITIVES[type.which]!;
        return this.#masked(`$${uncapitalize(verb)}`, String((slot.offset * bits) / 8), defaultValue);
      }
    }
  }

  /** The expression that writes `value` to a slot of a builder. */
  write(slot: Slot, value: string): string {
    const { type, defaultValue } = slot;
    switch (type.which) {
      case "void":
        return "";
      case "bool":
        return `this.$setBool(${slot.offset}, ${isTrue(defaultValue) ? "!" : ""}${value})`;
      case "enum":
        return this.#masked(
          "$setEnum",
          `${slot.offset * 2}, ${value}, ${this.#context.value(type.enum.typeId)}$$type`,
          defaultValue,
        );
      case "text":
        return `this.$segment.writeText(this.$pointers${slot.offset > 0 ? ` + ${slot.offset * 8}` : ""}, ${value})`;
      case "data":
        return `this.$setBytes(${slot.offset}, ${value})`;
      case "anyPointer":
        if (type.anyPointer.which === "unconstrained" && type.anyPointer.unconstrained.which !== "capability") {
          return `$.setAnyPointer(this.$pointer(${slot.offset}), ${value})`;
        }
        return this.#set(slot, value);
      case "list":
      case "struct":
      case "interface":
        return this.#set(slot, value);
      default: {
        const { verb, bits } = PRIMITIVES[type.which]!;
        return this.#masked(`$set${verb}`, `${(slot.offset * bits) / 8}, ${value}`, defaultValue);
      }
    }
  }

  #set({ type, offset }: Slot, value: string): string {
    const cast = isParameter(type) ? this.#context.out.typed(" as never") : "";
    return `this.$set(${offset}, ${this.#types.value(type)}, ${value}${cast})`;
  }

  /** The expression that makes a slot hold its default; for clearing a group. */
  reset(slot: Slot): string {
    const { type, offset } = slot;
    if (type.which === "void") return "";
    if (type.which === "bool") return `this.$setBool(${offset}, false)`;
    if (type.which === "enum") return `this.$setUint16(${offset * 2}, 0)`;
    const primitive = PRIMITIVES[type.which];
    if (!primitive) return `this.$clear(${offset})`;
    return `this.$set${primitive.verb}(${(offset * primitive.bits) / 8}, ${primitive.type === "bigint" ? "0n" : "0"})`;
  }

  #masked(verb: string, args: string, defaultValue: Value): string {
    const mask = defaultMask(defaultValue);
    return mask === null ? `this.${verb}(${args})` : `this.${verb}Default(${args}, ${mask})`;
  }

  #default(info: FieldInfo): string {
    return defaultName(this.#flat, info.names);
  }
}

/** Whether `type` is a type parameter, or a list of what one is bound to. */
export function isParameter(type: Type): boolean {
  if (type.which === "list") return isParameter(type.list.elementType);
  return type.which === "anyPointer" && type.anyPointer.which !== "unconstrained";
}

function isTrue(value: Value): boolean {
  return value.which === "bool" && value.bool;
}

function uncapitalize(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What is XORed with the wire value, as a literal; null when it is zero. Floats are masked by their bits. */
function defaultMask(value: Value): string | null {
  switch (value.which) {
    case "int8":
      return nonZero(value.int8);
    case "int16":
      return nonZero(value.int16);
    case "int32":
      return nonZero(value.int32);
    case "uint8":
      return nonZero(value.uint8);
    case "uint16":
      return nonZero(value.uint16);
    case "uint32":
      return nonZero(value.uint32);
    case "enum":
      return nonZero(value.enum);
    case "int64":
      return nonZero(value.int64);
    case "uint64":
      return nonZero(value.uint64);
    case "float32":
      return nonZero(new Uint32Array(Float32Array.of(value.float32).buffer)[0]!, true);
    case "float64":
      return nonZero(new BigUint64Array(Float64Array.of(value.float64).buffer)[0]!, true);
    default:
      return null;
  }
}

function nonZero(value: number | bigint, hex = false): string | null {
  if (value === 0 || value === 0n) return null;
  return (hex ? `0x${value.toString(16)}` : String(value)) + (typeof value === "bigint" ? "n" : "");
}
