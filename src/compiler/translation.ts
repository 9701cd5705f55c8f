/**
 * From one definition to its schema node and the nodes that come with it (groups, parameter structs). Types and layout are
 * final when a translation exists; values (defaults, constants, annotations) are left pending, because they need the
 * translations of other types and of other constants.
 */

import type {
  Annotation,
  AnnotationNode,
  Node,
  NodeCommon,
  NodeOf,
  Slot,
  SourceInfo,
  Type,
  Value,
} from "../schema/model.js";
import {
  type AnnotationTarget,
  type AnnotationUse,
  type Declaration,
  type DeclarationOf,
  type Expression,
  spell,
} from "./ast.js";
import { checkMembers } from "./checks.js";
import type { Definition, DefinitionTable } from "./definition.js";
import type { DiagnosticKind, DiagnosticSink } from "./diagnostic.js";
import { translateInterface } from "./interface-translator.js";
import { byOrdinal, OrdinalCheck } from "./ordinals.js";
import { type Reference, rebind, toBrand, toType } from "./reference.js";
import type { MethodParameters, Resolver } from "./resolver.js";
import type { SourceFile, Span } from "./source.js";
import { translateStruct } from "./struct-translator.js";
import { zeroValue } from "./zero-value.js";

/** A value that is to be worked out once the types are known. */
export interface PendingValue {
  readonly expression: Expression;
  /** Where the expression is written; names in it are looked up from here. */
  readonly scope: Definition;
  readonly type: Type;
  readonly store: (value: Value) => void;
}

/** What all translations of a run share. */
export class Translator {
  readonly definitions: DefinitionTable;
  readonly resolver: Resolver;
  readonly sink: DiagnosticSink;
  readonly #translations = new Map<Definition, Translation>();
  /** Groups and parameter structs, by id. */
  readonly #auxiliary = new Map<bigint, Node>();

  constructor(definitions: DefinitionTable, resolver: Resolver, sink: DiagnosticSink) {
    this.definitions = definitions;
    this.resolver = resolver;
    this.sink = sink;
  }

  translate(definition: Definition): Translation {
    const known = this.#translations.get(definition);
    if (known !== undefined) return known;
    const translation = new Translation(this, definition);
    this.#translations.set(definition, translation);
    translation.run();
    for (const node of translation.auxiliary) this.#auxiliary.set(node.id, node);
    return translation;
  }

  /** The node with an id; its values may still be pending. */
  node(id: bigint): Node | undefined {
    const definition = this.definitions.byId(id);
    return definition === undefined ? this.#auxiliary.get(id) : this.translate(definition).node;
  }

  /** The pending default of a field, found by its slot. */
  readonly pendingDefaults = new Map<Slot, PendingValue>();
}

export class Translation {
  readonly definition: Definition;
  readonly node: Node;
  readonly info: SourceInfo;
  readonly auxiliary: Node[] = [];
  /** Of the node and, after it, of the auxiliary nodes. */
  readonly sourceInfo: SourceInfo[] = [];
  readonly pending: PendingValue[] = [];
  /** The value of a constant, also among `pending`. */
  constant: PendingValue | undefined;
  readonly #translator: Translator;

