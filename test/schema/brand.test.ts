import { describe, expect, it } from "vitest";
import { ANY_POINTER_TYPE, bindType, sameType } from "../../src/schema/brand.js";
import type { Brand, Type } from "../../src/schema/model.js";

const TEXT: Type = { which: "text", text: null };
const DATA: Type = { which: "data", data: null };
const NONE: Brand = { scopes: [] };

function parameter(scopeId: bigint, parameterIndex: number): Type {
  return { which: "anyPointer", anyPointer: { which: "parameter", parameter: { scopeId, parameterIndex } } };
}

function bind(scopeId: bigint, ...types: Type[]): Brand {
  return { scopes: [{ scopeId, which: "bind", bind: types.map((type) => ({ which: "type", type })) }] };
}

function inherit(scopeId: bigint): Brand {
  return { scopes: [{ scopeId, which: "inherit", inherit: null }] };
}

function struct(typeId: bigint, brand: Brand): Type {
  return { which: "struct", struct: { typeId, brand } };
}

function list(elementType: Type): Type {
  return { which: "list", list: { elementType } };
}

describe("Binding a type", () => {
  it("replaces parameters, in lists and in brands too", () => {
    const brand = bind(1n, TEXT, DATA);
    expect(bindType(parameter(1n, 1), brand)).toEqual(DATA);
    expect(bindType(list(list(parameter(1n, 0))), brand)).toEqual(list(list(TEXT)));
    expect(bindType(struct(2n, bind(2n, parameter(1n, 0))), brand)).toEqual(struct(2n, bind(2n, TEXT)));
  });

  it("makes AnyPointer of parameters that are bound nowhere", () => {
    expect(bindType(parameter(1n, 0), NONE)).toEqual(ANY_POINTER_TYPE);
    expect(bindType(parameter(1n, 5), bind(1n, TEXT))).toEqual(ANY_POINTER_TYPE);
    const unbound: Brand = { scopes: [{ scopeId: 1n, which: "bind", bind: [{ which: "unbound", unbound: null }] }] };
    expect(bindType(parameter(1n, 0), unbound)).toEqual(ANY_POINTER_TYPE);
  });

  it("keeps parameters that the brand inherits", () => {
    expect(bindType(parameter(1n, 0), inherit(1n))).toEqual(parameter(1n, 0));
  });

  it("hands the bindings of an enclosing scope to types that inherit them", () => {
    expect(bindType(struct(2n, inherit(1n)), bind(1n, TEXT))).toEqual(struct(2n, bind(1n, TEXT)));
    expect(bindType(struct(2n, inherit(1n)), NONE)).toEqual(struct(2n, NONE));
  });
});

describe("Types are the same", () => {
  it("if their bindings are, an unbound parameter counting as AnyPointer", () => {
    expect(sameType(struct(2n, bind(2n, TEXT)), struct(2n, bind(2n, TEXT)))).toBe(true);
    expect(sameType(struct(2n, NONE), struct(2n, bind(2n, ANY_POINTER_TYPE)))).toBe(true);
  });

  it.each([
    ["their kinds differ", TEXT, DATA],
    ["their ids differ", struct(1n, NONE), struct(2n, NONE)],
    ["their bindings differ", struct(2n, bind(2n, TEXT)), struct(2n, bind(2n, DATA))],
    ["one inherits and the other does not", struct(2n, inherit(2n)), struct(2n, NONE)],
    ["their elements differ", list(TEXT), list(list(TEXT))],
    ["they are different parameters", parameter(1n, 0), parameter(1n, 1)],
  ])("not if %s", (_, a, b) => {
    expect(sameType(a, b)).toBe(false);
    expect(sameType(b, a)).toBe(false);
    expect(sameType(a, a) && sameType(b, b)).toBe(true);
  });
});
