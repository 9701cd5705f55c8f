/** Every kind of mistake: what it is called and where it is found. Columns and lines are those an editor shows, from 1. */

import { describe, expect, it } from "vitest";
import { formatDiagnostic, formatDiagnostics, summarizeDiagnostic } from "../../src/compiler/index.js";
import { BODY_LINE, compileBody } from "./inline-schema.js";

/**
 * What a body is expected to be told, as `line:column-end kind` with lines counted from the body's first, or `line:column kind`
 * when only the start matters.
 */
type Case = readonly [title: string, body: string, ...expected: string[]];

const SYNTAX: Case[] = [
  ["a missing semicolon", "struct S {\n  a @0 :Text\n  b @1 :Text;\n}", "3:3-4 syntax"],
  ["something that is no declaration", "struct S {\n  hello world;\n}\nfoo;", "2:9-14 syntax", "4:1-4 syntax"],
  ["a field without ordinal", "struct S { a :Text; }", "1:15-19 syntax"],
  ["a field without type", "struct S { a @0; }", "1:16-16 syntax"],
  ["an ordinal that is no number", "struct S { a @x :Text; }", "1:15-16 syntax"],
  ["leftovers behind a field", "struct S { a @0 :Text foo; }", "1:23-26 syntax"],
  ["an empty item in a list", "const a :List(Int8) = [1, , 2];", "1:26-27 empty-item"],
  ["an item that goes on too long", "const a :List(Int8) = [1 2];", "1:26-27 syntax"],
  ["a minus before a name", "const a :Int8 = -b;", "1:18-19 syntax"],
  ["a struct that ends with a semicolon", "struct S;", "1:1-10 expected-block"],
  ["a constant with a block", "const a :Int8 = 1 {}", "1:1-21 unexpected-block"],
  ["a using without a name", 'using import "other.capnp";', "1:7 invalid-using"],
  ["an unknown annotation target", "annotation a (foo) :Void;", "1:15-18 invalid-target"],
  [
    "a star beside other targets",
    "annotation a (*, struct) :Void;",
    "1:15-16 invalid-target",
    "1:18-24 duplicate-target",
  ],
  ["a target given twice", "annotation a (enum, enum) :Void;", "1:21-25 duplicate-target"],
  ["a numbered union", "struct S { u @0 :union { a @1 :Void; b @2 :Void; } }", "1:15-16 obsolete-syntax"],
  ["a named union without colon", "struct S { u @0! union { a @1 :Void; b @2 :Void; } }", "1:15-16 obsolete-syntax"],
  ["Object, which was renamed", "struct S { a @0 :Object; }", "1:18-24 obsolete-syntax"],
  ["an endless chain of members", `using A = ${"a.".repeat(150)}b;`, "1:214 syntax"],
];

const IDS: Case[] = [
  ["a second file id", "@0xbbbbbbbbbbbbbbbb;", "1:2-20 duplicate-file-id"],
  ["an id without the highest bit", "struct S @0x1234 {}", "1:11-17 invalid-id"],
  ["an id used twice", "struct S @0xbbbbbbbbbbbbbbbb {}\nenum E @0xbbbbbbbbbbbbbbbb { a @0; }", "2:9-27 duplicate-id"],
  [
    "an ordinal that is too large",
    "struct S { a @65536 :Void; }",
    "1:15-20 invalid-ordinal",
    "1:15-20 skipped-ordinal",
  ],
  ["an ordinal used twice", "struct S {\n a @0 :Void;\n b @0 :Void;\n}", "3:5-6 duplicate-ordinal"],
  ["a hole in the ordinals", "struct S {\n a @0 :Void;\n b @2 :Void;\n}", "3:5-6 skipped-ordinal"],
  ["a hole in an enum", "enum E { a @1; }", "1:13-14 skipped-ordinal"],
  ["an ordinal used twice among methods", "interface I { a @0 (); b @0 (); }", "1:27-28 duplicate-ordinal"],
  [
    "a union ordinal that comes too late",
    "struct S { u @2! :union { a @0 :Void; b @1 :Void; } }",
    "1:15-16 union-ordinal",
  ],
];

