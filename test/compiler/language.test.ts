/** What the compiler makes of the language, where no other compiler is at hand to compare with, or where it knows better. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, formatDiagnostics } from "../../src/compiler/index.js";
import type { Node, Type, Value } from "../../src/schema/model.js";
import { AnyPointerReader } from "../../src/wire/any-pointer.js";
import { inFile, nodeOf, nodesOf } from "./inline-schema.js";

function newerSchema(): Map<string, Node> {
  const path = "test/compiler/schemas/newer/newer.capnp";
  const { request, diagnostics } = compile({ files: [path], readFile: () => readFileSync(path) });
  expect(formatDiagnostics(diagnostics)).toBe("");
  return new Map(request.nodes.map((node) => [node.displayName.replace(/^[^:]*:?/, ""), node]));
}

function constantOf(nodes: Map<string, Node>, name: string): Value {
  return nodeOf(nodes, name, "const").const.value;
}

/** The only segment of a pointer value's message, as words in hexadecimal, most significant digit first. */
function wordsOf(value: Value): string[] {
  const pointer = value.which === "struct" ? value.struct : value.which === "list" ? value.list : undefined;
  if (!(pointer instanceof AnyPointerReader)) throw new Error("not a pointer value");
  const { view, start, end } = pointer.segment;
  const words: string[] = [];
  for (let at = start; at < end; at += 8) words.push(view.getBigUint64(at, true).toString(16).padStart(16, "0"));
  return words;
}

describe("What C++ 0.9 has not, the compiler", () => {
  const nodes = newerSchema();

  it("takes for a struct the value of its first field", () => {
    // One data word: x, which is 7 XOR its default 5.
    expect(wordsOf(constantOf(nodes, "point"))).toEqual(["0000000100000000", "0000000000000002"]);
    expect(wordsOf(constantOf(nodes, "named")).slice(0, 1)).toEqual(["0001000100000000"]);
  });

  it("takes for a group the value of its first field", () => {
    // The size is 9 XOR its default 3.
    expect(wordsOf(constantOf(nodes, "group"))[1]).toBe("0000000a00000000");
  });

  it("unpacks a struct within a list, from a literal and from a constant", () => {
    const words = wordsOf(constantOf(nodes, "points"));
    expect(words[1]).toBe("000000010000000c");
    expect(words.slice(2)).toEqual(["0000000000000004", "0000000200000000", "0000000000000002"]);
  });

  it("keeps a backtick line as it is", () => {
    expect(constantOf(nodes, "lines")).toEqual({
      which: "text",
      text: 'A line as it is, with "quotes" and \\backslashes\\.\n\n  Indented, ` after a backtick.\n',
    });
  });

  it("allows lists of any type parameter", () => {
    const fields = nodeOf(nodes, "Lists", "struct").struct.fields.map((field) =>
      field.which === "slot" ? field.slot.type : null,
    );
    const id = nodes.get("Lists")?.id;
    const parameter = (index: number): Type => ({
      which: "anyPointer",
      anyPointer: { which: "parameter", parameter: { scopeId: id ?? 0n, parameterIndex: index } },
    });
    expect(fields.slice(0, 3)).toEqual([
      { which: "list", list: { elementType: parameter(0) } },
      { which: "list", list: { elementType: parameter(1) } },
      { which: "list", list: { elementType: { which: "list", list: { elementType: parameter(0) } } } },
    ]);
  });

  it("puts constants into fields of AnyPointer type", () => {
    expect(wordsOf(constantOf(nodes, "pointers"))[0]).toBe("0003000000000000");
  });

  it("lexes operators that stand together one by one", () => {
    expect(constantOf(nodes, "tight")).toEqual({ which: "int8", int8: -1 });
  });
});

