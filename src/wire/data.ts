/** Data: a list of bytes. Read, it is a view of the message's own bytes; built, a view that may be written to. */

import { UsageError } from "../errors.js";
import { checkBlob, farBlob, isFar } from "./blob-pointer.js";
import { allocateList, clearPointer, copyBytes, follow } from "./layout.js";
import { isNull } from "./pointer.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { BYTE_ELEMENTS, LIST } from "./word.js";

/** The bytes the pointer at `at` leads to, not copied; empty for a null pointer. Throws WireError. */
export function readData(segment: ReaderSegment, at: number): Uint8Array {
  const { view } = segment;
  const low = view.getInt32(at, true);
  const high = view.getUint32(at + 4, true);
  if (low === 0 && high === 0) return new Uint8Array(0);
  if (isFar(low)) {
    const { segment: home, start, length } = farBlob(segment, at, low, high);
    return new Uint8Array(home.view.buffer, start, length);
  }
  const content = at + 8 + (low - LIST) * 2;
  const length = checkBlob(segment, at, segment, low, high, content);
  return new Uint8Array(view.buffer, content, length);
}

/** Replaces what the pointer at `at` holds by `length` zero bytes: a view of them. */
export function allocateData(segment: BuilderSegment, at: number, length: number): Uint8Array {
  clearPointer(segment, at);
  const place = allocateList(segment, at, BYTE_ELEMENTS, length);
  return new Uint8Array(place.segment.view.buffer, place.content, length);
}

/** Replaces what the pointer at `at` holds by a copy of `bytes`, which may be part of what is replaced. */
export function writeData(segment: BuilderSegment, at: number, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) {
    const what = bytes === null ? "null" : `a value of type ${typeof bytes}`;
    throw new UsageError("not-bytes", `A Data field takes a Uint8Array, not ${what}`);
  }
  // Clearing zeroes what is replaced, and `bytes` may be part of it.
  const source = isNull(segment.view, at) ? bytes : bytes.slice();
  clearPointer(segment, at);
  const place = allocateList(segment, at, BYTE_ELEMENTS, source.length);
  copyBytes(place.segment.bytes, place.content, source, 0, source.length);
}

/** What a builder's pointer holds as bytes, writable in place; empty for a null pointer. */
export function builtData(segment: BuilderSegment, at: number): Uint8Array {
  if (segment.view.getInt32(at, true) === 0 && segment.view.getInt32(at + 4, true) === 0) return new Uint8Array(0);
  const target = follow(segment, at);
  if ((target.low & 3) !== LIST || (target.high & 7) !== BYTE_ELEMENTS) {
    throw new UsageError("wrong-pointer-kind", "What the message being built holds here is not a list of bytes");
  }
  return new Uint8Array(target.segment.view.buffer, target.content, target.high >>> 3);
}

class DataType implements PointerType<Uint8Array, Uint8Array, Uint8Array> {
  readonly kind = "data";

  read(segment: ReaderSegment, at: number, _nesting: number): Uint8Array {
    return readData(segment, at);
  }

  zero(): Uint8Array {
    return new Uint8Array(0);
  }

  get(segment: BuilderSegment, at: number): Uint8Array {
    return builtData(segment, at);
  }

  init(segment: BuilderSegment, at: number, count = 0): Uint8Array {
    return allocateData(segment, at, count);
  }

  set(segment: BuilderSegment, at: number, value: Uint8Array): void {
    writeData(segment, at, value);
  }

  toPlain(value: Uint8Array): Uint8Array {
    return value.slice();
  }
}

export const Data: PointerType<Uint8Array, Uint8Array, Uint8Array> = /*@__PURE__*/ new DataType();
