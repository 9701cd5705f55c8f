/** Two versions of one node: which is the newer, and which pairs are refused, by the rules C++ has. */

import { compareNodes, type model, SchemaLoader } from "capwire/schema";
import { describe, expect, it } from "vitest";
import { compiled } from "./compiled.js";

/** The verdict on declaration `S` of one text replacing that of another, and the reason if they don't fit. */
function verdict(before: string, after: string): string {
  const [known, replacement] = [before, after].map((text) => {
    const { nodes } = compiled(text);
    return { nodes, s: nodes.find((node) => node.displayName === "a.capnp:S") as model.Node };
  });
  const all = new Map([...known!.nodes, ...replacement!.nodes].map((node) => [node.id, node]));
  const result = compareNodes(known!.s, replacement!.s, (id) => all.get(id));
  return result.verdict === "incompatible" ? result.reason : result.verdict;
}

describe("of two versions of a struct", () => {
  it.each([
    ["struct S { a @0 :UInt32; }", "struct S { a @0 :UInt32; }", "equivalent"],
    ["struct S { a @0 :UInt32; }", "struct S { renamed @0 :UInt32; }", "equivalent"],
    ["struct S { a @0 :UInt32; }", "struct S { a @0 :UInt32; b @1 :Text; }", "newer"],
    ["struct S { a @0 :UInt32; b @1 :Text; }", "struct S { a @0 :UInt32; }", "older"],
    ["struct S { a @0 :UInt32; }", "struct S { union { a @0 :UInt32; b @1 :Text; } }", "newer"],
    ["struct S { a @0 :Text; }", "struct S { a @0 :Data; }", "newer"],
    ["struct S { a @0 :List(UInt8); }", "struct S { a @0 :Data; }", "newer"],
    ["struct S { a @0 :Text; }", "struct S { a @0 :AnyPointer; }", "newer"],
    ["struct S { a @0 :AnyPointer; }", "struct S { a @0 :List(Text); }", "older"],
    ["struct S { a @0 :Float64 = nan; }", "struct S { a @0 :Float64 = nan; }", "equivalent"],
    ['struct S { a @0 :Text = "x"; }', 'struct S { a @0 :Text = "y"; }', "equivalent"],
    [
      "struct S { a @0 :List(UInt32); struct E { v @0 :UInt32; w @1 :Text; } }",
      "struct S { a @0 :List(E); struct E { v @0 :UInt32; w @1 :Text; } }",
      "newer",
    ],
    ["struct S { a @0 :UInt32; }", "struct S { a :group { v @0 :UInt32; w @1 :UInt16; } }", "newer"],
    [
      "struct S { a @0 :List(UInt32); struct E { v @0 :Text; } }",
      "struct S { a @0 :List(E); struct E { v @0 :Text; } }",
      "the type of a changed from uint32 to text",
    ],
    ["struct S { a @0 :UInt32; }", "struct S { a @0 :Int32; }", "the type of a changed from uint32 to int32"],
    ["struct S { a @0 :UInt32 = 1; }", "struct S { a @0 :UInt32 = 2; }", "the default of a changed"],
    [
      "struct S { a @0 :UInt32; b @1 :UInt32; }",
      "struct S { b @1 :UInt32; union { a @0 :UInt32; c @2 :UInt32; } }",
      "newer",
    ],
    ["struct S { a @0 :A; struct A {} }", "struct S { a @0 :B; struct B {} }", "a changed to another struct type"],
    [
      "struct S { a @0 :Text; b @1 :UInt8; }",
      "struct S { a @0 :Data; }",
      "some changes are upgrades and some are downgrades",
    ],
    [
      "struct S { union { a @0 :UInt8; b @1 :UInt8; } }",
      "struct S { union { b @0 :UInt8; a @1 :UInt8; } }",
      "equivalent",
    ],
    [
      "struct S { union { a @0 :UInt8; b @1 :UInt8; } c @2 :UInt8; }",
      "struct S { union { a @0 :UInt8; c @2 :UInt8; } b @1 :UInt8; }",
      "the discriminant of b changed",
    ],
    ["struct S { a @0 :UInt8; }", "enum S { a @0; }", "the kind of declaration changed"],
  ])("%s → %s: %s", (before, after, expected) => {
    expect(verdict(before, after)).toBe(expected);
  });
});

describe("of two versions of an enum or interface", () => {
  it.each([
    ["enum S { a @0; }", "enum S { a @0; b @1; }", "newer"],
    ["enum S { a @0; b @1; }", "enum S { a @0; }", "older"],
    ["interface S { f @0 (); }", "interface S { f @0 (); g @1 (); }", "newer"],
    ["interface S { f @0 (); } interface T {}", "interface S extends(T) { f @0 (); } interface T {}", "newer"],
    ["interface S extends(T) { f @0 (); } interface T {}", "interface S { f @0 (); } interface T {}", "older"],
    [
      "interface S extends(T) {} interface T {}",
      "interface S { f @0 (); } interface T {}",
      "some changes are upgrades and some are downgrades",
    ],
    ["interface S { f @0 (); }", "interface S { f @0 P; struct P {} }", "the parameters of method f changed"],
    ["interface S { f @0 (); }", "interface S { f @0 () -> R; struct R {} }", "the results of method f changed"],
  ])("%s → %s: %s", (before, after, expected) => {
    expect(verdict(before, after)).toBe(expected);
  });
});

describe("a loader", () => {
  const older = compiled("struct S { a @0 :UInt32; }");
  const newer = compiled("struct S { a @0 :UInt32; b @1 :Text; }");
  const id = newer.nodes.find((node) => node.displayName === "a.capnp:S")!.id;

  it.each([
    ["older first", [older, newer]],
    ["newer first", [newer, older]],
  ])("keeps the newer of two compatible versions, %s", (_, requests) => {
    const loader = new SchemaLoader();
    for (const request of requests) loader.loadRequest(request);
    expect(loader.struct(id).fields.map((field) => field.name)).toEqual(["a", "b"]);
  });

  it("refuses an incompatible one with the reason, and stays as it was", () => {
    const loader = new SchemaLoader();
    loader.loadRequest(newer);
    expect(() => loader.loadRequest(compiled("struct S { a @0 :Float32; b @1 :Text; c @2 :Text; }"))).toThrow(
      /a\.capnp:S @0x[0-9a-f]{16} does not fit the version that was loaded before: the type of a changed from uint32 to float32/,
    );
    expect(loader.struct(id).fields).toHaveLength(2);
  });
});