  constructor(translator: Translator, definition: Definition) {
    this.#translator = translator;
    this.definition = definition;
    const { declaration, id } = definition;
    const { docComment, start, end } = declaration;
    this.info = { id, docComment: docComment ?? "", members: [], startByte: start, endByte: end };
    this.sourceInfo.push(this.info);
    this.node = emptyNode(definition, this.#common());
  }

  get source(): SourceFile {
    return this.definition.module.source;
  }

  get sink(): DiagnosticSink {
    return this.#translator.sink;
  }

  get definitions(): DefinitionTable {
    return this.#translator.definitions;
  }

  /** Fills the node. Called once. */
  run(): void {
    const { declaration } = this.definition;
    checkMembers(declaration, this.source, this.sink);
    switch (declaration.kind) {
      case "const":
        this.#runConst(declaration);
        break;
      case "annotation":
        if (this.node.which === "annotation") this.node.annotation.type = this.type(declaration.type) ?? VOID;
        break;
      case "enum":
        this.#runEnum(declaration.members);
        break;
      case "struct":
        if (this.node.which === "struct") translateStruct(this, this.node, this.info, declaration.members);
        break;
      case "interface":
        if (this.node.which === "interface") translateInterface(this, this.node, declaration);
        break;
    }
    this.node.annotations = this.annotations(declaration.annotations, declaration.kind);
  }

  resolve(expression: Expression, method?: MethodParameters): Reference | undefined {
    return this.#translator.resolver.resolve(expression, this.definition, method);
  }

  /** The schema type that an expression in this definition names; undefined if it names none, which was reported. */
  type(expression: Expression, method?: MethodParameters): Type | undefined {
    const reference = this.#translator.resolver.resolveType(expression, this.definition, method);
    return reference && toType(reference);
  }

  /** Leaves a field's default for later. */
  deferDefault(expression: Expression, slot: Slot): void {
    const pending = this.#defer(expression, slot.type, (value) => {
      slot.defaultValue = value;
    });
    this.#translator.pendingDefaults.set(slot, pending);
  }

  /** The annotations put on something of the given kind; those that make no sense are reported and left out. */
  annotations(uses: readonly AnnotationUse[], target: AnnotationTarget): Annotation[] {
    if (uses.length === 0) return [];
    return uses.map((use) => this.#annotation(use, target)).filter((annotation) => annotation !== undefined);
  }

  /** A node for a struct that has no declaration of its own. */
  newStruct(id: bigint, scopeName: string, name: string, span: Span): NodeOf<"struct"> {
    const displayName = `${scopeName}.${name}`;
    return {
      id,
      displayName,
      displayNamePrefixLength: byteLength(scopeName) + 1,
      scopeId: 0n,
      parameters: [],
      isGeneric: false,
      nestedNodes: [],
      annotations: [],
      startByte: span.start,
      endByte: span.end,
      which: "struct",
      struct: emptyStruct(),
    };
  }

  addAuxiliary(node: Node, info: SourceInfo): void {
    this.auxiliary.push(node);
    this.sourceInfo.push(info);
  }

  error(kind: DiagnosticKind, span: Span, message: string): void {
    this.sink.error(kind, this.source, span, message);
  }

  #runConst(declaration: DeclarationOf<"const">): void {
    const { node } = this;
    const type = this.type(declaration.type);
    if (node.which !== "const" || type === undefined) return;
    node.const.type = type;
    node.const.value = zeroValue(type);
    this.constant = this.#defer(declaration.value, type, (value) => {
      node.const.value = value;
    });
  }

  #runEnum(members: readonly Declaration[]): void {
    if (this.node.which !== "enum") return;
    const inOrder = members
      .filter((member) => member.kind === "enumerant")
      .map((member, codeOrder) => ({ ...member, codeOrder }));
    const check = new OrdinalCheck(this.source, this.sink);
    for (const { name, ordinal, annotations, codeOrder, docComment, start, end } of byOrdinal(inOrder)) {
      check.check(ordinal);
      const used = this.annotations(annotations, "enumerant");
      this.node.enum.enumerants.push({ name: name.text, codeOrder, annotations: used });
      this.info.members.push({ docComment: docComment ?? "", startByte: start, endByte: end });
    }
  }

  #annotation(use: AnnotationUse, target: AnnotationTarget): Annotation | undefined {
    const reference = this.resolve(use.name);
    if (reference === undefined) return undefined;
    const declaration = reference.kind === "definition" ? reference.definition.declaration : undefined;
    const name = spell(use.name);
    if (reference.kind !== "definition" || declaration?.kind !== "annotation") {
      this.error("not-an-annotation", use.name, `'${name}' is not an annotation.`);
      return undefined;
    }
    if (!declaration.targets.has(target)) {
      const targets = declaration.targets.size === 0 ? "nothing" : [...declaration.targets].join(", ");
      this.error("invalid-annotation-target", use.name, `'${name}' cannot annotate a ${target}, only: ${targets}.`);
    }
    const { definition, bindings } = reference;
    const declared = this.#translator.resolver.resolveType(declaration.type, definition);
    const type = declared && toType(rebind(declared, bindings));
    const annotation: Annotation = { id: definition.id, brand: toBrand(bindings), value: zeroValue(type ?? VOID) };
    if (type === undefined) return annotation;
    if (use.value !== undefined) {
      this.#defer(use.value, type, (value) => {
        annotation.value = value;
      });
    } else if (type.which !== "void") {
      this.error("missing-annotation-value", use.name, `'${name}' needs a value, as in '$${name}(value)'.`);
    }
    return annotation;
  }

  #defer(expression: Expression, type: Type, store: (value: Value) => void): PendingValue {
    const pending = { expression, scope: this.definition, type, store };
    this.pending.push(pending);
    return pending;
  }

  #common(): NodeCommon {
    const { definition } = this;
    const { displayName, declaration, parent } = definition;
    return {
      id: definition.id,
      displayName,
      displayNamePrefixLength: prefixLength(displayName),
      scopeId: parent?.id ?? 0n,
      parameters: definition.parameters.map((parameter) => ({ name: parameter.text })),
      isGeneric: definition.isGeneric,
      nestedNodes: definition.children.map(({ name, id }) => ({ name, id })),
      annotations: [],
      startByte: declaration.start,
      endByte: declaration.end,
    };
  }
}

