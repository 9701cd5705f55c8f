/**
 * Text → expressions. The value grammar of schema files, comments included: `(name = value, …)`, `[…]`, strings that concatenate,
 * `0x"…"`, numbers, names. Text is read as UTF-8 bytes, since its strings may say any bytes.
 */

import { TextError, type TextErrorCode } from "./errors.js";
import type { Expression, TupleItem } from "./expression.js";
import { isNameStart, Literals } from "./literal.js";

const DEFAULT_MAX_NESTING = 500;
const MOST_NESTING = 1000;

const EQUALS = 0x3d;
const COMMA = 0x2c;
const MINUS = 0x2d;
const HASH = 0x23;
const OPEN_PARENTHESIS = 0x28;
const CLOSE_PARENTHESIS = 0x29;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKTICK = 0x60;
const LINE_FEED = 0x0a;

/** The bytes of a source. */
export function textBytes(source: string | Uint8Array): Uint8Array {
  return typeof source === "string" ? new TextEncoder().encode(source) : source;
}

export class ExpressionParser {
  readonly #bytes: Uint8Array;
  readonly #literals: Literals;
  readonly #maxNesting: number;
  #at = 0;
  #nesting = 0;

  constructor(bytes: Uint8Array, options: { readonly maxNesting?: number } = {}) {
    this.#bytes = bytes;
    this.#literals = new Literals(bytes);
    this.#maxNesting = Math.min(options.maxNesting ?? DEFAULT_MAX_NESTING, MOST_NESTING);
  }

  /** The next expression; undefined if only space and comments are left. Throws TextError. */
  next(): Expression | undefined {
    this.#skipSpace();
    return this.#at === this.#bytes.length ? undefined : this.#expression();
  }

  /** Throws if anything but space and comments is left. */
  finish(): void {
    this.#skipSpace();
    if (this.#at < this.#bytes.length) throw this.#error("syntax", "there is more behind the value");
  }

  #expression(): Expression {
    const at = this.#at;
    const byte = this.#bytes[at];
    if (byte === OPEN_PARENTHESIS) return this.#tuple();
    if (byte === OPEN_BRACKET) return this.#list();
    if (byte === QUOTE || byte === BACKTICK) return this.#string();
    if (byte === MINUS) return this.#negative();
    if (this.#literals.isData(at)) return this.#took(this.#literals.data(at));
    if (isDigit(byte)) return this.#took(this.#literals.number(at));
    if (isNameStart(byte)) return { kind: "name", at, name: this.#name() };
    throw this.#error("syntax", byte === undefined ? "the text ends too early" : "expected a value");
  }

  #took<E extends Expression>({ expression, end }: { expression: E; end: number }): E {
    this.#at = end;
    return expression;
  }

  #negative(): Expression {
    const at = this.#at++;
    this.#skipSpace();
    if (isDigit(this.#bytes[this.#at])) {
      const number = this.#took(this.#literals.number(this.#at));
      return number.kind === "integer" ? { ...number, at, isNegative: true } : { ...number, at, value: -number.value };
    }
    const start = this.#at;
    if (isNameStart(this.#bytes[start]) && this.#name() === "inf") return { kind: "float", at, value: -Infinity };
    this.#at = start;
    throw this.#error("syntax", "expected a number after '-'");
  }

  /** Strings one behind the other are one. */
  #string(): Expression {
    const at = this.#at;
    const parts: Uint8Array[] = [];
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== QUOTE && byte !== BACKTICK) break;
      const { bytes, end } = byte === QUOTE ? this.#literals.quoted(this.#at) : this.#literals.line(this.#at);
      parts.push(bytes);
      this.#at = end;
      this.#skipSpace();
    }
    if (parts.length === 1) return { kind: "string", at, bytes: parts[0]! };
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return { kind: "string", at, bytes: whole };
  }

  #list(): Expression {
    const at = this.#open();
    const items: Expression[] = [];
    while (!this.#closes(CLOSE_BRACKET, items.length)) items.push(this.#expression());
    return { kind: "list", at, items };
  }

  #tuple(): Expression {
    const at = this.#open();
    const items: TupleItem[] = [];
    while (!this.#closes(CLOSE_PARENTHESIS, items.length)) items.push(this.#tupleItem());
    const [only] = items;
    // `(value)` is just the value.
    return items.length === 1 && only!.name === undefined ? only!.value : { kind: "tuple", at, items };
  }

  #tupleItem(): TupleItem {
    const at = this.#at;
    if (!isNameStart(this.#bytes[at])) return { at, name: undefined, value: this.#expression() };
    const name = this.#name();
    this.#skipSpace();
    if (this.#bytes[this.#at] !== EQUALS) return { at, name: undefined, value: { kind: "name", at, name } };
    this.#at++;
    this.#skipSpace();
    return { at, name, value: this.#expression() };
  }

  #name(): string {
    const start = this.#at;
    while (isNameStart(this.#bytes[this.#at]) || isDigit(this.#bytes[this.#at])) this.#at++;
    return String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.#at, start + 1000)));
  }

  #open(): number {
    if (++this.#nesting > this.#maxNesting) {
      throw this.#error("nesting-too-deep", `brackets nest more than ${this.#maxNesting} deep`);
    }
    return this.#at++;
  }

  /** Whether the bracket closes here, a comma before it allowed; if not, stands at the next item. */
  #closes(bracket: number, count: number): boolean {
    this.#skipSpace();
    if (count > 0 && this.#bytes[this.#at] !== bracket) {
      if (this.#bytes[this.#at] !== COMMA) {
        throw this.#error("syntax", `expected ',' or '${String.fromCharCode(bracket)}'`);
      }
      this.#at++;
      this.#skipSpace();
    }
    if (this.#bytes[this.#at] !== bracket) return false;
    this.#at++;
    this.#nesting--;
    return true;
  }

  /** Space, comments and byte order marks. */
  #skipSpace(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)) this.#at++;
      else if (byte === HASH) this.#skipLine();
      else if (byte === 0xef && bytes[this.#at + 1] === 0xbb && bytes[this.#at + 2] === 0xbf) this.#at += 3;
      else return;
    }
  }

  #skipLine(): void {
    const end = this.#bytes.indexOf(LINE_FEED, this.#at);
    this.#at = end < 0 ? this.#bytes.length : end + 1;
  }

  #error(code: TextErrorCode, message: string): TextError {
    return new TextError(code, message, this.#bytes, this.#at);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
