/** Single values out of JSON: numbers, booleans, enums, and Data as text or numbers. */

import type { EnumSchema } from "../schema/enum-schema.js";
import { type SchemaType, typeName } from "../schema/type.js";
import { decodeBase64, decodeHex } from "./bytes.js";
import type { JsonErrorCode } from "./errors.js";
import { floatInString, INTEGER_RANGES, type IntegerTypeName, integerInString, integerOf } from "./number.js";
import { enumerantNames } from "./plan.js";
import { describeJson, type JsonValue } from "./value.js";

/** A value that does not fit; the decoder adds where it is. */
export class ScalarFault extends Error {
  readonly code: JsonErrorCode;
  /** Which byte of Data it was. */
  readonly index: number | undefined;

  constructor(code: JsonErrorCode, message: string, index?: number) {
    super(message);
    this.code = code;
    this.index = index;
  }
}

/** What JSON calls the values of enums. */
export class EnumNames {
  readonly #names = new WeakMap<EnumSchema, readonly string[]>();

  /** By ordinal. */
  of(schema: EnumSchema): readonly string[] {
    let names = this.#names.get(schema);
    if (!names) {
      names = enumerantNames(schema.enumerants);
      this.#names.set(schema, names);
    }
    return names;
  }
}

/** A value of a type that lives in the data section; enums as ordinals. Throws ScalarFault. */
export function decodeScalar(type: SchemaType, json: JsonValue, enumNames: EnumNames): unknown {
  switch (type.kind) {
    case "void":
      return null;
    case "bool":
      if (json.kind !== "boolean") throw mismatch(json, "true or false");
      return json.value;
    case "float32":
    case "float64":
      return decodeFloat(json);
    case "enum":
      return decodeEnum(type.schema, json, enumNames);
    default:
      return decodeInteger(type.kind as IntegerTypeName, typeName(type), json);
  }
}

function decodeInteger(kind: IntegerTypeName, name: string, json: JsonValue): number | bigint {
  if (json.kind !== "number" && json.kind !== "string") throw mismatch(json, "an integer");
  const value = json.kind === "number" ? integerOf(json.text) : integerInString(json.value);
  if (value === undefined) {
    throw json.kind === "number"
      ? new ScalarFault("out-of-range", `${describeJson(json)} is no integer in the range of ${name}`)
      : mismatch(json, "an integer");
  }
  const { min, max } = INTEGER_RANGES[kind];
  if (value < min || value > max) {
    throw new ScalarFault("out-of-range", `${describeJson(json)} is out of range for ${name}`);
  }
  return kind === "int64" || kind === "uint64" ? value : Number(value);
}

function decodeFloat(json: JsonValue): number {
  if (json.kind === "null") return Number.NaN;
  const value =
    json.kind === "number" ? Number(json.text) : json.kind === "string" ? floatInString(json.value) : undefined;
  if (value === undefined) throw mismatch(json, "a number");
  return value;
}

function decodeEnum(schema: EnumSchema, json: JsonValue, enumNames: EnumNames): number {
  if (json.kind === "number") {
    const ordinal = integerOf(json.text);
    if (ordinal !== undefined && ordinal >= 0n && ordinal <= 0xffffn) return Number(ordinal);
    throw new ScalarFault("out-of-range", `${describeJson(json)} is no ordinal of an enum`);
  }
  if (json.kind !== "string") throw mismatch(json, `the name of a ${schema.name}`);
  const ordinal = enumNames.of(schema).indexOf(json.value);
  if (ordinal < 0) {
    throw new ScalarFault("unknown-enumerant", `${schema.name} has no value ${describeJson(json)}`);
  }
  return ordinal;
}

/** Data, in the form that its field has. Throws ScalarFault. */
export function decodeBytes(json: JsonValue, form: "array" | "base64" | "hex"): Uint8Array {
  if (form !== "array") {
    if (json.kind !== "string") throw mismatch(json, `a string of ${form}`);
    const bytes = form === "hex" ? decodeHex(json.value) : decodeBase64(json.value);
    if (!bytes) throw new ScalarFault("wrong-type", `${describeJson(json)} is no ${form}`);
    return bytes;
  }
  if (json.kind !== "array") throw mismatch(json, "an array of bytes");
  const bytes = new Uint8Array(json.items.length);
  json.items.forEach((item, index) => {
    if (item.kind !== "number") throw mismatch(item, "a byte", index);
    const byte = integerOf(item.text);
    if (byte === undefined || byte < 0n || byte > 255n) {
      throw new ScalarFault("out-of-range", `${describeJson(item)} is no byte`, index);
    }
    bytes[index] = Number(byte);
  });
  return bytes;
}

function mismatch(json: JsonValue, wanted: string, index?: number): ScalarFault {
  return new ScalarFault("wrong-type", `expected ${wanted}, not ${describeJson(json)}`, index);
}
