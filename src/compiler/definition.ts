/**
 * The tree of declarations that can be named, across all modules of a run, with their ids. Knows names and ids and nothing else:
 * what the declarations mean is for the translators.
 */

import type { DeclarationOf, Expression, LocatedText, NodeDeclaration, NodeKindName } from "./ast.js";
import type { DiagnosticSink } from "./diagnostic.js";
import type { Module, ModuleLoader } from "./module-loader.js";
import type { Span } from "./source.js";
import { childId, formatId } from "./type-id.js";

/** A `using` declaration. */
export interface Alias {
  readonly scope: Definition;
  readonly declaration: DeclarationOf<"using">;
  readonly target: Expression;
}

/** A declaration that has an id. */
export class Definition {
  readonly module: Module;
  readonly declaration: NodeDeclaration;
  readonly parent: Definition | undefined;
  /** Unique in the run; made up when the declared id is taken. */
  readonly id: bigint;
  /** `file.capnp:Outer.Inner`. */
  readonly displayName: string;
  readonly children: Definition[] = [];
  /** Made with the first entry: most declarations have neither. */
  #childByName: Map<string, Definition> | undefined;
  #aliases: Map<string, Alias> | undefined;

  constructor(module: Module, declaration: NodeDeclaration, parent: Definition | undefined, id: bigint) {
    this.module = module;
    this.declaration = declaration;
    this.parent = parent;
    this.id = id;
    const separator = parent?.kind === "file" ? ":" : ".";
    this.displayName = parent === undefined ? module.name : `${parent.displayName}${separator}${this.name}`;
  }

  get kind(): NodeKindName {
    return this.declaration.kind;
  }

  get name(): string {
    return this.declaration.name.text;
  }

  get parameters(): readonly LocatedText[] {
    return this.declaration.parameters;
  }

  get file(): Definition {
    return this.parent?.file ?? this;
  }

  /** Whether it or a scope around it has type parameters. */
  get isGeneric(): boolean {
    return this.parameters.length > 0 || (this.parent?.isGeneric ?? false);
  }

  /** Where to point when the declaration itself is at fault. */
  get nameSpan(): Span {
    return this.kind === "file" ? (this.declaration.id ?? { start: 0, end: 0 }) : this.declaration.name;
  }

  get aliases(): Iterable<Alias> {
    return this.#aliases?.values() ?? [];
  }

  child(name: string): Definition | undefined {
    return this.#childByName?.get(name);
  }

  alias(name: string): Alias | undefined {
    return this.#aliases?.get(name);
  }

  /** The first of two members with the same name wins; the clash is reported when the scope is translated. */
  addChild(child: Definition): void {
    this.children.push(child);
    this.#childByName ??= new Map();
    if (!this.#childByName.has(child.name)) this.#childByName.set(child.name, child);
  }

  addAlias(declaration: DeclarationOf<"using">): void {
    const name = declaration.name.text;
    this.#aliases ??= new Map();
    if (!this.#aliases.has(name)) this.#aliases.set(name, { scope: this, declaration, target: declaration.target });
  }
}

/** All definitions of a run. Modules are added as imports are met. */
export class DefinitionTable {
  readonly #loader: ModuleLoader;
  readonly #sink: DiagnosticSink;
  readonly #files = new Map<Module, Definition>();
  readonly #byId = new Map<bigint, Definition>();
  #nextSpareId = 1n;

  constructor(loader: ModuleLoader, sink: DiagnosticSink) {
    this.#loader = loader;
    this.#sink = sink;
  }

  /** The definition of a whole file. */
  file(module: Module): Definition {
    const known = this.#files.get(module);
    if (known !== undefined) return known;
    const definition = this.#create(module, module.declaration, undefined);
    this.#files.set(module, definition);
    return definition;
  }

  byId(id: bigint): Definition | undefined {
    return this.#byId.get(id);
  }

  /** The file that an import in `from` means. */
  import(from: Module, path: string): Definition | undefined {
    const module = this.#loader.loadImport(from, path);
    return module === undefined ? undefined : this.file(module);
  }

  #create(module: Module, declaration: NodeDeclaration, parent: Definition | undefined): Definition {
    const id = declaration.id?.value ?? (parent ? childId(parent.id, declaration.name.text) : undefined);
    const taken = id === undefined ? undefined : this.#byId.get(id);
    // An id without its highest bit was complained about already, and stands for no other declaration.
    const usable = id !== undefined && taken === undefined;
    const definition = new Definition(module, declaration, parent, usable ? id : this.#nextSpareId++);
    this.#byId.set(definition.id, definition);
    if (id !== undefined && taken !== undefined) this.#reportTaken(definition, taken, id);
    for (const member of declaration.members) {
      if (member.kind === "using") definition.addAlias(member);
      else if (isNode(member)) definition.addChild(this.#create(module, member, definition));
    }
    return definition;
  }

  #reportTaken(definition: Definition, first: Definition, id: bigint): void {
    // Two members of one name have one id; the name is the better complaint.
    if (definition.parent === first.parent && definition.parent !== undefined && definition.name === first.name) return;
    const message = `The id @${formatId(id)} is already that of '${first.displayName}'.`;
    const span = definition.declaration.id ?? definition.nameSpan;
    const related = {
      source: first.module.source,
      span: first.declaration.id ?? first.nameSpan,
      message: "It is used here.",
    };
    this.#sink.error("duplicate-id", definition.module.source, span, message, [related]);
  }
}

const NODE_KINDS: ReadonlySet<string> = /*@__PURE__*/ new Set(["const", "annotation", "enum", "struct", "interface"]);

function isNode(declaration: { kind: string }): declaration is NodeDeclaration {
  return NODE_KINDS.has(declaration.kind);
}
