/**
 * The compiler: `.capnp` files → a CodeGeneratorRequest and diagnostics. From top to bottom: load and parse the files, translate
 * their declarations and all these depend on, work out the values, put the request together.
 *
 * It does no input or output of its own and never throws because of what a schema says; when there are errors the request is
 * what could be made of the schema, and not to be used.
 */

import { mentionedNodes } from "../schema/dependencies.js";
import type { CodeGeneratorRequest, Node, RequestedFile, SourceInfo } from "../schema/model.js";
import { type Definition, DefinitionTable } from "./definition.js";
import { type Diagnostic, DiagnosticSink } from "./diagnostic.js";
import { Evaluator } from "./evaluator.js";
import { importedPaths } from "./imports.js";
import { type Module, ModuleLoader, type ModuleLoaderOptions, modulePath } from "./module-loader.js";
import { Resolver } from "./resolver.js";
import { type PendingValue, type Translation, Translator } from "./translation.js";
import { ValueTooLarge, ValueWriter } from "./value-writer.js";

export interface CompileOptions extends ModuleLoaderOptions {
  /** Paths of the files that code is wanted for. */
  readonly files: readonly string[];
}

export interface CompileResult {
  readonly request: CodeGeneratorRequest;
  /** Where the files in the request were read, by their ids; the standard schemas that capwire carries have no place. */
  readonly paths: ReadonlyMap<bigint, string>;
  /** Sorted by file and place. Empty or warnings only if all is well. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The C++ release whose language this compiler implements. */
const CAPNP_VERSION = { major: 1, minor: 4, micro: 0 };

/** Compiles files. Throws only what `readFile` throws. */
export function compile(options: CompileOptions): CompileResult {
  const sink = new DiagnosticSink();
  const run = new Run(options, sink);
  let request: CodeGeneratorRequest = { capnpVersion: CAPNP_VERSION, nodes: [], sourceInfo: [], requestedFiles: [] };
  try {
    request = run.compile(options.files);
  } catch (error) {
    // Long chains of aliases or constants recurse; no schema that is meant to be read gets here.
    if (!(error instanceof RangeError)) throw error;
    const file = options.files[0] ?? "";
    sink.fileError("nesting-too-deep", file, "Declarations refer to each other in chains too long to follow.");
  }
  return { request, paths: run.paths(), diagnostics: sorted(sink.diagnostics) };
}

class Run {
  readonly #sink: DiagnosticSink;
  readonly #loader: ModuleLoader;
  readonly #definitions: DefinitionTable;
  readonly #resolver: Resolver;
  readonly #translator: Translator;
  readonly #evaluator: Evaluator;
  readonly #writer: ValueWriter;
  /** What goes into the request, in order. */
  readonly #included = new Map<Definition, Translation>();

  constructor(options: ModuleLoaderOptions, sink: DiagnosticSink) {
    this.#sink = sink;
    this.#loader = new ModuleLoader(options, sink);
    this.#definitions = new DefinitionTable(this.#loader, sink);
    this.#resolver = new Resolver(this.#definitions, sink);
    this.#translator = new Translator(this.#definitions, this.#resolver, sink);
    const evaluator = new Evaluator(this.#translator, this.#loader);
    this.#evaluator = evaluator;
    this.#writer = new ValueWriter({
      node: (id) => this.#translator.node(id),
      defaultOf: (slot) => evaluator.evaluateDefault(slot),
    });
  }

  compile(files: readonly string[]): CodeGeneratorRequest {
    const modules = new Set<Module>();
    for (const file of files) {
      const module = this.#loader.loadRequested(file);
      if (module === undefined) this.#sink.fileError("file-not-found", file, "There is no such file.");
      else modules.add(module);
    }
    const definitions = [...modules].map((module) => this.#definitions.file(module));
    for (const definition of definitions) this.#includeTree(definition);
    this.#includeDependencies();
    for (const translation of this.#included.values()) this.#storeValues(translation.pending);
    return this.#request(definitions);
  }

  paths(): Map<bigint, string> {
    const paths = new Map<bigint, string>();
    for (const { module, id, parent } of this.#included.keys()) {
      const path = modulePath(module);
      if (parent === undefined && path !== undefined) paths.set(id, path);
    }
    return paths;
  }

  /** A requested file's declarations, all of them; its aliases too are checked, used or not. */
  #includeTree(definition: Definition): void {
    this.#include(definition);
    for (const child of definition.children) this.#includeTree(child);
    for (const alias of definition.aliases) this.#resolver.resolveAlias(alias);
  }

  #include(definition: Definition): void {
    if (!this.#included.has(definition)) this.#included.set(definition, this.#translator.translate(definition));
  }

  /** Adds what the included nodes mention, and the scopes around that, until nothing is missing. */
  #includeDependencies(): void {
    // A Map is iterated over what is added meanwhile, too.
    for (const { node, auxiliary } of this.#included.values()) {
      this.#includeMentioned(node);
      for (const each of auxiliary) this.#includeMentioned(each);
    }
  }

  #includeMentioned(node: Node): void {
    for (const id of mentionedNodes(node)) {
      let definition = this.#definitions.byId(id);
      for (; definition !== undefined; definition = definition.parent) this.#include(definition);
    }
  }

  #storeValues(pending: readonly PendingValue[]): void {
    for (const each of pending) {
      const value = this.#evaluator.evaluatePending(each);
      if (value === undefined) continue;
      try {
        each.store(this.#writer.toValue(value, each.type));
      } catch (error) {
        if (!(error instanceof ValueTooLarge)) throw error;
        const { source } = each.scope.module;
        const message = "The values of this schema take too much memory.";
        this.#sink.error("value-too-large", source, each.expression, message);
      }
    }
  }

  #request(files: readonly Definition[]): CodeGeneratorRequest {
    const nodes: Node[] = [];
    const sourceInfo: SourceInfo[] = [];
    for (const translation of this.#included.values()) {
      nodes.push(translation.node);
      for (const node of translation.auxiliary) nodes.push(node);
      for (const info of translation.sourceInfo) sourceInfo.push(info);
    }
    return {
      capnpVersion: CAPNP_VERSION,
      nodes,
      sourceInfo,
      requestedFiles: files.map((file) => this.#requestedFile(file)),
    };
  }

  #requestedFile(file: Definition): RequestedFile {
    const { module, id } = file;
    const imports = importedPaths(module.declaration).flatMap((name) => {
      const imported = this.#definitions.import(module, name);
      return imported === undefined ? [] : [{ id: imported.id, name }];
    });
    const identifiers = [...this.#resolver.identifiers(module)].sort((a, b) => a.startByte - b.startByte);
    return { id, filename: module.name, imports, fileSourceInfo: { identifiers } };
  }
}

/** By file, in the order the files came up, and by place. */
function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map((diagnostic) => diagnostic.file))];
  return [...diagnostics].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.start.offset - b.start.offset,
  );
}
