/** Schemas printed as schema files: as the C++ plugin for it prints them, and so that they compile to the same nodes. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type CompileOptions, type CompileResult, compile, formatDiagnostics } from "capwire/compiler";
import { SchemaLoader } from "capwire/schema";
import { printSchema } from "capwire/text";
import { expect, test } from "vitest";
import { describeWithCapnp } from "../capnp-tool.js";
import { RandomSchema } from "../codegen/random-schema.js";
import { schemaFiles } from "../compiler/capnp-tool.js";
import { comparableNodes } from "../compiler/comparable.js";
import { randomStructs } from "../compiler/random-schema.js";

const INSTALLED = "/usr/include";
const ROOTS = ["test/compiler", "test/schemas"];
const OWN = schemaFiles("test").filter((path) => !path.includes("/build/"));

/** What C++ 0.9 does not compile. */
const BEYOND_CPP = OWN.filter((path) => path.includes("/newer/"));

function readFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function compiled(path: string, read: CompileOptions["readFile"]): CompileResult["request"] {
  const result = compile({ files: [path], readFile: read, importPath: [...ROOTS, INSTALLED], sourcePrefixes: ROOTS });
  expect(formatDiagnostics(result.diagnostics)).toBe("");
  return result.request;
}

function printed(request: CompileResult["request"]): string {
  const [file] = new SchemaLoader().loadRequest(request);
  return printSchema(file!);
}

/** What the plugin of C++ writes. */
function theirs(path: string): string {
  const flags = [...ROOTS, INSTALLED].map((each) => `-I${each}`).concat(ROOTS.map((each) => `--src-prefix=${each}`));
  const run = spawnSync("capnp", ["compile", "-ocapnp", "--no-standard-import", ...flags, path]);
  expect([run.status, run.stderr.toString()]).toEqual([0, ""]);
  // No schema file may say that.
  return run.stdout.toString().replaceAll(" superclasses(", " extends(");
}

/**
 * The same without what C++ leaves out, although it makes other nodes: defaults that are zero or null, and ordinals of unions; and
 * with unions as it has them, in a group each.
 */
function asCppHasIt(text: string): string {
  const lines = text.replace(/( :[^=\n]*?) = (null|void|false|0)(?=[,);])/g, "$1").split("\n");
  for (let at = 0; at < lines.length; at++) {
    const match = /^( *)(\S+)(?: @\d+!)? :union(.*) \{ {2}# (tag bits \[\d+, \d+\))(?:, (union tag = \d+))?$/.exec(
      lines[at]!,
    );
    if (!match) continue;
    const [, indent = "", name, annotations, bits, tag] = match;
    const end = lines.indexOf(`${indent}}`, at);
    const inside = lines.slice(at + 1, end).map((line) => `  ${line}`);
    const head = `${indent}${name} :group${annotations} {${tag ? `  # ${tag}` : ""}`;
    lines.splice(at, end - at, head, `${indent}  union {  # ${bits}`, ...inside, `${indent}  }`);
  }
  return lines.join("\n");
}

const FILES = [...OWN.filter((path) => !BEYOND_CPP.includes(path)), ...schemaFiles(`${INSTALLED}/capnp`)];

describeWithCapnp("a schema printed", () => {
  test.each(FILES)("is what C++ prints: %s", (path) => {
    expect(asCppHasIt(printed(compiled(path, readFile)))).toBe(asCppHasIt(theirs(path)));
  });
});

/** Values of AnyPointers have no text. */
const OPAQUE = ["test/compiler/schemas/newer/newer.capnp"];

test.each([...OWN.filter((path) => !OPAQUE.includes(path)), ...schemaFiles("src/std")])(
  "a schema printed compiles to the same nodes: %s",
  (path) => {
    const original = compiled(path, readFile);
    const text = printed(original);
    const again = compiled(path, (each) => (each === path ? text : readFile(each)));
    // Text has no negative zero, in C++ as here.
    const nodes = (request: typeof original) =>
      JSON.stringify(comparableNodes(request), null, 1).replaceAll('"-0"', "0");
    expect(nodes(again)).toBe(nodes(original));
  },
);

const SHADOWED = `@0xd2f6e8a40b7c9136;
annotation onGroups(group) :Text;
struct A(T) {
  struct B { b @0 :T; }
  struct C(U) {
    struct B { x @0 :A(U).B; y @1 :.A.B; }
    struct T {}
    near @0 :B;
    far @1 :A(T).B;
    top @2 :.T;
    list @3 :List(.A(.T).C(Text).B);
    group :group $onGroups("x") { union { left @4 :U; right @5 :Void; } }
    interface I { call @0 [A] (a :A, b :.A(Data).B = null) -> (top :.T); }
  }
}
struct T {}
`;

test("names in a printed schema mean what they meant, however often they are used", () => {
  const original = compiled("a.capnp", () => SHADOWED);
  const text = printed(original);
  expect(comparableNodes(compiled("a.capnp", () => text))).toEqual(comparableNodes(original));
  expect(text).toContain("near @0 :B;");
  expect(text).toContain("top @2 :.T;");
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("random schemas printed compile to the same nodes: seed %i", (seed) => {
  for (const source of [randomStructs(seed, 10, 30), String(new RandomSchema(seed))]) {
    const original = compiled("a.capnp", () => source);
    const text = printed(original);
    expect(comparableNodes(compiled("a.capnp", () => text))).toEqual(comparableNodes(original));
    expect(printed(compiled("a.capnp", () => text))).toBe(text);
  }
});
