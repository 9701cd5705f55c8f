/** Whether a struct can hold a capability as far as its schema goes. Where not, calls that return one need no pipeline. */

import { SchemaError } from "../schema/errors.js";
import type { StructSchema } from "../schema/struct-schema.js";
import type { SchemaType } from "../schema/type.js";

/** True where the schema says too little: for type parameters, and for structs that were not loaded. */
export function mayHoldCapability(schema: StructSchema, seen = new Set<bigint>()): boolean {
  if (seen.has(schema.id)) return false;
  seen.add(schema.id);
  try {
    return schema.fields.some((field) => typeMayHold(field.type, seen));
  } catch (error) {
    if (error instanceof SchemaError) return true;
    throw error;
  }
}

function typeMayHold(type: SchemaType, seen: Set<bigint>): boolean {
  switch (type.kind) {
    case "interface":
    case "anyPointer":
      return true;
    case "list":
      return typeMayHold(type.element, seen);
    case "struct":
      return mayHoldCapability(type.schema, seen);
    default:
      return false;
  }
}
