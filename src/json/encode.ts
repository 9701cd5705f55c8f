/**
 * Structs → JsonValue, by the conventions of C++'s JsonCodec: 64-bit integers as strings, no number as a name, Data as an array of bytes,
 * of a union the member that is set, null pointers left out.
 */

import type { EnumSchema } from "../schema/enum-schema.js";
import type { FieldSchema } from "../schema/field-schema.js";
import { float64Text } from "../schema/float-text.js";
import type { AnyList } from "../schema/pointer-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { dataBits, type SchemaType, typeName } from "../schema/type.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";
import type { StructReader } from "../wire/struct-reader.js";
import { encodeBase64, encodeHex } from "./bytes.js";
import { formatPath, JsonError, type JsonErrorCode } from "./errors.js";
import type { Handlers } from "./handler.js";
import { encodeValueStruct, VALUE_STRUCT } from "./passthrough.js";
import type { FieldPlan, Plans, StructPlan } from "./plan.js";
import type { EnumNames } from "./scalar.js";
import { JSON_NULL, type JsonValue, jsonBoolean, jsonString } from "./value.js";
import type { JsonWriter } from "./writer.js";

/** Which fields a struct in JSON has: all that are not null pointers, or those that differ from their default. */
export type HasMode = "non-null" | "non-default";

export interface EncodeSettings {
  readonly plans: Plans;
  readonly handlers: Handlers;
  readonly hasMode: HasMode;
  readonly enumNames: EnumNames;
  readonly maxValues: number;
}

/** Lists and structs nest at most this deep; a reader's own limit is 64 unless raised. */
const MAX_NESTING = 500;

/** How many values a message may become as text: as many as the words that readers visit by default. */
export const DEFAULT_MAX_VALUES = 8 * 1024 * 1024;
/** And as JsonValue, at some 150 bytes each. */
export const DEFAULT_MAX_TREE_VALUES = 2 * 1024 * 1024;

/** Numbers that Data mostly consists of. */
const BYTES: readonly JsonValue[] = /*@__PURE__*/ Array.from({ length: 256 }, (_, byte) => ({
  kind: "number",
  text: String(byte),
}));

/** Encodes one value into a writer; its place in it is known when something goes wrong. */
export class Encoder {
  readonly #settings: EncodeSettings;
  readonly #out: JsonWriter;
  readonly #path: (string | number)[] = [];
  #values = 0;

  constructor(settings: EncodeSettings, out: JsonWriter) {
    this.#settings = settings;
    this.#out = out;
  }

  /** `value` as reading `type` gives it (rawTypes). Throws JsonError, WireError. */
  value(type: SchemaType, value: unknown, field?: FieldPlan): void {
    this.#count(1);
    const handler = this.#settings.handlers.find(field?.field, type);
    if (handler?.encode) this.#out.value(handler.encode(value));
    else if (type.kind === "list") this.#list(type.element, value as AnyList);
    else if (type.kind === "struct") this.#struct(type.schema, value as StructReader);
    else this.#out.value(this.#leaf(type, value, field));
  }

