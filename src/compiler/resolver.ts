/**
 * Expression → Reference: looks names up through the scopes, follows `using`, applies type arguments. Reports what cannot be
 * resolved and then answers undefined, which callers take as "already reported".
 */

import type { Identifier } from "../schema/model.js";
import { type Expression, type ExpressionOf, type LocatedText, spell } from "./ast.js";
import type { Alias, Definition, DefinitionTable } from "./definition.js";
import type { DiagnosticKind, DiagnosticSink } from "./diagnostic.js";
import type { Module } from "./module-loader.js";
import {
  type Bindings,
  BUILTINS,
  bindingsWithin,
  isPointer,
  isType,
  lookUpParameter,
  type Reference,
  rebind,
  referTo,
  weigh,
} from "./reference.js";
import type { Span } from "./source.js";

/** The largest type, counted in names, that a type expression may amount to. */
const MAX_TYPE_WEIGHT = 1000;

/** Type parameters of a method, in force while its parameter and result types are resolved. */
export interface MethodParameters {
  readonly names: readonly LocatedText[];
  /** The struct made from a parameter list, whose own parameters they then are; undefined outside such a list. */
  readonly structId: bigint | undefined;
}

type AliasState =
  | { readonly resolving: true }
  | { readonly resolving: false; readonly reference: Reference | undefined };

export class Resolver {
  readonly #definitions: DefinitionTable;
  readonly #sink: DiagnosticSink;
  readonly #aliases = new Map<Alias, AliasState>();
  readonly #identifiers = new Map<Module, Identifier[]>();
  /** What `bindingsWithin` said last: one scope's names come one after the other. */
  #within: { readonly scope: Definition; readonly bindings: Bindings } | undefined;

  constructor(definitions: DefinitionTable, sink: DiagnosticSink) {
    this.#definitions = definitions;
    this.#sink = sink;
  }

  /** Where names in a module's text lead, in the order they were resolved. */
  identifiers(module: Module): readonly Identifier[] {
    return this.#identifiers.get(module) ?? [];
  }

  /** Notes that a piece of text names a member of a type. */
  noteMember(scope: Definition, span: Span, parentTypeId: bigint, ordinal: number): void {
    const { start, end } = span;
    const member = { parentTypeId, ordinal };
    this.#note(scope.module, { startByte: start, endByte: end, which: "member", member });
  }

  /** What `expression`, written in `scope`, names. */
  resolve(expression: Expression, scope: Definition, method?: MethodParameters): Reference | undefined {
    switch (expression.kind) {
      case "name":
        return this.#name(expression, scope, method);
      case "member":
        return this.#member(expression, scope, method);
      case "application":
        return this.#application(expression, scope, method);
      case "import":
        return this.#import(expression, scope);
      case "unknown":
        return undefined;
      default:
        this.#error("expected-name", scope, expression, "A name is expected here.");
        return undefined;
    }
  }

  /** The same for a place where only a type will do. The result has a schema type. */
  resolveType(expression: Expression, scope: Definition, method?: MethodParameters): Reference | undefined {
    const reference = this.resolve(expression, scope, method);
    return reference !== undefined && this.#checkType(reference, expression, scope) ? reference : undefined;
  }

  /** What a `using` declaration stands for inside its own scope. Each is resolved, and complained about, once. */
  resolveAlias(alias: Alias): Reference | undefined {
    const known = this.#aliases.get(alias);
    if (known !== undefined) {
      if (!known.resolving) return known.reference;
      const name = alias.declaration.name;
      this.#error("recursive-declaration", alias.scope, name, `'${name.text}' stands for itself.`);
      return undefined;
    }
    this.#aliases.set(alias, { resolving: true });
    const reference = this.resolve(alias.target, alias.scope);
    this.#aliases.set(alias, { resolving: false, reference });
    return reference;
  }

