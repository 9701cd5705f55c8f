/** What `console.log` and `util.inspect` show of a dynamic struct: its type and its fields, nested ones as deep as asked for. */

import { CapwireError } from "../errors.js";
import type { FieldSchema } from "../schema/field-schema.js";
import { AnyPointerReader } from "../wire/any-pointer.js";
import type { DynamicReader, Fields } from "./struct.js";

/** The method that Node, Deno and Bun look for. */
export const INSPECT: unique symbol = /*@__PURE__*/ Symbol.for("nodejs.util.inspect.custom") as never;

export type InspectFunction = (value: unknown, options: object) => string;

export function inspectStruct(
  struct: DynamicReader,
  depth: number,
  options: object,
  inspect: InspectFunction | undefined,
): string {
  const { name } = struct.$type;
  if (depth < 0) return `[${name}]`;
  const fields = shownFields(struct);
  if (!inspect) return name;
  const shown = inspect(fields, { ...options, depth });
  return struct.$type.schema.isGroup ? shown : `${name} ${shown}`;
}

/** The fields that say something: of unions the member that is set, no pointers that are null. */
function shownFields(struct: DynamicReader): Fields {
  const { schema } = struct.$type;
  const fields: Fields = {};
  for (const field of schema.fieldsInCodeOrder) {
    if (schema.isActive(field, struct)) show(struct, field, fields);
  }
  if (schema.hasUnion && !schema.which(struct)) fields.which = struct.$uint16(schema.discriminantOffset);
  return fields;
}

function show(struct: DynamicReader, field: FieldSchema, fields: Fields): void {
  const { access } = struct.$type.member(field.name);
  if (!access.has.call(struct)) return;
  try {
    const value = access.read.call(struct);
    fields[field.property] = value instanceof AnyPointerReader ? new Label(`AnyPointer to a ${value.kind}`) : value;
  } catch (error) {
    // Looking at a message must not fail because a part of it is malformed.
    if (!(error instanceof CapwireError)) throw error;
    fields[field.property] = new Label(`malformed: ${error.message}`);
  }
}

/** Text that is shown without quotes. */
class Label {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  [INSPECT](): string {
    return `<${this.#text}>`;
  }
}
