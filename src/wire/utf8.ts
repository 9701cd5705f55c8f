/**
 * UTF-8 in both directions. Short strings go through loops that stay inside the engine; long ones through the host's own
 * codec: Buffer's primitives where there are any, TextDecoder and TextEncoder otherwise.
 * Bytes that are no UTF-8 read as U+FFFD: like C++, the encoding does not validate Text. Lone surrogates are written as U+FFFD.
 */

/** What Node's Buffer.prototype offers, usable on any Uint8Array. */
interface BufferPrimitives {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  latin1Slice(this: Uint8Array, start: number, end: number): string;
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

/** Longest text, in bytes, decoded by the loop. */
const SHORT_DECODE_BYTES = 24;
/** Longest text, in UTF-16 units, encoded by the loop. */
const SHORT_ENCODE_UNITS = 48;

/** The text in bytes [start, end). */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT_DECODE_BYTES) {
    let text = "";
    let at = start;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
      at++;
    }
    if (at === end) return text;
  }
  if (utf8Slice) return utf8Slice.call(bytes, start, end);
  return decoder.decode(bytes.subarray(start, end));
}

/** The most bytes `text` can take. */
export function maxUtf8Length(text: string): number {
  return text.length * 3;
}

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

/** Writes `text` at `at`, where there is room for it; the offset behind it. */
export function encodeUtf8(text: string, bytes: Uint8Array, at: number): number {
  if (text.length <= SHORT_ENCODE_UNITS) return encodeShort(text, bytes, at);
  if (utf8Write) return at + utf8Write.call(bytes, text, at, bytes.length - at);
  return at + encoder.encodeInto(text, bytes.subarray(at)).written;
}

function encodeShort(text: string, bytes: Uint8Array, start: number): number {
  let at = start;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(index + 1))) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (text.charCodeAt(++index) & 0x3ff);
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    } else {
      const point = (unit & 0xf800) === 0xd800 ? 0xfffd : unit;
      bytes[at++] = 0xe0 | (point >> 12);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    }
  }
  return at;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
