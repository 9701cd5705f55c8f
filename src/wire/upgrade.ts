/**
 * Growing what an older schema built: a struct or struct list smaller than the schema now says is moved to a larger place
 * and its old memory zeroed, so that nothing of it is sent twice. Builders never shrink anything.
 */

import { UsageError } from "../errors.js";
import { allocateStruct, allocateStructList, type BuiltTarget, copyBytes, detach, follow, transfer } from "./layout.js";
import type { BuilderSegment } from "./segment.js";
import {
  BIT_ELEMENTS,
  COMPOSITE_ELEMENTS,
  ELEMENT_BITS,
  LIST,
  POINTER_ELEMENTS,
  roundUpToWord,
  STRUCT,
  VOID_ELEMENTS,
} from "./word.js";

/** Sections of a struct, or of each struct of a list, in a message being built. */
export interface BuiltStructs {
  readonly segment: BuilderSegment;
  /** Offset of the (first) struct's data section. */
  readonly start: number;
  readonly length: number;
  readonly dataWords: number;
  readonly pointerCount: number;
}

/** The struct the non-null pointer at `at` leads to, moved if it is smaller than asked. */
export function growStruct(segment: BuilderSegment, at: number, dataWords: number, pointerCount: number): BuiltStructs {
  const target = follow(segment, at);
  if ((target.low & 3) !== STRUCT) throw wrongKind("struct");
  const oldDataWords = target.high & 0xffff;
  const oldPointerCount = target.high >>> 16;
  if (oldDataWords >= dataWords && oldPointerCount >= pointerCount) {
    return {
      segment: target.segment,
      start: target.content,
      length: 1,
      dataWords: oldDataWords,
      pointerCount: oldPointerCount,
    };
  }
  detach(segment, at);
  const newDataWords = Math.max(dataWords, oldDataWords);
  const newPointerCount = Math.max(pointerCount, oldPointerCount);
  const place = allocateStruct(segment, at, newDataWords, newPointerCount);
  moveStruct(target, target.content, oldDataWords * 8, oldPointerCount, place.segment, place.content, newDataWords * 8);
  target.segment.bytes.fill(0, target.content, target.content + (oldDataWords + oldPointerCount) * 8);
  return {
    segment: place.segment,
    start: place.content,
    length: 1,
    dataWords: newDataWords,
    pointerCount: newPointerCount,
  };
}

/** The struct list the non-null pointer at `at` leads to, moved if its structs are smaller than asked or it is a list of their first field. */
export function growStructList(
  segment: BuilderSegment,
  at: number,
  dataWords: number,
  pointerCount: number,
): BuiltStructs {
  const target = follow(segment, at);
  if ((target.low & 3) !== LIST) throw wrongKind("list");
  const elementSize = target.high & 7;
  if (elementSize === COMPOSITE_ELEMENTS) return growComposite(segment, at, target, dataWords, pointerCount);
  if (elementSize === BIT_ELEMENTS) {
    throw new UsageError("wrong-element-size", "A list of Bool does not become a list of structs");
  }
  const length = target.high >>> 3;
  const bytes = ELEMENT_BITS[elementSize]! / 8;
  const isPointers = elementSize === POINTER_ELEMENTS;
  const newDataWords = isPointers || elementSize === VOID_ELEMENTS ? dataWords : Math.max(dataWords, 1);
  const newPointerCount = isPointers ? Math.max(pointerCount, 1) : pointerCount;
  detach(segment, at);
  const place = allocateStructList(segment, at, length, newDataWords, newPointerCount);
  const newStep = (newDataWords + newPointerCount) * 8;
  for (let index = 0; index < length; index++) {
    const from = target.content + index * bytes;
    const to = place.content + 8 + index * newStep;
    moveStruct(target, from, isPointers ? 0 : bytes, isPointers ? 1 : 0, place.segment, to, newDataWords * 8);
  }
  target.segment.bytes.fill(0, target.content, target.content + roundUpToWord(length * bytes));
  return {
    segment: place.segment,
    start: place.content + 8,
    length,
    dataWords: newDataWords,
    pointerCount: newPointerCount,
  };
}

function growComposite(
  segment: BuilderSegment,
  at: number,
  target: BuiltTarget,
  dataWords: number,
  pointerCount: number,
): BuiltStructs {
  const { view, bytes } = target.segment;
  const length = view.getUint32(target.content, true) >>> 2;
  const sizes = view.getUint32(target.content + 4, true);
  const oldDataWords = sizes & 0xffff;
  const oldPointerCount = sizes >>> 16;
  const start = target.content + 8;
  if (oldDataWords >= dataWords && oldPointerCount >= pointerCount) {
    return { segment: target.segment, start, length, dataWords: oldDataWords, pointerCount: oldPointerCount };
  }
  detach(segment, at);
  const newDataWords = Math.max(dataWords, oldDataWords);
  const newPointerCount = Math.max(pointerCount, oldPointerCount);
  const place = allocateStructList(segment, at, length, newDataWords, newPointerCount);
  const oldStep = (oldDataWords + oldPointerCount) * 8;
  const newStep = (newDataWords + newPointerCount) * 8;
  for (let index = 0; index < length; index++) {
    const from = start + index * oldStep;
    const to = place.content + 8 + index * newStep;
    moveStruct(target, from, oldDataWords * 8, oldPointerCount, place.segment, to, newDataWords * 8);
  }
  bytes.fill(0, target.content, start + length * oldStep);
  return {
    segment: place.segment,
    start: place.content + 8,
    length,
    dataWords: newDataWords,
    pointerCount: newPointerCount,
  };
}

/** Moves one struct's sections; pointers are transferred, so what they lead to stays where it is. */
function moveStruct(
  { segment: from }: BuiltTarget,
  fromAt: number,
  dataSize: number,
  pointerCount: number,
  to: BuilderSegment,
  toAt: number,
  toDataSize: number,
): void {
  copyBytes(to.bytes, toAt, from.bytes, fromAt, dataSize);
  for (let index = 0; index < pointerCount; index++) {
    transfer(to, toAt + toDataSize + index * 8, from, fromAt + dataSize + index * 8);
  }
}

/** What the message being built holds is no `expected`. */
export function wrongKind(expected: string): UsageError {
  return new UsageError("wrong-pointer-kind", `What the message being built holds here is no ${expected}`);
}
