/** Structs as plain objects, in the form that generated code gives them, or as options say. */

import type { FieldSchema } from "../schema/field-schema.js";
import type { SchemaType } from "../schema/type.js";
import { AnyPointerReader } from "../wire/any-pointer.js";
import type { ListReader } from "../wire/list-reader.js";
import type { DynamicReader, Fields } from "./struct.js";

export interface ToObjectOptions {
  /** Pointer fields that are null: their defaults (a struct then is undefined), or left out. */
  readonly unset?: "default" | "omit";
  /** Data as bytes of its own (the default) or text. */
  readonly bytes?: "array" | "base64" | "hex";
  /** 64-bit integers as bigint (the default), as decimal strings, or as numbers, which may not be exact. */
  readonly bigints?: "bigint" | "string" | "number";
  /** Lists of numbers as typed arrays (the default) or as plain arrays. */
  readonly numbers?: "typed" | "array";
  /** Enums by name (the default) or by ordinal. */
  readonly enums?: "name" | "ordinal";
}

const DEFAULTS: ToObjectOptions = {};

/** A plain object that shares nothing with the message. Throws WireError for a message that is malformed. */
export function toObject(struct: DynamicReader, options: ToObjectOptions = DEFAULTS): Fields {
  const plan = planOf(struct);
  const result: Fields = {};
  for (const field of plan.common) put(result, struct, field, options);
  if (!plan.members) return result;
  const which = struct.$uint16(plan.discriminantOffset);
  const member = plan.members[which];
  result.which = member ? member.property : which;
  if (member) put(result, struct, member, options);
  return result;
}

interface PlainField {
  readonly property: string;
  readonly type: SchemaType;
  readonly isPointer: boolean;
  /** By default what is read is what is put into the object. */
  readonly isAsRead: boolean;
  /** Null when unset rather than its default. */
  readonly isOptional: boolean;
  readonly has: (this: DynamicReader) => boolean;
  readonly read: (this: DynamicReader) => unknown;
}

interface Plan {
  readonly common: readonly PlainField[];
  /** By discriminant; null without a union. */
  readonly members: readonly PlainField[] | null;
  readonly discriminantOffset: number;
}

const plans = /*@__PURE__*/ new WeakMap<object, Plan>();

function planOf(struct: DynamicReader): Plan {
  let plan = plans.get(struct.$type);
  if (!plan) {
    const { schema } = struct.$type;
    const plain = (field: FieldSchema) => plainField(struct, field);
    plan = {
      common: schema.fieldsInCodeOrder.filter((field) => field.discriminant === null).map(plain),
      members: schema.hasUnion ? schema.unionFields.map(plain) : null,
      discriminantOffset: schema.discriminantOffset,
    };
    plans.set(struct.$type, plan);
  }
  return plan;
}

function plainField(struct: DynamicReader, field: FieldSchema): PlainField {
  const { read, has } = struct.$type.member(field.name).access;
  const { type, property, hadExplicitDefault } = field;
  const { isPointer } = field;
  const isAsRead = !["data", "struct", "list", "anyPointer"].includes(type.kind);
  // What a type parameter is bound to is given in full, as generated code does, which cannot know that it is a struct.
  const isParameter = field.field.which === "slot" && field.field.slot.type.which === "anyPointer";
  const isOptional = isPointer && type.kind === "struct" && !hadExplicitDefault && !isParameter;
  return { property, type, isPointer, isAsRead, isOptional, read, has };
}

function put(result: Fields, struct: DynamicReader, plain: PlainField, options: ToObjectOptions): void {
  const { property } = plain;
  if (plain.isAsRead && options === DEFAULTS) {
    result[property] = plain.read.call(struct);
    return;
  }
  if (plain.isPointer && (plain.isOptional || options.unset === "omit") && !plain.has.call(struct)) {
    if (options.unset !== "omit") result[property] = undefined;
    return;
  }
  result[property] = plainValue(plain.type, plain.read.call(struct), options);
}

/** A value as `read` gives it, as plain data. */
export function plainValue(type: SchemaType, value: unknown, options: ToObjectOptions = DEFAULTS): unknown {
  switch (type.kind) {
    case "data":
      return plainBytes(value as Uint8Array, options);
    case "struct":
      return toObject(value as DynamicReader, options);
    case "list":
      return plainList(type.element, value, options);
    case "anyPointer":
      return value instanceof AnyPointerReader && value.isNull ? null : value;
    case "int64":
    case "uint64":
      return plainBigint(value as bigint, options);
    case "enum":
      return options.enums === "ordinal" && typeof value === "string" ? type.schema.names.indexOf(value) : value;
    default:
      return value;
  }
}

function plainBytes(value: Uint8Array, { bytes }: ToObjectOptions): unknown {
  if (bytes === "base64") {
    let binary = "";
    for (const byte of value) binary += String.fromCharCode(byte);
    return btoa(binary);
  }
  if (bytes === "hex") return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return value.slice();
}

function plainBigint(value: bigint, { bigints }: ToObjectOptions): unknown {
  if (bigints === "string") return String(value);
  return bigints === "number" ? Number(value) : value;
}

function plainList(element: SchemaType, value: unknown, options: ToObjectOptions): unknown {
  if (ArrayBuffer.isView(value)) {
    const array = value as unknown as Int32Array | BigInt64Array;
    const isBig = element.kind === "int64" || element.kind === "uint64";
    if (isBig && options.bigints !== undefined && options.bigints !== "bigint")
      return Array.from(array as BigInt64Array, (each) => plainBigint(each, options));
    return options.numbers === "array" ? Array.from<number | bigint>(array) : array.slice();
  }
  return (value as ListReader<unknown>).map((each) => plainValue(element, each, options));
}
