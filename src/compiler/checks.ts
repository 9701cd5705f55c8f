/**
 * Rules about names and places that need nothing but the syntax tree: no name twice in a scope, types capitalised, everything
 * in camelCase, and declarations only where they belong.
 */

import type { Declaration, DeclarationKind, DeclarationOf, Expression, LocatedText, NodeDeclaration } from "./ast.js";
import type { DiagnosticKind, DiagnosticSink } from "./diagnostic.js";
import type { SourceFile, Span } from "./source.js";

/** Checks the members of one declaration; groups and unions included, nested types not. */
export function checkMembers(declaration: NodeDeclaration, source: SourceFile, sink: DiagnosticSink): void {
  new MemberCheck(source, sink).checkNames(declaration.parameters);
  new MemberCheck(source, sink).check(declaration.members, declaration.kind);
}

class MemberCheck {
  readonly #source: SourceFile;
  readonly #sink: DiagnosticSink;
  readonly #names = new Map<string, LocatedText>();

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#source = source;
    this.#sink = sink;
  }

  check(members: readonly Declaration[], parent: DeclarationKind): void {
    for (const member of members) {
      // An unnamed union directly in a union is a mistake of its own.
      if (member.name.text !== "" || parent !== "union") this.#checkUnique(member);
      this.#checkCase(member);
      this.#checkPlace(member, parent);
      if (member.kind === "method") this.#checkMethod(member);
      if (member.kind !== "union" && member.kind !== "group") continue;
      // The members of an unnamed union share the names of the scope around it.
      if (member.name.text === "") this.check(member.members, member.kind);
      else new MemberCheck(this.#source, this.#sink).check(member.members, member.kind);
    }
  }

  /** Names that are nobody's members: type parameters, parameters and results. */
  checkNames(names: readonly LocatedText[]): void {
    for (const name of names) this.#checkUnique({ kind: "field", name });
  }

  #checkMethod({ parameters, params, results }: DeclarationOf<"method">): void {
    new MemberCheck(this.#source, this.#sink).checkNames(parameters);
    for (const list of [params, results]) {
      if (list?.kind !== "named") continue;
      new MemberCheck(this.#source, this.#sink).checkNames(list.params.map((param) => param.name));
    }
  }

  #checkUnique({ kind, name }: Pick<Declaration, "kind" | "name">): void {
    const first = this.#names.get(name.text);
    if (first === undefined) {
      this.#names.set(name.text, name);
      return;
    }
    const related = [{ source: this.#source, span: first, message: "The first one is here." }];
    if (name.text !== "") {
      const message = `'${name.text}' occurs twice in this scope.`;
      this.#sink.error("duplicate-name", this.#source, name, message, related);
    } else if (kind === "union") {
      const message = "A scope has at most one unnamed union.";
      this.#sink.error("duplicate-unnamed-union", this.#source, name, message, related);
    }
  }

  #checkCase(member: Declaration): void {
    const { name } = member;
    if (name.text === "") return;
    if (isTypeName(member)) {
      if (!startsBetween(name.text, 0x41, 0x5a))
        this.#error("type-name-case", name, `The type name '${name.text}' must start with a capital.`);
    } else if (!startsWithLower(name.text)) {
      this.#error(
        "member-name-case",
        name,
        `'${name.text}' is not a type, so its name must start with a lower-case letter.`,
      );
    }
    if (name.text.includes("_")) {
      const message = `'${name.text}' has an underscore; names are in camelCase (generators convert them for each language).`;
      this.#error("underscore-in-name", name, message);
    }
  }

  #checkPlace(member: Declaration, parent: DeclarationKind): void {
    if (ALLOWED_IN[member.kind].includes(parent)) return;
    this.#error("misplaced-declaration", member, `This ${member.kind} cannot stand in a ${parent}.`);
  }

  #error(kind: DiagnosticKind, span: Span, message: string): void {
    this.#sink.error(kind, this.#source, span, message);
  }
}

const IN_STRUCTS: readonly DeclarationKind[] = ["struct", "union", "group"];
const IN_SCOPES: readonly DeclarationKind[] = ["file", "struct", "interface"];

/** Where each kind of declaration may stand. */
const ALLOWED_IN: Readonly<Record<DeclarationKind, readonly DeclarationKind[]>> = {
  file: [],
  using: IN_SCOPES,
  const: IN_SCOPES,
  annotation: IN_SCOPES,
  enum: IN_SCOPES,
  enumerant: ["enum"],
  struct: IN_SCOPES,
  field: IN_STRUCTS,
  union: IN_STRUCTS,
  group: IN_STRUCTS,
  interface: IN_SCOPES,
  method: ["interface"],
};

function startsWithLower(text: string): boolean {
  return startsBetween(text, 0x61, 0x7a);
}

function startsBetween(text: string, first: number, last: number): boolean {
  const code = text.charCodeAt(0);
  return code >= first && code <= last;
}

/** An alias follows its target: `using Foo = .Bar` names a type, `using foo = .bar` a constant or annotation. */
function isTypeName(member: Declaration): boolean {
  switch (member.kind) {
    case "enum":
    case "struct":
    case "interface":
      return true;
    case "using":
      return !startsWithLower(lastName(member.target));
    default:
      return false;
  }
}

function lastName(expression: Expression): string {
  switch (expression.kind) {
    case "name":
    case "member":
      return expression.name.text;
    case "application":
      return lastName(expression.callee);
    default:
      return "";
  }
}
