/** Deep copies, between messages and within one; capabilities in them; orphans. */

import {
  AnyPointer,
  AnyStruct,
  type CapabilityReference,
  CapTableBuilder,
  decodeFrame,
  listOf,
  MessageBuilder,
  Orphan,
  StructBuilder,
  StructReader,
  structType,
  Text,
  UInt16List,
  writeCapability,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AddressBook, makePeople, Person, PersonList } from "./address-book.js";
import { AllTypes, FILLED, Small, SmallList } from "./all-types.js";
import { codeOf, listPointer, message as reader, structPointer, words } from "./bytes.js";

const Node = structType<StructReader, StructBuilder, StructReader | StructBuilder>({
  id: 1n,
  name: "Node",
  dataWords: 1,
  pointerCount: 2,
  Reader: StructReader,
  Builder: StructBuilder,
});
const NodeList = listOf(Node);

/** A capability that counts its references. */
class Counted implements CapabilityReference {
  references = 1;
  addRef(): Counted {
    this.references++;
    return this;
  }
  release(): void {
    this.references--;
  }
}

describe("copying between messages", () => {
  test("every type of field is copied, from a reader and from a builder", () => {
    const source = new MessageBuilder();
    source.setRoot(AllTypes, FILLED);
    for (const value of [source.getRoot(AllTypes), decodeFrame(source.toBytes()).getRoot(AllTypes)]) {
      const target = new MessageBuilder();
      target.setRoot(AllTypes, value);
      expect(AllTypes.toPlain(target.asReader().getRoot(AllTypes))).toEqual(FILLED);
      expect(target.byteLength).toBe(source.byteLength);
    }
  });

  test("fields the schema does not know are copied too", () => {
    const source = new MessageBuilder();
    source.setRoot(AllTypes, FILLED);
    const target = new MessageBuilder();
    // Small knows of one data word and one pointer.
    target.setRoot(Small, source.asReader().getRoot(Small));
    expect(AllTypes.toPlain(target.asReader().getRoot(AllTypes))).toEqual(FILLED);
  });

  test("lists are copied as lists, whatever reads them", () => {
    const source = new MessageBuilder();
    source.setRoot(SmallList, FILLED.smalls);
    const target = new MessageBuilder();
    target.setRoot(SmallList, source.asReader().getRoot(SmallList));
    expect(
      target
        .asReader()
        .getRoot(SmallList)
        .map((small) => Small.toPlain(small)),
    ).toEqual(FILLED.smalls);
    target.setRoot(SmallList, source.getRoot(SmallList));
    expect(target.asReader().getRoot(SmallList).at(2).$text(0)).toBe("three");
    // Structs read as the list of their first pointers, copied as that.
    target.setRoot(listOf(Text), source.asReader().getRoot(listOf(Text)));
    expect(target.asReader().getRoot(listOf(Text)).toArray()).toEqual(["one", "", "three"]);
    target.setRoot(listOf(Text), source.getRoot(listOf(Text)));
    expect(target.asReader().getRoot(listOf(Text)).toArray()).toEqual(["one", "", "three"]);
    // Numbers read as structs stay numbers.
    source.setRoot(UInt16List, [1, 2]);
    target.setRoot(SmallList, source.asReader().getRoot(SmallList));
    expect([...target.asReader().getRoot(UInt16List)]).toEqual([1, 2]);
  });

  test("a struct smaller than a word is rounded up", () => {
    const numbers = reader(words(listPointer(0, 3, 2), 0x0002_0001n)).getRoot(SmallList);
    const target = new MessageBuilder();
    target.setRoot(Small, numbers.at(1));
    const copy = target.asReader().getRoot(AnyStruct);
    expect([copy.$dataSize, copy.$uint16(0), copy.$uint16(2)]).toEqual([8, 2, 0]);
  });

  test("padding behind the bits of a list is not copied", () => {
    const source = reader(words(listPointer(0, 1, 3), 0xffn));
    const target = new MessageBuilder();
    target.root.setAny(source.root);
    expect([...target.segments()[0]!.subarray(8)]).toEqual([7, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("an element of a struct list takes what fits", () => {
    const source = new MessageBuilder();
    source.setRoot(AllTypes, FILLED);
    const target = new MessageBuilder();
    const list = target.initRoot(SmallList, 2);
    list.set(1, source.asReader().getRoot(AllTypes));
    list.set(0, source.getRoot(AllTypes));
    expect(list.at(1).$text(0)).toBe(FILLED.text);
    expect(list.at(0).$int8(1)).toBe(FILLED.int8);
  });

  test("a malformed source is an error, and the target stays usable", () => {
    const target = new MessageBuilder();
    target.setRoot(Text, "old");
    const bad = reader(words(structPointer(0, 0, 2), listPointer(1, 2, 2), structPointer(7, 1, 0), 0x61));
    expect(codeOf(() => target.root.setAny(bad.root))).toBe("out-of-bounds");
    target.setRoot(Text, "new");
    expect(target.asReader().getRoot(Text)).toBe("new");
    for (const [pointer, code] of [
      [7n, "unknown-pointer"],
      [structPointer(3, 1, 0), "out-of-bounds"],
      [listPointer(0, 7, 0), "out-of-bounds"],
    ] as const) {
      expect(codeOf(() => target.root.setAny(reader(words(pointer)).root))).toBe(code);
    }
  });
});

describe("copying within a message", () => {
  function chain(): MessageBuilder {
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$setUint32(0, 1);
    const child = root.$init(0, Node);
    child.$setUint32(0, 2);
    child.$init(0, Node).$setUint32(0, 3);
    return message;
  }

  test("a part may replace the whole", () => {
    const message = chain();
    message.setRoot(Node, message.getRoot(Node).$get(0, Node));
    const root = message.asReader().getRoot(Node);
    expect([root.$uint32(0), root.$read(0, Node).$uint32(0), root.$has(1)]).toEqual([2, 3, false]);
  });

  test("the whole may be copied into a part", () => {
    const message = chain();
    const root = message.getRoot(Node);
    root.$get(0, Node).$set(0, Node, root);
    const depth = (node: StructReader): number => (node.$has(0) ? 1 + depth(node.$read(0, Node)) : 1);
    expect(depth(message.asReader().getRoot(Node))).toBe(5);
    root.$pointer(1).setAny(message.root);
    expect(message.asReader().getRoot(Node).$read(1, Node).$read(0, Node).$uint32(0)).toBe(2);
  });

  test("a pointer may be set to itself", () => {
    const message = chain();
    message.root.setAny(message.root);
    message.root.setAny(message.asReader().root);
    message.setRoot(Node, message.getRoot(Node));
    expect(message.asReader().getRoot(Node).$read(0, Node).$read(0, Node).$uint32(0)).toBe(3);
  });

  test("a list's element may be set to itself, to another element and to a part of itself", () => {
    const message = new MessageBuilder();
    const list = message.initRoot(NodeList, 2);
    list.at(0).$setUint32(0, 10);
    list.at(0).$init(0, Node).$setUint32(0, 11);
    list.set(0, list.at(0));
    list.set(1, list.at(0));
    expect(list.map((node) => [node.$uint32(0), node.$get(0, Node).$uint32(0)])).toEqual([
      [10, 11],
      [10, 11],
    ]);
    list.set(1, list.at(1).$get(0, Node));
    expect([list.at(1).$uint32(0), list.at(1).$has(0)]).toEqual([11, false]);
    list.set(0, list.at(1).$asReader(StructReader));
    expect(list.at(0).$uint32(0)).toBe(11);
  });

  test("a list may be set to itself or to a list in it", () => {
    const message = new MessageBuilder();
    const list = message.initRoot(NodeList, 2);
    list.at(1).$setUint32(0, 5);
    list.at(0).$init(0, NodeList, 3).at(2).$setUint32(0, 6);
    message.setRoot(NodeList, message.getRoot(NodeList));
    expect(message.getRoot(NodeList).at(1).$uint32(0)).toBe(5);
    message.setRoot(NodeList, message.getRoot(NodeList).at(0).$get(0, NodeList));
    expect(
      message
        .asReader()
        .getRoot(NodeList)
        .map((node) => node.$uint32(0)),
    ).toEqual([0, 0, 6]);
    message.setRoot(listOf(Text), ["a", "b"]);
    message.setRoot(listOf(Text), message.getRoot(listOf(Text)));
    expect(message.getRoot(listOf(Text)).toArray()).toEqual(["a", "b"]);
    message.setRoot(UInt16List, [1, 2, 3]);
    message.setRoot(UInt16List, message.getRoot(UInt16List).subarray(1));
    expect([...message.getRoot(UInt16List)]).toEqual([2, 3]);
  });

  test("plain objects may hold parts of what they replace", () => {
    const message = new MessageBuilder();
    message.setRoot(AddressBook, { people: makePeople(3) });
    const { people } = message.getRoot(AddressBook);
    message.setRoot(AddressBook, { people: [people.at(2), people.at(0)] as never });
    expect(
      message
        .asReader()
        .getRoot(AddressBook)
        .people.map((person) => person.id),
    ).toEqual([15, 1]);
    expect(message.asReader().getRoot(AddressBook).people.at(0).phones.length).toBe(3);
  });
});

describe("capabilities", () => {
  test("copying adds a reference to the other message's table", () => {
    const capability = new Counted();
    const source = new MessageBuilder();
    source.initRoot(Node).$pointer(1).setCapability(capability);
    expect(capability.references).toBe(1);
    const target = new MessageBuilder();
    target.capTable.add(new Counted());
    target.setRoot(Node, source.getRoot(Node));
    expect(capability.references).toBe(2);
    expect(target.getRoot(Node).$pointer(1).capability).toBe(capability);
    expect(target.asReader().getRoot(Node).$pointer(1).capability).toBe(capability);
    expect(target.asReader().getRoot(Node).$capabilityIndex(1)).toBe(1);
    source.capTable.release();
    expect(capability.references).toBe(1);
    target.capTable.release();
    expect(capability.references).toBe(0);
  });

  test("overwriting or clearing a pointer gives its reference back, however deep it is", () => {
    const first = new Counted();
    const second = new Counted();
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$pointer(0).setCapability(first);
    root.$pointer(0).setCapability(second);
    expect([first.references, second.references]).toEqual([0, 1]);
    message.setRoot(Text, "gone");
    expect(second.references).toBe(0);
    const third = new Counted();
    message.initRoot(NodeList, 2).at(1).$init(0, listOf(AnyPointer), 3).at(2).setCapability(third);
    expect(third.references).toBe(1);
    message.root.clear();
    expect(third.references).toBe(0);
  });

  test("null is a null pointer", () => {
    const message = new MessageBuilder();
    writeCapability(message.builderSegment(0), message.root.at, null);
    expect(message.root.isNull).toBe(true);
    expect(message.capTable.slots).toHaveLength(0);
  });

  test("the same capability set twice has two slots", () => {
    const capability = new Counted();
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$pointer(0).setCapability(capability);
    root.$pointer(1).setCapability(capability.addRef());
    expect(message.capTable.slots).toEqual([capability, capability]);
    root.$clear(0);
    expect(message.capTable.slots).toEqual([null, capability]);
    expect(root.$pointer(1).capability).toBe(capability);
    expect(root.$pointer(1).kind).toBe("capability");
  });

  test("a capability that is in no table is copied as null", () => {
    const message = new MessageBuilder();
    message.root.setAny(reader(words(3n)).root);
    expect(message.root.isNull).toBe(true);
  });

  test("a capability is copied within its message with a reference of its own", () => {
    const capability = new Counted();
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$pointer(0).setCapability(capability);
    root.$pointer(1).setAny(root.$pointer(0));
    expect(capability.references).toBe(2);
    root.$pointer(0).setAny(root.$pointer(0));
    expect(capability.references).toBe(2);
    root.$clear(0);
    root.$clear(1);
    expect(capability.references).toBe(0);
  });

  test("a table can be released as a whole, once", () => {
    const capability = new Counted();
    const table = new CapTableBuilder();
    table.add(capability);
    table.release();
    table.release();
    expect(capability.references).toBe(0);
    expect(table.capability(0)).toBeNull();
    expect(table.capability(7)).toBeNull();
  });
});

describe("orphans", () => {
  test("what is disowned is gone from its place and whole in the next", () => {
    const message = new MessageBuilder();
    message.setRoot(AddressBook, { people: makePeople(2) });
    const orphan = message.getRoot(AddressBook).$disown(0);
    expect(message.getRoot(AddressBook).people.length).toBe(0);
    expect(orphan.isNull).toBe(false);
    expect(orphan.read(PersonList).at(1).name).toBe(makePeople(2)[1]!.name);
    orphan.as(PersonList).at(1).id = 99;
    message.initRoot(AddressBook).$adopt(0, orphan);
    expect(
      message
        .asReader()
        .getRoot(AddressBook)
        .people.map((person) => person.id),
    ).toEqual([1, 99]);
  });

  test("an orphan is used up by adoption", () => {
    const message = new MessageBuilder();
    message.setRoot(Text, "x");
    const orphan = message.root.disown();
    message.root.adopt(orphan);
    expect(message.getRoot(Text)).toBe("x");
    expect(codeOf(() => message.root.adopt(orphan))).toBe("orphan-used-up");
    expect(codeOf(() => orphan.isNull)).toBe("orphan-used-up");
    orphan.discard();
    expect(message.getRoot(Text)).toBe("x");
  });

  test("adopting replaces, and zeroes, what was there", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$setText(0, "new");
    root.$setText(1, "old old old old");
    root.$adopt(1, root.$disown(0));
    expect(message.getRoot(Node).$text(1)).toBe("new");
    expect(Buffer.from(message.segments()[0]!).toString("latin1")).not.toContain("old");
  });

  test("an orphan can be made outside the tree", () => {
    const message = new MessageBuilder();
    const orphan = Orphan.empty(message);
    expect(orphan.isNull).toBe(true);
    orphan.init(Person).name = "Ann";
    message.root.adopt(orphan);
    expect(message.asReader().getRoot(Person).name).toBe("Ann");
    const text = Orphan.empty(message);
    text.set(Text, "hello");
    message.root.adopt(text);
    expect(message.getRoot(Text)).toBe("hello");
  });

  test("discarding one zeroes it and gives back its capabilities", () => {
    const capability = new Counted();
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$init(0, Node).$pointer(0).setCapability(capability);
    const orphan = root.$disown(0);
    expect(capability.references).toBe(1);
    orphan.discard();
    expect(capability.references).toBe(0);
    // Two words are the root's pointer and its data: nothing else is left.
    expect([...message.segments()[0]!.subarray(16)].every((byte) => byte === 0)).toBe(true);
  });

  test("a capability can be disowned and adopted", () => {
    const capability = new Counted();
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$pointer(0).setCapability(capability);
    root.$adopt(1, root.$disown(0));
    expect(root.$pointer(1).capability).toBe(capability);
    expect(root.$has(0)).toBe(false);
    expect(capability.references).toBe(1);
  });

  test("another message does not take it", () => {
    const message = new MessageBuilder();
    message.setRoot(Text, "x");
    const orphan = message.root.disown();
    expect(codeOf(() => new MessageBuilder().root.adopt(orphan))).toBe("orphan-of-another-message");
    message.root.adopt(orphan);
    expect(message.getRoot(Text)).toBe("x");
  });

  test("disowning null gives an orphan that is null", () => {
    const message = new MessageBuilder();
    const orphan = message.root.disown();
    expect(orphan.isNull).toBe(true);
    message.setRoot(Text, "x");
    message.root.adopt(orphan);
    expect(message.root.isNull).toBe(true);
  });

  test("the words orphans use are used again", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(Node);
    root.$setText(0, "x");
    root.$adopt(1, root.$disown(0));
    const used = message.byteLength;
    for (let round = 0; round < 10; round++) {
      root.$adopt(0, root.$disown(1));
      root.$adopt(1, root.$disown(0));
    }
    expect(message.byteLength).toBe(used);
  });
});
