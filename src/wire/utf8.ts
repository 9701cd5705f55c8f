/**
 * UTF-8 in both directions. Short strings go through code that stays inside the engine; long ones through the host's own
 * codec: Buffer's primitives where there are any, TextDecoder and TextEncoder otherwise.
 * Bytes that are no UTF-8 read as U+FFFD: like C++, the encoding does not validate Text. Lone surrogates are written as U+FFFD.
 */

import { MAX_SHORT_ASCII, shortAscii } from "./short-ascii.js";

/** What Node's Buffer.prototype offers, usable on any Uint8Array. */
interface BufferPrimitives {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number;
}

interface Host {
  readonly TextDecoder: new (label: string, options: { ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string };
  readonly TextEncoder: new () => { encodeInto(text: string, into: Uint8Array): { written: number } };
  readonly Buffer?: { readonly prototype: Partial<BufferPrimitives> };
}

const host = globalThis as unknown as Host;
const decoder = new host.TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new host.TextEncoder();
const primitives = host.Buffer?.prototype;
const utf8Slice = primitives?.utf8Slice;
const utf8Write = primitives?.utf8Write;

/** Longest text, in UTF-16 units, encoded by loops: they take about 1.5 ns a unit, a call into the host 50 ns and little more. */
export const SHORT_ENCODE_UNITS = 26;

const NON_ASCII = 0x80808080 | 0;

/**
 * The text in bytes [start, end). `start` is word-aligned within its segment, so whole words up to `end` may be looked at;
 * `view` and `bytes` are of one buffer.
 */
export function decodeUtf8(view: DataView, bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length <= MAX_SHORT_ASCII) {
    let seen = 0;
    for (let at = start; at < end; at += 8) seen |= view.getInt32(at, true) | view.getInt32(at + 4, true);
    // Padding behind the text may have high bits too; then the host decides.
    if ((seen & NON_ASCII) === 0) return shortAscii(bytes, start, length);
  }
  if (utf8Slice) return utf8Slice.call(bytes, start, end);
  return decoder.decode(bytes.subarray(start, end));
}

/** No UTF-16 unit takes more: a surrogate pair is two units and four bytes. */
export const MAX_BYTES_PER_UNIT = 3;

/** How many bytes `text` takes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else {
      length += 2;
      // A surrogate pair is two units and four bytes.
      if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(index + 1))) index++;
    }
  }
  return length;
}

/** Writes `text` at `at`, where there is room for it; the offset behind it. `view` and `bytes` are of one buffer. */
export function encodeUtf8(text: string, view: DataView, bytes: Uint8Array, at: number): number {
  if (text.length <= SHORT_ENCODE_UNITS) return encodeShort(text, 0, view, bytes, at);
  if (utf8Write) return at + utf8Write.call(bytes, text, at, bytes.length - at);
  return at + encoder.encodeInto(text, bytes.subarray(at)).written;
}

/** Writes the units from `from` on, without the host: four at a time where all are ASCII, one by one where not. The offset behind them. */
export function encodeShort(text: string, from: number, view: DataView, bytes: Uint8Array, start: number): number {
  const { length } = text;
  let at = start;
  let index = from;
  while (index < length) {
    while (index + 4 <= length) {
      const first = text.charCodeAt(index);
      const second = text.charCodeAt(index + 1);
      const third = text.charCodeAt(index + 2);
      const fourth = text.charCodeAt(index + 3);
      if ((first | second | third | fourth) >= 0x80) break;
      view.setInt32(at, first | (second << 8) | (third << 16) | (fourth << 24), true);
      at += 4;
      index += 4;
    }
    const groupEnd = Math.min(index + 4, length);
    while (index < groupEnd) {
      const unit = text.charCodeAt(index++);
      if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at] = 0xc0 | (unit >> 6);
        bytes[at + 1] = 0x80 | (unit & 0x3f);
        at += 2;
      } else {
        const point = codePoint(text, index - 1, unit);
        if (point >= 0x10000) index++;
        at = encodePoint(point, bytes, at);
      }
    }
  }
  return at;
}

/** The code point whose first unit is `unit`, at `index`; U+FFFD for a lone surrogate. */
function codePoint(text: string, index: number, unit: number): number {
  if (!isSurrogate(unit)) return unit;
  const next = text.charCodeAt(index + 1);
  if (isHighSurrogate(unit) && isLowSurrogate(next)) return 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
  return 0xfffd;
}

/** Writes a code point beyond ASCII; the offset behind it. */
function encodePoint(point: number, bytes: Uint8Array, start: number): number {
  let at = start;
  if (point < 0x800) {
    bytes[at++] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      bytes[at++] = 0xe0 | (point >> 12);
    } else {
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
    }
    bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (point & 0x3f);
  return at;
}

function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
