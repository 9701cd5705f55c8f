/**
 * Statements → declarations. One method per statement form; a statement that cannot be understood is reported and left out, its
 * neighbours are not affected. Which declarations may stand where is checked later, over the tree.
 */

import {
  ANNOTATION_TARGETS,
  type AnnotationTarget,
  type AnnotationUse,
  type Declaration,
  type DeclarationOf,
  type Expression,
  type LocatedInteger,
  type LocatedText,
} from "./ast.js";
import type { DiagnosticKind, DiagnosticSink } from "./diagnostic.js";
import { ExpressionParser, located } from "./expression-parser.js";
import { lex } from "./lexer.js";
import { parseParamList } from "./param-list.js";
import type { SourceFile, Span } from "./source.js";
import type { Statement } from "./token.js";
import { TokenCursor } from "./token-cursor.js";

const MIN_ID = 1n << 63n;
const MAX_ORDINAL = 0xffffn;

/** The kinds of scope a statement can stand in. */
type Scope = "file" | "enum" | "struct" | "interface";

/** What every declaration has of its statement. */
interface Frame extends Span {
  readonly docComment: string | undefined;
  /** Filled when the statement's block is parsed. */
  readonly members: Declaration[];
}

/** The scope that the block of a declaration opens; those that are not here end with a semicolon. */
const BLOCKS: Readonly<Partial<Record<Declaration["kind"], Scope>>> = {
  struct: "struct",
  union: "struct",
  group: "struct",
  enum: "enum",
  interface: "interface",
};

/** Of all statements without a block; never added to. */
const NO_MEMBERS: Declaration[] = [];

/** Statements of a file that belong to the file itself. */
interface FileParts {
  id: LocatedInteger | undefined;
  docComment: string | undefined;
  annotations: AnnotationUse[];
}

/** Parses a whole file; never fails. A file without id gets `undefined` and a diagnostic. */
export function parseFile(source: SourceFile, sink: DiagnosticSink): DeclarationOf<"file"> {
  const earlier = sink.diagnostics.length;
  const statements = lex(source, sink);
  const file: FileParts = { id: undefined, docComment: undefined, annotations: [] };
  const members = new Parser(source, sink, file).declarations(statements, "file");
  // A syntax error may well be what hid the id.
  if (file.id === undefined && sink.diagnostics.length === earlier) {
    const message = "This file declares no id. Put a line such as '@0xc0ffee…;' at its top; `capwire id` makes one up.";
    sink.error("missing-file-id", source, { start: 0, end: 0 }, message);
  }
  return {
    kind: "file",
    name: { text: "", start: 0, end: 0 },
    ...file,
    parameters: [],
    members,
    start: 0,
    end: source.bytes.length,
  };
}

class Parser {
  readonly #source: SourceFile;
  readonly #sink: DiagnosticSink;
  readonly #file: FileParts;
  readonly #expressions: ExpressionParser;

  constructor(source: SourceFile, sink: DiagnosticSink, file: FileParts) {
    this.#source = source;
    this.#sink = sink;
    this.#file = file;
    this.#expressions = new ExpressionParser(source, sink);
  }

  declarations(statements: readonly Statement[], scope: Scope): Declaration[] {
    const result: Declaration[] = [];
    this.#declarations(statements, scope, result);
    return result;
  }

