/** Messages of many segments: how they come about, and that nothing depends on where objects lie. */

import {
  AnyStruct,
  decodeFrame,
  listOf,
  MessageBuilder,
  MessageReader,
  type SegmentAllocator,
  StructBuilder,
  StructReader,
  structType,
  Text,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AddressBook, makePeople, Person } from "./address-book.js";
import { AllTypes, FILLED, Small } from "./all-types.js";
import { ShiftedAllocator, SmallAllocator, TightAllocator } from "./allocators.js";

const ALLOCATORS: [string, () => SegmentAllocator][] = [
  ["a segment for every object", () => new TightAllocator()],
  ["segments of two words", () => new SmallAllocator(2)],
  ["segments of three words", () => new SmallAllocator(3)],
  ["segments of seven words", () => new SmallAllocator(7)],
  ["segments of 64 words", () => new SmallAllocator(64)],
  ["segments in the middle of a buffer", () => new ShiftedAllocator()],
];

const Wide = structType<StructReader, StructBuilder, never>({
  id: 1n,
  name: "Wide",
  dataWords: 3,
  pointerCount: 30,
  Reader: StructReader,
  Builder: StructBuilder,
});

describe.each(ALLOCATORS)("with %s", (_name, allocator) => {
  test("every type of field comes back", () => {
    const message = new MessageBuilder({ allocator: allocator() });
    message.setRoot(AllTypes, FILLED);
    expect(message.segmentCount).toBeGreaterThan(1);
    expect(AllTypes.toPlain(message.asReader().getRoot(AllTypes))).toEqual(FILLED);
    expect(AllTypes.toPlain(decodeFrame(message.toBytes()).getRoot(AllTypes))).toEqual(FILLED);
    expect(AllTypes.toPlain(new MessageReader(message.segments()).getRoot(AllTypes))).toEqual(FILLED);
  });

  test("an address book comes back", () => {
    const message = new MessageBuilder({ allocator: allocator() });
    message.setRoot(AddressBook, { people: makePeople(20) });
    expect(AddressBook.toPlain(decodeFrame(message.toBytes()).getRoot(AddressBook))).toEqual({
      people: makePeople(20),
    });
  });

  test("a message is copied into another and back", () => {
    const message = new MessageBuilder({ allocator: allocator() });
    message.setRoot(AllTypes, FILLED);
    const flat = new MessageBuilder();
    flat.setRoot(AllTypes, message.asReader().getRoot(AllTypes));
    expect(flat.segmentCount).toBe(1);
    const again = new MessageBuilder({ allocator: allocator() });
    again.root.setAny(flat.root);
    expect(AllTypes.toPlain(again.asReader().getRoot(AllTypes))).toEqual(FILLED);
  });

  test("structs and lists grow, and what they held stays", () => {
    const message = new MessageBuilder({ allocator: allocator() });
    message.setRoot(AllTypes, FILLED);
    const wide = message.getRoot(Wide);
    wide.$setText(29, "new");
    expect(AllTypes.toPlain(message.asReader().getRoot(AllTypes))).toEqual(FILLED);
    const smalls = message.getRoot(AllTypes).$get(17, listOf(Wide));
    smalls.at(1).$setText(28, "wide");
    expect(message.asReader().getRoot(AllTypes).$read(17, listOf(Wide)).at(1).$text(28)).toBe("wide");
    expect(AllTypes.toPlain(message.asReader().getRoot(AllTypes))).toEqual(FILLED);
    const numbers = message.getRoot(AllTypes).$get(9, listOf(Small));
    numbers.at(1).$setText(0, "65535");
    expect([...message.asReader().getRoot(AllTypes).$read(9, listOf(Small))].map((small) => small.$uint16(0))).toEqual([
      0, 65535,
    ]);
  });

  test("clearing the root leaves nothing but zeros, landing pads included", () => {
    const message = new MessageBuilder({ allocator: allocator() });
    message.setRoot(AllTypes, FILLED);
    message.root.clear();
    for (const segment of message.segments()) expect(segment.every((byte) => byte === 0)).toBe(true);
    message.setRoot(AddressBook, { people: makePeople(5) });
    message.getRoot(AddressBook).people = makePeople(2);
    message.initRoot(AddressBook);
    message.root.clear();
    for (const segment of message.segments()) expect(segment.every((byte) => byte === 0)).toBe(true);
  });

  test("orphans are adopted elsewhere", () => {
    const message = new MessageBuilder({ allocator: allocator() });
    message.setRoot(AllTypes, FILLED);
    const root = message.getRoot(AllTypes);
    const orphans = Array.from({ length: 20 }, (_, index) => root.$disown(index));
    expect(AllTypes.toPlain(message.asReader().getRoot(AllTypes)).texts).toEqual([]);
    const other = message.initRoot(AllTypes);
    orphans.reverse().forEach((orphan, index) => {
      other.$adopt(19 - index, orphan);
    });
    const { texts, smalls, lists, data } = AllTypes.toPlain(message.asReader().getRoot(AllTypes));
    expect({ texts, smalls, lists, data }).toEqual({
      texts: FILLED.texts,
      smalls: FILLED.smalls,
      lists: FILLED.lists,
      data: FILLED.data,
    });
  });
});

