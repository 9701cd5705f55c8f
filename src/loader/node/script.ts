/**
 * The code of schemas for Node, compiled now: what the hooks load when they have no good copy of it. A program imports what its schemas
 * import as well, so those are compiled at once.
 */

import type { Diagnostic } from "../../compiler/diagnostic.js";
import type { Script } from "../schema-module.js";
import { compileFile, seenFrom } from "./project.js";

/** A compiled schema, and what it was made from: files with their content, and files that were looked for in vain. */
export interface CompiledScript {
  readonly path: string;
  readonly source: string;
  readonly dependencies: ReadonlyMap<string, string | Uint8Array>;
  readonly missing: ReadonlySet<string>;
}

/** The scripts of a schema and of those it imports; or what is wrong with it, files named as seen from the working directory. */
export type CompiledScripts =
  | { readonly scripts: readonly CompiledScript[] }
  | { readonly diagnostics: readonly Diagnostic[] };

export function compileScripts(file: string): CompiledScripts {
  const module = compileFile(file);
  if (module.hasErrors) return { diagnostics: seenFrom(process.cwd(), module.diagnostics) };
  const imported = module.imports.map((path) => compileFile(path));
  // One with mistakes, which cannot be seen from here, complains when it is loaded.
  const good = [module, ...imported.filter((each) => !each.hasErrors)];
  return {
    scripts: good.map((each) => ({
      path: each.path,
      source: withMap(each.script({ urls: true })),
      dependencies: each.dependencies,
      missing: each.missing,
    })),
  };
}

/** The code with its map, for `node --enable-source-maps`; the source is where the map says, and need not be in it. */
function withMap({ code, map }: Script): string {
  const json = JSON.stringify({ ...map, sourcesContent: undefined });
  return `${code}//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString("base64")}\n`;
}
