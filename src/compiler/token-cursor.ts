/**
 * A position in a run of tokens, with the few questions a recursive-descent parser asks. `expect…` throws `SyntaxFault` when the
 * answer is no; the parser catches it at the statement or list item it belongs to, so it never leaves the compiler.
 */

import type { Span } from "./source.js";
import { describeToken, type Token, type TokenList, type TokenOf } from "./token.js";

/** Control flow inside the parser; not an error a caller can see. */
export class SyntaxFault {
  readonly span: Span;
  readonly message: string;

  constructor(span: Span, message: string) {
    this.span = span;
    this.message = message;
  }
}

export class TokenCursor {
  readonly #list: TokenList;
  #index = 0;

  constructor(list: TokenList) {
    this.#list = list;
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#list.tokens.length;
  }

  /** Where the next token starts; at the end, where the last one ends. */
  get start(): number {
    return this.peek()?.start ?? this.lastEnd;
  }

  /** Where the token before this position ends. */
  get lastEnd(): number {
    return this.#list.tokens[this.#index - 1]?.end ?? this.#list.start;
  }

  peek(ahead = 0): Token | undefined {
    return this.#list.tokens[this.#index + ahead];
  }

  next(): Token | undefined {
    return this.#list.tokens[this.#index++];
  }

  isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "operator" && token.text === text;
  }

  isKeyword(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "identifier" && token.text === text;
  }

  /** Steps over the operator if it is there. */
  takeOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.#index++;
    return true;
  }

  takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.#index++;
    return true;
  }

  take<K extends Token["kind"]>(kind: K): TokenOf<K> | undefined {
    const token = this.peek();
    if (token?.kind !== kind) return undefined;
    this.#index++;
    return token as TokenOf<K>;
  }

  expect<K extends Token["kind"]>(kind: K, what: string): TokenOf<K> {
    return this.take(kind) ?? this.fail(`Expected ${what}`);
  }

  expectOperator(text: string, before: string): void {
    if (!this.takeOperator(text)) this.fail(`Expected '${text}' before ${before}`);
  }

  /** Gives up on what is being parsed; the message is completed with what was found instead. */
  fail(message: string): never {
    const token = this.peek();
    if (token === undefined) throw new SyntaxFault({ start: this.lastEnd, end: this.lastEnd }, `${message}.`);
    throw new SyntaxFault(token, `${message}, not ${describeToken(token)}.`);
  }
}
