/** Declarations beside schemas, `addressbook.d.capnp.ts`: where TypeScript looks for the types of `./addressbook.capnp`. */

import { writeFileSync } from "node:fs";
import { declarationsPath, type SchemaModule } from "../schema-module.js";
import { readIfThere } from "./package.js";
import { compileFile } from "./project.js";

/** What `writeDeclarations` did, or would have done. */
export interface WrittenDeclarations {
  /** The schemas, each with its diagnostics. Of one with errors nothing is written. */
  readonly modules: readonly SchemaModule[];
  /** The files that were not what they should be. */
  readonly stale: readonly string[];
}

/**
 * Writes the declarations of `files` and of the schemas they import, those of installed packages excepted. A file that is as it should
 * be is left alone; with `check` they all are. `importPath` is as for `compileFile`.
 */
export function writeDeclarations(
  files: readonly string[],
  { importPath = [], check = false }: { readonly importPath?: readonly string[]; readonly check?: boolean } = {},
): WrittenDeclarations {
  const modules = new Map<string, SchemaModule>();
  const stale: string[] = [];
  const pending = [...files];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const module = compileFile(file, importPath);
    if (modules.has(module.path)) continue;
    modules.set(module.path, module);
    if (module.hasErrors) continue;
    if (writeDeclarationsOf(module, check)) stale.push(declarationsPath(module.path));
    pending.push(...module.imports.filter((path) => !modules.has(path) && !isInstalled(path)));
  }
  return { modules: [...modules.values()], stale: stale.sort() };
}

/** Writes those of one module; whether they were not what they should be. */
export function writeDeclarationsOf(module: SchemaModule, check = false): boolean {
  const path = declarationsPath(module.path);
  const text = module.declarations();
  const now = readIfThere(path);
  if (now && new TextDecoder().decode(now) === text) return false;
  if (!check) writeFileSync(path, text);
  return true;
}

/** Whether a file belongs to an installed package, which brings its own declarations or none. */
export function isInstalled(path: string): boolean {
  return path.includes("/node_modules/");
}
