/**
 * What an expression that names something stands for, generics included: a declaration or built-in type together with the
 * bindings of all type parameters in force at it, or a type parameter that is still open.
 *
 * Bindings are kept per scope, innermost first, along the lexical nesting of the declaration referred to. In `Outer(Text).Inner`
 * the scope of `Inner` has none of its own and the scope of `Outer` around it is bound to `Text`. A scope that encloses the place
 * of mention is *inherited*: its parameters are whatever they are there.
 */

import type { Brand, BrandScope, Type } from "../schema/model.js";
import type { Definition } from "./definition.js";

export const BUILTIN_TYPES = [
  "Void",
  "Bool",
  "Int8",
  "Int16",
  "Int32",
  "Int64",
  "UInt8",
  "UInt16",
  "UInt32",
  "UInt64",
  "Float32",
  "Float64",
  "Text",
  "Data",
  "List",
  "AnyPointer",
  "AnyStruct",
  "AnyList",
  "Capability",
] as const;

type BuiltinType = (typeof BUILTIN_TYPES)[number];

export type Reference =
  | { readonly kind: "definition"; readonly definition: Definition; readonly bindings: Bindings }
  | { readonly kind: "builtin"; readonly type: BuiltinType; readonly element: Reference | undefined }
  | { readonly kind: "parameter"; readonly scopeId: bigint; readonly index: number }
  | { readonly kind: "methodParameter"; readonly index: number };

/** The built-in types by name. */
export const BUILTINS: ReadonlyMap<string, Extract<Reference, { kind: "builtin" }>> = /*@__PURE__*/ new Map(
  BUILTIN_TYPES.map((type) => [type, { kind: "builtin", type, element: undefined }]),
);

export const ANY_POINTER: Reference = { kind: "builtin", type: "AnyPointer", element: undefined };

/** How the parameters of one scope, and of those around it, are bound. Immutable. */
export interface Bindings {
  readonly scopeId: bigint;
  readonly parameterCount: number;
  /** Empty when the scope has no parameters or leaves them unbound, which makes them AnyPointer. */
  readonly bound: readonly Reference[] | "inherited";
  readonly around: Bindings | undefined;
}

/** The bindings in force inside a declaration: nothing is known about any parameter. */
export function bindingsWithin(definition: Definition): Bindings {
  return {
    scopeId: definition.id,
    parameterCount: definition.parameters.length,
    bound: "inherited",
    around: definition.parent && bindingsWithin(definition.parent),
  };
}

/** A declaration mentioned by a name found in `scope`, where `bindings` are in force. */
export function referTo(definition: Definition, bindings: Bindings): Reference {
  const around = definition.parent && enclosing(bindings, definition.parent);
  return {
    kind: "definition",
    definition,
    bindings: { scopeId: definition.id, parameterCount: definition.parameters.length, bound: [], around },
  };
}

/** The part of `bindings` from the given scope outwards. */
function enclosing(bindings: Bindings | undefined, scope: Definition): Bindings {
  for (let level = bindings; level !== undefined; level = level.around) if (level.scopeId === scope.id) return level;
  // Another file: nothing of the place of mention applies.
  return {
    scopeId: scope.id,
    parameterCount: 0,
    bound: [],
    around: scope.parent && enclosing(undefined, scope.parent),
  };
}

/** What a type parameter stands for where `bindings` are in force. */
export function lookUpParameter(scopeId: bigint, index: number, bindings: Bindings | undefined): Reference {
  for (let level = bindings; level !== undefined; level = level.around) {
    if (level.scopeId !== scopeId) continue;
    if (level.bound === "inherited") return { kind: "parameter", scopeId, index };
    return level.bound[index] ?? ANY_POINTER;
  }
  return ANY_POINTER;
}

/**
 * A reference that was made inside a scope, as it looks from a place where that scope has other bindings: type parameters and
 * inherited scopes take what `bindings` say.
 */
export function rebind(reference: Reference, bindings: Bindings): Reference {
  switch (reference.kind) {
    case "parameter":
      return lookUpParameter(reference.scopeId, reference.index, bindings);
    case "builtin":
      return reference.element === undefined
        ? reference
        : { ...reference, element: rebind(reference.element, bindings) };
    case "definition":
      return { ...reference, bindings: rebindScopes(reference.bindings, bindings) };
    case "methodParameter":
      return reference;
  }
}

function rebindScopes(scopes: Bindings, bindings: Bindings): Bindings {
  const around = scopes.around && rebindScopes(scopes.around, bindings);
  if (scopes.bound !== "inherited") {
    return { ...scopes, bound: scopes.bound.map((reference) => rebind(reference, bindings)), around };
  }
  for (let level: Bindings | undefined = bindings; level !== undefined; level = level.around) {
    if (level.scopeId === scopes.scopeId) return { ...scopes, bound: level.bound, around };
  }
  return { ...scopes, bound: [], around };
}

/** How many names it takes to spell a reference out. Aliases make it easy to write a type that is too large to handle. */
export function weigh(reference: Reference): number {
  return isPlain(reference) ? 1 : weighParts(reference);
}

