/**
 * What the lexer makes of a file: statements, each a run of tokens ended by `;` or by a block of further statements. Because
 * brackets and blocks are already matched here, a mistake inside one statement cannot spoil the next.
 */

import type { Span } from "./source.js";

export type Token = Span &
  (
    | { readonly kind: "identifier"; readonly text: string }
    | { readonly kind: "string"; readonly bytes: Uint8Array }
    | { readonly kind: "data"; readonly bytes: Uint8Array }
    | { readonly kind: "integer"; readonly value: bigint }
    | { readonly kind: "float"; readonly value: number }
    | { readonly kind: "operator"; readonly text: string }
    | { readonly kind: "parenthesized"; readonly items: readonly TokenList[] }
    | { readonly kind: "bracketed"; readonly items: readonly TokenList[] }
  );

export type TokenOf<K extends Token["kind"]> = Extract<Token, { kind: K }>;

/** One comma-separated item of a bracket. */
export interface TokenList extends Span {
  readonly tokens: readonly Token[];
}

export interface Statement extends Span {
  readonly tokens: readonly Token[];
  /** The statements between braces, if the statement ends with a block. */
  readonly block: readonly Statement[] | undefined;
  /** The comment that belongs to the statement: each line ends with a line feed. */
  readonly docComment: string | undefined;
}

/** How a token is called in a message. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case "identifier":
    case "operator":
      return `'${token.text}'`;
    case "string":
      return "a string";
    case "data":
      return "a data literal";
    case "integer":
      return `'${token.value}'`;
    case "float":
      return "a number";
    case "parenthesized":
      return "'('";
    case "bracketed":
      return "'['";
  }
}
