/**
 * Text that may not be UTF-8. Cap'n Proto does not promise it, and the text format can write any bytes; a JavaScript string cannot
 * hold them.
 */

import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import { Data } from "../wire/data.js";
import { UInt8List } from "../wire/number-list.js";
import type { PointerType } from "../wire/pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "../wire/segment.js";
import { Text } from "../wire/text.js";

/** What bytes that are no UTF-8 read as. */
const REPLACEMENT = "\ufffd";

const encoder = new TextEncoder();

class BytesTextType implements PointerType<string | Uint8Array, string, string> {
  readonly kind = "text";

  /** The text as a string, or as bytes if it is not UTF-8. */
  read(segment: ReaderSegment, at: number, nesting: number): string | Uint8Array {
    const text = Text.read(segment, at, nesting);
    if (!text.includes(REPLACEMENT)) return text;
    const bytes = Data.read(segment, at, nesting);
    const withoutNul = bytes.subarray(0, bytes.length - 1);
    return isEqual(encoder.encode(text), withoutNul) ? text : withoutNul;
  }

  zero(): string {
    return "";
  }

  get(segment: BuilderSegment, at: number): string {
    return Text.get(segment, at);
  }

  init(segment: BuilderSegment, at: number, count?: number): string {
    return Text.init(segment, at, count);
  }

  set(segment: BuilderSegment, at: number, value: string): void {
    Text.set(segment, at, value);
  }
}

export const BytesText: PointerType<string | Uint8Array, string, string> = /*@__PURE__*/ new BytesTextType();

/** Puts text behind `pointer`, UTF-8 or not. */
export function setTextBytes(pointer: AnyPointerBuilder, bytes: Uint8Array): void {
  pointer.init(UInt8List, bytes.length + 1).set(bytes);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
