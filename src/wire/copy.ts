/**
 * Deep copies into a message being built, from any message. What is copied is what the wire holds (sizes as found, fields
 * the schema does not know included), so a copy loses nothing. Capabilities are added to the destination's table with a
 * reference of their own. The source is charged for what is read.
 */

import {
  allocateList,
  allocateStruct,
  allocateStructList,
  clearPointer,
  copyBytes,
  type Place,
  transfer,
} from "./layout.js";
import { charge, tooDeep } from "./limits.js";
import { type ListTarget, listAt } from "./list-pointer.js";
import { followFar, outOfBounds, unknownPointer } from "./pointer.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { BIT_ELEMENTS, COMPOSITE_ELEMENTS, FAR, LIST, OTHER, POINTER_ELEMENTS, STRUCT } from "./word.js";

/** Copies what the pointer at `from` holds to the null pointer at `to`. Throws WireError for a bad source; what was copied by then stays. */
export function copyPointer(
  toSegment: BuilderSegment,
  to: number,
  fromSegment: ReaderSegment,
  from: number,
  nesting: number,
): void {
  let low = fromSegment.view.getInt32(from, true);
  let high = fromSegment.view.getUint32(from + 4, true);
  if (low === 0 && high === 0) return;
  let home = fromSegment;
  let content = from + 8 + (low - (low & 3)) * 2;
  if ((low & 3) === FAR) {
    const target = followFar(fromSegment, from, low, high);
    ({ low, high, content } = target);
    home = target.segment;
  }
  switch (low & 3) {
    case STRUCT: {
      const dataSize = (high & 0xffff) * 8;
      const pointerCount = high >>> 16;
      const size = dataSize + pointerCount * 8;
      if (content < home.start || content + size > home.end) throw outOfBounds(fromSegment, from);
      if (nesting <= 0) throw tooDeep(fromSegment, from);
      charge(fromSegment, from, size / 8);
      copyStruct(toSegment, to, home, content, dataSize, content + dataSize, pointerCount, nesting - 1);
      return;
    }
    case LIST:
      if (nesting <= 0) throw tooDeep(fromSegment, from);
      copyList(toSegment, to, listAt(fromSegment, from, home, content, high, high & 7), nesting - 1);
      return;
    default:
      if (low !== OTHER) throw unknownPointer(fromSegment, from);
      copyCapability(toSegment, to, home, high);
  }
}

/**
 * Replaces what the pointer at `to` holds by what `copy` writes to the null pointer it is given; `source` is what it copies
 * from. When that is a part of the same message, the copy is made aside and moved, as the source may contain the pointer.
 */
export function replaceByCopy(
  toSegment: BuilderSegment,
  to: number,
  source: ReaderSegment,
  copy: (segment: BuilderSegment, at: number) => void,
): void {
  const { message } = toSegment;
  if (!message.isMirror(source.message)) {
    clearPointer(toSegment, to);
    copy(toSegment, to);
    return;
  }
  const slot = message.takeSlot(toSegment);
  try {
    copy(slot.segment, slot.at);
    clearPointer(toSegment, to);
    transfer(toSegment, to, slot.segment, slot.at);
  } finally {
    clearPointer(slot.segment, slot.at);
    message.giveSlot(slot);
  }
}

/** Copies a struct, given by its sections, to the null pointer at `to`. */
export function copyStruct(
  toSegment: BuilderSegment,
  to: number,
  from: ReaderSegment,
  data: number,
  dataSize: number,
  pointers: number,
  pointerCount: number,
  nesting: number,
): void {
  const dataWords = Math.ceil(dataSize / 8);
  const place = allocateStruct(toSegment, to, dataWords, pointerCount);
  copySections(
    place.segment,
    place.content,
    place.content + dataWords * 8,
    from,
    data,
    dataSize,
    pointers,
    pointerCount,
    nesting,
  );
}

/** Copies data and pointers over zeroed sections that are at least as large. */
export function copySections(
  toSegment: BuilderSegment,
  toData: number,
  toPointers: number,
  from: ReaderSegment,
  data: number,
  dataSize: number,
  pointers: number,
  pointerCount: number,
  nesting: number,
): void {
  copyBytes(toSegment.bytes, toData, from.bytes, data, dataSize);
  for (let index = 0; index < pointerCount; index++) {
    copyPointer(toSegment, toPointers + index * 8, from, pointers + index * 8, nesting);
  }
}

/** Copies a list to the null pointer at `to`. */
export function copyList(toSegment: BuilderSegment, to: number, list: ListTarget, nesting: number): void {
  const { segment: from, start, length, elementSize } = list;
  if (elementSize === COMPOSITE_ELEMENTS) {
    copyStructList(toSegment, to, list, nesting);
    return;
  }
  const place: Place = allocateList(toSegment, to, elementSize, length);
  if (elementSize === POINTER_ELEMENTS) {
    for (let index = 0; index < length; index++) {
      copyPointer(place.segment, place.content + index * 8, from, start + index * 8, nesting);
    }
  } else if (elementSize === BIT_ELEMENTS) {
    const bytes = Math.ceil(length / 8);
    copyBytes(place.segment.bytes, place.content, from.bytes, start, bytes);
    // What lies behind the last bit is padding and stays zero.
    if (length % 8 !== 0) place.segment.bytes[place.content + bytes - 1]! &= (1 << (length % 8)) - 1;
  } else {
    copyBytes(place.segment.bytes, place.content, from.bytes, start, length * list.step);
  }
}

function copyStructList(toSegment: BuilderSegment, to: number, list: ListTarget, nesting: number): void {
  const { segment: from, start, length, step, dataSize, pointerCount } = list;
  const place = allocateStructList(toSegment, to, length, dataSize / 8, pointerCount);
  const first = place.content + 8;
  if (pointerCount === 0) {
    copyBytes(place.segment.bytes, first, from.bytes, start, length * step);
    return;
  }
  for (let index = 0; index < length; index++) {
    const source = start + index * step;
    const target = first + index * step;
    copySections(
      place.segment,
      target,
      target + dataSize,
      from,
      source,
      dataSize,
      source + dataSize,
      pointerCount,
      nesting,
    );
  }
}

/** Adds the capability in slot `index` of the source's table to the destination's; a missing one is a null pointer. */
function copyCapability(toSegment: BuilderSegment, to: number, from: ReaderSegment, index: number): void {
  const reference = from.message.capTable?.capability(index);
  if (!reference) return;
  const slot = toSegment.message.capTable.add(reference.addRef());
  toSegment.view.setUint32(to, OTHER, true);
  toSegment.view.setUint32(to + 4, slot, true);
}
