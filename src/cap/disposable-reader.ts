/**
 * Results as awaited: the struct's own reader class plus `[Symbol.dispose]`, which gives back the capabilities of the call.
 * Only these have it; a reader of any other message owns nothing.
 */

import { emptyStruct } from "../wire/empty.js";
import type { StructReaderClass, StructType } from "../wire/pointer-type.js";
import type { ReaderSegment } from "../wire/segment.js";
import type { StructReader } from "../wire/struct-reader.js";
import { structType } from "../wire/struct-type.js";
import type { PointerPlace } from "./pipeline.js";

/** A reader that knows whose results it reads. */
type OwningReader<R> = R & Disposable & { $owner: Disposable };

/** The disposable form of each struct type, made at its first use. */
const types = /*@__PURE__*/ new WeakMap<object, StructType<unknown, unknown, never>>();

/** Reads `type` from the pointer at `place`; without one, its zero value. Disposing the reader disposes `owner`. Throws WireError. */
export function readDisposable<R>(
  type: StructType<R, unknown, never>,
  owner: Disposable,
  place: PointerPlace | null,
  nesting: number,
): R & Disposable {
  const disposableType = (types.get(type) ?? makeType(type)) as StructType<OwningReader<R>, unknown, never>;
  const zero = disposableType.zero();
  let reader = place ? disposableType.read(place.segment, place.at, nesting) : zero;
  // The zero value is shared; this one is to have an owner.
  if (reader === zero) reader = emptyStruct(disposableType.Reader);
  reader.$owner = owner;
  return reader;
}

function makeType(type: StructType<unknown, unknown, never>): StructType<unknown, unknown, never> {
  const Reader = type.Reader as StructReaderClass<StructReader>;
  const Class = class extends Reader implements Disposable {
    declare $owner: Disposable | null;

    constructor(
      segment: ReaderSegment,
      data: number,
      dataSize: number,
      pointers: number,
      pointerCount: number,
      nesting: number,
    ) {
      super(segment, data, dataSize, pointers, pointerCount, nesting);
      this.$owner = null;
    }

    [Symbol.dispose](): void {
      this.$owner?.[Symbol.dispose]();
    }
  };
  Object.defineProperty(Class, "name", { value: Reader.name });
  const { id, name, dataWords, pointerCount, Builder } = type;
  const made = structType({ id, name, dataWords, pointerCount, Reader: Class as StructReaderClass<unknown>, Builder });
  types.set(type, made);
  return made;
}
