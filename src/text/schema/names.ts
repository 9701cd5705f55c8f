/**
 * How a schema file names a declaration from where it is mentioned: by the shortest path that finds it, with type arguments where they
 * are bound, and through an import where it is in another file.
 */

import type { SchemaLoader } from "../../schema/loader.js";
import type { AnyPointerType, Binding, Brand, Type } from "../../schema/model.js";
import type { AnySchema } from "../../schema/schema.js";

/** A place in a schema: a declaration, and the type parameters of the method that is being printed, if one is. */
export interface Place {
  readonly scope: AnySchema;
  readonly implicit: readonly string[];
}

const PRIMITIVES: { readonly [which: string]: string | undefined } = {
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

const POINTERS = { anyKind: "AnyPointer", struct: "AnyStruct", list: "AnyList", capability: "Capability" } as const;

/** `type` as it is written at `place`. Throws SchemaError for nodes that are not loaded. */
export function typeAt(place: Place, type: Type): string {
  switch (type.which) {
    case "list":
      return `List(${typeAt(place, type.list.elementType)})`;
    case "enum":
      return nameAt(place, type.enum.typeId, type.enum.brand);
    case "struct":
      return nameAt(place, type.struct.typeId, type.struct.brand);
    case "interface":
      return nameAt(place, type.interface.typeId, type.interface.brand);
    case "anyPointer":
      return pointerAt(place, type.anyPointer);
    default:
      return PRIMITIVES[type.which]!;
  }
}

function pointerAt({ scope, implicit }: Place, pointer: AnyPointerType): string {
  switch (pointer.which) {
    case "unconstrained":
      return POINTERS[pointer.unconstrained.which];
    case "implicitMethodParameter":
      return implicit[pointer.implicitMethodParameter.parameterIndex] ?? "AnyPointer";
    case "parameter": {
      const { scopeId, parameterIndex } = pointer.parameter;
      return scope.loader.get(scopeId).parameters[parameterIndex] ?? "AnyPointer";
    }
  }
}

/** The declaration `id` under `brand`, as it is written at `place`. Throws SchemaError if it is not loaded. */
export function nameAt(place: Place, id: bigint, brand: Brand = { scopes: [] }): string {
  const { scope } = place;
  const path: string[] = [];
  let node = scope.loader.get(id);
  for (;;) {
    path.unshift(node.shortName + argumentsAt(place, node, brand));
    const parent: AnySchema | null = node.scope;
    if (!parent) return path.join(".");
    if (isAround(scope, parent) && inherits(parent, brand) && found(place, node.shortName) === node.id) {
      return path.join(".");
    }
    if (parent.kind === "file") {
      const isHere = isAround(scope, parent);
      return isHere ? `.${path.join(".")}` : `${importOf(parent)}.${path.join(".")}`;
    }
    node = parent;
  }
}

/** Files are found from the root of the import path. */
function importOf(file: AnySchema): string {
  return `import ${JSON.stringify(`/${file.displayName.replace(/^\/+/, "")}`)}`;
}

function argumentsAt(place: Place, node: AnySchema, brand: Brand): string {
  const scope = brand.scopes.find(({ scopeId }) => scopeId === node.id);
  if (scope?.which !== "bind") return "";
  const bound = (binding: Binding) => (binding.which === "type" ? typeAt(place, binding.type) : "AnyPointer");
  return `(${scope.bind.map(bound).join(", ")})`;
}

function isAround(scope: AnySchema, outer: AnySchema): boolean {
  for (let node: AnySchema | null = scope; node; node = node.scope) if (node.id === outer.id) return true;
  return false;
}

/** Whether the type parameters of `node` and of what is around it are those of the place itself. */
function inherits(start: AnySchema, brand: Brand): boolean {
  for (let node: AnySchema | null = start; node; node = node.scope) {
    if (node.parameters.length === 0) continue;
    const { id } = node;
    if (brand.scopes.find(({ scopeId }) => scopeId === id)?.which !== "inherit") return false;
  }
  return true;
}

/** The id of what a name means at `place`; null for a type parameter, undefined for nothing. */
function found({ scope, implicit }: Place, name: string): bigint | null | undefined {
  if (implicit.includes(name)) return null;
  for (let node: AnySchema | null = scope; node; node = node.scope) {
    if (node.parameters.includes(name)) return null;
    const nested = node.nested.find(({ shortName }) => shortName === name);
    if (nested) return nested.id;
  }
  return undefined;
}

/** The place of the declaration `id`. */
export function placeIn(loader: SchemaLoader, id: bigint): Place {
  return { scope: loader.get(id), implicit: [] };
}