  #declarations(statements: readonly Statement[], scope: Scope, result: Declaration[]): void {
    for (const statement of statements) {
      const declaration = this.#statement(statement, scope);
      if (declaration !== undefined) result.push(declaration);
    }
  }

  #statement(statement: Statement, scope: Scope): Declaration | undefined {
    const last = statement.tokens[statement.tokens.length - 1]?.end ?? statement.end;
    const cursor = new TokenCursor({ tokens: statement.tokens, start: statement.start, end: last });
    const { docComment, start, end } = statement;
    const members: Declaration[] = statement.block === undefined ? NO_MEMBERS : [];
    const frame: Frame = { docComment, members, start, end };
    let declaration: Declaration | undefined;
    try {
      declaration = this.#parse(cursor, frame, statement, scope);
      if (!cursor.isAtEnd) cursor.fail(statement.block === undefined ? "Expected ';'" : "Expected '{'");
    } catch (fault) {
      this.#expressions.fault(fault);
    }
    // Whatever stands in the block of something unreadable cannot be judged.
    if (declaration !== undefined) this.#block(declaration.kind, statement, frame.members);
    return declaration;
  }

  #block(kind: Declaration["kind"], statement: Statement, members: Declaration[]): void {
    const { block } = statement;
    const opens = BLOCKS[kind];
    if (opens !== undefined && block === undefined) {
      this.#error("expected-block", statement, `A ${kind} needs a block in braces, not a ';'.`);
    } else if (opens === undefined && block !== undefined) {
      this.#error("unexpected-block", statement, `A ${kind} ends with ';', not with a block.`);
    } else if (opens !== undefined && block !== undefined) {
      this.#declarations(block, opens, members);
    }
  }

  /** Undefined when the statement was about the file and is done. */
  #parse(cursor: TokenCursor, frame: Frame, statement: Statement, scope: Scope): Declaration | undefined {
    if (scope === "file" && this.#aboutFile(cursor, statement)) return undefined;
    // A keyword is one only if a name follows: `struct @0 :Text` is a field.
    const keyword = cursor.peek();
    if (keyword?.kind === "identifier" && cursor.peek(1)?.kind === "identifier") {
      const generic = this.#generic(cursor, frame, keyword.text);
      if (generic !== undefined) return generic;
    }
    const isMember = cursor.isOperator("@", 1) || cursor.isOperator(":", 1);
    if (cursor.isKeyword("using") && !isMember) return this.#using(cursor, frame);
    if (scope === "struct") return this.#structMember(cursor, frame);
    if (scope === "enum") return this.#enumerant(cursor, frame);
    if (scope === "interface") return this.#method(cursor, frame);
    return cursor.fail("Expected a declaration (struct, enum, interface, const, annotation, using)");
  }

  #aboutFile(cursor: TokenCursor, statement: Statement): boolean {
    const at = cursor.peek();
    if (cursor.isOperator("@")) {
      const id = this.#id(cursor);
      if (this.#file.id === undefined) {
        this.#file.id = id;
        this.#file.docComment = statement.docComment;
      } else if (at !== undefined) {
        const first = { source: this.#source, span: this.#file.id, message: "The first id is here." };
        this.#sink.error("duplicate-file-id", this.#source, id, "A file has one id.", [first]);
      }
    } else if (cursor.isOperator("$")) {
      this.#file.annotations.push(...this.#expressions.annotations(cursor));
    } else {
      return false;
    }
    if (statement.block !== undefined)
      this.#error("unexpected-block", statement, "This statement ends with ';', not with a block.");
    return true;
  }

  #generic(cursor: TokenCursor, frame: Frame, keyword: string): Declaration | undefined {
    switch (keyword) {
      case "using":
        return this.#using(cursor, frame);
      case "const":
        return this.#const(cursor, frame);
      case "annotation":
        return this.#annotation(cursor, frame);
      case "enum":
        return this.#enum(cursor, frame);
      case "struct":
        return this.#struct(cursor, frame);
      case "interface":
        return this.#interface(cursor, frame);
      default:
        return undefined;
    }
  }

  /** `using Name = target` or `using path.Name`. */
  #using(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    cursor.next();
    let name: LocatedText | undefined;
    if (cursor.peek()?.kind === "identifier" && cursor.isOperator("=", 1)) {
      name = located(cursor.expect("identifier", "a name"));
      cursor.next();
    }
    const target = this.#expressions.expression(cursor);
    if (name === undefined && target.kind === "member") name = target.name;
    if (name === undefined) {
      const message = "Without '=', 'using' must name a member of another scope, as in `using Other.Name;`.";
      this.#error("invalid-using", target, message);
      name = { text: "", start, end: start };
    }
    return { kind: "using", name, annotations: [], target, docComment, members, start, end };
  }

  #const(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const { name, id } = this.#header(cursor);
    cursor.expectOperator(":", "the type");
    const type = this.#expressions.expression(cursor);
    cursor.expectOperator("=", "the value");
    const value = this.#expressions.expression(cursor);
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "const", name, id, parameters: [], annotations, type, value, docComment, members, start, end };
  }

  #enum(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const { name, id } = this.#header(cursor);
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "enum", name, id, parameters: [], annotations, docComment, members, start, end };
  }

  #struct(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const { name, id } = this.#header(cursor);
    const parameters = this.#names(cursor, "parenthesized");
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "struct", name, id, parameters, annotations, docComment, members, start, end };
  }

  #interface(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const { name, id } = this.#header(cursor);
    const parameters = this.#names(cursor, "parenthesized");
    const superclasses: Expression[] = [];
    if (cursor.takeKeyword("extends")) {
      const list = cursor.expect("parenthesized", "a list of interfaces in parentheses");
      for (const item of this.#expressions.items(list, (inner) => this.#expressions.expression(inner))) {
        if (item !== undefined) superclasses.push(item);
      }
    }
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "interface", name, id, parameters, annotations, superclasses, docComment, members, start, end };
  }

  #annotation(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const { name, id } = this.#header(cursor);
    const list = cursor.expect("parenthesized", "a list of targets in parentheses");
    const targets = new Set<AnnotationTarget>();
    this.#expressions.items(list, (inner) => this.#target(inner, targets, list.items.length));
    cursor.expectOperator(":", "the type");
    const type = this.#expressions.expression(cursor);
    const annotations = this.#expressions.annotations(cursor);
    return {
      kind: "annotation",
      name,
      id,
      parameters: [],
      annotations,
      type,
      targets,
      docComment,
      members,
      start,
      end,
    };
  }

  #target(cursor: TokenCursor, targets: Set<AnnotationTarget>, count: number): void {
    const token = cursor.peek();
    if (cursor.takeOperator("*")) {
      if (count > 1 && token !== undefined)
        this.#error("invalid-target", token, "'*' stands for all targets and excludes others.");
      for (const target of ANNOTATION_TARGETS) targets.add(target);
      return;
    }
    const name = cursor.expect("identifier", "an annotation target");
    const target = ANNOTATION_TARGETS.find((candidate) => candidate === name.text);
    if (target === undefined) {
      this.#error(
        "invalid-target",
        name,
        `'${name.text}' is no annotation target; these are: ${ANNOTATION_TARGETS.join(", ")}.`,
      );
    } else if (targets.has(target)) {
      this.#error("duplicate-target", name, `'${name.text}' is given twice.`);
    } else {
      targets.add(target);
    }
  }

  #enumerant(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const name = located(cursor.expect("identifier", "an enumerant's name"));
    const ordinal = this.#ordinal(cursor);
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "enumerant", name, ordinal, annotations, docComment, members, start, end };
  }

  #structMember(cursor: TokenCursor, frame: Frame): Declaration {
    const { docComment, members, start, end } = frame;
    const first = cursor.expect("identifier", "a field");
    if (first.text === "union" && cursor.isAtEnd) {
      const name = { text: "", start: first.start, end: first.end };
      return { kind: "union", name, ordinal: undefined, annotations: [], docComment, members, start, end };
    }
    const name = located(first);
    const ordinal = cursor.isOperator("@") ? this.#ordinal(cursor) : undefined;
    const marked = ordinal !== undefined && cursor.takeOperator("!");
    const colon = cursor.takeOperator(":");
    // `field @0 :union` cannot be told from a union; a type may not be called that, so it is one.
    if ((colon || ordinal !== undefined) && cursor.takeKeyword("union")) {
      if (ordinal !== undefined) this.#checkOldUnion(ordinal, marked, colon);
      const annotations = this.#expressions.annotations(cursor);
      return { kind: "union", name, ordinal, annotations, docComment, members, start, end };
    }
    if (ordinal === undefined) {
      if (colon && cursor.takeKeyword("group")) {
        const annotations = this.#expressions.annotations(cursor);
        return { kind: "group", name, annotations, docComment, members, start, end };
      }
      return cursor.fail(
        colon
          ? "Expected 'union' or 'group' (a field needs an ordinal such as '@0')"
          : "Expected an ordinal such as '@0'",
      );
    }
    if (!colon) cursor.fail("Expected ':' before the type");
    return this.#field(cursor, frame, name, ordinal);
  }

  #field(cursor: TokenCursor, frame: Frame, name: LocatedText, ordinal: LocatedInteger): Declaration {
    const { docComment, members, start, end } = frame;
    const type = this.#expressions.expression(cursor);
    const defaultValue = cursor.takeOperator("=") ? this.#expressions.expression(cursor) : undefined;
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "field", name, ordinal, type, defaultValue, annotations, docComment, members, start, end };
  }

  /** Unions had ordinals before Cap'n Proto 0.3; since then only with a '!' that says it is meant. */
  #checkOldUnion(ordinal: LocatedInteger, marked: boolean, colon: boolean): void {
    if (!marked) {
      const message = `Unions need no ordinal. Keep an old one, which fixes where the tag is, as '@${ordinal.value}!'; else leave it out.`;
      this.#error("obsolete-syntax", ordinal, message);
    }
    if (!colon) this.#error("obsolete-syntax", ordinal, "A named union is written with a colon: 'name :union {…}'.");
  }

  #method(cursor: TokenCursor, { docComment, members, start, end }: Frame): Declaration {
    const name = located(cursor.expect("identifier", "a method's name"));
    const ordinal = this.#ordinal(cursor);
    const parameters = this.#names(cursor, "bracketed");
    const params = parseParamList(cursor, this.#expressions);
    const results = cursor.takeOperator("->") ? parseParamList(cursor, this.#expressions) : undefined;
    const annotations = this.#expressions.annotations(cursor);
    return { kind: "method", name, ordinal, parameters, params, results, annotations, docComment, members, start, end };
  }

  /** `keyword Name [@id]`. */
  #header(cursor: TokenCursor): { name: LocatedText; id: LocatedInteger | undefined } {
    cursor.next();
    const name = located(cursor.expect("identifier", "a name"));
    return { name, id: cursor.isOperator("@") ? this.#id(cursor) : undefined };
  }

  #names(cursor: TokenCursor, kind: "parenthesized" | "bracketed"): LocatedText[] {
    const list = cursor.take(kind);
    if (list === undefined) return [];
    const names = this.#expressions.items(list, (inner) =>
      located(inner.expect("identifier", "a type parameter's name")),
    );
    return names.filter((name) => name !== undefined);
  }

  #id(cursor: TokenCursor): LocatedInteger {
    cursor.expectOperator("@", "the id");
    const { value, start, end } = cursor.expect("integer", "a number after '@'");
    if (value < MIN_ID) {
      const message = "An id is a random 64-bit number with its highest bit set. `capwire id` makes one up.";
      this.#error("invalid-id", { start, end }, message);
    }
    return { value, start, end };
  }

  #ordinal(cursor: TokenCursor): LocatedInteger {
    cursor.expectOperator("@", "the ordinal");
    const ordinal = cursor.expect("integer", "a number after '@'");
    if (ordinal.value > MAX_ORDINAL) this.#error("invalid-ordinal", ordinal, "Ordinals go up to 65535.");
    return ordinal;
  }

  #error(kind: DiagnosticKind, span: Span, message: string): void {
    this.#sink.error(kind, this.#source, span, message);
  }
}
