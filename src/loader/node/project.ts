/** Schemas on disk, compiled as parts of the packages they lie in. */

import { relative, resolve } from "node:path";
import type { Diagnostic } from "../../compiler/diagnostic.js";
import { SchemaModule } from "../schema-module.js";
import { readIfThere, slashed, surroundings } from "./package.js";

/** Compiles a schema on disk; `importPath` are directories to look in before those that the schema's package names. */
export function compileFile(file: string, importPath: readonly string[] = []): SchemaModule {
  const { root, importPath: configured } = surroundings(file);
  return new SchemaModule(slashed(resolve(file)), {
    readFile: readIfThere,
    root,
    importPath: [...importPath.map((each) => slashed(resolve(each))), ...configured],
  });
}

/** Diagnostics whose files are said as seen from `directory`, where they lie in it. */
export function seenFrom(directory: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const short = (path: string) => {
    const seen = relative(directory, path);
    return seen.startsWith("..") || seen === "" ? path : slashed(seen);
  };
  return diagnostics.map((each) => ({
    ...each,
    file: short(each.file),
    related: each.related.map((place) => ({ ...place, file: short(place.file) })),
  }));
}
