/** Handlers: how an application writes and reads values that JSON has no form for, or that it wants in another form. */

import type { FieldSchema } from "../schema/field-schema.js";
import { type SchemaType, typeKey } from "../schema/type.js";
import type { JsonValue } from "./value.js";

/**
 * What handlers are given depends on the kind of the type:
 *
 * | type | `encode` gets | `decode` gets as `target` |
 * | --- | --- | --- |
 * | interface, AnyPointer | AnyPointerReader | AnyPointerBuilder |
 * | list | the list | AnyPointerBuilder |
 * | struct, group | StructReader | StructBuilder |
 * | anything else | the value | null; what `decode` returns is set |
 *
 * A method that is left out leaves its direction to the codec.
 */
export interface JsonHandler<Value = unknown, Target = unknown> {
  encode?(value: Value): JsonValue;
  decode?(json: JsonValue, target: Target): unknown;
}

export type AnyHandler = JsonHandler<never, never>;

/** The handlers of a codec. Those of a field come before those of its type. */
export class Handlers {
  readonly #fields = new Map<string, AnyHandler>();
  readonly #types = new Map<string, AnyHandler>();

  /** Whether there are any: without, nothing needs to be looked up. */
  get isEmpty(): boolean {
    return this.#fields.size + this.#types.size === 0;
  }

  setField(field: FieldSchema, handler: AnyHandler): void {
    this.#fields.set(fieldKey(field), handler);
  }

  setType(type: SchemaType, handler: AnyHandler): void {
    this.#types.set(typeKey(type), handler);
  }

  find(field: FieldSchema | undefined, type: SchemaType): JsonHandler | undefined {
    if (this.isEmpty) return undefined;
    const handler = (field && this.#fields.get(fieldKey(field))) ?? this.#types.get(typeKey(type));
    return handler as JsonHandler | undefined;
  }
}

function fieldKey(field: FieldSchema): string {
  return `${field.parent.id}${field.parent.brand.key}.${field.index}`;
}
