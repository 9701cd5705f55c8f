// Regenerates everything in the repository that is made from schemas: src/std/sources.ts, then, with the compiler built from
// the sources, every generated TypeScript file. With `--check` it writes nothing but dist/ and fails if a file differs from
// what is checked in.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const check = process.argv.includes("--check");
let failed = false;

/** Runs a script of the repository; its exit code tells whether it failed. */
function node(script, ...args) {
  try {
    execFileSync(process.execPath, [root + script, ...args], { cwd: root, stdio: "inherit" });
  } catch {
    failed = true;
  }
}

node(".ci/std-sources.mjs", ...(check ? ["--check"] : []));
// Unchecked: code that is to be regenerated may not fit its runtime just now.
node("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck", "--declaration", "false", "--declarationMap", "false");
const { generate } = await import("../dist/codegen/index.js");
const { compile, formatDiagnostics } = await import("../dist/compiler/index.js");

/** Schemas below a directory whose code is checked in, as paths from the root of the repository. */
function schemas(directory) {
  return readdirSync(root + directory, { recursive: true })
    .filter((name) => name.endsWith(".capnp") && !name.includes("node_modules") && !name.includes("build/"))
    .map((name) => `${directory}/${name}`)
    .sort();
}

function readFile(path) {
  return existsSync(root + path) ? readFileSync(root + path) : undefined;
}

/** Generates the code of `files`; `target` says where the code of one goes. */
function run(files, target, compileOptions, generateOptions) {
  const { request, diagnostics } = compile({ files, readFile, ...compileOptions });
  if (diagnostics.length > 0) {
    console.error(formatDiagnostics(diagnostics));
    failed = true;
    return;
  }
  generate(request, generateOptions).forEach(({ text }, index) => write(target(files[index]), text));
}

function write(path, text) {
  const now = existsSync(root + path) ? readFileSync(root + path, "utf8") : null;
  if (now === text) return;
  if (check) {
    console.error(`${path} is not what its schema compiles to: run npm run gen`);
    failed = true;
  } else {
    writeFileSync(root + path, text);
    console.log(relative(process.cwd(), root + path));
  }
}

const STANDARD = { runtime: "../codegen/runtime.js", standard: (name) => `./${name}.js` };
run(schemas("src/std"), (file) => file.replace(/\.capnp$/, ".ts"), { sourcePrefixes: ["src/std"] }, STANDARD);
const DECLARATIONS = { language: "declarations", specifier: ({ path }) => path };
for (const directory of ["examples", "test/schemas", "test/interop", "bench/schema"]) {
  // Each on its own: two of them may use one id.
  const options = { importPath: ["test/schemas"], sourcePrefixes: ["test/schemas"] };
  for (const file of schemas(directory)) {
    // One that is imported as a module has its declarations beside it (`capwire types`).
    const declarations = file.replace(/\.capnp$/, ".d.capnp.ts");
    if (!existsSync(root + declarations)) run([file], () => `${file}.ts`, options, {});
    else run([file], () => declarations, { sourcePrefixes: [""] }, DECLARATIONS);
  }
}
process.exitCode = failed ? 1 : 0;