describe("far pointers", () => {
  test("an object that does not fit beside its pointer gets a landing pad of one word in front", () => {
    const message = new MessageBuilder({ allocator: new TightAllocator() });
    message.initRoot(Small).$setUint16(0, 5);
    // The root pointer alone; pad, data word and pointer.
    expect(message.segments().map((segment) => segment.length)).toEqual([8, 24]);
  });

  test("moving an object out of a full segment takes a double-far pointer", () => {
    const message = new MessageBuilder({ allocator: new TightAllocator() });
    const root = message.initRoot(Wide);
    root.$init(0, Small).$setUint16(0, 77);
    const orphan = root.$disown(0);
    root.$adopt(1, orphan);
    expect(message.asReader().getRoot(Wide).$read(1, Small).$uint16(0)).toBe(77);
    const grown = message.getRoot(structType<StructReader, StructBuilder, never>({ ...layout(4, 31) }));
    expect(grown.$get(1, Small).$uint16(0)).toBe(77);
    grown.$get(1, Small).$setText(0, "reached through a double-far pointer");
    expect(decodeFrame(message.toBytes()).getRoot(Wide).$read(1, Small).$text(0)).toContain("double-far");
  });

  function layout(dataWords: number, pointerCount: number) {
    return { id: 2n, name: "Wider", dataWords, pointerCount, Reader: StructReader, Builder: StructBuilder };
  }
});

describe("the default allocator", () => {
  test("keeps a small message in one segment", () => {
    const message = new MessageBuilder();
    message.setRoot(AddressBook, { people: makePeople(50) });
    const again = new MessageBuilder();
    again.setRoot(AddressBook, { people: makePeople(50) });
    expect(again.segmentCount).toBe(1);
  });

  test("doubles a message that grows, so that segments stay few", () => {
    const message = new MessageBuilder();
    const list = message.initRoot(listOf(Text), 20_000);
    for (let index = 0; index < list.length; index++) list.set(index, `text number ${index}`);
    expect(message.segmentCount).toBeLessThan(10);
    expect(message.asReader().getRoot(listOf(Text)).at(19_999)).toBe("text number 19999");
  });

  test("takes a size hint", () => {
    const message = new MessageBuilder({ firstSegmentWords: 200_000 });
    message.setRoot(AddressBook, { people: makePeople(2000) });
    expect(message.segmentCount).toBe(1);
  });

  test("messages built at the same time do not touch each other", () => {
    const messages = Array.from({ length: 30 }, () => new MessageBuilder());
    const lists = messages.map((message) => message.initRoot(listOf(Text), 40));
    for (let index = 0; index < 40; index++) {
      lists.forEach((list, which) => {
        list.set(index, `message ${which}, text ${index}, ${"x".repeat(index)}`);
      });
    }
    messages.forEach((message, which) => {
      const texts = decodeFrame(message.toBytes()).getRoot(listOf(Text)).toArray();
      expect(texts).toEqual(
        Array.from({ length: 40 }, (_, index) => `message ${which}, text ${index}, ${"x".repeat(index)}`),
      );
    });
  });

  test("always gives zeroed memory", () => {
    for (let round = 0; round < 50; round++) {
      const message = new MessageBuilder();
      const root = message.initRoot(Wide);
      expect(root.$uint64(16)).toBe(0n);
      root.$setUint64(16, 2n ** 64n - 1n);
      for (let index = 0; index < 30; index++) root.$setText(index, "x".repeat(200));
    }
  });
});

test("a message knows its size and its segments", () => {
  const message = new MessageBuilder({ allocator: new SmallAllocator(4) });
  message.setRoot(Person, makePeople(1)[0]!);
  const segments = message.segments();
  expect(segments.length).toBe(message.segmentCount);
  expect(message.byteLength).toBe(segments.reduce((sum, segment) => sum + segment.length, 0));
  expect(message.sizeInWords).toBe(message.byteLength / 8);
  expect(message.asReader().byteLength).toBe(message.byteLength);
  expect(message.asReader().segmentCount).toBe(message.segmentCount);
  expect(message.asReader().getRoot(AnyStruct).$uint32(0)).toBe(1);
});
