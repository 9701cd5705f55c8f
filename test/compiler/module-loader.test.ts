import { describe, expect, it } from "vitest";
import { compile, summarizeDiagnostic } from "../../src/compiler/index.js";
import { normalize } from "../../src/compiler/module-loader.js";

const ID_A = "@0xaaaaaaaaaaaaaaaa;";
const ID_B = "@0xbbbbbbbbbbbbbbbb;";

/** Compiles files given by path; returns the names of the nodes' files, and what went wrong. */
function run(
  files: Record<string, string>,
  requested: string[],
  options: { importPath?: string[]; sourcePrefixes?: string[]; standardImports?: boolean } = {},
): { names: string[]; errors: string[]; read: string[]; requested: string[] } {
  const read: string[] = [];
  const readFile = (path: string) => {
    read.push(path);
    return files[path];
  };
  const { request, diagnostics } = compile({ files: requested, readFile, ...options });
  const names = request.nodes.filter((node) => node.which === "file").map((node) => node.displayName);
  return {
    names,
    errors: diagnostics.map(summarizeDiagnostic),
    read,
    requested: request.requestedFiles.map((file) => file.filename),
  };
}

describe("The module loader", () => {
  it("resolves imports against the importing file", () => {
    const result = run(
      {
        "a/one.capnp": `${ID_A} using B = import "../b/two.capnp".B; struct A { b @0 :B; }`,
        "b/two.capnp": `${ID_B} struct B {}`,
      },
      ["a/one.capnp"],
    );
    expect(result).toMatchObject({ names: ["a/one.capnp", "b/two.capnp"], errors: [] });
  });

  it("looks for imports with a leading slash in every import root, in order", () => {
    const files = {
      "one.capnp": `${ID_A} using B = import "/lib/b.capnp".B; struct A { b @0 :B; }`,
      "second/lib/b.capnp": `${ID_B} struct B {}`,
      "third/lib/b.capnp": "nonsense",
    };
    const result = run(files, ["one.capnp"], { importPath: ["first", "second/", "./third"] });
    expect(result).toMatchObject({ names: ["one.capnp", "lib/b.capnp"], errors: [] });
    expect(result.read).toEqual(["one.capnp", "first/lib/b.capnp", "second/lib/b.capnp"]);
  });

  it("reads a file once, however it is reached", () => {
    const files = {
      "src/a.capnp": `${ID_A} using X = import "/b.capnp".B; using Y = import "./sub/../b.capnp".B; struct A { x @0 :X; y @1 :Y; }`,
      "src/b.capnp": `${ID_B} using A = import "a.capnp".A; struct B { a @0 :A; }`,
    };
    const result = run(files, ["src/a.capnp", "src/b.capnp", "./src/a.capnp"], {
      importPath: ["src"],
      sourcePrefixes: ["src"],
    });
    expect(result).toMatchObject({ names: ["a.capnp", "b.capnp"], errors: [], requested: ["a.capnp", "b.capnp"] });
  });

  it("takes the longest source prefix off a requested file's name", () => {
    const files = { "x/y/a.capnp": ID_A };
    expect(run(files, ["x/y/a.capnp"]).names).toEqual(["x/y/a.capnp"]);
    expect(run(files, ["x/y/a.capnp"], { sourcePrefixes: ["x", "x/y", "z"] }).names).toEqual(["a.capnp"]);
    expect(run({ "/x/a.capnp": ID_A }, ["/x/a.capnp"]).names).toEqual(["x/a.capnp"]);
  });

  it("has the standard schemas without any file", () => {
    const text = `${ID_A} using Json = import "/capnp/compat/json.capnp"; $import "/capnp/c++.capnp".namespace("x"); struct A { v @0 :Json.Value; }`;
    const result = run({ "a.capnp": text }, ["a.capnp"]);
    expect(result.errors).toEqual([]);
    expect(result.names).toContain("capnp/compat/json.capnp");
  });

  it("prefers a file on the import path to the standard schema it carries", () => {
    const files = {
      "a.capnp": `${ID_A} $import "/capnp/c++.capnp".mine;`,
      "inc/capnp/c++.capnp": "@0xbdf87d7bb8304e81; annotation mine (file) :Void;",
    };
    expect(run(files, ["a.capnp"], { importPath: ["inc"] }).errors).toEqual([]);
  });

  it("has no standard schemas when told so", () => {
    const text = `${ID_A} $import "/capnp/c++.capnp".namespace("x"); interface I { m @0 () -> stream; }`;
    expect(run({ "a.capnp": text }, ["a.capnp"], { standardImports: false }).errors).toEqual([
      "a.capnp:1:30: error: There is no file '/capnp/c++.capnp' to import. [import-failed]",
      "a.capnp:1:90: error: 'stream' needs '/capnp/stream.capnp', which is not on the import path. [missing-stream-schema]",
    ]);
  });

  it("compiles a copy of a standard schema in place of the one it carries", () => {
    const files = {
      "inc/capnp/schema.capnp": '@0xa93fc509624c72d9; $import "/capnp/c++.capnp".namespace("x");',
      "inc/capnp/c++.capnp": '@0xbdf87d7bb8304e81; $namespace("y"); annotation namespace (file) :Text;',
    };
    const result = run(files, Object.keys(files));
    expect(result).toMatchObject({ names: ["inc/capnp/schema.capnp", "inc/capnp/c++.capnp"], errors: [] });
  });

  it("reports mistakes by the paths of files, whatever these are called in the schema", () => {
    const files = {
      "schemas/a.capnp": `${ID_A} struct A { b @0 :import "/lib/b.capnp".B; x @1 :Txt; }`,
      "inc/lib/b.capnp": `${ID_B} struct B { x @0 :Txt; }`,
    };
    const { names, errors } = run(files, ["schemas/a.capnp"], { importPath: ["inc"], sourcePrefixes: ["schemas"] });
    expect(names).toEqual(["a.capnp", "lib/b.capnp"]);
    expect(errors).toEqual([
      "schemas/a.capnp:1:70: error: 'Txt' is not defined. [undefined-name]",
      "inc/lib/b.capnp:1:39: error: 'Txt' is not defined. [undefined-name]",
    ]);
    const absolute = run({ "/elsewhere/b.capnp": files["inc/lib/b.capnp"] }, ["/elsewhere/b.capnp"]);
    expect(absolute.errors).toEqual(["/elsewhere/b.capnp:1:39: error: 'Txt' is not defined. [undefined-name]"]);
  });

  it("takes file content as text or as bytes", () => {
    const { diagnostics } = compile({ files: ["a.capnp"], readFile: () => new TextEncoder().encode(`\ufeff${ID_A}`) });
    expect(diagnostics).toEqual([]);
  });

  it("lets files import each other", () => {
    const files = {
      "a.capnp": `${ID_A} using B = import "b.capnp"; struct A { b @0 :B.B; } const a :Int8 = B.b;`,
      "b.capnp": `${ID_B} using A = import "a.capnp"; struct B { a @0 :A.A; } const b :Int8 = 5;`,
    };
    expect(run(files, ["a.capnp"]).errors).toEqual([]);
  });

  it.each([
    ["a/./b//c", "a/b/c"],
    ["a/../b", "b"],
    ["../a/../../b", "../../b"],
    ["/../a", "/a"],
    ["./", ""],
    ["/", "/"],
  ])("normalizes %s to %s", (path, expected) => {
    expect(normalize(path)).toBe(expected);
  });
});
