/**
 * Our compiler against the C++ one: for every schema at hand both must produce the same nodes. What is known to differ is in
 * differences.test.ts.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeRequest } from "../../src/codegen/decode-request.js";
import { encodeRequest } from "../../src/codegen/encode-request.js";
import { compile, formatDiagnostics } from "../../src/compiler/index.js";
import { capnpCompile, hasCapnp, INSTALL_CAPNP, schemaFiles } from "./capnp-tool.js";
import { comparableComments, comparableFiles, comparableNodes } from "./comparable.js";

const INSTALLED = "/usr/include";

/** What peers make of them while they are built is not ours. */
const OWN = [...schemaFiles("test"), ...schemaFiles("examples")].filter((path) => !path.includes("/build/"));

/** Schemas with what C++ 0.9 has not, or gets wrong (`List(T)`). A version that compiles them should be compared with. */
const BEYOND_CPP = OWN.filter((path) => path.includes("/newer/"));

function readFile(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Compiles with both and compares. */
function expectSame(files: readonly string[], roots: { importPath: string[]; sourcePrefixes?: string[] }): void {
  const { importPath, sourcePrefixes = [] } = roots;
  const flags = [...importPath.map((path) => `-I${path}`), ...sourcePrefixes.map((path) => `--src-prefix=${path}`)];
  const theirs = capnpCompile(["--no-standard-import", ...flags, ...files]);
  expect(theirs.errors).toBe("");
  const ours = compile({ files, readFile, standardImports: false, importPath, sourcePrefixes });
  expect(formatDiagnostics(ours.diagnostics)).toBe("");
  const expected = decodeRequest(theirs.output);
  const actual = decodeRequest(encodeRequest(ours.request));
  expect(comparableNodes(actual)).toEqual(comparableNodes(expected));
  expect(comparableNodes(ours.request)).toEqual(comparableNodes(expected));
  expect(comparableFiles(actual)).toEqual(comparableFiles(expected));
  expect(comparableComments(actual)).toEqual(comparableComments(expected));
}

describe.skipIf(!hasCapnp)(`The compiler agrees with C++ (needs: ${INSTALL_CAPNP})`, () => {
  it.each(schemaFiles(`${INSTALLED}/capnp`))("compiles the installed %s to the same nodes", (path) => {
    expectSame([path], { importPath: [INSTALLED] });
    expectSame([path], { importPath: [INSTALLED], sourcePrefixes: [INSTALLED] });
  });

  it.each(OWN.filter((path) => !BEYOND_CPP.includes(path)))("compiles our own %s to the same nodes", (path) => {
    const roots = ["test/compiler", "test/schemas"];
    expectSame([path], { importPath: [...roots, INSTALLED], sourcePrefixes: roots });
  });

  it.each(BEYOND_CPP)("alone compiles %s, as long as C++ does not", (path) => {
    expect(capnpCompile([path]).status).not.toBe(0);
    expect(formatDiagnostics(compile({ files: [path], readFile }).diagnostics)).toBe("");
  });

  describe("on the standard schemas in our words", () => {
    let directory: string;

    beforeAll(() => {
      directory = mkdtempSync(`${tmpdir()}/capwire-std-`);
      mkdirSync(`${directory}/capnp/compat`, { recursive: true });
      for (const path of schemaFiles("src/std")) cpSync(path, `${directory}/capnp/${path.split("/").pop()}`);
      renameSync(`${directory}/capnp/json.capnp`, `${directory}/capnp/compat/json.capnp`);
    });

    afterAll(() => rmSync(directory, { recursive: true }));

    it("compiles each to the same nodes", () => {
      for (const path of schemaFiles(directory))
        expectSame([path], { importPath: [directory], sourcePrefixes: [directory] });
    });

    it("compiles all at once to the same nodes", () => {
      expectSame(schemaFiles(directory), { importPath: [directory], sourcePrefixes: [directory] });
    });
  });
});