  #name(
    expression: ExpressionOf<"name">,
    scope: Definition,
    method: MethodParameters | undefined,
  ): Reference | undefined {
    const { name, absolute } = expression;
    const bindings = this.#bindingsWithin(scope);
    const found = absolute
      ? this.#memberOf(scope.file, name.text, bindings)
      : (methodParameter(name.text, method) ?? this.#lexical(name.text, scope, bindings));
    if (found === undefined) this.#error("undefined-name", scope, name, `'${spell(expression)}' is not defined.`);
    else if (found !== "reported") this.#noteReference(scope.module, expression, found);
    return found === "reported" ? undefined : found;
  }

  #bindingsWithin(scope: Definition): Bindings {
    if (this.#within?.scope !== scope) this.#within = { scope, bindings: bindingsWithin(scope) };
    return this.#within.bindings;
  }

  /** Looks outwards from `scope`: members, then type parameters, then the scope around; built-in types last. */
  #lexical(name: string, scope: Definition, bindings: Bindings): Reference | "reported" | undefined {
    for (let at: Definition | undefined = scope; at !== undefined; at = at.parent) {
      const member = this.#memberOf(at, name, bindings);
      if (member !== undefined) return member;
      const index = at.parameters.findIndex((parameter) => parameter.text === name);
      if (index >= 0) return lookUpParameter(at.id, index, bindings);
    }
    return BUILTINS.get(name === "Object" ? "AnyPointer" : name);
  }

  /** A declaration or alias directly in `scope`, seen from where `bindings` are in force. */
  #memberOf(scope: Definition, name: string, bindings: Bindings): Reference | "reported" | undefined {
    const child = scope.child(name);
    if (child !== undefined) return referTo(child, bindings);
    const alias = scope.alias(name);
    if (alias === undefined) return undefined;
    const target = this.resolveAlias(alias);
    return target === undefined ? "reported" : rebind(target, bindings);
  }

  #member(
    expression: ExpressionOf<"member">,
    scope: Definition,
    method: MethodParameters | undefined,
  ): Reference | undefined {
    const parent = this.resolve(expression.parent, scope, method);
    if (parent === undefined) return undefined;
    const found =
      parent.kind === "definition"
        ? this.#memberOf(parent.definition, expression.name.text, parent.bindings)
        : undefined;
    if (found === "reported") return undefined;
    if (found === undefined) {
      const message = `'${spell(expression.parent)}' has nothing named '${expression.name.text}' in it.`;
      this.#error("no-such-member", scope, expression.name, message);
      return undefined;
    }
    this.#noteReference(scope.module, expression, found);
    return found;
  }

  #import(expression: ExpressionOf<"import">, scope: Definition): Reference | undefined {
    const { path } = expression;
    const file = this.#definitions.import(scope.module, path.text);
    if (file === undefined) {
      this.#error("import-failed", scope, path, `There is no file '${path.text}' to import.`);
      return undefined;
    }
    const reference = referTo(file, bindingsWithin(file));
    this.#noteReference(scope.module, expression, reference);
    return reference;
  }

  #application(
    expression: ExpressionOf<"application">,
    scope: Definition,
    method: MethodParameters | undefined,
  ): Reference | undefined {
    const callee = this.resolve(expression.callee, scope, method);
    const args: Reference[] = [];
    for (const { name, value } of expression.items) {
      if (name !== undefined) this.#error("named-type-argument", scope, name, "A type argument has no name.");
      const argument = this.resolveType(value, scope, method);
      if (argument !== undefined) args.push(argument);
    }
    if (callee === undefined || args.length < expression.items.length) return undefined;
    if (args.reduce((weight, argument) => weight + weigh(argument), 0) > MAX_TYPE_WEIGHT) {
      this.#error(
        "nesting-too-deep",
        scope,
        expression,
        `Spelt out, this type has more than ${MAX_TYPE_WEIGHT} parts.`,
      );
      return undefined;
    }
    return this.#apply(callee, args, expression, scope);
  }

  #apply(
    callee: Reference,
    args: readonly Reference[],
    expression: ExpressionOf<"application">,
    scope: Definition,
  ): Reference | undefined {
    if (callee.kind === "builtin" && callee.type === "List") return this.#list(callee, args, expression, scope);
    const name = spell(expression.callee);
    const wanted = callee.kind === "definition" ? callee.bindings.parameterCount : 0;
    if (callee.kind === "definition" && callee.bindings.bound.length > 0 && callee.bindings.bound !== "inherited") {
      this.#error("double-application", scope, expression, `'${name}' has its type arguments already.`);
      return undefined;
    }
    if (args.length !== wanted || callee.kind !== "definition") {
      const takes = wanted === 0 ? "no type arguments" : `${wanted} type ${wanted === 1 ? "argument" : "arguments"}`;
      this.#error("generic-arity", scope, expression, `'${name}' takes ${takes}, not ${args.length}.`);
      return undefined;
    }
    let allPointers = true;
    args.forEach((argument, index) => {
      if (isPointer(argument)) return;
      allPointers = false;
      const at = expression.items[index]?.value ?? expression;
      const message = "Only pointer types (structs, interfaces, lists, Text, Data, AnyPointer) can be type arguments.";
      this.#error("generic-argument", scope, at, message);
    });
    return allPointers ? { ...callee, bindings: { ...callee.bindings, bound: args } } : undefined;
  }

  #list(
    list: Extract<Reference, { kind: "builtin" }>,
    args: readonly Reference[],
    expression: ExpressionOf<"application">,
    scope: Definition,
  ): Reference | undefined {
    const [element] = args;
    if (list.element !== undefined) {
      this.#error("double-application", scope, expression, "This 'List' has its element type already.");
      return undefined;
    }
    if (args.length !== 1 || element === undefined) {
      this.#error("list-arity", scope, expression, "'List' takes exactly one element type.");
      return undefined;
    }
    if (element.kind === "builtin" && (element.type === "AnyPointer" || element.type === "AnyStruct")) {
      const instead = element.type === "AnyPointer" ? "AnyList, or a list of structs that hold one" : "AnyList";
      const message = `'List(${element.type})' has no encoding. Use ${instead}.`;
      this.#error("unsupported-list", scope, expression, message);
      return undefined;
    }
    return { ...list, element };
  }

  #checkType(reference: Reference, expression: Expression, scope: Definition): boolean {
    if (isOldObject(expression, reference)) {
      this.#error("obsolete-syntax", scope, expression, "'Object' is called 'AnyPointer' since Cap'n Proto 0.4.");
    }
    if (isType(reference)) return true;
    if (reference.kind === "builtin") {
      this.#error("list-arity", scope, expression, "'List' takes exactly one element type.");
    } else {
      this.#error("not-a-type", scope, expression, `'${spell(expression)}' is not a type.`);
    }
    return false;
  }

  #noteReference(module: Module, { start, end }: Span, reference: Reference): void {
    if (reference.kind !== "definition") return;
    this.#note(module, { startByte: start, endByte: end, which: "typeId", typeId: reference.definition.id });
  }

  #note(module: Module, identifier: Identifier): void {
    const list = this.#identifiers.get(module);
    if (list === undefined) this.#identifiers.set(module, [identifier]);
    else list.push(identifier);
  }

  #error(kind: DiagnosticKind, scope: Definition, span: Span, message: string): void {
    this.#sink.error(kind, scope.module.source, span, message);
  }
}

function methodParameter(name: string, method: MethodParameters | undefined): Reference | undefined {
  const index = method?.names.findIndex((parameter) => parameter.text === name) ?? -1;
  if (method === undefined || index < 0) return undefined;
  return method.structId === undefined
    ? { kind: "methodParameter", index }
    : { kind: "parameter", scopeId: method.structId, index };
}

function isOldObject(expression: Expression, reference: Reference): boolean {
  const named = expression.kind === "name" && !expression.absolute && expression.name.text === "Object";
  return named && reference.kind === "builtin" && reference.type === "AnyPointer";
}
