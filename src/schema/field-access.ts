/**
 * Reading and writing a field that is known by its schema: `fieldAccess` turns a FieldSchema into functions over the wire layer's
 * StructReader and StructBuilder. Codecs use them as they are; capwire/dynamic makes the members of its classes of them.
 *
 * The functions take the struct as `this`, so that they can be accessors. They know nothing of unions: whether a member is set is for
 * the caller to ask (StructSchema.isActive) and to say (`choose`).
 */

import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import type { StructBuilderClass, StructReaderClass } from "../wire/pointer-type.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { SchemaError } from "./errors.js";
import type { FieldSchema } from "./field-schema.js";
import { listInput } from "./list-input.js";
import { type PointerTypes, type UntypedPointer, wireTypes } from "./pointer-types.js";
import { mistyped, type Struct, scalarAccess } from "./scalar-access.js";
import type { StructSchema } from "./struct-schema.js";
import { isPointerType } from "./type.js";

export interface FieldAccess {
  readonly field: FieldSchema;
  /** The value as readers give it; of a group the struct through the group's class. Throws WireError. */
  read(this: StructReader): unknown;
  /** The value for changing in place: builders for structs and lists. A null struct is allocated; a null pointer with a default becomes a copy of that. */
  get(this: StructBuilder): unknown;
  /** Sets the value: what `read` or `get` give, or plain data. Throws UsageError for what the field cannot hold. Not for groups. */
  set(this: StructBuilder, value: unknown): void;
  /** Whether a pointer field is not null; true for everything else. */
  has(this: StructReader | StructBuilder): boolean;
  /** Makes the field what it is in a new struct. */
  clear(this: StructBuilder): void;
}

const known = /*@__PURE__*/ new WeakMap<PointerTypes, WeakMap<FieldSchema, FieldAccess>>();

/** How to read and write `field`, structs being what `types` says. */
export function fieldAccess(field: FieldSchema, types: PointerTypes = wireTypes): FieldAccess {
  let made = known.get(types);
  if (!made) {
    made = new WeakMap();
    known.set(types, made);
  }
  let access = made.get(field);
  if (!access) {
    try {
      access = makeAccess(field, types);
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error;
      return laterAccess(field, types);
    }
    made.set(field, access);
  }
  return access;
}

/** Makes `field` the member of its union that is set; nothing for a field in no union. What the member holds is left as it is. */
export function choose(struct: StructBuilder, field: FieldSchema): void {
  if (field.discriminant !== null) struct.$setWhich(field.parent.discriminantOffset, field.discriminant);
}

function makeAccess(field: FieldSchema, types: PointerTypes): FieldAccess {
  const { type, offset, isGroup } = field;
  if (isGroup && type.kind === "struct") return groupAccess(field, types);
  if (!isPointerType(type)) return { field, has: always, ...scalarAccess(field) };
  return { field, ...hasAndClear(offset), ...pointerAccess(field, types) };
}

/** Access to a field whose type was not loaded yet: looks for it again each time. */
function laterAccess(field: FieldSchema, types: PointerTypes): FieldAccess {
  const now = () => makeAccess(field, types);
  return {
    field,
    read(this: StructReader) {
      return now().read.call(this);
    },
    get(this: StructBuilder) {
      return now().get.call(this);
    },
    set(this: StructBuilder, value: unknown) {
      now().set.call(this, value);
    },
    ...(field.isPointer
      ? hasAndClear(field.offset)
      : {
          has: always,
          clear(this: StructBuilder) {
            now().clear.call(this);
          },
        }),
  };
}

function always(this: unknown): boolean {
  return true;
}

function hasAndClear(index: number): Pick<FieldAccess, "has" | "clear"> {
  return {
    has(this: StructReader | StructBuilder) {
      return this.$has(index);
    },
    clear(this: StructBuilder) {
      this.$clear(index);
    },
  };
}