/** Whether it is a single name, as most are. */
function isPlain(reference: Reference): boolean {
  if (reference.kind === "builtin") return reference.element === undefined;
  if (reference.kind !== "definition") return true;
  for (let level: Bindings | undefined = reference.bindings; level !== undefined; level = level.around) {
    if (level.bound !== "inherited" && level.bound.length > 0) return false;
  }
  return true;
}

function weighParts(reference: Reference): number {
  const known = weights.get(reference);
  if (known !== undefined) return known;
  let weight = 1;
  if (reference.kind === "builtin" && reference.element !== undefined) weight += weigh(reference.element);
  if (reference.kind === "definition") {
    for (let level: Bindings | undefined = reference.bindings; level !== undefined; level = level.around) {
      if (level.bound !== "inherited") for (const bound of level.bound) weight += weigh(bound);
    }
  }
  weights.set(reference, weight);
  return weight;
}

const weights = new WeakMap<Reference, number>();

/** Whether `toType` has a schema type for it. */
export function isType(reference: Reference): boolean {
  if (reference.kind === "builtin") return reference.type !== "List" || reference.element !== undefined;
  if (reference.kind !== "definition") return true;
  const { kind } = reference.definition;
  return kind === "enum" || kind === "struct" || kind === "interface";
}

/** The schema type of a reference, or undefined if it is none (a file, a constant, a `List` without element). */
export function toType(reference: Reference): Type | undefined {
  switch (reference.kind) {
    case "parameter": {
      const { scopeId, index } = reference;
      return anyPointer({ which: "parameter", parameter: { scopeId, parameterIndex: index } });
    }
    case "methodParameter":
      return anyPointer({
        which: "implicitMethodParameter",
        implicitMethodParameter: { parameterIndex: reference.index },
      });
    case "definition":
      return definitionType(reference.definition, reference.bindings);
    case "builtin":
      return builtinType(reference.type, reference.element);
  }
}

/** Whether a type may be bound to a type parameter: only what is behind a pointer can. */
export function isPointer(reference: Reference): boolean {
  if (reference.kind === "definition")
    return reference.definition.kind === "struct" || reference.definition.kind === "interface";
  if (reference.kind !== "builtin") return true;
  return ["Text", "Data", "List", "AnyPointer", "AnyStruct", "AnyList", "Capability"].includes(reference.type);
}

/** The brand that says what `bindings` bind; empty when there is nothing to say. */
export function toBrand(bindings: Bindings): Brand {
  const scopes: BrandScope[] = [];
  for (let level: Bindings | undefined = bindings; level !== undefined; level = level.around) {
    const { scopeId, bound, parameterCount } = level;
    if (bound === "inherited") {
      if (parameterCount > 0) scopes.push({ scopeId, which: "inherit", inherit: null });
    } else if (bound.length > 0) {
      const bind = bound.map((reference) => {
        const type = toType(reference);
        return type === undefined ? { which: "unbound" as const, unbound: null } : { which: "type" as const, type };
      });
      scopes.push({ scopeId, which: "bind", bind });
    }
  }
  return { scopes };
}

function definitionType(definition: Definition, bindings: Bindings): Type | undefined {
  const named = { typeId: definition.id, brand: toBrand(bindings) };
  switch (definition.kind) {
    case "enum":
      return { which: "enum", enum: named };
    case "struct":
      return { which: "struct", struct: named };
    case "interface":
      return { which: "interface", interface: named };
    default:
      return undefined;
  }
}

function builtinType(type: BuiltinType, element: Reference | undefined): Type | undefined {
  if (type !== "List") return BUILTIN_SCHEMA_TYPES[type];
  const elementType = element && toType(element);
  return elementType && { which: "list", list: { elementType } };
}

/** Shared by all who mention them: a request says "Text" often. */
const BUILTIN_SCHEMA_TYPES: Readonly<Record<Exclude<BuiltinType, "List">, Type>> = {
  Void: { which: "void", void: null },
  Bool: { which: "bool", bool: null },
  Int8: { which: "int8", int8: null },
  Int16: { which: "int16", int16: null },
  Int32: { which: "int32", int32: null },
  Int64: { which: "int64", int64: null },
  UInt8: { which: "uint8", uint8: null },
  UInt16: { which: "uint16", uint16: null },
  UInt32: { which: "uint32", uint32: null },
  UInt64: { which: "uint64", uint64: null },
  Float32: { which: "float32", float32: null },
  Float64: { which: "float64", float64: null },
  Text: { which: "text", text: null },
  Data: { which: "data", data: null },
  AnyPointer: unconstrained({ which: "anyKind", anyKind: null }),
  AnyStruct: unconstrained({ which: "struct", struct: null }),
  AnyList: unconstrained({ which: "list", list: null }),
  Capability: unconstrained({ which: "capability", capability: null }),
};

type AnyPointerModel = Extract<Type, { which: "anyPointer" }>["anyPointer"];

function unconstrained(kind: Extract<AnyPointerModel, { which: "unconstrained" }>["unconstrained"]): Type {
  return anyPointer({ which: "unconstrained", unconstrained: kind });
}

function anyPointer(type: AnyPointerModel): Type {
  return { which: "anyPointer", anyPointer: type };
}
