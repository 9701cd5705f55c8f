/** The loader: where nodes come from, what is refused, and what missing nodes mean. */

import { encodeRequest } from "capwire/codegen";
import { type DynamicReader, loadGenerated } from "capwire/dynamic";
import { formatNodeId, type model, SchemaLoader, typeName } from "capwire/schema";
import { $schema, CodeGeneratorRequest, Node } from "capwire/std/schema";
import { AnyStruct, decodeFrame, Int32List, type ListReader, MessageBuilder } from "capwire/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CapwireError } from "../../src/errors.js";
import * as allTypes from "../schemas/all-types.capnp.js";
import * as constants from "../schemas/constants.capnp.js";
import { compiled } from "./compiled.js";

function edited(text: string, edit: (node: model.NodeOf<"struct">) => void): model.Node {
  const node = structuredClone(compiled(text).nodes.find((each) => each.which === "struct")!) as model.NodeOf<"struct">;
  edit(node);
  return node;
}

describe("a loader", () => {
  it("takes what generated code carries, imported files included", () => {
    const loader = new SchemaLoader();
    const file = loader.loadBundle(constants.$schema);
    expect(file.displayName).toContain("constants.capnp");
    expect(loader.missing()).toEqual([]);
    const shape = loader.struct(allTypes.Shape.id);
    expect(shape.unionFields.map((field) => field.name)).toHaveLength(8);
    expect(typeName(shape.field("polygon").type)).toBe("List(Point)");
    expect(loader.loadBundle(constants.$schema)).toBe(file);
  });

  it("takes a request as the compiler gives it, or as bytes", () => {
    const request = compiled('struct A { x @0 :Text = "hello"; y @1 :List(A) = [(x = "in a list")]; }');
    for (const form of [request, encodeRequest(request)]) {
      const loader = new SchemaLoader();
      const [file] = loader.loadRequest(form);
      expect(file?.nested.map((each) => each.shortName)).toEqual(["A"]);
      const schema = loader.findFile("a.capnp")!.nestedNode("A");
      expect(schema.kind === "struct" && schema.field("x").defaultValue).toBe("hello");
    }
  });

  it("takes nodes one by one, as structs of whatever class, and keeps nothing of the message they came in", () => {
    const request = compiled(
      'annotation note(*) :Text; struct A $note("n") { x @0 :List(Int32) = [1, 2]; b @1 :B; } enum B { c @0; } interface I { m @0 (a :A) -> (); } const k :Int8 = 3;',
    );
    const bytes = encodeRequest(request);
    const generated = decodeFrame(bytes).getRoot(CodeGeneratorRequest).nodes;
    const dynamic = loadGenerated($schema)
      .$struct<{ nodes: ListReader<DynamicReader> }>("CodeGeneratorRequest")
      .read(bytes);
    const loaders = [generated, dynamic.nodes].map((nodes) => {
      const loader = new SchemaLoader();
      for (const node of nodes) loader.load(node);
      return loader;
    });
    bytes.fill(0xff);
    for (const loader of loaders) {
      const schema = loader.findFile("a.capnp")!.nestedNode("A");
      expect(schema.annotations.map(({ value }) => value)).toEqual(["n"]);
      const x = schema.kind === "struct" ? schema.field("x").defaultPointer?.as(Int32List) : undefined;
      expect(x).toEqual(Int32Array.of(1, 2));
      expect(loader.missing()).toEqual([]);
    }
  });

  it("refuses a struct that is no node, as it does a node that is wrong", () => {
    const message = new MessageBuilder();
    message.initRoot(Node).displayName = "x";
    expect(() => new SchemaLoader().load(message.asReader().getRoot(AnyStruct))).toThrow(CapwireError);
    const unknown = new MessageBuilder();
    unknown.initRoot(Node).$setUint16(12, 77);
    expect(() => new SchemaLoader().load(unknown.getRoot(Node))).toThrow("knows no node of kind 77");
  });

  it("says which node is missing when it is needed, not before", () => {
    const request = compiled("struct A { b @0 :B; } struct B {}");
    const [a, b] = request.nodes.filter((each) => each.which === "struct");
    const loader = new SchemaLoader();
    loader.load(a!);
    expect(loader.missing()).toContain(b!.id);
    const field = loader.struct(a!.id).field("b");
    expect(() => field.type).toThrow(`no struct with id ${formatNodeId(b!.id)} was loaded`);
    loader.load(b!);
    expect(typeName(field.type)).toBe("B");
    expect(() => loader.enum(a!.id)).toThrow("is of kind struct, not enum");
  });

  it.each<[string, (node: model.NodeOf<"struct">) => void, string]>([
    ["a field past the data section", (node) => setOffset(node, 2), "lies outside of the struct"],
    ["a field past the pointer section", (node) => (node.struct.pointerCount = 0), "lies outside of the struct"],
    [
      "a discriminant past the data section",
      (node) => (node.struct.discriminantOffset = 4),
      "discriminant lies outside",
    ],
    ["two fields of one name", (node) => (node.struct.fields[1]!.name = "x"), "two fields are called x"],
    ["a default of another type", (node) => setDefault(node, { which: "bool", bool: true }), "is of type bool"],
    ["a union of one", (node) => (node.struct.discriminantCount = 1), "its union has one member"],
    ["a union with too few members", (node) => (node.struct.discriminantCount = 3), "its union lacks members"],
    ["a code order that is none", (node) => (node.struct.fields[0]!.codeOrder = 9), "is no order"],
    ["no id", (node) => (node.id = 0n), "its id is zero"],
  ])("refuses a struct with %s", (_, edit, message) => {
    const text = "struct A { x @0 :UInt32; y @1 :Text; union { u @2 :Void; v @3 :UInt16; } }";
    expect(() => new SchemaLoader().load(edited(text, edit))).toThrow(message);
  });

  it("refuses a group that belongs to another struct, or does not fit into its own", () => {
    const request = structuredClone(
      compiled("struct A { g :group { x @0 :UInt64; } } struct B { h :group { y @0 :UInt64; } }"),
    );
    const [a, b] = ["a.capnp:A", "a.capnp:B"].map(
      (name) => request.nodes.find((node) => node.displayName === name) as model.NodeOf<"struct">,
    );
    const group = b!.struct.fields[0] as model.Field & { which: "group" };
    (a!.struct.fields[0] as model.Field & { which: "group" }).group.typeId = group.group.typeId;
    const loader = new SchemaLoader();
    loader.loadRequest(request);
    expect(() => loader.struct(a!.id).field("g").type).toThrow("is no group of a.capnp:A");
    expect(loader.struct(b!.id).field("h").isGroup).toBe(true);
  });

  it("refuses interfaces that extend each other", () => {
    const request = structuredClone(compiled("interface A {} interface B extends(A) { run @0 (); }"));
    const a = request.nodes.find((node) => node.displayName === "a.capnp:A") as model.NodeOf<"interface">;
    const b = request.nodes.find((node) => node.displayName === "a.capnp:B") as model.NodeOf<"interface">;
    a.interface.superclasses.push({ id: b.id, brand: { scopes: [] } });
    const loader = new SchemaLoader();
    loader.loadRequest(request);
    expect(() => loader.interface(b.id).allMethods).toThrow("extends itself");
  });

  it("fails in a controlled way on requests with damaged bytes", () => {
    const bytes = encodeRequest(
      compiled("struct A(T) { x @0 :T; g :union { a @1 :UInt8 = 3; b @2 :List(A(Text)); } } enum E { e @0; }"),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (edits) => {
          const damaged = bytes.slice();
          for (const [at, value] of edits) damaged[at] = value;
          const loader = new SchemaLoader();
          try {
            loader.loadRequest(damaged, { traversalLimitInWords: 10_000 });
            for (const schema of loader)
              if (schema.kind === "struct") for (const field of schema.fields) void field.type;
          } catch (error) {
            expect(error).toBeInstanceOf(CapwireError);
          }
        },
      ),
      { numRuns: 300, endOnFailure: true },
    );
  });
});

function setOffset(node: model.NodeOf<"struct">, offset: number): void {
  const field = node.struct.fields[0]!;
  if (field.which === "slot") field.slot.offset = offset;
}

function setDefault(node: model.NodeOf<"struct">, value: model.Value): void {
  const field = node.struct.fields[0]!;
  if (field.which === "slot") field.slot.defaultValue = value;
}
