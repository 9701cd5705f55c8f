/**
 * The literals whose spelling takes more than a glance: numbers, quoted strings, backtick lines and `0x"…"` data. Each function
 * reads from a position in the bytes and says where the literal ends and what was wrong with it; it reports nothing itself.
 */

import type { DiagnosticKind } from "./diagnostic.js";
import type { Span } from "./source.js";

/** A mistake inside a literal, relative to the whole file. */
export interface LiteralFault extends Span {
  readonly kind: DiagnosticKind;
  readonly message: string;
}

export interface BytesLiteral {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly faults: readonly LiteralFault[];
}

export type NumberLiteral = {
  readonly end: number;
  readonly fault?: LiteralFault;
} & ({ readonly kind: "integer"; readonly value: bigint } | { readonly kind: "float"; readonly value: number });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;
const CR = 0x0d;
const LOWER_X = 0x78;

const MAX_UINT64 = (1n << 64n) - 1n;

/** What a backslash and one letter stand for. */
const SIMPLE_ESCAPES = new Map<number, number>(
  [
    ["a", 0x07],
    ["b", 0x08],
    ["f", 0x0c],
    ["n", LF],
    ["r", CR],
    ["t", 0x09],
    ["v", 0x0b],
    ["'", 0x27],
    ['"', QUOTE],
    ["\\", BACKSLASH],
    ["?", 0x3f],
  ].map(([letter, code]) => [(letter as string).charCodeAt(0), code as number]),
);

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** The value of a hexadecimal digit, or -1. */
function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** Anything that may not directly follow a number: letters, digits, `_` and `.`. */
function continuesNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || byte === 0x2e;
}

/** Reads a number that starts with the digit at `start`. */
export function readNumber(bytes: Uint8Array, start: number): NumberLiteral {
  return readShortDecimal(bytes, start) ?? readAnyNumber(bytes, start);
}

/** What most numbers are, ordinals above all: an integer of up to nine digits, the first of which is 0 only if it stands alone. */
function readShortDecimal(bytes: Uint8Array, start: number): NumberLiteral | undefined {
  let end = start;
  let value = 0;
  while (end < start + 9 && isDigit(bytes[end])) value = value * 10 + (bytes[end++] as number) - 0x30;
  if (continuesNumber(bytes[end]) || (bytes[start] === 0x30 && end > start + 1)) return undefined;
  return { kind: "integer", value: BigInt(value), end };
}

function readAnyNumber(bytes: Uint8Array, start: number): NumberLiteral {
  let end = start;
  while (continuesNumber(bytes[end]) || (isSign(bytes[end]) && isExponentMark(bytes, start, end - 1))) end++;
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 4096)));
  const fault = (kind: DiagnosticKind, message: string): NumberLiteral => ({
    kind: "integer",
    value: 0n,
    end,
    fault: { kind, message, start, end },
  });
  if (/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(text)) {
    const octal = text.length > 1 && /^0[0-7]+$/.test(text);
    const value = BigInt(octal ? `0o${text.slice(1)}` : text);
    if (value > MAX_UINT64 || end - start > text.length) {
      return fault("integer-overflow", `The integer '${text.slice(0, 40)}' does not fit in 64 bits.`);
    }
    return { kind: "integer", value, end };
  }
  if (/^[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$/.test(text) && !/^0[0-9]+$/.test(text)) {
    return { kind: "float", value: Number(text), end };
  }
  if (/^0[0-9]+$/.test(text))
    return fault("invalid-number", `'${text}' starts with 0 and so is octal, but has a digit above 7.`);
  return fault("invalid-number", `'${text.slice(0, 40)}' is not a number.`);
}

function isSign(byte: number | undefined): boolean {
  return byte === 0x2b || byte === 0x2d;
}

/** Whether the byte at `at` is the `e` of a decimal number that began at `start`. */
function isExponentMark(bytes: Uint8Array, start: number, at: number): boolean {
  if (at <= start || ((bytes[at] as number) | 0x20) !== 0x65) return false;
  for (let i = start; i < at; i++) if (!isDigit(bytes[i]) && bytes[i] !== 0x2e) return false;
  return true;
}