describe("Source info", () => {
  const body = [
    "struct S {",
    "  # About S.",
    "",
    "  b @1 :Text;",
    "  # About b.",
    "  a @0 :Text;  # About a,",
    "               # in two lines.",
    "  g :group {",
    "    # About g.",
    "    c @2 :Text;",
    "  }",
    "}",
    "enum E { x @0;",
    "# About x.",
    "}",
    "interface I { m @0 (p :Text) -> (); # About m.",
    "}",
  ].join("\n");
  const text = `# Free.\n@0xdbb9ad1f14bf0b36;\n# About the file.\n\n${body}\n`;
  const { request } = compile({ files: ["ü.capnp"], readFile: () => text });
  const infoOf = (name: string) => {
    const node = request.nodes.find((each) => each.displayName === `ü.capnp${name}`);
    return request.sourceInfo.find((info) => info.id === node?.id);
  };
  const slice = ({ startByte, endByte }: { startByte: number; endByte: number }) =>
    Buffer.from(text).subarray(startByte, endByte).toString();

  it("has the comments of files, types and members, in the order of the schema", () => {
    expect(infoOf("")?.docComment).toBe("About the file.\n");
    expect(infoOf(":S")?.docComment).toBe("About S.\n");
    expect(infoOf(":S")?.members.map((member) => member.docComment)).toEqual([
      "About a,\nin two lines.\n",
      "About b.\n",
      "About g.\n",
    ]);
    expect(infoOf(":S.g")?.docComment).toBe("About g.\n");
    expect(infoOf(":E")?.members.map((member) => member.docComment)).toEqual(["About x.\n"]);
    expect(infoOf(":I")?.members.map((member) => member.docComment)).toEqual(["About m.\n"]);
  });

  it("says where everything is, in bytes", () => {
    expect(slice(infoOf(":S")?.members[0] ?? { startByte: 0, endByte: 0 })).toBe("a @0 :Text;");
    expect(slice(infoOf(":S.g") ?? { startByte: 0, endByte: 0 })).toMatch(/^g :group \{[^}]*\}$/);
    expect(slice(infoOf(":I.m$Params") ?? { startByte: 0, endByte: 0 })).toBe("(p :Text)");
    const enumNode = request.nodes.find((each) => each.displayName.endsWith(":E"));
    expect(enumNode && slice(enumNode)).toMatch(/^enum E \{[^}]*\}$/);
  });

  it("counts the prefix of a display name in bytes", () => {
    const node = request.nodes.find((each) => each.displayName === "ü.capnp:S.g");
    expect(node?.displayNamePrefixLength).toBe(Buffer.byteLength("ü.capnp:S."));
  });
});

describe("Identifiers of a requested file", () => {
  const body = 'enum E { a @0; b @1; }\nstruct S { e @0 :E = b; s @1 :S = (e = a); o @2 :import "o.capnp".Other; }';
  const text = inFile(body);
  const files: Record<string, string> = { "test.capnp": text, "o.capnp": "@0xa1b2c3d4e5f60718; struct Other {}" };
  const { request } = compile({ files: ["test.capnp"], readFile: (path) => files[path] });

  it("lead from names in the text to types, fields and enumerants", () => {
    const id = (name: string) => request.nodes.find((node) => node.displayName === name)?.id;
    const found = request.requestedFiles[0]?.fileSourceInfo.identifiers.map((identifier) => [
      text.slice(identifier.startByte, identifier.endByte),
      identifier.which === "typeId" ? identifier.typeId : identifier.member,
    ]);
    expect(found).toEqual([
      ["E", id("test.capnp:E")],
      ["b", { parentTypeId: id("test.capnp:E"), ordinal: 1 }],
      ["S", id("test.capnp:S")],
      ["e", { parentTypeId: id("test.capnp:S"), ordinal: 0 }],
      ["a", { parentTypeId: id("test.capnp:E"), ordinal: 0 }],
      ['import "o.capnp"', 0xa1b2c3d4e5f60718n],
      ['import "o.capnp".Other', id("o.capnp:Other")],
    ]);
  });
});

describe("Nodes in the request", () => {
  it("are those of the requested files and what they need, with its scopes, not more", () => {
    const nodes = nodesOf('using O = import "o.capnp";\nstruct S { n @0 :O.Outer.Needed; }', {
      "o.capnp":
        "@0xa1b2c3d4e5f60718; struct Outer { struct Needed { m @0 :More; } struct Other {} } struct More {} struct Alone {}",
    });
    expect([...nodes.keys()].sort()).toEqual(["", "More", "Outer", "Outer.Needed", "S"]);
  });

  it("include the target of -> stream", () => {
    expect([...nodesOf("interface I { m @0 (x :Data) -> stream; }").keys()]).toContain("StreamResult");
  });
});
