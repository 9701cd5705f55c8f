/** Whatever a file holds, compiling it ends, throws nothing, and either succeeds or says why not. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/index.js";
import { schemaFiles } from "./capnp-tool.js";
import { randomFrom } from "./random-schema.js";

const FILES = [...schemaFiles("test/compiler/schemas"), ...schemaFiles("src/std")].filter(
  (path) => !path.includes("/imports/"),
);

function readFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Compiles `bytes` in place of the file at `path`; the files it imports are there. */
function compileInPlace(path: string, bytes: Uint8Array): number {
  const { diagnostics, request } = compile({
    files: [path],
    readFile: (name) => (name === path ? bytes : readFile(name)),
  });
  expect(request.requestedFiles.length).toBe(1);
  for (const { start, end, file, message } of diagnostics) {
    expect(file).not.toBe("");
    expect(message).not.toBe("");
    expect(end.offset).toBeGreaterThanOrEqual(start.offset);
  }
  return diagnostics.length;
}

describe("The compiler survives", () => {
  it.each(FILES)("every prefix of %s", (path) => {
    const bytes = readFileSync(path);
    // Every length would take a minute; a stride that shares no factor with anything finds the same.
    const step = Math.max(1, Math.floor(bytes.length / 97));
    for (let length = 0; length < bytes.length; length += step) compileInPlace(path, bytes.subarray(0, length));
    expect(compileInPlace(path, bytes)).toBe(0);
  });

  it.each(FILES)("mutations of %s", (path) => {
    const bytes = readFileSync(path);
    const random = randomFrom(bytes.length);
    for (let round = 0; round < 60; round++) compileInPlace(path, mutate(bytes, random));
  });

  it("random bytes", () => {
    const random = randomFrom(1);
    for (let round = 0; round < 200; round++) {
      compileInPlace(
        "random.capnp",
        Uint8Array.from({ length: 200 }, () => Math.floor(random() * 256)),
      );
    }
  });

  it("random tokens", () => {
    const random = randomFrom(2);
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 60 }, () => TOKENS[Math.floor(random() * TOKENS.length)]).join(" ");
      compileInPlace("random.capnp", new TextEncoder().encode(`@0xdbb9ad1f14bf0b36; ${text}`));
    }
  });
});

describe("The compiler ends with an error, in good time, for", () => {
  const id = "@0xdbb9ad1f14bf0b36;\n";

  function kindsOf(text: string): string[] {
    return compile({ files: ["a.capnp"], readFile: () => id + text }).diagnostics.map((diagnostic) => diagnostic.kind);
  }

  it("constants that double and double", () => {
    const lines = [
      'const c0 :List(Text) = ["a"];',
      "struct T { a @0 :AnyPointer; b @1 :AnyPointer; }",
      "const d0 :T = (a = .c0, b = .c0);",
    ];
    for (let i = 1; i < 60; i++) lines.push(`const d${i} :T = (a = .d${i - 1}, b = .d${i - 1});`);
    expect(kindsOf(lines.join("\n"))).toContain("value-too-large");
  });

  it("a chain of aliases that is too long to follow", () => {
    const lines = ["struct S {}", "using A0 = S;"];
    for (let i = 1; i < 20_000; i++) lines.push(`using A${i} = A${i - 1};`);
    lines.push("struct T { x @0 :A19999; }");
    const kinds = kindsOf(lines.reverse().join("\n"));
    expect(kinds.every((kind) => kind === "nesting-too-deep")).toBe(true);
  });

  it("type arguments that grow with every use", () => {
    const lines = ["struct G(T, U) {}", "using A0 = G(Text, Text);"];
    for (let i = 1; i < 40; i++) lines.push(`using A${i} = G(A${i - 1}, A${i - 1});`);
    lines.push("struct T { x @0 :A39; }");
    expect(kindsOf(lines.join("\n"))).toContain("nesting-too-deep");
  });

  it("brackets within brackets without end", () => {
    expect(kindsOf(`const a :Text = ${"(".repeat(50_000)}`)).toContain("nesting-too-deep");
    expect(kindsOf(`const a :List(Text) = ${"[".repeat(50_000)}`)).toContain("nesting-too-deep");
    expect(kindsOf("struct S {".repeat(50_000))).toContain("nesting-too-deep");
  });
});

const TOKENS = [
  ..."struct S { } ; ( ) [ ] : = @ $ . , - -> ! enum E union group interface I extends const using import embed annotation".split(
    " ",
  ),
  ...'@0 @1 @2 :Text :Int32 :List(Text) :S :E foo bar T (T) (x :Text) "str" 0x"00" 1 2.5 true void null stream * `line\n'.split(
    " ",
  ),
  "struct S { a @0 :Text; }",
  "const c :Int8 = 1;",
];

/** Deletes, doubles, swaps or overwrites a few places. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let result = [...bytes];
  const at = () => Math.floor(random() * result.length);
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const from = at();
    const to = from + Math.floor(random() * 20);
    switch (Math.floor(random() * 4)) {
      case 0:
        result.splice(from, to - from);
        break;
      case 1:
        result.splice(at(), 0, ...result.slice(from, to));
        break;
      case 2:
        result = [...result.slice(to), ...result.slice(0, to)];
        break;
      default:
        result[from] = INTERESTING[Math.floor(random() * INTERESTING.length)] ?? 0;
    }
  }
  return Uint8Array.from(result);
}

const INTERESTING = [...'(){}[];:@=$.,"`-#\n0x\\'].map((character) => character.charCodeAt(0)).concat(0, 0xff, 0xc3);