function groupAccess(field: FieldSchema, types: PointerTypes): FieldAccess {
  const group = field.type as Extract<FieldSchema["type"], { kind: "struct" }>;
  const { Reader, Builder } = types.struct(group.schema) as {
    Reader: StructReaderClass<StructReader>;
    Builder: StructBuilderClass<StructBuilder>;
  };
  return {
    field,
    has: always,
    read(this: StructReader) {
      return this.$group(Reader);
    },
    get(this: StructBuilder) {
      return this.$group(Builder);
    },
    set() {
      throw new TypeError(`group ${field} is set field by field`);
    },
    clear: clearGroup(group.schema),
  };
}

/** Clears every field of a group, and makes the first member of its union the one that is set. */
function clearGroup(group: StructSchema): (this: StructBuilder) => void {
  let clears: readonly FieldAccess["clear"][] | null = null;
  const { hasUnion, discriminantOffset } = group;
  return function () {
    clears ??= group.fields.map((field) => fieldAccess(field).clear);
    for (const clear of clears) clear.call(this);
    if (hasUnion) this.$setWhich(discriminantOffset, 0);
  };
}

function pointerAccess(field: FieldSchema, types: PointerTypes): Pick<FieldAccess, "read" | "get" | "set"> {
  const { type, offset: index } = field;
  if (type.kind === "text") return textAccess(field, index, String(field.defaultValue ?? ""));
  const fallback = type.kind === "data" ? null : field.defaultPointer;
  if (type.kind === "data") return dataAccess(field, index, (field.defaultValue ?? NO_BYTES) as Uint8Array);
  // Looked up when first used: the type may need this very struct's.
  let found: UntypedPointer | null = null;
  const pointerType = (): UntypedPointer => {
    found ??= types.of(type);
    return found;
  };
  const set =
    type.kind === "list"
      ? function (this: StructBuilder, value: unknown): void {
          this.$set(index, pointerType(), listInput(field, type.element, value));
        }
      : function (this: StructBuilder, value: unknown): void {
          this.$set(index, pointerType(), value);
        };
  if (fallback) {
    return {
      read(this: StructReader) {
        return this.$readDefault(index, pointerType(), fallback);
      },
      get(this: StructBuilder) {
        return this.$getDefault(index, pointerType(), fallback);
      },
      set,
    };
  }
  return {
    read(this: StructReader) {
      return this.$read(index, found ?? pointerType());
    },
    get(this: StructBuilder) {
      return this.$get(index, found ?? pointerType());
    },
    set,
  };
}

/** Where Data stands for a type parameter, the schema has no default of its own. */
const NO_BYTES = /*@__PURE__*/ new Uint8Array(0);

function textAccess(field: FieldSchema, index: number, fallback: string): Pick<FieldAccess, "read" | "get" | "set"> {
  const read =
    fallback === ""
      ? function (this: Struct): string {
          return this.$text(index);
        }
      : function (this: Struct): string {
          return this.$textDefault(index, fallback);
        };
  return {
    read,
    get: read,
    set(this: StructBuilder, value: unknown) {
      if (typeof value !== "string") throw mistyped(field, "a string", value);
      this.$setText(index, value);
    },
  };
}

function dataAccess(
  field: FieldSchema,
  index: number,
  fallback: Uint8Array,
): Pick<FieldAccess, "read" | "get" | "set"> {
  const set = function (this: StructBuilder, value: unknown): void {
    if (!(value instanceof Uint8Array)) throw mistyped(field, "a Uint8Array", value);
    this.$setBytes(index, value);
  };
  if (fallback.length === 0) {
    const read = function (this: Struct): Uint8Array {
      return this.$bytes(index);
    };
    return { read, get: read, set };
  }
  return {
    read(this: StructReader) {
      return this.$has(index) ? this.$bytes(index) : fallback.slice();
    },
    get(this: StructBuilder) {
      if (!this.$has(index)) this.$setBytes(index, fallback);
      return this.$bytes(index);
    },
    set,
  };
}

/** Pointer `field` of a builder, untyped. */
export function fieldPointer(struct: StructBuilder, field: FieldSchema): AnyPointerBuilder {
  return struct.$pointer(field.offset);
}
