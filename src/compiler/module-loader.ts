/**
 * Finds, reads and parses files: the ones a run is asked for and the ones they import. Each file is one module however many
 * paths lead to it. There is no file system here, only the `readFile` that the caller gives, so this runs anywhere.
 *
 * A path is a root directory and a name within it. The name is what the user sees and what node names start with; imports that
 * begin with `/` are looked up under every import root in turn, then among the standard schemas that capwire carries.
 */

import { STANDARD_SCHEMAS } from "../std/sources.js";
import type { DeclarationOf } from "./ast.js";
import type { DiagnosticSink } from "./diagnostic.js";
import { parseFile } from "./parser.js";
import { SourceFile } from "./source.js";

/** Returns the content of a file, or undefined if there is none. Paths use `/`. */
export type ReadFile = (path: string) => string | Uint8Array | undefined;

export interface ModuleLoaderOptions {
  readonly readFile: ReadFile;
  /** Roots for imports that start with `/`, in order of preference. */
  readonly importPath?: readonly string[];
  /** Directories whose path is not part of the names of the files in them. */
  readonly sourcePrefixes?: readonly string[];
  /** Whether `/capnp/….capnp` can be imported without being on the import path. On unless set to false. */
  readonly standardImports?: boolean;
}

export interface Module {
  readonly root: string;
  /** Path under the root. */
  readonly name: string;
  readonly source: SourceFile;
  readonly declaration: DeclarationOf<"file">;
}

/** The root of the schemas that capwire carries; no file path can begin like this. */
const STANDARD_ROOT = "\0std";

export class ModuleLoader {
  readonly #options: ModuleLoaderOptions;
  readonly #sink: DiagnosticSink;
  /** By full path; undefined for what was looked for in vain. */
  readonly #modules = new Map<string, Module | undefined>();

  constructor(options: ModuleLoaderOptions, sink: DiagnosticSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Loads a file that the user named. Undefined if it cannot be read. */
  loadRequested(path: string): Module | undefined {
    const normal = normalize(path);
    const prefixes = (this.#options.sourcePrefixes ?? []).map(normalize).sort((a, b) => b.length - a.length);
    for (const prefix of prefixes) {
      const name = within(prefix, normal);
      if (name !== undefined) return this.#load(prefix, name);
    }
    const absolute = normal.startsWith("/");
    return this.#load(absolute ? "/" : "", absolute ? normal.slice(1) : normal);
  }

  /** Loads what `import "path"` in a module means. Undefined if there is no such file. */
  loadImport(from: Module, path: string): Module | undefined {
    for (const { root, name } of this.#candidates(from, path)) {
      const module = this.#load(root, name);
      if (module !== undefined) return module;
    }
    return undefined;
  }

  /** Reads what `embed "path"` in a module means. */
  readEmbed(from: Module, path: string): Uint8Array | undefined {
    for (const { root, name } of this.#candidates(from, path)) {
      const content = this.#read(root, name);
      if (content !== undefined) return typeof content === "string" ? new TextEncoder().encode(content) : content;
    }
    return undefined;
  }

  #candidates(from: Module, path: string): { root: string; name: string }[] {
    if (!path.startsWith("/")) {
      const slash = from.name.lastIndexOf("/");
      return [{ root: from.root, name: normalize(`${from.name.slice(0, slash + 1)}${path}`) }];
    }
    const name = normalize(path.slice(1));
    const roots = (this.#options.importPath ?? []).map(normalize);
    if (this.#options.standardImports !== false) roots.push(STANDARD_ROOT);
    return roots.map((root) => ({ root, name }));
  }

  #load(root: string, name: string): Module | undefined {
    const key = join(root, name);
    if (this.#modules.has(key)) return this.#modules.get(key);
    const content = this.#read(root, name);
    const twin = root === STANDARD_ROOT ? this.#requestedCopy(name) : undefined;
    const module = twin ?? (content === undefined ? undefined : this.#parse(root, name, content));
    this.#modules.set(key, module);
    return module;
  }

  #parse(root: string, name: string, content: string | Uint8Array): Module {
    const source = new SourceFile(root === STANDARD_ROOT ? `/${name}` : join(root, name), content);
    return { root, name, source, declaration: parseFile(source, this.#sink) };
  }

  /** A file on disk that the user compiles takes the place of the copy that capwire carries: they declare the same ids. */
  #requestedCopy(name: string): Module | undefined {
    const id = /^@(0x[0-9a-f]{16});$/m.exec(STANDARD_SCHEMAS.get(name) ?? "")?.[1];
    for (const module of this.#modules.values()) {
      if (module === undefined) continue;
      const sameName = module.name === name || module.name.endsWith(`/${name}`) || name.endsWith(`/${module.name}`);
      if (sameName && id !== undefined && module.declaration.id?.value === BigInt(id)) return module;
    }
    return undefined;
  }

  #read(root: string, name: string): string | Uint8Array | undefined {
    return root === STANDARD_ROOT ? STANDARD_SCHEMAS.get(name) : this.#options.readFile(join(root, name));
  }
}

/** Where a module was read; undefined for the schemas that capwire carries. */
export function modulePath({ root, name }: Module): string | undefined {
  return root === STANDARD_ROOT ? undefined : join(root, name);
}

/** Resolves `.`, `..` and doubled slashes; keeps a leading `/` and any leading `..`. */
export function normalize(path: string): string {
  const absolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (part !== ".." || !absolute) parts.push(part);
  }
  return (absolute ? "/" : "") + parts.join("/");
}

function join(root: string, name: string): string {
  if (root === "") return name;
  return normalize(`${root}/${name}`);
}

/** The rest of `path` under directory `root`, if it lies there. */
function within(root: string, path: string): string | undefined {
  if (root === "") return path.startsWith("/") || path.startsWith("..") ? undefined : path;
  if (root === "/") return path.startsWith("/") ? path.slice(1) : undefined;
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}