const NAMES: Case[] = [
  ["a name used twice", "struct S { a @0 :Void; a @1 :Text; }", "1:24-25 duplicate-name"],
  ["a type defined twice", "struct S {}\nenum S { a @0; }", "2:6-7 duplicate-name"],
  [
    "a name used in an unnamed union and beside it",
    "struct S { a @0 :Void; union { a @1 :Void; b @2 :Void; } }",
    "1:32-33 duplicate-name",
  ],
  ["a parameter named twice", "interface I { m @0 (a :Text, a :Data); }", "1:30-31 duplicate-name"],
  ["a type parameter named twice", "struct S(T, U, T) {}", "1:16-17 duplicate-name"],
  ["a lower-case type", "struct s {}", "1:8-9 type-name-case"],
  ["an upper-case field", "struct S { A @0 :Void; }", "1:12-13 member-name-case"],
  ["an upper-case alias of a constant", "const a :Int8 = 1;\nusing A = .a;", "2:7-8 member-name-case"],
  ["a lower-case alias of a type", "struct S {}\nusing s = S;", "2:7-8 type-name-case"],
  ["an underscore", "struct S { a_b @0 :Void; }", "1:12-15 underscore-in-name"],
  ["a struct in a group", "struct S { g :group { a @0 :Void; struct T {} } }", "1:35-46 misplaced-declaration"],
  [
    "two unnamed unions",
    "struct S { union { a @0 :Void; b @1 :Void; } union { c @2 :Void; d @3 :Void; } }",
    "1:46-51 duplicate-unnamed-union",
  ],
  [
    "an unnamed union in a union",
    "struct S { union { a @0 :Void; b @1 :Void; union { c @2 :Void; d @3 :Void; } } }",
    "1:44 nested-unnamed-union",
  ],
  ["a union of one", "struct S { union { a @0 :Void; } }", "1:12-33 union-too-small"],
  ["an empty group", "struct S { g :group {} }", "1:12-23 empty-group"],
];

const REFERENCES: Case[] = [
  ["an unknown name", "struct S { a @0 :Foo; }", "1:18-21 undefined-name"],
  ["an unknown absolute name", "struct S { a @0 : .Foo; }", "1:20-23 undefined-name"],
  ["an unknown member", "struct S { a @0 :S.Foo; }", "1:20-23 no-such-member"],
  ["a member of a built-in type", "struct S { a @0 :Text.Foo; }", "1:23-26 no-such-member"],
  ["a number for a type", "struct S { a @0 :123; }", "1:18-21 expected-name"],
  ["an alias of itself", "using A = A;", "1:7-8 recursive-declaration"],
  ["aliases of each other", "using A = B.C;\nusing B = A;", "1:7-8 recursive-declaration"],
  ["a constant for a type", "const a :Int8 = 1;\nstruct S { b @0 : .a; }", "2:19-21 not-a-type"],
  ["a file for a type", 'struct S { a @0 :import "other.capnp"; }', "1:18-38 not-a-type"],
  ["a missing import", 'using A = import "gone.capnp";', "1:18-30 import-failed"],
  ["a superclass that is none", "struct S {}\ninterface I extends (S) {}", "2:22-23 not-an-interface"],
  ["a type parameter as superclass", "interface I(T) extends (T) {}", "1:25-26 parameter-as-superclass"],
  ["an enum as parameters", "enum E { a @0; }\ninterface I { m @0 E -> (); }", "2:20-21 not-a-struct"],
  ["a type parameter as results", "interface I { m @0 [T] () -> T; }", "1:30-31 parameter-as-struct"],
  ["an annotation that is none", "struct S $S {}", "1:11-12 not-an-annotation"],
  [
    "an annotation on the wrong thing",
    "annotation a (enum) :Void;\nstruct S $a {}",
    "2:11-12 invalid-annotation-target",
  ],
  ["an annotation without value", "annotation a (*) :Text;\nstruct S $a {}", "2:11-12 missing-annotation-value"],
  ["stream before the arrow", "interface I { m @0 stream -> (); }", "1:20-26 invalid-stream"],
];

const GENERICS: Case[] = [
  ["List without element", "struct S { a @0 :List; }", "1:18-22 list-arity"],
  ["List with two elements", "struct S { a @0 :List(Text, Data); }", "1:18-34 list-arity"],
  ["a list of AnyPointer", "struct S { a @0 :List(AnyPointer); }", "1:18-34 unsupported-list"],
  ["a list of AnyStruct", "struct S { a @0 :List(AnyStruct); }", "1:18-33 unsupported-list"],
  ["too few arguments", "struct G(A, B) {}\nstruct S { a @0 :G(Text); }", "2:18-25 generic-arity"],
  ["too many arguments", "struct G(A) {}\nstruct S { a @0 :G(Text, Text); }", "2:18-31 generic-arity"],
  ["arguments where none are taken", "struct S { a @0 :S(Text); }", "1:18-25 generic-arity"],
  ["arguments of a built-in type", "struct S { a @0 :Text(Data); }", "1:18-28 generic-arity"],
  ["an argument that is no pointer", "struct G(A) {}\nstruct S { a @0 :G(Int32); }", "2:20-25 generic-argument"],
  ["arguments given twice", "struct G(A) {}\nstruct S { a @0 :G(Text)(Data); }", "2:18-31 double-application"],
  ["a named argument", "struct G(A) {}\nstruct S { a @0 :G(A = Text); }", "2:20-21 named-type-argument"],
];

