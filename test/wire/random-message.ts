/** Random messages: structs and lists of every element size, over several segments. */

import {
  type AnyPointerBuilder,
  BoolList,
  Data,
  Int32List,
  listOf,
  MessageBuilder,
  type PointerType,
  StructBuilder,
  StructReader,
  structType,
  Text,
  UInt16List,
  UInt64List,
  VoidList,
} from "capwire/wire";
import { SmallAllocator } from "./allocators.js";
import type { Random } from "./random.js";

const shapes = new Map<number, ReturnType<typeof shape>>();

function shape(dataWords: number, pointerCount: number) {
  return structType<StructReader, StructBuilder, never>({
    id: 1n,
    name: "Shape",
    dataWords,
    pointerCount,
    Reader: StructReader,
    Builder: StructBuilder,
  });
}

/** The struct type with such sections; always the same one. */
export function shapeOf(dataWords: number, pointerCount: number): ReturnType<typeof shape> {
  const key = dataWords * 100 + pointerCount;
  const found = shapes.get(key) ?? shape(dataWords, pointerCount);
  shapes.set(key, found);
  return found;
}

/** A message whose root is a struct with something of everything in it. */
export function randomMessage(random: Random): MessageBuilder {
  const message = new MessageBuilder({
    allocator: new SmallAllocator(random.pick([1, 4, 30, 5000])),
    firstSegmentWords: 1,
  });
  fillStruct(random, message.initRoot(shapeOf(random.below(4), 1 + random.below(5))), 0);
  return message;
}

function fillStruct(random: Random, struct: StructBuilder, depth: number): void {
  for (let at = 0; at + 8 <= struct.$dataSize; at += 8) {
    if (random.below(3) > 0) struct.$setUint32(at + 4 * random.below(2), random.below(2 ** 32));
  }
  for (let index = 0; index < struct.$pointerCount; index++) fillPointer(random, struct.$pointer(index), depth + 1);
}

function fillPointer(random: Random, pointer: AnyPointerBuilder, depth: number): void {
  const length = random.below(6);
  const numbers = Array.from({ length }, () => random.below(60_000));
  switch (random.below(depth > 4 ? 9 : 12)) {
    case 0:
      return;
    case 1:
      return pointer.set(Text, "text ".repeat(length));
    case 2:
      return pointer.set(Data, Uint8Array.from(numbers));
    case 3:
      return pointer.set(Int32List, numbers);
    case 4:
      return pointer.set(UInt16List, numbers);
    case 5:
      return pointer.set(UInt64List, numbers.map(BigInt));
    case 6:
      return pointer.set(
        BoolList,
        numbers.map((each) => each % 2 === 1),
      );
    case 7:
      return void pointer.init(VoidList, length);
    case 8:
      return void pointer.init(shapeOf(0, 0));
    case 9:
      return fillStruct(random, pointer.init(shapeOf(random.below(4), random.below(4))), depth);
    case 10:
      return fillList(random, pointer, listOf(shapeOf(random.below(3), random.below(3))), length, depth);
    default:
      return pointer.set(listOf(Text), numbers.map(String));
  }
}

function fillList(
  random: Random,
  pointer: AnyPointerBuilder,
  type: PointerType<unknown, Iterable<StructBuilder>, never>,
  length: number,
  depth: number,
): void {
  for (const element of pointer.init(type, length)) fillStruct(random, element, depth + 1);
}
