/**
 * Text: a list of bytes ending in NUL, which is not part of the value. Bytes that are no UTF-8 read as U+FFFD, as the
 * encoding does not promise validity and C++ does not check it.
 */

import { UsageError } from "../errors.js";
import { checkBlob, farBlob, isFar } from "./blob-pointer.js";
import { WireError } from "./errors.js";
import { allocateList, clearPointer, follow } from "./layout.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { decodeUtf8, encodeUtf8, MAX_BYTES_PER_UNIT, utf8Length } from "./utf8.js";
import { BYTE_ELEMENTS, LIST } from "./word.js";

/** The text the pointer at `at` leads to; "" for a null pointer. Throws WireError. */
export function readText(segment: ReaderSegment, at: number): string {
  const { view } = segment;
  const low = view.getInt32(at, true);
  const high = view.getUint32(at + 4, true);
  if (low === 0 && high === 0) return "";
  if (isFar(low)) {
    const { segment: home, start, length } = farBlob(segment, at, low, high);
    return textAt(segment, at, home, start, length);
  }
  const content = at + 8 + (low - LIST) * 2;
  return textAt(segment, at, segment, content, checkBlob(segment, at, segment, low, high, content));
}

function textAt(segment: ReaderSegment, at: number, home: ReaderSegment, start: number, length: number): string {
  const last = start + length - 1;
  if (length === 0 || home.bytes[last] !== 0) {
    throw new WireError("unterminated-text", "Text does not end in a NUL byte", segment.id, at - segment.start);
  }
  return decodeUtf8(home.view, home.bytes, start, last);
}

/** Longest text, in UTF-16 units, for which room for the worst case is taken before it is encoded. */
const UNCOUNTED_UNITS = 8 * 1024;

/** Writes text of any length over whatever the pointer holds, here or in another segment. For BuilderSegment.writeText. */
export function writeAnyText(segment: BuilderSegment, at: number, text: string): void {
  clearPointer(segment, at);
  const most = text.length * MAX_BYTES_PER_UNIT + 8;
  if (text.length > UNCOUNTED_UNITS || !segment.hasRoom(most)) {
    const place = allocateList(segment, at, BYTE_ELEMENTS, utf8Length(text) + 1);
    encodeUtf8(text, place.segment.view, place.segment.bytes, place.content);
    return;
  }
  const start = segment.pos;
  pointToText(segment, at, start, encodeUtf8(text, segment.view, segment.bytes, start));
}

/** Takes the bytes [start, end) of free space, and a NUL, for the text of the pointer at `at`. */
export function pointToText(segment: BuilderSegment, at: number, start: number, end: number): void {
  const { view } = segment;
  const length = end - start + 1;
  segment.pos = start + ((length + 7) & ~7);
  view.setInt32(at, ((start - at - 8) >>> 1) + LIST, true);
  view.setInt32(at + 4, (length << 3) | BYTE_ELEMENTS, true);
}

/** A Text field was given something else. */
export function notString(value: unknown): UsageError {
  return new UsageError(
    "not-text",
    `A Text field takes a string, not ${value === null ? "null" : `a value of type ${typeof value}`}`,
  );
}

/** What a builder's pointer holds as text; "" for a null pointer. */
export function builtText(segment: BuilderSegment, at: number): string {
  if (segment.view.getInt32(at, true) === 0 && segment.view.getInt32(at + 4, true) === 0) return "";
  const target = follow(segment, at);
  if ((target.low & 3) !== LIST || (target.high & 7) !== BYTE_ELEMENTS) throw notText();
  const length = target.high >>> 3;
  return length === 0
    ? ""
    : decodeUtf8(target.segment.view, target.segment.bytes, target.content, target.content + length - 1);
}

function notText(): UsageError {
  return new UsageError("wrong-pointer-kind", "What the message being built holds here is not a list of bytes");
}

class TextType implements PointerType<string, string, string> {
  readonly kind = "text";

  read(segment: ReaderSegment, at: number, _nesting: number): string {
    return readText(segment, at);
  }

  zero(): string {
    return "";
  }

  get(segment: BuilderSegment, at: number): string {
    return builtText(segment, at);
  }

  /** Text of `count` NUL bytes, as C++ makes it; setting is the useful way. */
  init(segment: BuilderSegment, at: number, count = 0): string {
    segment.writeText(at, "\0".repeat(count));
    return builtText(segment, at);
  }

  set(segment: BuilderSegment, at: number, value: string): void {
    segment.writeText(at, value);
  }

  toPlain(value: string): string {
    return value;
  }
}

export const Text: PointerType<string, string, string> = /*@__PURE__*/ new TextType();
