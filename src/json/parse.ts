/**
 * Text → JsonValue. RFC 8259 to the letter: no comments, trailing commas, control characters in strings or digits missing after a
 * point, and strings must be Unicode: escaped surrogates come in pairs. A byte order mark in front is passed over.
 */

import { JsonError, type JsonErrorCode, lineAndColumn } from "./errors.js";
import { JSON_FALSE, JSON_NULL, JSON_TRUE, type JsonMember, type JsonValue } from "./value.js";

export interface JsonParseOptions {
  /** How deep arrays and objects may nest. Default 64, as in C++; at most 400, for the stack's sake. */
  readonly maxNesting?: number;
}

const DEFAULT_MAX_NESTING = 64;
const MOST_NESTING = 400;

/** Parses one JSON value and nothing behind it. Throws JsonError. */
export function parseJson(source: string | Uint8Array, options: JsonParseOptions = {}): JsonValue {
  const parser = new Parser(jsonText(source), options);
  const value = parser.next();
  if (value === undefined) throw parser.premature();
  parser.finish();
  return value;
}

/** Parses JSON values one behind the other, separated by nothing or by space. Throws JsonError. */
export function* parseJsonSequence(
  source: string | Uint8Array,
  options: JsonParseOptions = {},
): IterableIterator<JsonValue> {
  const parser = new Parser(jsonText(source), options);
  for (let value = parser.next(); value !== undefined; value = parser.next()) yield value;
}

/** The text that bytes hold. Throws JsonError "unicode". */
export function jsonText(source: string | Uint8Array): string {
  if (typeof source === "string") return source;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(source);
  } catch {
    throw new JsonError("unicode", "the JSON is not valid UTF-8");
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Ordinary characters of a string, in bulk. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what ends the run
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ESCAPES: { readonly [letter: string]: string | undefined } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Parser {
  readonly #text: string;
  readonly #maxNesting: number;
  #at: number;
  #nesting = 0;

  constructor(text: string, { maxNesting = DEFAULT_MAX_NESTING }: JsonParseOptions) {
    this.#text = text;
    this.#maxNesting = Math.min(maxNesting, MOST_NESTING);
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The next value; undefined if only space is left. */
  next(): JsonValue | undefined {
    this.#skipSpace();
    return this.#at === this.#text.length ? undefined : this.#value();
  }

  /** Throws if anything but space is left. */
  finish(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected("the end");
  }

  premature(): JsonError {
    return this.#error("syntax", this.#text.length, "the JSON ends too early");
  }

  #value(): JsonValue {
    switch (this.#text[this.#at]) {
      case '"':
        return { kind: "string", at: this.#at, value: this.#string() };
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case "n":
        return this.#word("null", JSON_NULL);
      case "t":
        return this.#word("true", JSON_TRUE);
      case "f":
        return this.#word("false", JSON_FALSE);
      default:
        return this.#number();
    }
  }

  #word(word: string, value: JsonValue): JsonValue {
    const at = this.#at;
    if (!this.#text.startsWith(word, at)) throw this.#unexpected("a value");
    this.#at += word.length;
    return { ...value, at };
  }

  #number(): JsonValue {
    const at = this.#at;
    NUMBER.lastIndex = at;
    const text = NUMBER.exec(this.#text)?.[0];
    if (text === undefined) throw this.#unexpected("a value");
    this.#at += text.length;
    // `01`, `1.` and `1.e5` match in part.
    if (/[0-9.eE+-]/.test(this.#text[this.#at] ?? "")) throw this.#error("syntax", at, "this is no number");
    return { kind: "number", at, text };
  }

  #array(): JsonValue {
    const at = this.#open();
    const items: JsonValue[] = [];
    while (!this.#closes("]", items.length)) items.push(this.#value());
    return { kind: "array", at, items };
  }

  #object(): JsonValue {
    const at = this.#open();
    const members: JsonMember[] = [];
    while (!this.#closes("}", members.length)) {
      if (this.#text[this.#at] !== '"') throw this.#unexpected("a name in quotes");
      const name = this.#string();
      this.#skipSpace();
      this.#expect(":");
      this.#skipSpace();
      members.push({ name, value: this.#value() });
    }
    return { kind: "object", at, members };
  }

  #open(): number {
    if (++this.#nesting > this.#maxNesting) {
      throw this.#error("nesting-too-deep", this.#at, `arrays and objects nest more than ${this.#maxNesting} deep`);
    }
    return this.#at++;
  }

  /** Whether the bracket closes here; if not, stands at the next item, behind its comma. */
  #closes(bracket: string, count: number): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === bracket) {
      this.#at++;
      this.#nesting--;
      return true;
    }
    if (count > 0) {
      if (this.#text[this.#at] !== ",") throw this.#unexpected(`',' or '${bracket}'`);
      this.#at++;
      this.#skipSpace();
    }
    return false;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected(`'${character}'`);
    this.#at++;
  }

  #string(): string {
    const start = this.#at++;
    let value = "";
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const run = PLAIN.exec(this.#text)![0];
      value += run;
      this.#at += run.length;
      const stop = this.#text[this.#at];
      if (stop === '"') break;
      if (stop === undefined) throw this.premature();
      if (stop !== "\\") throw this.#error("syntax", this.#at, "a control character in a string must be escaped");
      value += this.#escape();
    }
    this.#at++;
    if (LONE_SURROGATE.test(value)) {
      throw this.#error("unicode", start, "this string holds half of a surrogate pair, which is no character");
    }
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1];
    if (letter === undefined) throw this.premature();
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
        throw this.#error("syntax", this.#at, "four hexadecimal digits must follow '\\u'");
      }
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = ESCAPES[letter];
    if (character === undefined) throw this.#error("syntax", this.#at, "JSON has no such escape");
    this.#at += 2;
    return character;
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at++;
    }
  }

  #unexpected(wanted: string): JsonError {
    const found = this.#text.codePointAt(this.#at);
    if (found === undefined) return this.premature();
    return this.#error("syntax", this.#at, `expected ${wanted}, not ${JSON.stringify(String.fromCodePoint(found))}`);
  }

  #error(code: JsonErrorCode, offset: number, message: string): JsonError {
    return new JsonError(code, message, lineAndColumn(this.#text, offset));
  }
}
