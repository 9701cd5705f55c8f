/** Lists outside of the tree: resized, put together, collected, and in memory of somebody else. */

import {
  AnyStruct,
  BoolList,
  concatLists,
  Data,
  decodeFrame,
  encodeFrame,
  externalData,
  Int32List,
  ListCollector,
  listOf,
  MessageBuilder,
  Orphan,
  pack,
  resizeOrphan,
  StructBuilder,
  StructReader,
  structType,
  Text,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AddressBook, makePeople, Person, PersonList } from "./address-book.js";
import { SmallAllocator, TightAllocator } from "./allocators.js";
import { codeOf } from "./bytes.js";

const Large = structType<StructReader, StructBuilder, StructReader | StructBuilder>({
  id: 1n,
  name: "Large",
  dataWords: 3,
  pointerCount: 6,
  Reader: StructReader,
  Builder: StructBuilder,
});

describe.each([
  ["in one segment", undefined],
  ["with a segment for each object", new TightAllocator()],
  ["in small segments", new SmallAllocator(7)],
] as const)("an orphan %s", (_, allocator) => {
  const newMessage = () => new MessageBuilder(allocator ? { allocator } : {});

  test("of numbers is cut and extended with zeros", () => {
    const message = newMessage();
    const orphan = Orphan.empty(message);
    orphan.set(Int32List, [1, 2, 3, 4, 5]);
    expect([...resizeOrphan(orphan, Int32List, 3)]).toEqual([1, 2, 3]);
    expect([...resizeOrphan(orphan, Int32List, 6)]).toEqual([1, 2, 3, 0, 0, 0]);
    expect([...resizeOrphan(orphan, Int32List, 6)]).toEqual([1, 2, 3, 0, 0, 0]);
    message.root.adopt(orphan);
    expect([...decodeFrame(message.toBytes()).getRoot(Int32List)]).toEqual([1, 2, 3, 0, 0, 0]);
  });

  test("of bits is cut inside a byte", () => {
    const orphan = Orphan.empty(newMessage());
    orphan.set(BoolList, new Array(13).fill(true));
    resizeOrphan(orphan, BoolList, 11);
    expect(resizeOrphan(orphan, BoolList, 13).toArray().lastIndexOf(true)).toBe(10);
  });

  test("of text is cut to so many bytes and stays terminated", () => {
    const message = newMessage();
    const orphan = Orphan.empty(message);
    orphan.set(Text, "caf\u00e9 au lait");
    expect(resizeOrphan(orphan, Text, 5)).toBe("caf\u00e9");
    expect(resizeOrphan(orphan, Text, 7)).toBe("caf\u00e9\0\0");
    resizeOrphan(orphan, Text, 3);
    message.root.adopt(orphan);
    expect(decodeFrame(message.toBytes()).getRoot(Text)).toBe("caf");
  });

  test("of structs keeps what the elements that stay point to, and nothing of the others", () => {
    const message = newMessage();
    const people = makePeople(4);
    message.setRoot(PersonList, people);
    const orphan = message.root.disown();
    resizeOrphan(orphan, PersonList, 2);
    expect(new TextDecoder().decode(message.toBytes())).not.toContain(people[3]!.name);
    const more = resizeOrphan(orphan, PersonList, 3);
    more.at(2).name = "added";
    message.root.adopt(orphan);
    const read = decodeFrame(message.toBytes()).getRoot(PersonList);
    expect(read.map(({ name }) => name)).toEqual([people[0]!.name, people[1]!.name, "added"]);
  });

  test("of pointers is cut and extended with nulls", () => {
    const message = newMessage();
    const orphan = Orphan.empty(message);
    orphan.set(listOf(Text), ["one", "two", "three"]);
    resizeOrphan(orphan, listOf(Text), 1);
    expect(resizeOrphan(orphan, listOf(Text), 3).toArray()).toEqual(["one", "", ""]);
    expect(new TextDecoder().decode(message.toBytes())).not.toContain("two");
  });

  test("is put together from lists of any message", () => {
    const message = newMessage();
    const other = new MessageBuilder();
    other.setRoot(PersonList, makePeople(2));
    const orphan = concatLists(message, PersonList, [
      other.asReader().getRoot(PersonList),
      other.getRoot(PersonList),
      PersonList.zero(),
    ]);
    const names = makePeople(2).map(({ name }) => name);
    expect(orphan.as(PersonList).map(({ name }) => name)).toEqual([...names, ...names]);
    const numbers = concatLists(message, Int32List, [Int32Array.of(1, 2), Int32Array.of(), Int32Array.of(3)]);
    expect([...numbers.as(Int32List)]).toEqual([1, 2, 3]);
    const texts = Orphan.empty(message);
    texts.set(listOf(Text), ["a", "b"]);
    const twice = concatLists(message, listOf(Text), [texts.read(listOf(Text)), texts.as(listOf(Text))]);
    expect(twice.as(listOf(Text)).toArray()).toEqual(["a", "b", "a", "b"]);
  });

  test("is collected struct by struct", () => {
    const message = newMessage();
    const people = makePeople(3);
    const collector = new ListCollector(message, Person);
    collector.add(people[0]);
    const second = collector.add();
    second.name = people[1]!.name;
    collector.add(people[2]);
    expect(collector.length).toBe(3);
    message.initRoot(AddressBook).$adopt(0, collector.finish());
    expect(collector.length).toBe(0);
    const read = decodeFrame(message.toBytes()).getRoot(AddressBook).people;
    expect(read.map(({ name }) => name)).toEqual(people.map(({ name }) => name));
    expect(read.at(2).phones.length).toBe(Array.from(people[2]!.phones ?? []).length);
  });
});