const VOID: Type = { which: "void", void: null };

function emptyStruct(): NodeOf<"struct">["struct"] {
  return {
    dataWordCount: 0,
    pointerCount: 0,
    preferredListEncoding: "inlineComposite",
    isGroup: false,
    discriminantCount: 0,
    discriminantOffset: 0,
    fields: [],
  };
}

function emptyNode(definition: Definition, common: NodeCommon): Node {
  const { declaration } = definition;
  switch (declaration.kind) {
    case "file":
      return { ...common, which: "file", file: null };
    case "struct":
      return { ...common, which: "struct", struct: emptyStruct() };
    case "enum":
      return { ...common, which: "enum", enum: { enumerants: [] } };
    case "interface":
      return { ...common, which: "interface", interface: { methods: [], superclasses: [] } };
    case "const":
      return { ...common, which: "const", const: { type: VOID, value: zeroValue(VOID) } };
    case "annotation":
      return { ...common, which: "annotation", annotation: annotationNode(declaration.targets) };
  }
}

function annotationNode(targets: ReadonlySet<AnnotationTarget>): AnnotationNode {
  return {
    type: VOID,
    targetsFile: targets.has("file"),
    targetsConst: targets.has("const"),
    targetsEnum: targets.has("enum"),
    targetsEnumerant: targets.has("enumerant"),
    targetsStruct: targets.has("struct"),
    targetsField: targets.has("field"),
    targetsUnion: targets.has("union"),
    targetsGroup: targets.has("group"),
    targetsInterface: targets.has("interface"),
    targetsMethod: targets.has("method"),
    targetsParam: targets.has("param"),
    targetsAnnotation: targets.has("annotation"),
  };
}

/** Everything up to the last dot or colon; in a file's name, which has no declaration in it, that is up to its extension. */
function prefixLength(displayName: string): number {
  const end = Math.max(displayName.lastIndexOf("."), displayName.lastIndexOf(":")) + 1;
  return byteLength(displayName.slice(0, end));
}

function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return utf8.encode(text).length;
  return text.length;
}

const utf8 = /*@__PURE__*/ new TextEncoder();
