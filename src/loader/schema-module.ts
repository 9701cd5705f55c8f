/**
 * A schema file as a module of a program: the JavaScript that `import "./addressbook.capnp"` stands for, and the declarations of it.
 * Each schema is one module, which imports the modules of the schemas it imports. Neutral: files come through a reader, and whoever
 * loads modules (Node, Vite) does the rest.
 */

import { relativePath, STANDARD_FILES } from "../codegen/context.js";
import { generate } from "../codegen/generate.js";
import type { PrintedFile } from "../codegen/printer.js";
import { type CompileResult, compile } from "../compiler/compile.js";
import type { Diagnostic } from "../compiler/diagnostic.js";
import type { ReadFile } from "../compiler/module-loader.js";
import { type SourceMap, sourceMap } from "./source-map.js";

export interface SchemaModuleOptions {
  readonly readFile: ReadFile;
  /** The directory of the package that the schema belongs to: its path is no part of the names in the compiled schema. */
  readonly root: string;
  /** Directories where imports that begin with `/` are looked up, in order. `/capnp/….capnp` need none. */
  readonly importPath?: readonly string[];
}

export interface Script {
  readonly code: string;
  readonly map: SourceMap;
}

/** A compiled schema file. Paths are absolute, with `/` between their parts, on Windows too (`C:/…`). */
export class SchemaModule {
  readonly path: string;
  /** What is wrong with the schema. If there are errors there is no code. */
  readonly diagnostics: readonly Diagnostic[];
  /** The files it was made from, itself included, and what was in them: when one changes, so may this. */
  readonly dependencies: ReadonlyMap<string, string | Uint8Array>;
  /** The files that were looked for in vain: when one appears, this may change. */
  readonly missing: ReadonlySet<string>;
  /** The schemas that it and its imports import, and that are no standard ones. */
  readonly imports: readonly string[];
  readonly #result: CompileResult;

  constructor(path: string, options: SchemaModuleOptions) {
    const found = new Map<string, string | Uint8Array>();
    const missing = new Set<string>();
    const readFile: ReadFile = (name) => {
      const content = options.readFile(name);
      if (content === undefined) missing.add(name);
      else found.set(name, content);
      return content;
    };
    const importPath = options.importPath ?? [];
    const result = compile({ files: [path], readFile, importPath, sourcePrefixes: [options.root] });
    this.path = path;
    this.dependencies = found;
    this.missing = missing;
    this.imports = [...result.paths].flatMap(([id, each]) => (each === path || STANDARD_FILES.has(id) ? [] : [each]));
    this.diagnostics = result.diagnostics;
    this.#result = result;
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((each) => each.severity === "error");
  }

  /** The code of the module; the schema must have no errors. Its imports are relative URLs if `urls` is set, as Node wants them, else relative paths. */
  script(options: { readonly urls?: boolean } = {}): Script {
    const file = this.#generate("javascript", options.urls === true);
    const name = this.path.slice(this.path.lastIndexOf("/") + 1);
    return { code: file.text, map: sourceMap(file, name, this.dependencies.get(this.path) ?? "") };
  }

  /** The declarations of the module, for a file beside the schema. */
  declarations(): string {
    return this.#generate("declarations", false).text;
  }

  #generate(language: "javascript" | "declarations", urls: boolean): PrintedFile {
    const { request, paths } = this.#result;
    const specifier = (file: { readonly id: bigint; readonly path: string }) => {
      const path = pathBetween(this.path, paths.get(file.id) ?? file.path);
      return urls ? asUrl(path) : path;
    };
    return generate(request, { language, specifier })[0]!;
  }
}

/** How file `from` imports file `to`: by a relative path, unless they are on different drives. */
function pathBetween(from: string, to: string): string {
  const drive = /^[a-z]:\//i;
  if (drive.test(to) && drive.exec(to)?.[0] !== drive.exec(from)?.[0]) return to;
  return relativePath(from, to);
}

function asUrl(path: string): string {
  const url = path.split("/").map(encodeURIComponent).join("/");
  // What has no relative path begins with a drive.
  return path.startsWith(".") ? url : `file:///${url.replace("%3A", ":")}`;
}

/** The declarations of `./addressbook.capnp` are where TypeScript looks for them: in `addressbook.d.capnp.ts`. */
export function declarationsPath(schema: string): string {
  return schema.replace(/\.capnp$/, ".d.capnp.ts");
}