test("cutting what was allocated last gives its room back", () => {
  const message = new MessageBuilder();
  const orphan = Orphan.empty(message);
  const before = message.byteLength;
  orphan.init(Data, 10_000).fill(1);
  resizeOrphan(orphan, Data, 9);
  expect(message.segments().at(-1)!.byteLength).toBeLessThanOrEqual(before + 16);
});

test("structs of a newer schema keep what the older one does not know, in both", () => {
  const source = new MessageBuilder();
  const large = source.initRoot(listOf(Large), 2);
  large.at(1).$setInt32(20, 7);
  large.at(1).$setText(5, "beyond");
  const message = new MessageBuilder();
  const list = source.asReader().getRoot(PersonList);
  const concatenated = concatLists(message, PersonList, [PersonList.zero(), list]);
  const collector = new ListCollector(message, Person);
  collector.add();
  collector.add(list.at(1));
  for (const orphan of [concatenated, collector.finish()]) {
    const last = orphan.as(listOf(AnyStruct)).at(1);
    expect([last.$int32(20), last.$text(5)]).toEqual([7, "beyond"]);
  }
});

describe("external data", () => {
  test("lies in the message without being copied", () => {
    const message = new MessageBuilder();
    const bytes = Uint8Array.from({ length: 4096 }, (_, index) => index);
    message.root.adopt(externalData(message, bytes));
    const segments = message.segments();
    expect(segments.some(({ buffer }) => buffer === bytes.buffer)).toBe(true);
    expect(message.asReader().getRoot(Data)).toEqual(bytes);
    expect(decodeFrame(encodeFrame(message)).getRoot(Data)).toEqual(bytes);
    expect(pack(bytes).length).toBeGreaterThan(4096);
  });

  test("is left as it is when it is cut, replaced or discarded", () => {
    const message = new MessageBuilder();
    const bytes = new Uint8Array(64).fill(7);
    const orphan = externalData(message, bytes);
    expect(resizeOrphan(orphan, Data, 10)).toEqual(bytes.subarray(0, 10));
    message.root.adopt(orphan);
    message.root.set(Text, "something else");
    externalData(message, bytes).discard();
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(decodeFrame(message.toBytes()).getRoot(Text)).toBe("something else");
  });

  test("may end inside a word if there are zeros behind it", () => {
    const message = new MessageBuilder();
    const buffer = new Uint8Array(16).fill(1);
    buffer.fill(0, 13);
    message.root.adopt(externalData(message, buffer.subarray(0, 13)));
    expect(decodeFrame(message.toBytes()).getRoot(Data)).toEqual(buffer.subarray(0, 13));
    expect(codeOf(() => externalData(message, buffer.subarray(0, 12)))).toBe("unpadded-data");
    expect(codeOf(() => externalData(message, buffer.subarray(9, 16)))).toBe("unpadded-data");
    expect(externalData(message, buffer.subarray(0, 0)).as(Data).length).toBe(0);
  });
});

test("what is no list is not resized, and no list becomes longer than lists are", () => {
  const message = new MessageBuilder();
  const orphan = Orphan.empty(message);
  orphan.init(Person);
  expect(codeOf(() => resizeOrphan(orphan, PersonList, 1))).toBe("wrong-pointer-kind");
  const list = Orphan.empty(message);
  expect([...resizeOrphan(list, Int32List, 2)]).toEqual([0, 0]);
  for (const length of [-1, 1.5, 2 ** 29]) {
    expect(codeOf(() => resizeOrphan(list, Int32List, length))).toBe("list-too-long");
  }
});