const VALUES: Case[] = [
  ["a string for a number", 'const a :Int32 = "one";', "1:18-23 type-mismatch"],
  ["a number for a string", "const a :Text = 1;", "1:17-18 type-mismatch"],
  ["a float for an integer", "const a :Int32 = 1.5;", "1:18-21 type-mismatch"],
  ["a list for a struct", "struct S { a @0 :Text; }\nconst a :S = [];", "2:14-16 type-mismatch"],
  ["a tuple for a list", "const a :List(Text) = (a = 1);", "1:23-30 type-mismatch"],
  ["true for a number", "const a :Int8 = true;", "1:17-21 type-mismatch"],
  ["data for text", 'const a :Text = 0x"00";', "1:17-23 type-mismatch"],
  ["a value for a capability", "interface I {}\nstruct S { a @0 :I = 1; }", "2:22-23 type-mismatch"],
  ["a constant of another type", 'const a :Text = "";\nconst b :Data = .a;', "2:17-19 type-mismatch"],
  ["an integer that is too large", "const a :Int8 = 128;", "1:17-20 out-of-range"],
  ["an integer that is too small", "const a :Int8 = -129;", "1:17-21 out-of-range"],
  ["a negative unsigned integer", "const a :UInt64 = -1;", "1:19-21 out-of-range"],
  ["an integer beyond 64 bits", "const a :Float64 = 18446744073709551616;", "1:20-40 integer-overflow"],
  ["a float beyond 32 bits", "const a :Float32 = 1e39;", "1:20-24 out-of-range"],
  ["a constant that does not fit", "const a :Int32 = 300;\nconst b :UInt8 = .a;", "2:18-20 out-of-range"],
  ["an element that does not fit", "const a :List(Int8) = [1, 200, 3];", "1:27-30 out-of-range"],
  ["text that is not UTF-8", 'const a :Text = "\\xff";', "1:17-23 invalid-utf8"],
  ["an unknown enumerant", "enum E { a @0; }\nconst e :E = b;", "2:14-15 undefined-name"],
  ["an unknown field", "struct S {}\nconst s :S = (foo = 1);", "2:15-18 no-such-field"],
  ["a value without field", "struct S { a @0 :Int8; }\nconst s :S = (a = 1, 2);", "2:22-23 missing-field-name"],
  ["a field set twice", "struct S { a @0 :Int8; }\nconst s :S = (a = 1, a = 2);", "2:22-23 duplicate-value"],
  [
    "two members of a union",
    "struct S { union { a @0 :Int8; b @1 :Int8; } }\nconst s :S = (a = 1, b = 2);",
    "2:22-23 duplicate-value",
  ],
  [
    "a wrong value for a group",
    'struct S { g :group { a @0 :Int8; } }\nconst s :S = (g = "x");',
    "2:19-22 type-mismatch",
  ],
  ["a type for a constant", "struct S {}\nconst a :Int8 = .S;", "2:17-19 not-a-constant"],
  ["an unqualified constant", "const a :Int8 = 1;\nconst b :Int8 = a;", "2:17-18 unqualified-constant"],
  ["a constant that uses itself", "const a :Int8 = .a;", "1:17-19 recursive-declaration"],
  ["constants that use each other", "const a :Int8 = .b;\nconst b :Int8 = .a;", "1:17-19 recursive-declaration"],
  [
    "a default that uses itself",
    "struct S { a @0 :S = .c; const c :S = (a = .c); }\nconst c :S = S.c;",
    "2:14-17 recursive-declaration",
  ],
  ["a value of a type parameter's type", 'struct S(T) { a @0 :T = "x"; }', "1:25-28 unbound-parameter-value"],
  ["null for a number", "interface I { m @0 (a :Int8 = null); }", "1:31-35 null-default"],
  ["null for a field", "struct S { a @0 :Text = null; }", "1:25-29 undefined-name"],
  ["a missing file to embed", 'const a :Data = embed "gone";', "1:23-29 embed-failed"],
  ["a file for a number", 'const a :Int8 = embed "other.capnp";', "1:17-36 invalid-embed"],
  ["a file that is no message", 'struct S {}\nconst a :S = embed "other.capnp";', "2:14-33 invalid-embed"],
];

