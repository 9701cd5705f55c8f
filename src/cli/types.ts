/** `capwire types`: declarations beside schemas, for programs that import them as modules (capwire/register, capwire/vite). */

import { readdirSync, statSync, watch } from "node:fs";
import { join, relative } from "node:path";
import { writeDeclarations } from "../loader/node/declarations.js";
import { seenFrom } from "../loader/node/project.js";
import { HELP_OPTIONS, parseArguments } from "./arguments.js";
import { printDiagnostics, printError } from "./terminal.js";
import { BadArguments } from "./usage.js";

const USAGE = `Usage: capwire types [options] [<file.capnp> | <dir>]...

Writes the types of schemas that are imported as modules, where TypeScript looks for them
(with allowArbitraryExtensions): those of addressbook.capnp go to addressbook.d.capnp.ts
beside it. Of directories every schema below is taken, node_modules excepted; so are the
schemas that these import. Default: the working directory.

Options:
  -I, --import-path <dir>     look for imports that begin with / here, before the directories
                              that "capwire": { "importPath": [...] } in package.json names;
                              repeatable
      --check                 write nothing; exit with 1 if a file is not up to date
      --watch                 stay, and write again when a schema changes
  -h, --help                  show this text

Examples:
  capwire types
  capwire types --check src/schemas
`;

const OPTIONS = {
  ...HELP_OPTIONS,
  "import-path": { type: "string", short: "I", multiple: true },
  check: { type: "boolean" },
  watch: { type: "boolean" },
} as const;

/** Editors write a file in several steps. */
const SETTLE_MS = 50;

/** Runs the command; the exit code: 0, or 1 if a schema has errors or, with --check, a file is out of date. */
export async function typesCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments("types", args, OPTIONS);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const paths = positionals.length > 0 ? positionals : ["."];
  const options = { importPath: values["import-path"] ?? [], check: values.check ?? false };
  if (values.watch && values.check)
    throw new BadArguments("--check writes nothing, which there is no point in watching", "capwire types --help");
  const files = paths.flatMap(schemasAt);
  if (files.length === 0) throw new BadArguments("there is no schema here", "capwire types --help");
  if (values.watch) return watchAll(paths, () => run(paths.flatMap(schemasAt), options));
  return run(files, options) ? 0 : 1;
}

function run(files: readonly string[], options: { importPath: readonly string[]; check: boolean }): boolean {
  const { modules, stale } = writeDeclarations(files, options);
  // What two schemas import is reported by both.
  const diagnostics = new Map(modules.flatMap((each) => each.diagnostics).map((each) => [JSON.stringify(each), each]));
  printDiagnostics(seenFrom(process.cwd(), [...diagnostics.values()]));
  for (const path of stale) {
    const name = relative(".", path);
    if (options.check) printError(`${name} is not what its schema says: run capwire types`);
    else process.stdout.write(`${name}\n`);
  }
  return !modules.some((each) => each.hasErrors) && !(options.check && stale.length > 0);
}

/** Calls `work`, and again whenever a schema changes at `paths`; never ends. */
function watchAll(paths: readonly string[], work: () => void): Promise<never> {
  return new Promise((_, reject) => {
    let timer: NodeJS.Timeout | undefined;
    for (const path of paths) {
      const watcher = watch(path, { recursive: statSync(path).isDirectory() }, (_event, name) => {
        if (name !== null && !name.endsWith(".capnp")) return;
        clearTimeout(timer);
        timer = setTimeout(work, SETTLE_MS);
      });
      watcher.on("error", reject);
    }
    work();
  });
}

/** The schema at `path`, or all below it. Throws Node's error if there is nothing. */
function schemasAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(path, entry.name);
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : schemasAt(inside);
    return entry.name.endsWith(".capnp") ? [inside] : [];
  });
}
