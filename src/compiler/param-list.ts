/** The parameters and results of methods: `(name :Type, …)`, a single type in place of such a list, or `stream`. */

import type { Param, ParamList } from "./ast.js";
import { type ExpressionParser, located } from "./expression-parser.js";
import type { TokenCursor } from "./token-cursor.js";

export function parseParamList(cursor: TokenCursor, expressions: ExpressionParser): ParamList {
  const token = cursor.peek();
  if (token?.kind === "parenthesized") {
    cursor.next();
    const params = expressions
      .items(token, (inner) => parseParam(inner, expressions))
      .filter((param) => param !== undefined);
    return { kind: "named", params, start: token.start, end: token.end };
  }
  const next = cursor.peek(1);
  const standsAlone = next?.kind !== "parenthesized" && !cursor.isOperator(".", 1);
  if (token !== undefined && cursor.isKeyword("stream") && standsAlone) {
    cursor.next();
    return { kind: "stream", start: token.start, end: token.end };
  }
  const type = expressions.expression(cursor);
  return { kind: "type", type, start: type.start, end: type.end };
}

function parseParam(cursor: TokenCursor, expressions: ExpressionParser): Param {
  const name = located(cursor.expect("identifier", "a parameter's name"));
  cursor.expectOperator(":", "the type");
  const type = expressions.expression(cursor);
  const defaultValue = cursor.takeOperator("=") ? expressions.expression(cursor) : undefined;
  const annotations = expressions.annotations(cursor);
  return { name, type, defaultValue, annotations, start: name.start, end: cursor.lastEnd };
}