  #leaf(type: Exclude<SchemaType, { kind: "list" | "struct" }>, value: unknown, field?: FieldPlan): JsonValue {
    switch (type.kind) {
      case "void":
        return JSON_NULL;
      case "bool":
        return jsonBoolean(value as boolean);
      case "int64":
      case "uint64":
        return jsonString(String(value));
      case "float32":
      case "float64":
        return encodeFloat(value as number);
      case "text":
        return jsonString(value as string);
      case "data":
        this.#count((value as Uint8Array).length / 8);
        return encodeData(value as Uint8Array, field?.bytes ?? "array");
      case "enum":
        return this.#enum(type.schema, value as string | number);
      case "interface":
      case "anyPointer":
        if ((value as AnyPointerReader).isNull) return JSON_NULL;
        throw this.#error("no-handler", `a ${typeName(type)} needs a handler to become JSON`);
      default:
        return { kind: "number", text: String(value) };
    }
  }

  #struct(schema: StructSchema, struct: StructReader): void {
    if (schema.id === VALUE_STRUCT) {
      this.#out.value(encodeValueStruct(struct));
      return;
    }
    this.#checkNesting();
    this.#out.open("object");
    this.#members(this.#settings.plans.of(schema), struct, "");
    this.#out.close();
  }

  /** The members of `struct`, those of flattened structs in their place; the union's come last, its tag first. */
  #members(plan: StructPlan, struct: StructReader, prefix: string): void {
    for (const field of plan.nonUnionFields) {
      if (this.#has(field, struct)) this.#member(field, struct, prefix);
    }
    if (plan.unionFields.length === 0) return;
    const active = plan.unionFields[struct.$uint16(plan.schema.discriminantOffset)];
    if (!active) return;
    if (plan.tagName !== undefined) {
      this.#out.name(prefix + plan.tagName);
      this.#out.value(jsonString(active.tagValue));
    }
    const isTold = plan.tagName !== undefined && active.field.type.kind === "void";
    if (!isTold) this.#member(active, struct, prefix);
  }

  #member(plan: FieldPlan, struct: StructReader, prefix: string): void {
    const { field, access, flattened } = plan;
    this.#path.push(field.name);
    const value = access.read.call(struct);
    if (flattened) {
      this.#members(flattened, value as StructReader, prefix + plan.prefix);
    } else {
      this.#out.name(prefix + plan.name);
      this.value(field.type, value, plan);
    }
    this.#path.pop();
  }

  #has({ field, access }: FieldPlan, struct: StructReader): boolean {
    if (this.#settings.hasMode === "non-null" || field.isGroup) return access.has.call(struct);
    return isSet(field, struct) ?? access.has.call(struct);
  }

  #list(element: SchemaType, list: AnyList): void {
    this.#checkNesting();
    this.#out.open("array");
    const depth = this.#path.length;
    let index = 0;
    for (const item of list as Iterable<unknown>) {
      this.#path[depth] = index++;
      this.value(element, item);
    }
    this.#path.length = depth;
    this.#out.close();
  }

  #enum(schema: EnumSchema, value: string | number): JsonValue {
    if (typeof value === "number") return { kind: "number", text: String(value) };
    const ordinal = schema.names.indexOf(value);
    return jsonString(this.#settings.enumNames.of(schema)[ordinal] ?? value);
  }

  /** A small message may claim many elements, each with many fields. */
  #count(values: number): void {
    this.#values += values;
    const { maxValues } = this.#settings;
    if (this.#values > maxValues) {
      throw this.#error("message-too-large", `the message has more than ${maxValues} values (maxValues)`);
    }
  }

  #checkNesting(): void {
    if (this.#path.length < MAX_NESTING) return;
    throw this.#error("nesting-too-deep", `structs and lists nest more than ${MAX_NESTING} deep`);
  }

  #error(code: JsonErrorCode, message: string): JsonError {
    return new JsonError(code, message, { path: formatPath(this.#path) });
  }
}

/** Whether the bits of a field in the data section differ from its default's; undefined for pointers. */
function isSet({ type, offset }: FieldSchema, struct: StructReader): boolean | undefined {
  switch (dataBits(type)) {
    case 0:
      return false;
    case 1:
      return struct.$bool(offset);
    case 8:
      return struct.$uint8(offset) !== 0;
    case 16:
      return struct.$uint16(offset) !== 0;
    case 32:
      return struct.$uint32(offset) !== 0;
    case 64:
      return struct.$uint64(offset) !== 0n;
    default:
      return undefined;
  }
}

function encodeFloat(value: number): JsonValue {
  if (Number.isFinite(value)) return { kind: "number", text: float64Text(value) };
  return jsonString(String(value));
}

function encodeData(bytes: Uint8Array, form: FieldPlan["bytes"]): JsonValue {
  if (form === "base64") return jsonString(encodeBase64(bytes));
  if (form === "hex") return jsonString(encodeHex(bytes));
  return { kind: "array", items: Array.from(bytes, (byte) => BYTES[byte]!) };
}
