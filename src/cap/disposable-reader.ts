/**
 * Results as awaited: the struct's own reader class plus `[Symbol.dispose]`, which gives back the capabilities of the call.
 * Only these have it; a reader of any other message owns nothing.
 */

import type { StructReaderClass, StructType } from "../wire/pointer-type.js";
import type { ReaderSegment } from "../wire/segment.js";
import type { StructReader } from "../wire/struct-reader.js";

/** A subclass of each struct's reader, made at its first use. */
const classes = /*@__PURE__*/ new WeakMap<object, StructReaderClass<StructReader & Disposable>>();

/** `reader`, disposable. `type` is what it was read as. */
export function disposable<R>(type: StructType<R, unknown, never>, reader: R): R & Disposable {
  const { $segment, $data, $dataSize, $pointers, $pointerCount, $nesting } = reader as StructReader;
  const Class = classes.get(type) ?? makeClass(type);
  return new Class($segment, $data, $dataSize, $pointers, $pointerCount, $nesting) as unknown as R & Disposable;
}

function makeClass(type: StructType<unknown, unknown, never>): StructReaderClass<StructReader & Disposable> {
  const Reader = type.Reader as StructReaderClass<StructReader>;
  const Class = class extends Reader implements Disposable {
    // Written out: an implied constructor spreads its arguments.
    constructor(
      segment: ReaderSegment,
      data: number,
      dataSize: number,
      pointers: number,
      pointerCount: number,
      nesting: number,
    ) {
      super(segment, data, dataSize, pointers, pointerCount, nesting);
    }

    [Symbol.dispose](): void {
      const table = this.$segment.message.capTable as Partial<Disposable> | null;
      table?.[Symbol.dispose]?.();
    }
  };
  Object.defineProperty(Class, "name", { value: Reader.name });
  classes.set(type, Class);
  return Class;
}
