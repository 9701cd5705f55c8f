/**
 * The hooks by which Node loads schemas as modules (https://nodejs.org/api/module.html#customization-hooks). register.ts installs them:
 * in the thread of the program where Node can, else Node runs this module in a thread of its own.
 */

import { fileURLToPath } from "node:url";
import { SchemaCompileError } from "../../compiler/schema-compile-error.js";
import { compileFile, seenFrom } from "./project.js";

interface Resolved {
  readonly url: string;
}

interface Loaded {
  readonly format: string;
  readonly source?: unknown;
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

/** Loads a schema: compiles it, and gives Node the module it stands for. Throws SchemaCompileError. */
export function load<C, L>(
  url: string,
  context: C,
  nextLoad: (url: string, context: C) => L,
): L | (Loaded & { readonly shortCircuit: true }) {
  if (!isSchema(url)) return nextLoad(url, context);
  const module = compileFile(fileURLToPath(url));
  if (module.hasErrors) throw new SchemaCompileError(seenFrom(process.cwd(), module.diagnostics));
  return { format: "module", source: module.script({ urls: true }), shortCircuit: true };
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
