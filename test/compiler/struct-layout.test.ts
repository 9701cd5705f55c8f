import { describe, expect, it } from "vitest";
import type { Field, NodeOf } from "../../src/schema/model.js";
import { nodeOf, nodesOf } from "./inline-schema.js";

function structOf(body: string, name: string): NodeOf<"struct"> {
  return nodeOf(nodesOf(body), name, "struct");
}

function offsets(node: NodeOf<"struct">): Record<string, number> {
  const slots = node.struct.fields.filter(
    (field): field is Extract<Field, { which: "slot" }> => field.which === "slot",
  );
  return Object.fromEntries(slots.map((field) => [field.name, field.slot.offset]));
}

describe("The layout of a struct", () => {
  it("fills gaps, shares union space and puts the tag before the second member", () => {
    const nodes = nodesOf(`struct S {
      a @0 :Bool; b @1 :UInt64; c @2 :Bool; d @3 :UInt16;
      u :union { x @4 :UInt32; y @5 :UInt8; z :group { p @6 :UInt16; q @7 :Text; } }
      e @8 :UInt32; f @9 :Data;
    }`);
    const s = nodeOf(nodes, "S", "struct");
    expect([s.struct.dataWordCount, s.struct.pointerCount]).toEqual([3, 2]);
    expect(offsets(s)).toEqual({ a: 0, b: 1, c: 1, d: 1, e: 5, f: 1 });
    const u = nodeOf(nodes, "S.u", "struct");
    // The tag takes bits 128 to 144, so it is the ninth unit of 16 bits.
    expect(u.struct.discriminantOffset).toBe(8);
    expect(offsets(u)).toEqual({ x: 1, y: 4 });
    expect(offsets(nodeOf(nodes, "S.u.z", "struct"))).toEqual({ p: 2, q: 0 });
  });

  it("follows ordinals, not the order of the source", () => {
    const s = structOf("struct S { c @2 :UInt8; a @0 :UInt64; b @1 :UInt8; }", "S");
    expect(offsets(s)).toEqual({ a: 0, b: 8, c: 9 });
    expect(s.struct.fields.map((field) => [field.name, field.codeOrder])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 0],
    ]);
  });

  it("counts Void as a member but gives it no space", () => {
    const s = structOf("struct S { union { a @0 :Void; b @1 :Void; } c @2 :UInt16; }", "S");
    expect(s.struct).toMatchObject({ dataWordCount: 1, pointerCount: 0, discriminantCount: 2, discriminantOffset: 0 });
    expect(offsets(s)).toEqual({ a: 0, b: 0, c: 1 });
  });

  it("puts the tag of a retroactive union where its ordinal says", () => {
    const s = nodesOf("struct S { u @0! :union { a @1 :UInt16; b @2 :UInt16; } }");
    expect(nodeOf(s, "S.u", "struct").struct.discriminantOffset).toBe(0);
    expect(offsets(nodeOf(s, "S.u", "struct"))).toEqual({ a: 1, b: 1 });
  });

  it("gives every union member its discriminant in the order of ordinals", () => {
    const s = structOf("struct S { union { b @1 :Text; a @0 :Text; } }", "S");
    expect(s.struct.fields.map((field) => [field.name, field.discriminantValue])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  it("lets an alternative's second field use what the union has, not new space", () => {
    const nodes = nodesOf("struct S { union { a @0 :UInt64; g :group { b @1 :UInt16; c @2 :UInt32; d @3 :UInt8; } } }");
    expect(nodeOf(nodes, "S", "struct").struct.dataWordCount).toBe(2);
    expect(offsets(nodeOf(nodes, "S.g", "struct"))).toEqual({ b: 0, c: 1, d: 2 });
  });

  it("refuses structs larger than a pointer can describe", () => {
    const words = Array.from({ length: 65536 }, (_, i) => `f${i} @${i} :UInt64;`).join("\n");
    expect(() => nodesOf(`struct S { ${words} }`)).toThrow("struct-too-large");
  });
});
