/**
 * Schemas in text, compiled when a program runs. Neutral: files come from a map or a function; `capwire/dynamic/node` reads them from
 * disk.
 */

import { compile } from "../compiler/compile.js";
import type { ModuleLoaderOptions } from "../compiler/module-loader.js";
import { SchemaCompileError } from "../compiler/schema-compile-error.js";
import { UsageError } from "../errors.js";
import type { FileSchema } from "../schema/constant-schema.js";
import { type BundledSchema, SchemaLoader } from "../schema/loader.js";
import type { CodeGeneratorRequest } from "../schema/model.js";
import type { ReaderOptions } from "../wire/limits.js";
import { type DynamicModule, moduleOf } from "./module.js";
import type { Fields } from "./struct.js";

export { SchemaCompileError };

export interface LoadOptions {
  /** Where nodes go; files loaded into one loader share their types. A new one each time if left out. */
  readonly loader?: SchemaLoader;
}

/** Sources by path. */
export type SourceFiles = { readonly [path: string]: string } | ReadonlyMap<string, string>;

/**
 * Compiles file `entry` of `files` and what it imports; `/capnp/….capnp` are there without being given. A path that begins with a slash
 * is found with or without it. Throws SchemaCompileError.
 */
export function loadText<M extends object = Fields>(
  files: SourceFiles,
  entry: string,
  options?: LoadOptions,
): DynamicModule<M> {
  const read = (path: string): string | undefined => {
    if (files instanceof Map) return files.get(path) as string | undefined;
    const sources = files as { readonly [path: string]: string };
    return Object.hasOwn(sources, path) ? sources[path] : undefined;
  };
  const readFile = (path: string) => read(path) ?? read(path.startsWith("/") ? path.slice(1) : `/${path}`);
  return loadFile<M>(entry, { readFile, importPath: ["/"] }, options);
}

/** Compiles a file that `source.readFile` reads. Throws SchemaCompileError, and what `readFile` throws. */
export function loadFile<M extends object = Fields>(
  file: string,
  source: ModuleLoaderOptions,
  options?: LoadOptions,
): DynamicModule<M> {
  const { request, diagnostics } = compile({ files: [file], ...source });
  if (diagnostics.some((each) => each.severity === "error")) throw new SchemaCompileError(diagnostics);
  return only(loaderOf(options).loadRequest(request));
}

/** The modules of the files that a CodeGeneratorRequest was made for, by name: from `capnp compile -o-`, or from a peer. Throws SchemaError, WireError. */
export function loadRequest(
  request: CodeGeneratorRequest | Uint8Array,
  options?: LoadOptions & ReaderOptions,
): ReadonlyMap<string, DynamicModule> {
  const files = loaderOf(options).loadRequest(request, options);
  return new Map(files.map((file) => [file.displayName, moduleOf(file)]));
}

/** The dynamic face of generated code: what its `$schema` describes. */
export function loadGenerated<M extends object = Fields>(
  schema: BundledSchema,
  options?: LoadOptions,
): DynamicModule<M> {
  return moduleOf<M>(loaderOf(options).loadBundle(schema));
}

function loaderOf(options: LoadOptions | undefined): SchemaLoader {
  return options?.loader ?? new SchemaLoader();
}

function only<M extends object>(files: readonly FileSchema[]): DynamicModule<M> {
  const file = files[0];
  if (!file) throw new UsageError("no-file", "the request asks for no file");
  return moduleOf<M>(file);
}
