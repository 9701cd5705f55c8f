/**
 * Type parameters at work: what a type means where its parameters are bound, and when two types are the same.
 */

import type { AnyPointerType, Binding, Brand, BrandScope, Type } from "./model.js";

export const ANY_POINTER_TYPE: Type = {
  which: "anyPointer",
  anyPointer: { which: "unconstrained", unconstrained: { which: "anyKind", anyKind: null } },
};

/**
 * `type`, found inside a generic declaration, as it is under `brand`. A parameter that the brand leaves unbound becomes
 * AnyPointer; one that it says to inherit stays a parameter.
 */
export function bindType(type: Type, brand: Brand): Type {
  switch (type.which) {
    case "list":
      return { which: "list", list: { elementType: bindType(type.list.elementType, brand) } };
    case "enum":
      return { which: "enum", enum: { ...type.enum, brand: bindBrand(type.enum.brand, brand) } };
    case "struct":
      return { which: "struct", struct: { ...type.struct, brand: bindBrand(type.struct.brand, brand) } };
    case "interface":
      return { which: "interface", interface: { ...type.interface, brand: bindBrand(type.interface.brand, brand) } };
    case "anyPointer":
      return bindPointer(type, type.anyPointer, brand);
    default:
      return type;
  }
}

function bindPointer(type: Type, pointer: AnyPointerType, brand: Brand): Type {
  if (pointer.which !== "parameter") return type;
  const { scopeId, parameterIndex } = pointer.parameter;
  const scope = brand.scopes.find((candidate) => candidate.scopeId === scopeId);
  if (scope?.which === "inherit") return type;
  const binding = scope?.bind[parameterIndex];
  return binding?.which === "type" ? binding.type : ANY_POINTER_TYPE;
}

/** The brand of a type mentioned inside a declaration, as it is where that declaration has brand `outer`. */
export function bindBrand(brand: Brand, outer: Brand): Brand {
  const scopes: BrandScope[] = [];
  for (const scope of brand.scopes) {
    if (scope.which === "bind") {
      scopes.push({ ...scope, bind: scope.bind.map((binding) => bindBinding(binding, outer)) });
    } else {
      const inherited = outer.scopes.find((candidate) => candidate.scopeId === scope.scopeId);
      if (inherited !== undefined) scopes.push(inherited);
    }
  }
  return { scopes };
}

function bindBinding(binding: Binding, outer: Brand): Binding {
  return binding.which === "unbound" ? binding : { which: "type", type: bindType(binding.type, outer) };
}

/** Whether two types are the same, brands included. An unbound parameter is an AnyPointer. */
export function sameType(a: Type, b: Type): boolean {
  switch (a.which) {
    case "list":
      return b.which === "list" && sameType(a.list.elementType, b.list.elementType);
    case "enum":
      // Enums carry no data, so their brands make no difference.
      return b.which === "enum" && a.enum.typeId === b.enum.typeId;
    case "struct":
      return b.which === "struct" && a.struct.typeId === b.struct.typeId && sameBrand(a.struct.brand, b.struct.brand);
    case "interface":
      return (
        b.which === "interface" &&
        a.interface.typeId === b.interface.typeId &&
        sameBrand(a.interface.brand, b.interface.brand)
      );
    case "anyPointer":
      return b.which === "anyPointer" && samePointer(a.anyPointer, b.anyPointer);
    default:
      return a.which === b.which;
  }
}

function samePointer(a: AnyPointerType, b: AnyPointerType): boolean {
  switch (a.which) {
    case "unconstrained":
      return b.which === "unconstrained" && a.unconstrained.which === b.unconstrained.which;
    case "parameter":
      return (
        b.which === "parameter" &&
        a.parameter.scopeId === b.parameter.scopeId &&
        a.parameter.parameterIndex === b.parameter.parameterIndex
      );
    case "implicitMethodParameter":
      return (
        b.which === "implicitMethodParameter" &&
        a.implicitMethodParameter.parameterIndex === b.implicitMethodParameter.parameterIndex
      );
  }
}

function sameBrand(a: Brand, b: Brand): boolean {
  const ids = new Set([...a.scopes, ...b.scopes].map((scope) => scope.scopeId));
  for (const id of ids) {
    const left = a.scopes.find((scope) => scope.scopeId === id);
    const right = b.scopes.find((scope) => scope.scopeId === id);
    if ((left?.which === "inherit") !== (right?.which === "inherit")) return false;
    const leftBindings = left?.which === "bind" ? left.bind : [];
    const rightBindings = right?.which === "bind" ? right.bind : [];
    const count = Math.max(leftBindings.length, rightBindings.length);
    for (let i = 0; i < count; i++)
      if (!sameType(boundType(leftBindings[i]), boundType(rightBindings[i]))) return false;
  }
  return true;
}

function boundType(binding: Binding | undefined): Type {
  return binding?.which === "type" ? binding.type : ANY_POINTER_TYPE;
}
