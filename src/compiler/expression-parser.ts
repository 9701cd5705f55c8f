/**
 * Tokens → expressions and annotations. Types and values share one grammar: a base (literal, list, tuple, name, import, embed)
 * followed by any number of `.member` and `(arguments)`.
 */

import type { AnnotationUse, Expression, LocatedText, TupleItem } from "./ast.js";
import type { DiagnosticSink } from "./diagnostic.js";
import type { SourceFile } from "./source.js";
import type { Token, TokenList, TokenOf } from "./token.js";
import { SyntaxFault, TokenCursor } from "./token-cursor.js";

/** `a.b.c…` and `F(A)(B)…` become trees this deep at most. */
const MAX_SUFFIXES = 100;

const NO_ANNOTATIONS: readonly AnnotationUse[] = [];

export class ExpressionParser {
  readonly source: SourceFile;
  readonly sink: DiagnosticSink;

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.source = source;
    this.sink = sink;
  }

  expression(cursor: TokenCursor): Expression {
    let result = this.#base(cursor);
    for (let suffixes = 0; ; suffixes++) {
      if (suffixes > MAX_SUFFIXES) cursor.fail(`An expression with more than ${MAX_SUFFIXES} parts is not supported`);
      const token = cursor.peek();
      if (cursor.isOperator(".")) {
        cursor.next();
        const name = cursor.expect("identifier", "a name after '.'");
        result = { kind: "member", parent: result, name: located(name), start: result.start, end: name.end };
      } else if (token?.kind === "parenthesized") {
        cursor.next();
        result = {
          kind: "application",
          callee: result,
          items: this.#tuple(token),
          start: result.start,
          end: token.end,
        };
      } else {
        return result;
      }
    }
  }

  /** `$name` or `$name(value)`, as many as follow. */
  annotations(cursor: TokenCursor): readonly AnnotationUse[] {
    if (!cursor.isOperator("$")) return NO_ANNOTATIONS;
    const uses: AnnotationUse[] = [];
    while (cursor.takeOperator("$")) {
      const expression = this.expression(cursor);
      // The value was read as if it were type arguments; take it apart again.
      if (expression.kind === "application") {
        const { callee, items, start, end } = expression;
        uses.push({ name: callee, value: single(items) ?? { kind: "tuple", items, start, end } });
      } else {
        uses.push({ name: expression, value: undefined });
      }
    }
    return uses;
  }

  /** Parses each item of a bracket with `parse`; an item that fails is reported and yields undefined. */
  items<T>(bracket: TokenOf<"parenthesized" | "bracketed">, parse: (cursor: TokenCursor) => T): (T | undefined)[] {
    return bracket.items.map((list) => this.#item(list, parse));
  }

  #item<T>(list: TokenList, parse: (cursor: TokenCursor) => T): T | undefined {
    if (list.tokens.length === 0) {
      this.sink.error("empty-item", this.source, list, "There is nothing between the commas here.");
      return undefined;
    }
    try {
      const cursor = new TokenCursor(list);
      const result = parse(cursor);
      if (!cursor.isAtEnd) cursor.fail("Expected ',' or the end of the list");
      return result;
    } catch (fault) {
      this.fault(fault);
      return undefined;
    }
  }

  /** Reports a syntax fault; anything else that was thrown goes on up. */
  fault(fault: unknown): void {
    if (!(fault instanceof SyntaxFault)) throw fault;
    this.sink.error("syntax", this.source, fault.span, fault.message);
  }

  #base(cursor: TokenCursor): Expression {
    const token = cursor.peek();
    switch (token?.kind) {
      case "integer":
        cursor.next();
        return { kind: "integer", magnitude: token.value, negative: false, start: token.start, end: token.end };
      case "float":
        cursor.next();
        return { kind: "float", value: token.value, start: token.start, end: token.end };
      case "string":
        return this.#string(cursor);
      case "data":
        cursor.next();
        return { kind: "data", bytes: token.bytes, start: token.start, end: token.end };
      case "bracketed":
        cursor.next();
        return this.#list(token);
      case "parenthesized": {
        cursor.next();
        const items = this.#tuple(token);
        return single(items) ?? { kind: "tuple", items, start: token.start, end: token.end };
      }
      case "operator":
        if (token.text === "-") return this.#negative(cursor, token);
        if (token.text === ".") return this.#absoluteName(cursor, token);
        break;
      case "identifier":
        return this.#name(cursor, token);
    }
    return cursor.fail("Expected a type or value");
  }

  #string(cursor: TokenCursor): Expression {
    const parts: TokenOf<"string">[] = [];
    for (let part = cursor.take("string"); part !== undefined; part = cursor.take("string")) parts.push(part);
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.bytes.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part.bytes, at);
      at += part.bytes.length;
    }
    return { kind: "string", bytes, start: parts[0]?.start ?? cursor.start, end: cursor.lastEnd };
  }

  #list(token: TokenOf<"bracketed">): Expression {
    const items = token.items.map((list, index): Expression => {
      const value = this.#item(list, (cursor) => this.expression(cursor));
      return value ?? { kind: "unknown", start: token.items[index]?.start ?? 0, end: list.end };
    });
    return { kind: "list", items, start: token.start, end: token.end };
  }

  #tuple(token: TokenOf<"parenthesized">): TupleItem[] {
    return token.items.map((list): TupleItem => {
      const item = this.#item(list, (cursor): TupleItem => {
        if (cursor.peek()?.kind === "identifier" && cursor.isOperator("=", 1)) {
          const name = located(cursor.expect("identifier", "a name"));
          cursor.next();
          return { name, value: this.expression(cursor) };
        }
        return { name: undefined, value: this.expression(cursor) };
      });
      return item ?? { name: undefined, value: { kind: "unknown", start: list.start, end: list.end } };
    });
  }

  #negative(cursor: TokenCursor, minus: Token): Expression {
    cursor.next();
    const token = cursor.peek();
    const start = minus.start;
    if (token?.kind === "integer") {
      cursor.next();
      return { kind: "integer", magnitude: token.value, negative: true, start, end: token.end };
    }
    if (token?.kind === "float") {
      cursor.next();
      return { kind: "float", value: -token.value, start, end: token.end };
    }
    if (cursor.takeKeyword("inf")) return { kind: "float", value: -Infinity, start, end: cursor.lastEnd };
    return cursor.fail("Expected a number after '-'");
  }

  #absoluteName(cursor: TokenCursor, dot: Token): Expression {
    cursor.next();
    const name = located(cursor.expect("identifier", "a name after '.'"));
    return { kind: "name", name, absolute: true, start: dot.start, end: name.end };
  }

  #name(cursor: TokenCursor, token: TokenOf<"identifier">): Expression {
    cursor.next();
    if (token.text === "import" || token.text === "embed") {
      const file = cursor.take("string");
      if (file !== undefined) {
        const path = { text: new TextDecoder().decode(file.bytes), start: file.start, end: file.end };
        return { kind: token.text, path, start: token.start, end: file.end };
      }
    }
    return { kind: "name", name: located(token), absolute: false, start: token.start, end: token.end };
  }
}

/** A name is its token: it has all that a LocatedText has. */
export function located(token: TokenOf<"identifier">): LocatedText {
  return token;
}

/** `(value)` is just `value`. */
function single(items: readonly TupleItem[]): Expression | undefined {
  const [item] = items;
  return items.length === 1 && item?.name === undefined ? item?.value : undefined;
}
