/** Lists that are known by their schema, being built: their size, and their elements whatever the encoding. */

import { AnyPointerBuilder } from "../wire/any-pointer.js";
import type { ListBuilder } from "../wire/list-reader.js";
import type { PointerListBuilder } from "../wire/pointer-list.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructSchema } from "./struct-schema.js";
import type { SchemaType } from "./type.js";

/** Sets an element that lives in no pointer. */
export function setElement(list: unknown, index: number, value: unknown): void {
  if (ArrayBuffer.isView(list)) (list as unknown as { [index: number]: unknown })[index] = value;
  else (list as ListBuilder<unknown>).set(index, value);
}

/** The struct that is an element. */
export function structElement(list: unknown, index: number): StructBuilder {
  return (list as ListBuilder<StructBuilder>).at(index);
}

/** The pointer that is an element of a list of pointers. */
export function elementPointer(list: unknown, index: number): AnyPointerBuilder {
  const { segment, start, step } = list as PointerListBuilder<unknown, unknown>;
  return new AnyPointerBuilder(segment, start + index * step);
}

export function structWords({ dataWords, pointerCount }: StructSchema): number {
  return dataWords + pointerCount;
}

/** What an element takes at most, in words. */
export function elementWords(element: SchemaType): number {
  return element.kind === "struct" ? structWords(element.schema) : element.kind === "void" ? 0 : 1;
}
