/** Fields of dynamic structs by name: what the methods of DynamicReader and DynamicBuilder do, as functions that no field can hide. */

import { UsageError } from "../errors.js";
import { choose } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import { isPointerType, typeName } from "../schema/type.js";
import { Orphan } from "../wire/orphan.js";
import { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { initGroup, setMember } from "./from-object.js";
import type { DynamicBuilder, DynamicStruct } from "./struct.js";

/** Throws UsageError "unknown-field", "inactive-union-member". */
export function getField(struct: DynamicStruct, name: string): unknown {
  const member = struct.$type.member(name);
  if (member.discriminant >= 0) expectActive(struct, member.field);
  return struct instanceof StructBuilder ? member.access.get.call(struct) : member.access.read.call(struct);
}

export function hasField(struct: DynamicStruct, name: string): boolean {
  const { field, access } = struct.$type.member(name);
  return field.parent.isActive(field, struct) && access.has.call(struct);
}

export function setField(struct: DynamicBuilder, name: string, value: unknown): void {
  setMember(struct, struct.$type.member(name), value);
}

/** Throws UsageError for what has no size to be made with, such as numbers and capabilities. */
export function initField(struct: DynamicBuilder, name: string, count?: number): unknown {
  const member = struct.$type.member(name);
  const { field } = member;
  if (member.isGroup) return initGroup(struct, member);
  const type = pointerOf(struct, field);
  const made = struct.$init(field.offset, type, count);
  choose(struct, field);
  return made;
}

export function clearField(struct: DynamicBuilder, name: string): void {
  const { field, access } = struct.$type.member(name);
  access.clear.call(struct);
  // A union has no member to fall back to: clearing one chooses it.
  choose(struct, field);
}

export function disownField(struct: DynamicBuilder, name: string): Orphan {
  const { field } = struct.$type.member(name);
  expectActive(struct, field);
  pointerOf(struct, field);
  return struct.$disown(field.offset);
}

export function adoptField(struct: DynamicBuilder, name: string, orphan: Orphan): void {
  const { field } = struct.$type.member(name);
  pointerOf(struct, field);
  struct.$adopt(field.offset, orphan);
  choose(struct, field);
}

export function newOrphan(struct: DynamicBuilder, name: string, count?: number): Orphan {
  const { field } = struct.$type.member(name);
  const orphan = Orphan.empty(struct.$segment.message);
  orphan.init(pointerOf(struct, field), count);
  return orphan;
}

function pointerOf(struct: DynamicBuilder, field: FieldSchema) {
  if (field.isGroup || !isPointerType(field.type))
    throw new UsageError("not-a-pointer", `${field} is of type ${typeName(field.type)}, which is no pointer`);
  return struct.$type.types.pointers.of(field.type);
}

export function whichMember(struct: DynamicStruct): string | number | undefined {
  const { schema } = struct.$type;
  if (!schema.hasUnion) return undefined;
  return schema.which(struct)?.property ?? struct.$uint16(schema.discriminantOffset);
}

/** Throws UsageError unless `field` is in no union or the member that is set. */
export function expectActive(struct: StructReader | StructBuilder, field: FieldSchema): void {
  if (!field.parent.isActive(field, struct)) throw inactive(struct, field);
}

export function inactive(struct: StructReader | StructBuilder, field: FieldSchema): UsageError {
  const { parent } = field;
  const held = parent.which(struct)?.name ?? `member number ${struct.$uint16(parent.discriminantOffset)}`;
  return new UsageError(
    "inactive-union-member",
    `Union member ${field.name} of ${parent.name} is not set (${held} is); look at "which" first`,
  );
}
