/** The literals of the text format: numbers as C writes them, strings with C's escapes, lines after a backtick, bytes in hexadecimal. */

import { TextError } from "./errors.js";
import type { Expression } from "./expression.js";

type ExpressionOf<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

interface Taken<E extends Expression> {
  readonly expression: E;
  readonly end: number;
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const ESCAPES: ReadonlyMap<number, number> = /*@__PURE__*/ new Map(
  Object.entries({ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "'": 39, '"': 34, "\\": 92, "?": 63 }).map(
    ([letter, byte]) => [letter.charCodeAt(0), byte],
  ),
);

/** Integers longer than this are beyond every type. */
const MAX_DIGITS = 64;

export class Literals {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A number, without a sign. Leading zeros make it octal, `0x` hexadecimal. */
  number(at: number): Taken<ExpressionOf<"integer"> | ExpressionOf<"float">> {
    let end = at;
    while (isNumberPart(this.#bytes[end]) || this.#isExponentSign(at, end)) end++;
    const text = String.fromCharCode(...this.#bytes.subarray(at, Math.min(end, at + 2000)));
    if (text.length < end - at) throw this.#error(at, "this number is too long");
    if (/^(?:0x[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(text)) {
      if (text.length > MAX_DIGITS) throw this.#error(at, "this number is too long");
      const magnitude = BigInt(/^0[0-7]/.test(text) ? `0o${text}` : text);
      return { expression: { kind: "integer", at, magnitude, isNegative: false }, end };
    }
    const isFloat = /^[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$/.test(text);
    // `09` begins as octal and has no end as such.
    if (!isFloat || /^0[0-7]*[89]/.test(text)) throw this.#error(at, "this is no number");
    return { expression: { kind: "float", at, value: Number(text) }, end };
  }

  /** A sign belongs to the number only in an exponent. */
  #isExponentSign(start: number, at: number): boolean {
    const sign = this.#bytes[at];
    if ((sign !== 0x2b && sign !== 0x2d) || at === start) return false;
    const isHexadecimal = this.#bytes[start + 1] === 0x78;
    return !isHexadecimal && (this.#bytes[at - 1]! | 0x20) === 0x65;
  }

  /** Whether `0x"` stands here. */
  isData(at: number): boolean {
    return this.#bytes[at] === 0x30 && this.#bytes[at + 1] === 0x78 && this.#bytes[at + 2] === QUOTE;
  }

  /** Pairs of hexadecimal digits with space between them. */
  data(at: number): Taken<ExpressionOf<"data">> {
    const close = this.#bytes.indexOf(QUOTE, at + 3);
    if (close < 0) throw this.#error(at, "this data literal is never closed");
    const bytes = new Uint8Array((close - at - 3) >>> 1);
    let count = 0;
    for (let from = at + 3; from < close; ) {
      if (isSpace(this.#bytes[from]!)) {
        from++;
        continue;
      }
      const high = hexDigit(this.#bytes[from]);
      const low = hexDigit(this.#bytes[from + 1]);
      if (high < 0 || low < 0) throw this.#error(from, "expected two hexadecimal digits");
      bytes[count++] = high * 16 + low;
      from += 2;
    }
    return { expression: { kind: "data", at, bytes: bytes.subarray(0, count) }, end: close + 1 };
  }

  /** A string in quotes, on one line. */
  quoted(at: number): { bytes: Uint8Array; end: number } {
    const out: number[] = [];
    let from = at + 1;
    for (;;) {
      const byte = this.#bytes[from];
      if (byte === QUOTE) return { bytes: Uint8Array.from(out), end: from + 1 };
      if (byte === undefined || byte === LINE_FEED) throw this.#error(at, "this string is never closed");
      if (byte === BACKSLASH) {
        const { value, end } = this.#escape(from);
        out.push(value);
        from = end;
      } else {
        out.push(byte);
        from++;
      }
    }
  }

  #escape(at: number): { value: number; end: number } {
    const letter = this.#bytes[at + 1] ?? 0;
    const named = ESCAPES.get(letter);
    if (named !== undefined) return { value: named, end: at + 2 };
    if (letter === 0x78) {
      const high = hexDigit(this.#bytes[at + 2]);
      const low = hexDigit(this.#bytes[at + 3]);
      if (high < 0 || low < 0) throw this.#error(at, "two hexadecimal digits must follow '\\x'");
      return { value: high * 16 + low, end: at + 4 };
    }
    let value = 0;
    let end = at + 1;
    while (end < at + 4 && isOctal(this.#bytes[end])) value = value * 8 + this.#bytes[end++]! - 0x30;
    if (end === at + 1) throw this.#error(at, "there is no such escape");
    return { value: value & 0xff, end };
  }

  /** Everything from a backtick to the end of its line, which becomes a line feed. */
  line(at: number): { bytes: Uint8Array; end: number } {
    const lineFeed = this.#bytes.indexOf(LINE_FEED, at);
    const end = lineFeed < 0 ? this.#bytes.length : lineFeed;
    const text = this.#bytes.subarray(at + 1, this.#bytes[end - 1] === 0x0d && end - 1 > at ? end - 1 : end);
    const bytes = new Uint8Array(text.length + 1);
    bytes.set(text);
    bytes[text.length] = LINE_FEED;
    return { bytes, end: Math.min(end + 1, this.#bytes.length) };
  }

  #error(at: number, message: string): TextError {
    return new TextError("syntax", message, this.#bytes, at);
  }
}

export function isNameStart(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f);
}

/** Digits, letters, underscores and points: what may not stand behind a number, and what one is made of. */
function isNumberPart(byte: number | undefined): boolean {
  return isNameStart(byte) || byte === 0x2e || (byte !== undefined && byte >= 0x30 && byte <= 0x39);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function isOctal(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
