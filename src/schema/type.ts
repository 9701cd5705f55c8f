/**
 * Types resolved: what a field's or parameter's type is once the type parameters around it are bound and the nodes it names are
 * found. The model's `Type` (model.ts) names nodes by id; a SchemaType holds their views.
 */

import type { EnumSchema } from "./enum-schema.js";
import type { InterfaceSchema } from "./interface-schema.js";
import type { PrimitiveTypeName } from "./model.js";
import type { StructSchema } from "./struct-schema.js";

/** A type parameter: of a declaration, or of a method (`scopeId` is undefined). */
export interface ParameterReference {
  readonly scopeId: bigint | undefined;
  readonly index: number;
}

export type SchemaType =
  | { readonly kind: PrimitiveTypeName }
  | { readonly kind: "list"; readonly element: SchemaType }
  | { readonly kind: "enum"; readonly schema: EnumSchema }
  | { readonly kind: "struct"; readonly schema: StructSchema }
  | { readonly kind: "interface"; readonly schema: InterfaceSchema }
  | AnyPointerSchemaType;

export interface AnyPointerSchemaType {
  readonly kind: "anyPointer";
  /** What the schema says of the pointer: nothing, or that it is a struct (AnyStruct), list (AnyList) or capability. */
  readonly pointer: "anyKind" | "struct" | "list" | "capability";
  /** Set if this is a type parameter that nothing was bound to. */
  readonly parameter?: ParameterReference;
}

export const ANY_POINTER: AnyPointerSchemaType = Object.freeze({ kind: "anyPointer", pointer: "anyKind" });

/** The bits a value takes in the data section; 0 for Void, undefined for what lives in the pointer section. */
export function dataBits(type: SchemaType): number | undefined {
  return DATA_BITS[type.kind];
}

/** Whether values of `type` live in the pointer section. */
export function isPointerType(type: SchemaType): boolean {
  return DATA_BITS[type.kind] === undefined;
}

export const DATA_BITS: { readonly [kind: string]: number | undefined } = {
  void: 0,
  bool: 1,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  float32: 32,
  float64: 64,
  enum: 16,
};

/** The type as a schema writes it: `List(Map(Text, Person))`. */
export function typeName(type: SchemaType): string {
  switch (type.kind) {
    case "list":
      return `List(${typeName(type.element)})`;
    case "enum":
      return type.schema.name;
    case "struct":
    case "interface":
      return type.schema.brandedName;
    case "anyPointer":
      return ANY_NAMES[type.pointer];
    default:
      return PRIMITIVE_NAMES[type.kind];
  }
}

/** Equal for equal types, brands included; an unbound parameter is an AnyPointer. */
export function typeKey(type: SchemaType): string {
  switch (type.kind) {
    case "list":
      return `(${typeKey(type.element)})`;
    case "enum":
      return `e${type.schema.id}`;
    case "struct":
      return `s${type.schema.id}${type.schema.brand.key}`;
    case "interface":
      return `i${type.schema.id}${type.schema.brand.key}`;
    case "anyPointer":
      return type.pointer;
    default:
      return type.kind;
  }
}

const ANY_NAMES = { anyKind: "AnyPointer", struct: "AnyStruct", list: "AnyList", capability: "Capability" } as const;

const PRIMITIVE_NAMES: { readonly [K in PrimitiveTypeName]: string } = {
  void: "Void",
  bool: "Bool",
  int8: "Int8",
  int16: "Int16",
  int32: "Int32",
  int64: "Int64",
  uint8: "UInt8",
  uint16: "UInt16",
  uint32: "UInt32",
  uint64: "UInt64",
  float32: "Float32",
  float64: "Float64",
  text: "Text",
  data: "Data",
};
