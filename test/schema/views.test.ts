/** What views say of declarations: fields, unions, methods, annotations with their values, and generics with their parameters bound. */

import { type AnySchema, SchemaLoader, type StructSchema, typeName } from "capwire/schema";
import { describe, expect, it } from "vitest";
import * as generics from "../schemas/generics.capnp.js";
import { compiled } from "./compiled.js";

function load(text: string): AnySchema {
  const loader = new SchemaLoader();
  return loader.loadRequest(compiled(text))[0]!;
}

function struct(text: string, path: string): StructSchema {
  const found = load(text).nestedNode(path);
  if (found.kind !== "struct") throw new Error(`${path} is no struct`);
  return found;
}

describe("a struct's view", () => {
  const S = struct(
    `# Of the file.
    struct S { # Of S.
      b @1 :UInt16 = 7; # Of b.
      a @0 :Bool = true;
      union { u @2 :Text = "x"; g :group { x @3 :Float32 = 1.5; } n @4 :List(List(Text)); }
      named :union { p @5 :Void; q @6 :S; }
      struct Inner { s @0 :S; }
    }`,
    "S",
  );

  it("has fields by ordinal, in code order, and by name", () => {
    expect(S.fields.map((field) => field.name)).toEqual(["a", "b", "u", "g", "n", "named"]);
    expect(S.fieldsInCodeOrder.map((field) => field.name)).toEqual(["b", "a", "u", "g", "n", "named"]);
    expect(S.unionFields.map(({ name, discriminant }) => [name, discriminant])).toEqual([
      ["u", 0],
      ["g", 1],
      ["n", 2],
    ]);
    expect(S.nonUnionFields.map((field) => field.name)).toEqual(["a", "b", "named"]);
    expect(S.field("b").ordinal).toBe(1);
    expect(S.field("g").ordinal).toBe(null);
    expect(() => S.field("nmaed")).toThrow('S has no field nmaed (did you mean "named"?)');
  });

  it("has their types, offsets and defaults", () => {
    expect(S.fields.map((field) => typeName(field.type))).toEqual([
      "Bool",
      "UInt16",
      "Text",
      "S.g",
      "List(List(Text))",
      "S.named",
    ]);
    expect([S.field("a").offset, S.field("b").offset]).toEqual([0, 2]);
    expect([S.field("a").mask, S.field("b").mask, S.field("u").mask]).toEqual([1, 7, 0]);
    expect(S.field("u").defaultValue).toBe("x");
    const g = S.field("g").type;
    expect(g.kind === "struct" && g.schema.isGroup && g.schema.field("x").mask).toBe(0x3fc00000);
  });

  it("knows where it stands and what stands in it", () => {
    const inner = S.nestedNode("Inner");
    expect(inner.scope).toBe(S);
    expect([inner.name, inner.shortName, inner.displayName]).toEqual(["S.Inner", "Inner", "a.capnp:S.Inner"]);
    expect(inner.dependencies).toContain(S.id);
    expect(S.docComment).toContain("Of S.");
    expect(S.field("b").docComment).toContain("Of b.");
  });
});

describe("annotations", () => {
  it("come with their values and declarations", () => {
    const file = load(`
      annotation note(*) :Text;
      annotation level(field, enumerant, method) :Level;
      annotation flag(struct) :Void;
      annotation many(struct) :List(UInt8);
      enum Level { low @0 $level(high); high @1; }
      struct S $flag $many([1, 2]) $note("a struct") { x @0 :Text $level(high) $note("a field"); }
      interface I { run @0 () $level(low); }
    `);
    const id = (name: string) => file.nestedNode(name).id;
    const S = file.nestedNode("S");
    expect(S.annotations.map(({ schema, value }) => [schema?.name, typeof value === "object" ? null : value])).toEqual([
      ["flag", null],
      ["many", null],
      ["note", "a struct"],
    ]);
    expect(S.annotation(id("flag"))).toBe(null);
    expect(S.annotation(id("level"))).toBe(undefined);
    if (S.kind === "struct") expect(S.field("x").annotation(id("level"))).toBe(1);
    const level = file.nestedNode("Level");
    if (level.kind === "enum") expect(level.findEnumerant("low")?.annotation(id("level"))).toBe(1);
    const I = file.nestedNode("I");
    if (I.kind === "interface") expect(I.method("run").annotation(id("level"))).toBe(0);
    const declared = file.nestedNode("level");
    expect(declared.kind === "annotation" && declared.targets).toEqual(["enumerant", "field", "method"]);
  });
});

describe("generic types", () => {
  const loader = new SchemaLoader();
  loader.loadBundle(generics.$schema);
  const uses = loader.struct(generics.Uses.id);

  it("are bound where they are mentioned", () => {
    expect(uses.fields.map((field) => typeName(field.type))).toEqual([
      "Map(Text, Text)",
      "Map(Text, Item)",
      "Map(Data, List(Int32))",
      "Map(Text, Map(Text, List(Item)))",
      "Map.Entry",
      "Map",
      "Box(Text)",
      "Box(Store(Item))",
      "Box(List(Color))",
      "Box(List(List(Item)))",
    ]);
    const items = uses.field("items").type;
    const entries = items.kind === "struct" ? items.schema.field("entries").type : items;
    const entry = entries.kind === "list" && entries.element.kind === "struct" ? entries.element.schema : uses;
    expect(entry.fields.map((field) => typeName(field.type))).toEqual(["Text", "Item"]);
  });

  it("are the same view for the same arguments", () => {
    const map = loader.struct(generics.Map.id);
    const item = { kind: "struct", schema: loader.struct(generics.Item.id) } as const;
    expect({ kind: "struct", schema: map.bind({ kind: "text" }, item) }).toEqual(uses.field("items").type);
    expect(map.bind({ kind: "anyPointer", pointer: "anyKind" }, { kind: "anyPointer", pointer: "anyKind" })).toBe(map);
    expect(() => map.bind({ kind: "text" })).toThrow("Map has 2 type parameters, not 1");
    expect(() => map.bind({ kind: "text" }, { kind: "uint8" })).toThrow("not to UInt8");
  });

  it("say which parameter an unbound type is", () => {
    const type = loader.struct(generics.Box.id).field("value").type;
    expect(type).toEqual({ kind: "anyPointer", pointer: "anyKind", parameter: { scopeId: generics.Box.id, index: 0 } });
  });

  it("pass their arguments on to superclasses, methods and groups", () => {
    const cache = loader.interface(generics.TextCache.id);
    expect(cache.ancestors.map((each) => each.brandedName)).toEqual(["Cache(Text, Text)", "Store(Map(Text, Text))"]);
    expect(typeName(cache.method("get").results.field("value").type)).toBe("Map(Text, Text)");
    const box = uses.field("box").type;
    const group = box.kind === "struct" ? box.schema.field("group").type : box;
    expect(group.kind === "struct" && typeName(group.schema.field("another").type)).toBe("Text");
  });
});
