/**
 * JavaScript and declarations are the TypeScript, taken apart: the one is what esbuild makes of it by leaving out the types, and
 * under the other the same programs type-check.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate, type Language } from "capwire/codegen";
import { compile, formatDiagnostics } from "capwire/compiler";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomSchema } from "./random-schema.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folders = ["test/schemas", "test/interop", "examples", "src/std"];
const schemas = folders.flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".capnp") && !/node_modules|build\//.test(name))
    .map((name) => `${folder}/${name}`),
);

/** Made up, rather than on disk. */
const random = Array.from({ length: 20 }, (_, index) => `random-${index + 1}.capnp`);

function generated(file: string, language: Language): string {
  const readFile = (path: string) => {
    const seed = /^random-(\d+)\.capnp$/.exec(path)?.[1];
    if (seed !== undefined) return new RandomSchema(Number(seed)).toString();
    try {
      return readFileSync(root + path);
    } catch {
      return undefined;
    }
  };
  const { request, diagnostics } = compile({
    files: [file],
    readFile,
    importPath: ["test/schemas"],
    sourcePrefixes: ["test/schemas"],
  });
  expect(formatDiagnostics(diagnostics)).toBe("");
  return generate(request, { language })[0]!.text;
}

/** esbuild's print of a file, without types: the same for all code that does the same. */
async function normalized(text: string, loader: "ts" | "js"): Promise<string> {
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } };
  return (await transform(text, { loader, tsconfigRaw, target: "es2022", minifyWhitespace: true })).code;
}

describe("generated JavaScript", () => {
  it.each([...schemas, ...random])("is the TypeScript of %s without its types", async (file) => {
    const script = await normalized(generated(file, "javascript"), "js");
    expect(script).toBe(await normalized(generated(file, "typescript"), "ts"));
  });
});

describe("generated declarations", () => {
  let project: string;

  /** Type-checks `include` of the project; what the compiler says. */
  function check(include: readonly string[], options: object): string {
    const config = JSON.parse(readFileSync(`${root}tsconfig.json`, "utf8")) as { compilerOptions: { paths: object } };
    const paths = Object.fromEntries(
      Object.entries(config.compilerOptions.paths).map(([name, [path]]) => [name, [join(project, path as string)]]),
    );
    const compilerOptions = { ...config.compilerOptions, ...options, paths, typeRoots: [`${root}node_modules/@types`] };
    const file = join(project, "tsconfig.json");
    writeFileSync(file, JSON.stringify({ compilerOptions, include }));
    try {
      execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", file], { encoding: "utf8" });
      return "";
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "capwire-declarations-"));
    for (const folder of ["node_modules", "src"]) symlinkSync(root + folder, join(project, folder));
    const isGenerated = (path: string) => path.endsWith(".capnp.ts");
    for (const folder of ["test", "examples/calculator"]) {
      const filter = (path: string) => !isGenerated(path) && !/\/(node_modules|build|cpp|go|rust)(\/|$)/.test(path);
      cpSync(root + folder, join(project, folder), { recursive: true, filter });
    }
    for (const schema of [...schemas.filter((each) => !each.startsWith("src/")), ...random]) {
      const path = join(project, schema);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.js`, generated(schema, "javascript"));
      writeFileSync(`${path}.d.ts`, generated(schema, "declarations"));
    }
  });

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  const resolutions = [
    ["nodenext", { module: "nodenext", moduleResolution: "nodenext" }],
    ["bundler", { module: "esnext", moduleResolution: "bundler" }],
  ] as const;

  it.each(resolutions)("are right in themselves under %s resolution", (_, options) => {
    expect(check(["**/*.capnp.d.ts"], { ...options, skipLibCheck: false })).toBe("");
  });

  it.each(resolutions)("serve the programs written for the TypeScript under %s resolution", (_, options) => {
    const codegen = ["types", "generics", "clients", "unions", "constants", "round-trip"];
    const cap = ["calls", "messages", "pipelining", "server-set", "streaming", "types", "writable"];
    const consumers = [
      ...codegen.map((name) => `test/codegen/${name}.test.ts`),
      ...cap.map((name) => `test/cap/${name}.test.ts`),
      "examples/calculator/*.ts",
    ];
    expect(check(consumers, options)).toBe("");
  });

  it("give constants the very types that TypeScript finds", () => {
    const text = generated("test/schemas/constants.capnp", "typescript");
    const names = [...text.matchAll(/^export const ([a-z]\w*) =/gm)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(15);
    const members = ["Holder.limit", "Holder.origin", "Holder.Inner.depth", "Service.timeout"];
    const checks = [...names, ...members].map(
      (name) => `true satisfies Same<typeof declared.${name}, typeof found.${name}>;`,
    );
    // A variable made from a literal has the type of all of its kind.
    const widened = names.map(
      (name) => `{ let a = declared.${name}; let b = found.${name}; true satisfies Same<typeof a, typeof b>; }`,
    );
    writeFileSync(join(project, "test/schemas/found.ts"), text);
    writeFileSync(
      join(project, "test/schemas/same.ts"),
      `import * as declared from "./constants.capnp.js";
      import * as found from "./found.js";
      type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
      ${[...checks, ...widened].join("\n")}`,
    );
    expect(check(["test/schemas/same.ts"], {})).toBe("");
  });
});
