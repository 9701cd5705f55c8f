/** What may be given for a list: another list, or values one by one, which are looked at before anything is written. */

import { ListReader } from "../wire/list-reader.js";
import type { FieldSchema } from "./field-schema.js";
import { mistyped, toBigInt } from "./scalar-access.js";
import { type SchemaType, typeName } from "./type.js";

/** `value` as List(element) takes it. Throws UsageError for what is no list, and for elements that would be taken for something else. */
export function listInput(field: FieldSchema, element: SchemaType, value: unknown): unknown {
  if (value instanceof ListReader || ArrayBuffer.isView(value)) return value;
  if (!isIterable(value)) throw mistyped(field, `a ${typeName({ kind: "list", element })}`, value);
  switch (element.kind) {
    case "int64":
    case "uint64":
      return Array.from(value, (each) => toBigInt(field, each));
    case "list":
      return Array.from(value, (each) => listInput(field, element.element, each));
    case "bool":
      return Array.from(value, (each) => {
        if (typeof each !== "boolean") throw mistyped(field, "a list of booleans", each);
        return each;
      });
    default:
      return value;
  }
}

/** Strings are iterable, but nobody means their characters. */
function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}
