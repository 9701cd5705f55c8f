/** `capnp.json.Value`, a struct that holds JSON as it is: it becomes the JSON it holds, and takes any. */

import { float64Text } from "../schema/float-text.js";
import { Value } from "../std/json.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { JSON_NULL, type JsonValue, jsonBoolean, jsonString } from "./value.js";

/** The id of `capnp.json.Value`. */
export const VALUE_STRUCT = 0xa3fa7845f919dd83n;

/** The JSON that `struct`, a Value, holds. Throws WireError. */
export function encodeValueStruct(struct: StructReader): JsonValue {
  const { $segment, $data, $dataSize, $pointers, $pointerCount, $nesting } = struct;
  return fromValue(new Value.Reader($segment, $data, $dataSize, $pointers, $pointerCount, $nesting));
}

function fromValue(value: Value.Reader): JsonValue {
  switch (value.which) {
    case "boolean":
      return jsonBoolean(value.boolean);
    case "number":
      return Number.isFinite(value.number)
        ? { kind: "number", text: float64Text(value.number) }
        : jsonString(String(value.number));
    case "string":
      return jsonString(value.string);
    case "array":
      return { kind: "array", items: value.array.map(fromValue) };
    case "object":
      return {
        kind: "object",
        members: value.object.map((field) => ({ name: field.name, value: fromValue(field.value) })),
      };
    case "call":
      return { kind: "call", name: value.call.function, params: value.call.params.map(fromValue) };
    case "raw":
      return { kind: "raw", text: value.raw };
    default:
      return JSON_NULL;
  }
}

/** Called before that many words are taken; throws if the message may not become so large. */
type Reserve = (words: number) => void;

/** What an item of an array takes, and a member of an object with its value. */
const ITEM_WORDS = 3;
const MEMBER_WORDS = 5;

/** Writes `json` into `struct`, a new Value; numbers become Float64. */
export function decodeValueStruct(json: JsonValue, struct: StructBuilder, reserve: Reserve): void {
  const { $segment, $data, $pointers, $pointerCount } = struct;
  toValue(json, new Value.Builder($segment, $data, $pointers, $pointerCount), reserve);
}

function toValue(json: JsonValue, value: Value.Builder, reserve: Reserve): void {
  switch (json.kind) {
    case "null":
      value.null = null;
      return;
    case "boolean":
      value.boolean = json.value;
      return;
    case "number":
      value.number = Number(json.text);
      return;
    case "string":
      value.string = json.value;
      return;
    case "array": {
      reserve(json.items.length * ITEM_WORDS);
      const items = value.initArray(json.items.length);
      json.items.forEach((item, index) => {
        toValue(item, items.at(index), reserve);
      });
      return;
    }
    case "object": {
      reserve(json.members.length * MEMBER_WORDS);
      const fields = value.initObject(json.members.length);
      json.members.forEach((member, index) => {
        const field = fields.at(index);
        field.name = member.name;
        toValue(member.value, field.value, reserve);
      });
      return;
    }
    case "raw":
      value.raw = json.text;
      return;
    case "call": {
      const call = value.initCall();
      call.function = json.name;
      const params = call.initParams(json.params.length);
      json.params.forEach((param, index) => {
        toValue(param, params.at(index), reserve);
      });
    }
  }
}
