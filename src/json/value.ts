/**
 * JSON between text and structs, as plain data. Numbers keep their digits, so that a 64-bit integer survives; members keep their order
 * and may repeat. `raw` and `call` are what `capnp.json.Value` adds: they can be printed, and parsing never gives them.
 */

import { UsageError } from "../errors.js";

export type JsonValue = (
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** As JSON writes it: `-1.5e3`. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonValue[] }
  | { readonly kind: "object"; readonly members: readonly JsonMember[] }
  /** Printed as it stands. */
  | { readonly kind: "raw"; readonly text: string }
  /** `name(params)`. */
  | { readonly kind: "call"; readonly name: string; readonly params: readonly JsonValue[] }
) & {
  /** Where the value began in the text it was parsed from, in UTF-16 units. */
  readonly at?: number;
};

export interface JsonMember {
  readonly name: string;
  readonly value: JsonValue;
}

export type JsonValueOf<K extends JsonValue["kind"]> = Extract<JsonValue, { readonly kind: K }>;

export const JSON_NULL: JsonValue = /*@__PURE__*/ Object.freeze({ kind: "null" });
export const JSON_TRUE: JsonValue = /*@__PURE__*/ Object.freeze({ kind: "boolean", value: true });
export const JSON_FALSE: JsonValue = /*@__PURE__*/ Object.freeze({ kind: "boolean", value: false });

export function jsonBoolean(value: boolean): JsonValue {
  return value ? JSON_TRUE : JSON_FALSE;
}

export function jsonString(value: string): JsonValue {
  return { kind: "string", value };
}

/** A number: an integer of any size, or a finite one. */
export function jsonNumber(value: number | bigint): JsonValue {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new UsageError("not-json", `JSON has no number ${value}`);
  }
  return { kind: "number", text: String(value) };
}

/** What `JSON.stringify` would see, as a JsonValue; bigints become numbers. Throws UsageError for what is no JSON. */
export function jsonOf(plain: unknown): JsonValue {
  switch (typeof plain) {
    case "boolean":
      return jsonBoolean(plain);
    case "number":
    case "bigint":
      return jsonNumber(plain);
    case "string":
      return jsonString(plain);
    case "object": {
      if (plain === null) return JSON_NULL;
      if (Array.isArray(plain)) return { kind: "array", items: plain.map(jsonOf) };
      const entries = Object.entries(plain).filter(([, value]) => value !== undefined);
      return { kind: "object", members: entries.map(([name, value]) => ({ name, value: jsonOf(value) })) };
    }
    default:
      throw new UsageError("not-json", `JSON has no ${typeof plain}`);
  }
}

/** A JsonValue as `JSON.parse` would give it: numbers lose what a JavaScript number cannot hold; of repeated members the last stays. */
export function plainOf(value: JsonValue): unknown {
  switch (value.kind) {
    case "null":
      return null;
    case "boolean":
    case "string":
      return value.value;
    case "number":
      return Number(value.text);
    case "array":
      return value.items.map(plainOf);
    case "object": {
      const plain: { [name: string]: unknown } = {};
      for (const { name, value: member } of value.members) {
        // `__proto__` is a name like any other.
        Object.defineProperty(plain, name, {
          value: plainOf(member),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
      return plain;
    }
    default:
      throw new UsageError("not-json", `a ${value.kind} value is not JSON proper`);
  }
}

/** How a value is called in a message. */
export function describeJson(value: JsonValue): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(value.value);
    case "number":
      return value.text.length <= 40 ? value.text : `${value.text.slice(0, 40)}…`;
    case "string":
      return value.value.length <= 40 ? JSON.stringify(value.value) : `${JSON.stringify(value.value.slice(0, 40))}…`;
    case "array":
      return "an array";
    case "object":
      return "an object";
    default:
      return `a ${value.kind}`;
  }
}
