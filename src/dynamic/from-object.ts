/** Plain data into structs: setting one field, and assigning a plain object, a reader or a builder field by field. */

import { UsageError } from "../errors.js";
import { choose } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import { suggestion } from "../schema/suggest.js";
import { isPointerType, type SchemaType } from "../schema/type.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import type { DynamicBuilder } from "./struct.js";
import type { Member } from "./struct-type.js";

export interface FromObjectOptions {
  /** What to do with properties that are no fields: refuse them (the default) or leave them out. */
  readonly unknownFields?: "error" | "ignore";
  /** How Data is given where it is a string. Without it strings are no Data. */
  readonly bytes?: "base64" | "hex";
}

const STRICT: FromObjectOptions = {};

/** Sets a field to plain data, or to a copy of a reader or builder; a union member becomes the one that is set. */
export function setMember(
  struct: DynamicBuilder,
  member: Member,
  value: unknown,
  options: FromObjectOptions = STRICT,
): void {
  try {
    if (member.isGroup) {
      setGroup(struct, member, value, options);
      return;
    }
    // The value first: one that is refused must leave the union as it was.
    if (value === null && member.isPointer) member.access.clear.call(struct);
    else if (options === STRICT) member.access.set.call(struct, value);
    else setWith(struct, member, value, options);
  } catch (error) {
    throw located(error, member.field);
  }
  if (member.discriminant >= 0) struct.$setWhich(member.discriminantOffset, member.discriminant);
}

function setGroup(struct: DynamicBuilder, member: Member, value: unknown, options: FromObjectOptions): void {
  if (typeof value !== "object" || value === null)
    throw new UsageError("wrong-type", `group ${member.field} is set to an object of its fields`);
  assign(initGroup(struct, member), value, options);
}

/** `error`, saying which field it is about; the innermost one if fields are nested. */
function located(error: unknown, field: FieldSchema): unknown {
  if (!(error instanceof UsageError) || placed.has(error)) return error;
  const says = error.message.includes(String(field)) || error.code === "unknown-field";
  const placedError = says ? error : new UsageError(error.code, `${field}: ${error.message}`, { cause: error });
  placed.add(placedError);
  return placedError;
}

/** Errors that name their field. */
const placed = /*@__PURE__*/ new WeakSet<UsageError>();

/** Makes a group all defaults, and the member that is set if it is one. */
export function initGroup(struct: DynamicBuilder, { field, access }: Member): DynamicBuilder {
  choose(struct, field);
  access.clear.call(struct);
  return access.get.call(struct) as DynamicBuilder;
}

/**
 * Sets what `value` gives and leaves the rest. Of a union at most one member is given, by its name, by `which` (what is not given
 * then has its default), or both. Throws UsageError for names the struct does not have.
 */
export function assign(struct: DynamicBuilder, value: object, options: FromObjectOptions = STRICT): void {
  if (value instanceof StructReader || value instanceof StructBuilder) {
    assignStruct(struct, value);
    return;
  }
  const { schema } = struct.$type;
  if (typeof value !== "object" || value === null || Symbol.iterator in value) {
    const what = typeof value === "object" ? "a list, or null" : `a ${typeof value}`;
    throw new UsageError("wrong-type", `${schema.name} is given as an object of its fields, not as ${what}`);
  }
  const given = value as { readonly [property: string]: unknown };
  let chosen: Member | undefined;
  for (const property of Object.keys(given)) {
    const content = given[property];
    if (content === undefined || (property === "which" && schema.hasUnion)) continue;
    const member = memberOf(struct, property, options);
    if (!member) continue;
    if (member.discriminant < 0) setMember(struct, member, content, options);
    else if (chosen) throw twoMembers(chosen.field, member.field);
    else chosen = member;
  }
  if (schema.hasUnion) assignUnion(struct, given, chosen, options);
}

function memberOf(struct: DynamicBuilder, property: string, options: FromObjectOptions): Member | undefined {
  const member = struct.$type.findMember(property);
  // `member` says what is wrong with a name there is no field of.
  return member || options.unknownFields === "ignore" ? member : struct.$type.member(property);
}

