/**
 * Equality of what two pointers hold, by content: where objects lie does not matter, nor do trailing zero words and null
 * pointers that one writer's older schema did not have. Lists are equal only in the same encoding, as in C++ (AnyList).
 */

import type { AnyPointerReader } from "./any-pointer.js";
import { charge, tooDeep } from "./limits.js";
import { type ListTarget, listAt } from "./list-pointer.js";
import { outOfBounds, type PointerTarget, resolve, unknownPointer } from "./pointer.js";
import type { ReaderSegment } from "./segment.js";
import { BIT_ELEMENTS, COMPOSITE_ELEMENTS, OTHER, POINTER_ELEMENTS, STRUCT } from "./word.js";

/** "unknown": equal but for capabilities of which cannot be told whether they are the same object. */
export type Equality = "equal" | "different" | "unknown";

/** Compares what two pointers hold. Throws WireError if either is malformed. */
export function equals(left: AnyPointerReader, right: AnyPointerReader): Equality {
  return pointersEqual(left.segment, left.at, left.nesting, right.segment, right.at, right.nesting);
}

function pointersEqual(
  left: ReaderSegment,
  leftAt: number,
  leftNesting: number,
  right: ReaderSegment,
  rightAt: number,
  rightNesting: number,
): Equality {
  const isLeftNull = isNullAt(left, leftAt);
  if (isLeftNull || isNullAt(right, rightAt)) return isLeftNull && isNullAt(right, rightAt) ? "equal" : "different";
  const leftTarget = resolve(left, leftAt);
  const rightTarget = resolve(right, rightAt);
  const kind = leftTarget.low & 3;
  if (kind !== (rightTarget.low & 3)) return "different";
  if (kind === OTHER) return capabilitiesEqual(left, leftAt, leftTarget, right, rightAt, rightTarget);
  if (leftNesting <= 0) throw tooDeep(left, leftAt);
  if (rightNesting <= 0) throw tooDeep(right, rightAt);
  if (kind === STRUCT) {
    const leftStruct = structAt(left, leftAt, leftTarget, leftNesting - 1);
    return structsEqual(leftStruct, structAt(right, rightAt, rightTarget, rightNesting - 1));
  }
  return listsEqual(
    listOf(left, leftAt, leftTarget),
    leftNesting - 1,
    listOf(right, rightAt, rightTarget),
    rightNesting - 1,
  );
}

function isNullAt({ view }: ReaderSegment, at: number): boolean {
  return view.getInt32(at, true) === 0 && view.getInt32(at + 4, true) === 0;
}

function capabilitiesEqual(
  left: ReaderSegment,
  leftAt: number,
  leftTarget: PointerTarget,
  right: ReaderSegment,
  rightAt: number,
  rightTarget: PointerTarget,
): Equality {
  if (leftTarget.low !== OTHER) throw unknownPointer(left, leftAt);
  if (rightTarget.low !== OTHER) throw unknownPointer(right, rightAt);
  const reference = left.message.capTable?.capability(leftTarget.high) ?? null;
  const other = right.message.capTable?.capability(rightTarget.high) ?? null;
  // Different references may still lead to one object.
  return reference !== null && reference === other ? "equal" : "unknown";
}

/** A struct's sections. */
interface Sections {
  readonly segment: ReaderSegment;
  readonly data: number;
  readonly dataSize: number;
  readonly pointers: number;
  readonly pointerCount: number;
  readonly nesting: number;
}

function structAt(segment: ReaderSegment, at: number, target: PointerTarget, nesting: number): Sections {
  const { segment: home, content, high } = target;
  const dataSize = (high & 0xffff) * 8;
  const pointerCount = high >>> 16;
  const size = dataSize + pointerCount * 8;
  if (content < home.start || content + size > home.end) throw outOfBounds(segment, at);
  charge(segment, at, size / 8);
  return { segment: home, data: content, dataSize, pointers: content + dataSize, pointerCount, nesting };
}

function structsEqual(left: Sections, right: Sections): Equality {
  const leftSize = usedData(left);
  if (leftSize !== usedData(right)) return "different";
  if (!bytesEqual(left.segment.bytes, left.data, right.segment.bytes, right.data, leftSize)) return "different";
  const count = usedPointers(left);
  if (count !== usedPointers(right)) return "different";
  let result: Equality = "equal";
  for (let index = 0; index < count; index++) {
    const next = pointersEqual(
      left.segment,
      left.pointers + index * 8,
      left.nesting,
      right.segment,
      right.pointers + index * 8,
      right.nesting,
    );
    if (next === "different") return next;
    if (next === "unknown") result = next;
  }
  return result;
}

/** Bytes of the data section without trailing zeros. */
function usedData({ segment, data, dataSize }: Sections): number {
  let size = dataSize;
  while (size > 0 && segment.bytes[data + size - 1] === 0) size--;
  return size;
}

/** Pointers without trailing nulls. */
function usedPointers({ segment, pointers, pointerCount }: Sections): number {
  let count = pointerCount;
  while (count > 0 && isNullAt(segment, pointers + (count - 1) * 8)) count--;
  return count;
}

function listOf(segment: ReaderSegment, at: number, target: PointerTarget): ListTarget {
  return listAt(segment, at, target.segment, target.content, target.high, target.high & 7);
}

function listsEqual(left: ListTarget, leftNesting: number, right: ListTarget, rightNesting: number): Equality {
  if (left.length !== right.length || left.elementSize !== right.elementSize) return "different";
  if (left.elementSize === COMPOSITE_ELEMENTS || left.elementSize === POINTER_ELEMENTS) {
    return elementsEqual(left, leftNesting, right, rightNesting);
  }
  if (left.elementSize === BIT_ELEMENTS) return bitsEqual(left, right) ? "equal" : "different";
  const size = left.length * left.step;
  return bytesEqual(left.segment.bytes, left.start, right.segment.bytes, right.start, size) ? "equal" : "different";
}

function elementsEqual(left: ListTarget, leftNesting: number, right: ListTarget, rightNesting: number): Equality {
  let result: Equality = "equal";
  // Elements without size are all alike; there may be many of them.
  if (left.step === 0 && right.step === 0) return result;
  for (let index = 0; index < left.length; index++) {
    const next = structsEqual(element(left, index, leftNesting), element(right, index, rightNesting));
    if (next === "different") return next;
    if (next === "unknown") result = next;
  }
  return result;
}

/** An element as a struct: one level below its list, unless it is a lone pointer. */
function element(list: ListTarget, index: number, listNesting: number): Sections {
  const { segment, dataSize, pointerCount } = list;
  const data = list.start + index * list.step;
  const nesting = list.elementSize === COMPOSITE_ELEMENTS ? listNesting - 1 : listNesting;
  if (nesting < 0) throw tooDeep(segment, data);
  return { segment, data, dataSize, pointers: data + dataSize, pointerCount, nesting };
}

function bitsEqual(left: ListTarget, right: ListTarget): boolean {
  const whole = left.length >>> 3;
  const rest = left.length & 7;
  if (!bytesEqual(left.segment.bytes, left.start, right.segment.bytes, right.start, whole)) return false;
  if (rest === 0) return true;
  const difference = left.segment.bytes[left.start + whole]! ^ right.segment.bytes[right.start + whole]!;
  return (difference & ((1 << rest) - 1)) === 0;
}

function bytesEqual(left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (left[leftAt + index] !== right[rightAt + index]) return false;
  return true;
}
