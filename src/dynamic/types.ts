/**
 * DynamicTypes: the types of one SchemaLoader, each made when it is first asked for: structs as DynamicStructType, interfaces as
 * DynamicInterfaceType, enums as objects of their names, constants as their values.
 */

import { UsageError } from "../errors.js";
import type { ConstSchema } from "../schema/constant-schema.js";
import type { EnumSchema } from "../schema/enum-schema.js";
import type { InterfaceSchema } from "../schema/interface-schema.js";
import type { SchemaLoader } from "../schema/loader.js";
import { PointerTypes, type UntypedPointer } from "../schema/pointer-types.js";
import type { AnySchema } from "../schema/schema.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { isPointerType, type SchemaType } from "../schema/type.js";
import { AnyPointerReader } from "../wire/any-pointer.js";
import type { StructType } from "../wire/pointer-type.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { AnyValue } from "./any-value.js";
import { type DynamicEnum, makeEnum } from "./enum.js";
import { type DynamicInterfaceType, makeInterfaceType } from "./interface-type.js";
import { defineNested } from "./nested.js";
import { DynamicStructType, type TypeArgument } from "./struct-type.js";

/** What a declaration is to a program: a type, an enum's names, or a constant's value. */
export type Declared = DynamicStructType | DynamicInterfaceType | DynamicEnum | unknown;

export class DynamicTypes {
  readonly loader: SchemaLoader;
  /** Schema types as pointer types whose structs are dynamic. */
  readonly pointers: PointerTypes;
  readonly #enums = new WeakMap<EnumSchema, DynamicEnum>();
  readonly #constants = new WeakMap<ConstSchema, unknown>();

  private constructor(loader: SchemaLoader) {
    this.loader = loader;
    this.pointers = new PointerTypes({
      struct: (schema) => this.#makeStruct(schema) as unknown as StructType<StructReader, StructBuilder, unknown>,
      capability: (schema) => this.#makeInterface(schema) as unknown as UntypedPointer,
      any: AnyValue as UntypedPointer,
    });
  }

  /** The types of `loader`: the same each time, so that a struct has one class however often its file is asked for. */
  static of(loader: SchemaLoader): DynamicTypes {
    let types = known.get(loader);
    if (!types) {
      types = new DynamicTypes(loader);
      known.set(loader, types);
    }
    return types;
  }

  struct(schema: StructSchema): DynamicStructType {
    return this.pointers.struct(schema) as unknown as DynamicStructType;
  }

  interface(schema: InterfaceSchema): DynamicInterfaceType {
    return this.pointers.capability(schema) as unknown as DynamicInterfaceType;
  }

  enum(schema: EnumSchema): DynamicEnum {
    let made = this.#enums.get(schema);
    if (!made) {
      made = makeEnum(schema);
      this.#enums.set(schema, made);
    }
    return made;
  }

  /** A constant's value, as a field of its type would read. */
  constant(schema: ConstSchema): unknown {
    if (!this.#constants.has(schema)) this.#constants.set(schema, this.valueOf(schema.type, schema.value));
    return this.#constants.get(schema);
  }

  /** What a schema's value (of a constant, a default, an annotation) is when read as `type`. */
  valueOf(type: SchemaType, value: unknown): unknown {
    if (type.kind === "enum") return type.schema.names[value as number] ?? value;
    if (!isPointerType(type) || type.kind === "text" || type.kind === "data") return value;
    const pointerType = this.pointers.of(type);
    return value instanceof AnyPointerReader ? value.as(pointerType) : pointerType.zero();
  }

  /** What `schema` is to a program; undefined for what exists in schemas only (files, annotations). */
  declared(schema: AnySchema): Declared {
    switch (schema.kind) {
      case "struct":
        return this.struct(schema);
      case "interface":
        return this.interface(schema);
      case "enum":
        return this.enum(schema);
      case "const":
        return this.constant(schema);
      default:
        return undefined;
    }
  }

  /** A type argument as a schema type. */
  argument(argument: TypeArgument): SchemaType {
    if ("kind" in argument && !("schema" in argument && "types" in argument) && !("$schema" in argument)) {
      return argument as SchemaType;
    }
    const schema = ("$schema" in argument ? argument.$schema : (argument as DynamicStructType).schema) as AnySchema;
    if (schema?.kind === "struct") return { kind: "struct", schema };
    if (schema?.kind === "interface") return { kind: "interface", schema };
    throw new UsageError("generic-argument", "a type parameter is bound to a struct, an interface or a SchemaType");
  }

  #makeStruct(schema: StructSchema): DynamicStructType {
    const type = new DynamicStructType(schema, this);
    defineNested(type, schema, this);
    return type;
  }

  #makeInterface(schema: InterfaceSchema): DynamicInterfaceType {
    const type = makeInterfaceType(schema, this);
    defineNested(type, schema, this);
    return type;
  }
}

const known = /*@__PURE__*/ new WeakMap<SchemaLoader, DynamicTypes>();