function assignUnion(
  struct: DynamicBuilder,
  given: { readonly [property: string]: unknown },
  chosen: Member | undefined,
  options: FromObjectOptions,
): void {
  const { which } = given;
  if (which === undefined) {
    if (chosen) setMember(struct, chosen, given[nameIn(given, chosen.field)], options);
    return;
  }
  const { schema } = struct.$type;
  const named = schema.unionFields.find(({ name, property }) => property === which || name === which);
  if (!named) {
    const known = schema.unionFields.map((field) => field.property);
    const hint = typeof which === "string" ? suggestion(which, known) : "";
    throw new UsageError(
      "unknown-union-member",
      `${schema.name} has no union member ${JSON.stringify(which)} that could be set${hint}`,
    );
  }
  if (chosen && chosen.field !== named) throw twoMembers(named, chosen.field);
  const member = struct.$type.member(named.name);
  if (chosen) setMember(struct, member, given[nameIn(given, named)], options);
  else if (named.isGroup) initGroup(struct, member);
  else {
    member.access.clear.call(struct);
    choose(struct, named);
  }
}

/** What `given` calls a field. */
function nameIn(given: object, field: FieldSchema): string {
  return field.property in given ? field.property : field.name;
}

function twoMembers(one: FieldSchema, other: FieldSchema): UsageError {
  return new UsageError(
    "two-union-members",
    `${one.name} and ${other.name} are members of one union of ${one.parent.name}: only one of them can be set`,
  );
}

/** Copies the fields of a reader or builder of any class; what the schema does not know of is left out. */
function assignStruct(struct: DynamicBuilder, source: StructReader | StructBuilder): void {
  const { schema } = struct.$type;
  const reader = source instanceof StructBuilder ? source.$asReader(StructReader) : source;
  for (const field of schema.fields) {
    if (!schema.isActive(field, reader)) continue;
    const member = struct.$type.member(field.name);
    const { access } = member;
    if (field.isGroup) assign(initGroup(struct, member), access.read.call(reader) as object);
    else if (isPointerType(field.type)) {
      // Whole, so that nothing is lost that only the wire knows of.
      const pointer = struct.$pointer(field.offset);
      if (access.has.call(reader)) pointer.setAny(reader.$pointer(field.offset));
      else pointer.clear();
      choose(struct, field);
    } else {
      access.set.call(struct, access.read.call(reader));
      choose(struct, field);
    }
  }
}

/** Sets a slot from data written by the rules of `options`, down to its leaves. */
function setWith(struct: DynamicBuilder, { field, access }: Member, value: unknown, options: FromObjectOptions): void {
  const { type } = field;
  if (type.kind === "struct" && isPlain(value)) {
    assign(struct.$init(field.offset, struct.$type.types.struct(type.schema)), value, options);
  } else access.set.call(struct, converted(struct, type, value, options));
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof StructReader) &&
    !(value instanceof StructBuilder) &&
    !(value instanceof Uint8Array)
  );
}

/** `value` as the strict rules want it. Structs in lists become messages of their own first, which are then copied. */
function converted(struct: DynamicBuilder, type: SchemaType, value: unknown, options: FromObjectOptions): unknown {
  if (type.kind === "data" && typeof value === "string" && options.bytes) return decodeBytes(value, options.bytes);
  if (type.kind === "list" && isPlain(value) && Symbol.iterator in value) {
    return Array.from(value as Iterable<unknown>, (each) => converted(struct, type.element, each, options));
  }
  if (type.kind === "struct" && isPlain(value)) {
    return struct.$type.types.struct(type.schema).fromObject(value, options);
  }
  return value;
}

function decodeBytes(text: string, encoding: "base64" | "hex"): Uint8Array {
  if (encoding === "hex") {
    if (!/^([0-9a-f]{2})*$/i.test(text)) throw new UsageError("wrong-type", "this string is no hexadecimal Data");
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  let binary: string;
  try {
    binary = atob(text);
  } catch (error) {
    throw new UsageError("wrong-type", "this string is no base64 Data", { cause: error });
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