/** Reads a string whose opening quote is at `start`. It may not go past the end of its line. */
export function readQuotedString(bytes: Uint8Array, start: number): BytesLiteral {
  const out: number[] = [];
  const faults: LiteralFault[] = [];
  let at = start + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte === LF || byte === CR) {
      faults.push({
        kind: "unterminated-string",
        message: "This string has no closing quote on its line.",
        start,
        end: at,
      });
      return { bytes: Uint8Array.from(out), end: at, faults };
    }
    if (byte === QUOTE) return { bytes: Uint8Array.from(out), end: at + 1, faults };
    if (byte !== BACKSLASH) {
      out.push(byte);
      at++;
      continue;
    }
    const { value, end } = readEscape(bytes, at);
    if (value < 0) faults.push({ kind: "invalid-escape", message: "Unknown escape sequence.", start: at, end });
    else out.push(value);
    at = end;
  }
}

/** Reads what follows the backslash at `at`; a negative value means that it is no escape. */
function readEscape(bytes: Uint8Array, at: number): { value: number; end: number } {
  const letter = bytes[at + 1];
  if (letter === undefined || letter === LF || letter === CR) return { value: -1, end: at + 1 };
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) return { value: simple, end: at + 2 };
  if (letter === LOWER_X) {
    const high = hexValue(bytes[at + 2]);
    const low = hexValue(bytes[at + 3]);
    return high < 0 || low < 0 ? { value: -1, end: at + 2 } : { value: high * 16 + low, end: at + 4 };
  }
  let value = 0;
  let end = at + 1;
  while (end < at + 4 && isDigit(bytes[end]) && (bytes[end] as number) <= 0x37) {
    value = value * 8 + ((bytes[end] as number) - 0x30);
    end++;
  }
  return end === at + 1 || value > 0xff ? { value: -1, end: Math.max(end, at + 2) } : { value, end };
}

/** Reads a backtick literal: the rest of the line, with one line feed whatever the line ending is. */
export function readBacktickLine(bytes: Uint8Array, start: number): BytesLiteral {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end++;
  const out = new Uint8Array(end - start);
  out.set(bytes.subarray(start + 1, end));
  out[out.length - 1] = LF;
  return { bytes: out, end, faults: [] };
}

/** Whether `0x"` stands at `at`. */
export function startsDataLiteral(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x30 && bytes[at + 1] === LOWER_X && bytes[at + 2] === QUOTE;
}

/** Reads `0x"de ad"`: one pair of hexadecimal digits or more, with white space, line ends included, between them. */
export function readDataLiteral(bytes: Uint8Array, start: number): BytesLiteral {
  const out: number[] = [];
  const faults: LiteralFault[] = [];
  let at = start + 3;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte === 0x3b) {
      faults.push({ kind: "unterminated-string", message: "This data literal has no closing quote.", start, end: at });
      return { bytes: Uint8Array.from(out), end: at, faults };
    }
    if (byte === QUOTE) {
      const end = at + 1;
      if (out.length === 0 && faults.length === 0) {
        const message = 'A data literal has at least one pair of hexadecimal digits; no bytes at all are written "".';
        faults.push({ kind: "invalid-data-literal", message, start, end });
      }
      return { bytes: Uint8Array.from(out), end, faults };
    }
    if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) {
      at++;
      continue;
    }
    const high = hexValue(byte);
    const low = hexValue(bytes[at + 1]);
    if (high < 0 || low < 0) {
      const end = high < 0 ? at + 1 : at + 2;
      faults.push({
        kind: "invalid-data-literal",
        message: "A data literal is made of pairs of hexadecimal digits.",
        start: at,
        end: Math.min(end, bytes.length),
      });
      at = high >= 0 && bytes[at + 1] === QUOTE ? at + 1 : end;
      continue;
    }
    out.push(high * 16 + low);
    at += 2;
  }
}
