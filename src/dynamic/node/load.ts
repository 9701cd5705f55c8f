/** `load("addressbook.capnp")`: schemas from disk. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type LoadOptions, loadFile } from "../load.js";
import type { DynamicModule } from "../module.js";
import type { Fields } from "../struct.js";

export interface LoadFileOptions extends LoadOptions {
  /** Directories where imports that begin with a slash are looked up, in order. `/capnp/….capnp` need none. */
  readonly importPath?: readonly string[];
}

/** Compiles a schema file and what it imports. Throws SchemaCompileError; and Node's errors for files that cannot be read, though not for those that are not there. */
export function load<M extends object = Fields>(path: string | URL, options?: LoadFileOptions): DynamicModule<M> {
  const file = path instanceof URL ? fileURLToPath(path) : path;
  return loadFile<M>(file, { readFile: readIfThere, importPath: options?.importPath ?? [] }, options);
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
