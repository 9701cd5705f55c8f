/**
 * The hooks by which Node loads schemas as modules (https://nodejs.org/api/module.html#customization-hooks). register.ts installs them:
 * in the thread of the program where Node can, else Node runs this module in a thread of its own. The compiler is only loaded when there is
 * something to compile.
 */

import { fileURLToPath } from "node:url";
import { SchemaCompileError } from "../../compiler/schema-compile-error.js";
import { CachedScript } from "./cache.js";
import { compileInThread } from "./compile-in-thread.js";
import { slashed } from "./package.js";
import type { CompiledScripts } from "./script.js";

interface Resolved {
  readonly url: string;
}

interface Loaded {
  readonly format: "module";
  readonly source: string;
  readonly shortCircuit: true;
}

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

/** Resolves imports in the code of schemas; all others are Node's. */
export function resolveSync<C extends ResolveContext, R extends Resolved>(
  specifier: string,
  context: C,
  nextResolve: (specifier: string, context: C) => R,
): R | Own {
  if (!isOwnImport(specifier, context)) return nextResolve(specifier, context);
  try {
    return nextResolve(specifier, context);
  } catch (error) {
    return ownModule(specifier, error);
  }
}

/** `resolveSync` for the thread of hooks. */
export async function resolve<C extends ResolveContext, R extends Resolved>(
  specifier: string,
  context: C,
  nextResolve: (specifier: string, context: C) => R | Promise<R>,
): Promise<R | Own> {
  if (!isOwnImport(specifier, context)) return nextResolve(specifier, context);
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    return ownModule(specifier, error);
  }
}

/** Loads a schema: gives Node the module that it stands for. Throws SchemaCompileError. */
export function loadSync<C, L>(url: string, context: C, nextLoad: (url: string, context: C) => L): L | Loaded {
  if (!isSchema(url)) return nextLoad(url, context);
  const file = fileURLToPath(url);
  return loaded(compiledBefore(file) ?? sourceOf(file, compileInThread(file)));
}

/** `loadSync` for the thread of hooks. */
export async function load<C, L>(
  url: string,
  context: C,
  nextLoad: (url: string, context: C) => L | Promise<L>,
): Promise<L | Loaded> {
  if (!isSchema(url)) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const before = compiledBefore(file);
  if (before !== undefined) return loaded(before);
  const { compileScripts } = await import("./script.js");
  return loaded(sourceOf(file, compileScripts(file)));
}

/** Scripts compiled for a schema that imports them, each for one who asks. */
const compiledAhead = new Map<string, string>();

function compiledBefore(file: string): string | undefined {
  const path = slashed(file);
  const source = compiledAhead.get(path);
  compiledAhead.delete(path);
  return source ?? new CachedScript(file).read();
}

function sourceOf(file: string, compiled: CompiledScripts): string {
  if ("diagnostics" in compiled) throw new SchemaCompileError(compiled.diagnostics);
  for (const script of compiled.scripts) {
    compiledAhead.set(script.path, script.source);
    new CachedScript(script.path).write(script);
  }
  return compiledBefore(file)!;
}

function loaded(source: string): Loaded {
  return { format: "module", source, shortCircuit: true };
}

/** Whether a URL is that of a schema on disk. A query makes it another module of the same schema. */
function isSchema(url: string | undefined): boolean {
  return url !== undefined && /^file:[^?#]*\.capnp(?:[?#]|$)/.test(url);
}

interface Own extends Resolved {
  readonly shortCircuit: true;
}

function isOwnImport(specifier: string, { parentURL }: ResolveContext): boolean {
  return specifier.startsWith("capwire/") && isSchema(parentURL);
}

/** Of a schema that lies where no capwire is installed, the code uses the capwire that compiled it. */
function ownModule(specifier: string, error: unknown): Own {
  const name = /^capwire\/(codegen\/runtime|std\/[^/]+)$/.exec(specifier)?.[1];
  if (name === undefined) throw error;
  return { url: new URL(`../../${name}.js`, import.meta.url).href, shortCircuit: true };
}
