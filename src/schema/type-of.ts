/** From pointer types, as programs and generated code have them, to the types of the schema: `Map.of(Text, listOf(Person))` to Map(Text, List(Person)). */

import { UsageError } from "../errors.js";
import {
  Float32List,
  Float64List,
  Int8List,
  Int16List,
  Int32List,
  Int64List,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
} from "../wire/number-list.js";
import type { AnyPointerType } from "../wire/pointer-type.js";
import { BoolList, enumOf, VoidList } from "../wire/small-list.js";
import type { EnumSchema } from "./enum-schema.js";
import type { SchemaLoader } from "./loader.js";
import type { PrimitiveTypeName } from "./model.js";
import { StructSchema } from "./struct-schema.js";
import { ANY_POINTER, type SchemaType } from "./type.js";

/** What is known of a struct or interface type beside its verbs. */
interface Declared {
  readonly id?: bigint;
  /** Of a dynamic type: its schema. */
  readonly schema?: unknown;
  /** Of a generated struct type: its class, on whose prototype is what its type parameters are bound to. */
  readonly Reader?: { readonly prototype: { readonly $brand?: { readonly types: readonly AnyPointerType[] } } };
  readonly elementType?: AnyPointerType;
}

const LISTS: ReadonlyMap<AnyPointerType, PrimitiveTypeName> = /*@__PURE__*/ new Map<AnyPointerType, PrimitiveTypeName>([
  [VoidList, "void"],
  [BoolList, "bool"],
  [Int8List, "int8"],
  [Int16List, "int16"],
  [Int32List, "int32"],
  [Int64List, "int64"],
  [UInt8List, "uint8"],
  [UInt16List, "uint16"],
  [UInt32List, "uint32"],
  [UInt64List, "uint64"],
  [Float32List, "float32"],
  [Float64List, "float64"],
]);

/** The schema of a struct type, its type parameters bound as the type's are. Throws SchemaError if `loader` has no node of it, UsageError. */
export function structSchemaOf(type: { readonly id: bigint }, loader: SchemaLoader): StructSchema {
  const { schema, Reader } = type as Declared;
  if (schema instanceof StructSchema) return schema;
  const found = loader.struct(type.id);
  const types = (Reader?.prototype.$brand?.types ?? []).map((each) => schemaTypeOf(each, loader));
  // Types that nothing is bound to have AnyPointers there.
  return types.some((each) => each.kind !== "anyPointer") ? found.bind(...types) : found;
}

/** What a schema calls `type`. */
export function schemaTypeOf(type: AnyPointerType, loader: SchemaLoader): SchemaType {
  const { id, elementType } = type as Declared;
  switch (type.kind) {
    case "text":
    case "data":
      return { kind: type.kind };
    case "struct":
      return { kind: "struct", schema: structSchemaOf(type as AnyPointerType & { readonly id: bigint }, loader) };
    case "capability":
      return id === undefined
        ? { ...ANY_POINTER, pointer: "capability" }
        : { kind: "interface", schema: loader.interface(id) };
    case "list":
      return { kind: "list", element: elementType ? schemaTypeOf(elementType, loader) : elementOf(type, loader) };
    case "any":
      return ANY_POINTER;
  }
}

function elementOf(type: AnyPointerType, loader: SchemaLoader): SchemaType {
  const kind = LISTS.get(type);
  if (kind) return { kind };
  const names = enumOf(type)?.names;
  const schema = names && enumNamed(names, loader);
  if (schema) return { kind: "enum", schema };
  throw new UsageError("unknown-type", "a list of this type has no name in the schemas that were loaded");
}

/** Generated enums carry their names only. Throws UsageError where two enums have the same names and their annotations would tell them apart. */
function enumNamed(names: readonly string[], loader: SchemaLoader): EnumSchema | undefined {
  const found: EnumSchema[] = [];
  for (const schema of loader) {
    if (schema.kind !== "enum" || schema.names.length !== names.length) continue;
    if (schema.names.every((name, ordinal) => name === names[ordinal])) found.push(schema);
  }
  const isAnnotated = found.some(({ enumerants }) => enumerants.some(({ annotations }) => annotations.length > 0));
  if (found.length < 2 || !isAnnotated) return found[0];
  throw new UsageError("ambiguous-type", `${found.map(({ name }) => name).join(" and ")} have the same names`);
}
