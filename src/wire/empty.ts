/** The null pointer that fields beyond a pointer section read as, and what it reads as. */

import type { AnyPointerReader } from "./any-pointer.js";
import { ListTarget } from "./list-pointer.js";
import { MessageReader } from "./message.js";
import type { StructReaderClass } from "./pointer-type.js";
import { UNLIMITED_NESTING, VOID_ELEMENTS } from "./word.js";

/** A null pointer in a message of its own. */
export const nullPointer: AnyPointerReader = /*@__PURE__*/ new MessageReader([new Uint8Array(8)], undefined, true).root;

/** A reader of class `Reader` in which every field has its default. */
export function emptyStruct<R>(Reader: StructReaderClass<R>): R {
  const { segment, at } = nullPointer;
  return new Reader(segment, at, 0, at, 0, UNLIMITED_NESTING);
}

/** A list without elements. */
export function emptyTarget(): ListTarget {
  const { segment, at } = nullPointer;
  return new ListTarget(segment, at, 0, 0, 0, 0, VOID_ELEMENTS);
}
