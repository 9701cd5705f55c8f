/** `listOf`: the list type for any pointer type. */

import type { ListBuilder, ListInit, ListReader } from "./list-reader.js";
import { PointerListType } from "./pointer-list.js";
import type { PointerType, StructType } from "./pointer-type.js";
import { StructListType } from "./struct-list.js";

/** List(T) for a pointer type T. */
export type ListType<R, B, I> = PointerType<
  ListReader<R>,
  ListBuilder<B, I>,
  ListInit<I> | ListReader<R> | ListBuilder<B, I>
>;

/** List(T): structs in one block, anything else as a list of pointers. One object per element type. */
export function listOf<R, B, I>(elementType: PointerType<R, B, I>): ListType<R, B, I> {
  return (elementType.listType as ListType<R, B, I> | null | undefined) ?? makeListType(elementType);
}

function makeListType<R, B, I>(elementType: PointerType<R, B, I>): ListType<R, B, I> {
  const type =
    elementType.kind === "struct"
      ? new StructListType(elementType as StructType<R, B, I>)
      : new PointerListType(elementType);
  elementType.listType = type;
  return type;
}
