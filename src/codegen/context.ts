/**
 * FileContext: what everything that prints one generated file shares: the request, the names, the printer, and how to
 * say the name of a declaration, be it in this file, in another generated file or in `capwire/std`.
 */

import type { NodeOf, RequestedFile } from "../schema/model.js";
import { moduleAlias, type Names } from "./names.js";
import { type Language, Printer } from "./printer.js";
import { GeneratorError, type RequestIndex, type TypeParameter } from "./request.js";

export interface GenerateOptions {
  /** `typescript` unless given; `javascript` and `declarations` are the two parts of it. */
  readonly language?: Language;
  /** How code imports that of another schema file, whose `path` is relative to the file at hand. Default: the path with `.js` added. */
  readonly specifier?: (file: { readonly id: bigint; readonly path: string }) => string;
  /** Where generated code imports its runtime from. Default: `capwire/codegen/runtime`. */
  readonly runtime?: string;
  /** Where generated code finds that of the standard schema `name` (`rpc`, `schema`, …). Default: `capwire/std/<name>`. */
  readonly standard?: (name: string) => string;
}

/** The files that capwire brings along, by id, whatever path they are imported under. */
export const STANDARD_FILES: ReadonlyMap<bigint, string> = new Map([
  [0xa93fc509624c72d9n, "schema"],
  [0xb312981b2552a250n, "rpc"],
  [0xa184c7885cdaf2a1n, "rpc-twoparty"],
  [0xb8630836983feed7n, "persistent"],
  [0x86c366a91393f3f8n, "stream"],
  [0xbdf87d7bb8304e81n, "c++"],
  [0x8ef99297a43a5e34n, "json"],
]);

export class FileContext {
  readonly request: RequestIndex;
  readonly names: Names;
  readonly file: NodeOf<"file">;
  readonly out: Printer;
  readonly #requested: RequestedFile;
  readonly #standard: (name: string) => string;
  readonly #specifierOf: (file: { readonly id: bigint; readonly path: string }) => string;

  constructor(request: RequestIndex, names: Names, requested: RequestedFile, options: GenerateOptions) {
    this.request = request;
    this.names = names;
    this.#requested = requested;
    this.#standard = options.standard ?? ((name) => `capwire/std/${name}`);
    this.#specifierOf = options.specifier ?? (({ path }) => `${path}.js`);
    this.file = request.nodeOf(requested.id, "file");
    this.out = new Printer(options.language);
    this.out.module(options.runtime ?? "capwire/codegen/runtime", "$", "value");
  }

  /** How a type annotation at the top level says `node`: `Person.PhoneNumber`, or `$other.Person.PhoneNumber`. */
  dotted(id: bigint): string {
    const node = this.request.node(id);
    return this.#prefix(id, "type") + this.names.dotted(node);
  }

  /** Like `dotted`, as one identifier: right inside namespaces too, where a nested declaration could hide a dotted path. */
  flat(id: bigint): string {
    const node = this.request.node(id);
    return this.#prefix(id, "type") + this.names.flat(node);
  }

  /** How code says the object that stands for `node` at run time. */
  value(id: bigint): string {
    const node = this.request.node(id);
    return this.#prefix(id, "value") + this.names.flat(node);
  }

  /** The module alias and a dot when `id` is declared in another file. */
  #prefix(id: bigint, use: "type" | "value"): string {
    const file = this.request.fileOf(id);
    return file.id === this.file.id ? "" : `${this.module(file, use)}.`;
  }

  /** The alias of the generated code of `file`, imported on first mention. */
  module(file: NodeOf<"file">, use: "type" | "value"): string {
    return this.out.module(this.#specifier(file), moduleAlias(file.displayName), use);
  }

  /** Whether what was printed so far mentions the generated code of `file`. */
  importsModule(file: NodeOf<"file">): boolean {
    return this.out.imports(this.#specifier(file));
  }

  #specifier(file: NodeOf<"file">): string {
    const standard = STANDARD_FILES.get(file.id);
    if (standard !== undefined) return this.#standard(standard);
    return this.#specifierOf({ id: file.id, path: this.#pathTo(file) });
  }

  #pathTo(file: NodeOf<"file">): string {
    const imported = this.#requested.imports.find((each) => each.id === file.id)?.name;
    // A file reached only through another one's `using` has no import of its own: go by where the compiler found both.
    if (imported === undefined) return relativePath(this.file.displayName, file.displayName);
    if (!imported.startsWith("/")) return relativePath("", imported);
    // An absolute import is relative to a search path; so is the generated file to the output directory.
    return relativePath(this.#requested.filename, imported.slice(1));
  }

  typeScope(id: bigint, brand = "this.$brand"): TypeScope {
    const parameters = this.request.typeParameters(id);
    const names = this.names.typeParameters(parameters, [], this.file.id);
    return new TypeScope(parameters, names, brand);
  }
}

/** The type parameters in scope where a type is mentioned. */
export class TypeScope {
  readonly parameters: readonly TypeParameter[];
  readonly names: readonly string[];
  /** Names of the type parameters of the method at hand (`[T]`), when types of a method are printed. */
  readonly implicit: readonly string[];
  readonly #brand: string;

  constructor(
    parameters: readonly TypeParameter[],
    names: readonly string[],
    brand: string,
    implicit: readonly string[] = [],
  ) {
    this.parameters = parameters;
    this.names = names;
    this.implicit = implicit;
    this.#brand = brand;
  }

  get isGeneric(): boolean {
    return this.parameters.length > 0;
  }

  /** `<Key extends $.AnyType = typeof $.AnyPointer, …>`, or nothing. */
  get declaration(): string {
    return this.isGeneric
      ? `<${this.names.map((name) => `${name} extends $.AnyType = typeof $.AnyPointer`).join(", ")}>`
      : "";
  }

  /** `<Key, …>`, or nothing. */
  get arguments(): string {
    return this.isGeneric ? `<${this.names.join(", ")}>` : "";
  }

  #position(scopeId: bigint, index: number): number {
    const position = this.parameters.findIndex((each) => each.scopeId === scopeId && each.index === index);
    if (position < 0)
      throw new GeneratorError("bad-request", `type parameter ${index} of 0x${scopeId.toString(16)} is not in scope`);
    return position;
  }

  typeName(scopeId: bigint, index: number): string {
    return this.names[this.#position(scopeId, index)]!;
  }

  /** How code reaches the type that is bound to the method's own parameter `index`. */
  implicitValue(index: number): string {
    return this.implicit.length === 0 ? "$.AnyPointer" : `${this.#brand}.types[${this.parameters.length + index}]`;
  }

  /** How code reaches the type that is bound to a parameter at run time. */
  valueName(scopeId: bigint, index: number): string {
    return `${this.#brand}.types[${this.#position(scopeId, index)}]`;
  }
}

/** The path from the directory of `from` to `to`, beginning with a dot. */
export function relativePath(from: string, to: string): string {
  const start = from.split("/").slice(0, -1);
  const end = to.split("/").filter((part, index) => part !== "." || index > 0);
  let common = 0;
  while (common < start.length && common < end.length - 1 && start[common] === end[common]) common++;
  const path = [...start.slice(common).map(() => ".."), ...end.slice(common)].join("/");
  return path.startsWith(".") ? path : `./${path}`;
}
