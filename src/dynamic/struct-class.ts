/**
 * The classes of one struct type: subclasses of DynamicReader and DynamicBuilder with an accessor for each field. Made once, when the type
 * is; reading a field is then a call of a function that knows its offset, with no look at the schema.
 */

import { fieldAccess } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import type { Orphan } from "../wire/orphan.js";
import type { BuilderSegment, ReaderSegment } from "../wire/segment.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { adoptField, disownField, hasField, inactive, initField } from "./field.js";
import { setMember } from "./from-object.js";
import {
  DynamicBuilder,
  type DynamicBuilderClass,
  DynamicReader,
  type DynamicReaderClass,
  type DynamicStruct,
} from "./struct.js";
import type { DynamicStructType, Member } from "./struct-type.js";

export function makeReaderClass(type: DynamicStructType): DynamicReaderClass {
  // The constructor is written out: an implied one spreads its arguments.
  const Reader = class extends DynamicReader {
    constructor(
      segment: ReaderSegment,
      data: number,
      dataSize: number,
      pointers: number,
      pointerCount: number,
      nesting: number,
    ) {
      super(segment, data, dataSize, pointers, pointerCount, nesting);
    }
  };
  prepare(Reader, type, "Reader");
  for (const field of type.schema.fields) {
    define(Reader.prototype, field, { get: readGetter(type, field) });
    if (field.isPointer) defineHas(Reader.prototype, field);
  }
  return Reader;
}

export function makeBuilderClass(type: DynamicStructType): DynamicBuilderClass {
  const Builder = class extends DynamicBuilder {
    constructor(segment: BuilderSegment, data: number, pointers: number, pointerCount: number) {
      super(segment, data, pointers, pointerCount);
      // A misspelt field is an error, not a property of this object that goes nowhere.
      Object.preventExtensions(this);
    }
  };
  prepare(Builder, type, "Builder");
  for (const field of type.schema.fields) {
    define(Builder.prototype, field, { get: buildGetter(type, field), set: setter(type, field) });
    defineVerbs(Builder.prototype, field);
  }
  return Builder;
}

function prepare(Class: { readonly prototype: object }, type: DynamicStructType, face: string): void {
  const { schema } = type;
  Object.defineProperty(Class, "name", { value: `${schema.name.replaceAll(".", "$")}$${face}` });
  Object.defineProperty(Class.prototype, "$type", { value: type });
  if (!schema.hasUnion) return;
  const offset = schema.discriminantOffset;
  const names = schema.unionFields.map((field) => field.property);
  Object.defineProperty(Class.prototype, "which", {
    get(this: StructReader) {
      return this.$which(offset, names);
    },
    configurable: true,
  });
}

function define(prototype: object, field: FieldSchema, accessor: PropertyDescriptor): void {
  Object.defineProperty(prototype, field.property, { ...accessor, enumerable: true, configurable: true });
}

/** `hasName()`, as generated code has it. */
function defineHas(prototype: object, { name, names }: FieldSchema): void {
  defineMethod(prototype, names.has, function () {
    return hasField(this, name);
  });
}

/** `initName(count)`, `disownName()`, `adoptName(orphan)`, as generated code has them. */
function defineVerbs(prototype: object, field: FieldSchema): void {
  const { name, names } = field;
  if (field.isPointer) {
    defineHas(prototype, field);
    defineMethod(prototype, names.disown, function () {
      return disownField(this as DynamicBuilder, name);
    });
    defineMethod(prototype, names.adopt, function (orphan) {
      adoptField(this as DynamicBuilder, name, orphan as Orphan);
    });
  }
  if (field.isPointer || field.isGroup) {
    defineMethod(prototype, names.init, function (count) {
      return initField(this as DynamicBuilder, name, count as number | undefined);
    });
  }
}

function defineMethod(
  prototype: object,
  name: string,
  method: (this: DynamicStruct, argument?: unknown) => unknown,
): void {
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
}

function readGetter(type: DynamicStructType, field: FieldSchema): (this: StructReader) => unknown {
  const { read } = fieldAccess(field, type.types.pointers);
  return field.discriminant === null ? read : whenActive(field, read);
}

function buildGetter(type: DynamicStructType, field: FieldSchema): (this: StructBuilder) => unknown {
  const { get } = fieldAccess(field, type.types.pointers);
  return field.discriminant === null ? get : whenActive(field, get);
}

function whenActive<S extends StructReader | StructBuilder>(
  field: FieldSchema,
  read: (this: S) => unknown,
): (this: S) => unknown {
  const offset = field.parent.discriminantOffset;
  const { discriminant } = field;
  return function () {
    if (this.$uint16(offset) !== discriminant) throw inactive(this, field);
    return read.call(this);
  };
}

function setter(type: DynamicStructType, field: FieldSchema): (this: DynamicBuilder, value: unknown) => void {
  // Looked up at first use: the type is being made.
  let member: Member | null = null;
  return function (value) {
    member ??= type.member(field.name);
    setMember(this, member, value);
  };
}