const OTHER_FILES = { "other.capnp": "@0xa1b2c3d4e5f60718;\nstruct Other {}\n" };

/** Diagnostics in the notation of the cases; the ends only where the cases give them. */
function found(body: string, expected: readonly string[]): string[] {
  return compileBody(body, OTHER_FILES).diagnostics.map(({ start, end, kind }, index) => {
    const place = `${start.line - BODY_LINE + 1}:${start.column}`;
    return expected[index]?.includes("-", 0) && /^\d+:\d+-/.test(expected[index])
      ? `${place}-${end.column} ${kind}`
      : `${place} ${kind}`;
  });
}

describe.each([
  ["syntax", SYNTAX],
  ["ids and ordinals", IDS],
  ["names and places", NAMES],
  ["references", REFERENCES],
  ["generics", GENERICS],
  ["values", VALUES],
])("Among mistakes of %s, the compiler finds", (_, cases) => {
  it.each(cases)("%s", (_title, body, ...expected) => {
    expect(found(body, expected)).toEqual(expected);
  });
});

describe("Diagnostics", () => {
  it("come several from one run, from all stages, in the order of the file", () => {
    const body = [
      "struct S {",
      "  a @0 :Missing;",
      "  b @1 Text;",
      "  c @2 :Int8 = 1000;",
      "  D @3 :Text;",
      '  e @4 :Text = "open;',
      "}",
      "struct S {}",
    ].join("\n");
    const kinds = compileBody(body).diagnostics.map((diagnostic) => diagnostic.kind);
    expect(kinds).toEqual([
      "undefined-name",
      "syntax",
      "skipped-ordinal",
      "out-of-range",
      "member-name-case",
      "unterminated-string",
      "missing-semicolon",
      "duplicate-name",
    ]);
  });

  it("of an imported file name that file", () => {
    const { diagnostics } = compileBody('using A = import "dir/a.capnp".A;\nstruct S { a @0 :A; }', {
      "dir/a.capnp": "@0xa1b2c3d4e5f60718;\nstruct A { x @0 :Nowhere; }",
    });
    expect(diagnostics.map(summarizeDiagnostic)).toEqual([
      "dir/a.capnp:2:18: error: 'Nowhere' is not defined. [undefined-name]",
    ]);
  });

  it("point to a file without id, and say how to get one", () => {
    const { diagnostics } = compileBody("", { "test.capnp": "struct S {}" });
    expect(diagnostics.map(({ kind, start }) => [kind, start.line, start.column])).toEqual([["missing-file-id", 1, 1]]);
    expect(diagnostics[0]?.message).toContain("capwire id");
  });

  it("say that a requested file does not exist", () => {
    const { diagnostics } = compileBody("", {}, { files: ["test.capnp", "gone.capnp"] });
    expect(diagnostics.map(summarizeDiagnostic)).toEqual([
      "gone.capnp:1:1: error: There is no such file. [file-not-found]",
    ]);
  });

  it("refer to the other place when there are two", () => {
    const [diagnostic] = compileBody("struct S {}\nstruct S {}").diagnostics;
    expect(diagnostic?.related).toMatchObject([{ file: "test.capnp", start: { line: 2, column: 8 } }]);
  });

  it("count columns in UTF-16 units", () => {
    const [diagnostic] = compileBody('annotation a (file) :Text;\n$a("🌍") foo;').diagnostics;
    expect(diagnostic?.start).toMatchObject({ line: 3, column: 10 });
  });

  it("show the line and mark the place", () => {
    const [diagnostic] = compileBody("struct S {\n\ta @0 :Foo;\n}").diagnostics;
    expect(diagnostic && formatDiagnostic(diagnostic)).toBe(
      ["test.capnp:3:8: error: 'Foo' is not defined. [undefined-name]", "  3 | \ta @0 :Foo;", "    | \t      ^^^"].join(
        "\n",
      ),
    );
  });

  it("are counted when printed together", () => {
    const { diagnostics } = compileBody("struct S { a @0 :Foo; b @1 :Bar; }");
    expect(formatDiagnostics(diagnostics)).toMatch(/\n\n2 errors\n$/);
    expect(formatDiagnostics([])).toBe("");
  });
});
