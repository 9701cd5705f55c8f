/** Brands resolved: what the type parameters of each scope are bound to, as types with their nodes found. */

import type { SchemaLoader } from "./loader.js";
import type { Brand, Type } from "./model.js";
import { ANY_POINTER, type SchemaType, typeKey } from "./type.js";

export class SchemaBrand {
  /** By the id of the declaration whose parameters they bind. Scopes that bind nothing are not in it. */
  readonly scopes: ReadonlyMap<bigint, readonly SchemaType[]>;
  /** Equal for equal brands; empty for the one that binds nothing. */
  readonly key: string;

  constructor(scopes: ReadonlyMap<bigint, readonly SchemaType[]>) {
    const bound = [...scopes].filter(([, types]) => types.some((type) => typeKey(type) !== "anyKind"));
    bound.sort(([a], [b]) => (a < b ? -1 : 1));
    this.scopes = new Map(bound);
    this.key = bound.map(([id, types]) => `<${id}:${types.map(typeKey).join(",")}>`).join("");
  }
}

export const NO_BRAND: SchemaBrand = /*@__PURE__*/ new SchemaBrand(new Map());

/** The model's `type`, mentioned where type parameters are bound as `brand` says. Throws SchemaError for nodes that are not there. */
export function resolveType(loader: SchemaLoader, type: Type, brand: SchemaBrand): SchemaType {
  switch (type.which) {
    case "list":
      return { kind: "list", element: resolveType(loader, type.list.elementType, brand) };
    case "enum":
      return { kind: "enum", schema: loader.enum(type.enum.typeId) };
    case "struct":
      return {
        kind: "struct",
        schema: loader.struct(type.struct.typeId, resolveBrand(loader, type.struct.brand, brand)),
      };
    case "interface": {
      const { typeId, brand: own } = type.interface;
      return { kind: "interface", schema: loader.interface(typeId, resolveBrand(loader, own, brand)) };
    }
    case "anyPointer":
      break;
    default:
      return { kind: type.which };
  }
  const pointer = type.anyPointer;
  switch (pointer.which) {
    case "unconstrained":
      return { kind: "anyPointer", pointer: pointer.unconstrained.which };
    case "parameter": {
      const { scopeId, parameterIndex: index } = pointer.parameter;
      return brand.scopes.get(scopeId)?.[index] ?? { ...ANY_POINTER, parameter: { scopeId, index } };
    }
    case "implicitMethodParameter": {
      const index = pointer.implicitMethodParameter.parameterIndex;
      return { ...ANY_POINTER, parameter: { scopeId: undefined, index } };
    }
  }
}

/** The model's `brand` of a type mentioned where parameters are bound as `outer` says. */
export function resolveBrand(loader: SchemaLoader, brand: Brand, outer: SchemaBrand): SchemaBrand {
  if (brand.scopes.length === 0) return NO_BRAND;
  const scopes = new Map<bigint, readonly SchemaType[]>();
  for (const scope of brand.scopes) {
    if (scope.which === "inherit") {
      const inherited = outer.scopes.get(scope.scopeId);
      if (inherited) scopes.set(scope.scopeId, inherited);
    } else {
      const types = scope.bind.map((each) =>
        each.which === "type" ? resolveType(loader, each.type, outer) : ANY_POINTER,
      );
      scopes.set(scope.scopeId, types);
    }
  }
  const resolved = new SchemaBrand(scopes);
  return resolved.key === "" ? NO_BRAND : resolved;
}
