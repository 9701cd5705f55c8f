/** Building: what ends up in memory, what is refused, and what happens to what is overwritten. */

import {
  AnyStruct,
  BoolList,
  Float32List,
  Float64List,
  Int8List,
  Int32List,
  Int64List,
  listOf,
  MessageBuilder,
  PointerListBuilder,
  StructBuilder,
  StructReader,
  structType,
  Text,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
  VoidList,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AddressBook, makePeople, Person, PersonList } from "./address-book.js";
import { AllTypes, Color, ColorList, FILLED, Small, SmallList } from "./all-types.js";
import { codeOf, dump } from "./bytes.js";

/** A struct type with so many data words and pointers. */
function sized(dataWords: number, pointerCount: number) {
  return structType<StructReader, StructBuilder, StructReader | StructBuilder>({
    id: 1n,
    name: `Sized${dataWords}x${pointerCount}`,
    dataWords,
    pointerCount,
    Reader: StructReader,
    Builder: StructBuilder,
  });
}

function bytes(message: MessageBuilder): string[] {
  return dump(message.segments()[0]!);
}

const ZERO = "00 00 00 00 00 00 00 00";

describe("what is built", () => {
  test("is laid out in the order it was asked for", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(sized(1, 2));
    root.$setUint32(0, 0x2a);
    root.$setText(1, "hi");
    root.$init(0, sized(1, 0)).$setInt8(7, -1);
    expect(bytes(message)).toEqual([
      "00 00 00 00 01 00 02 00",
      "2a 00 00 00 00 00 00 00",
      "08 00 00 00 01 00 00 00",
      "01 00 00 00 1a 00 00 00",
      "68 69 00 00 00 00 00 00",
      "00 00 00 00 00 00 00 ff",
    ]);
  });

  test("a struct without fields has a pointer that is not null", () => {
    const message = new MessageBuilder();
    message.initRoot(sized(0, 0));
    expect(bytes(message)).toEqual(["fc ff ff ff 00 00 00 00"]);
    expect(message.root.isNull).toBe(false);
    expect(message.root.kind).toBe("struct");
  });

  test("lists have the element sizes of the encoding", () => {
    const message = new MessageBuilder();
    const first = (fill: () => void) => {
      fill();
      return bytes(message)[0]!.slice(12);
    };
    expect(first(() => message.initRoot(VoidList, 5))).toBe("28 00 00 00");
    expect(first(() => message.initRoot(BoolList, 9))).toBe("49 00 00 00");
    expect(first(() => message.initRoot(UInt8List, 3))).toBe("1a 00 00 00");
    expect(first(() => message.initRoot(ColorList, 3))).toBe("1b 00 00 00");
    expect(first(() => message.initRoot(Float32List, 3))).toBe("1c 00 00 00");
    expect(first(() => message.initRoot(UInt64List, 3))).toBe("1d 00 00 00");
    expect(first(() => message.initRoot(listOf(Text), 3))).toBe("1e 00 00 00");
    expect(first(() => message.initRoot(SmallList, 3))).toBe("37 00 00 00");
  });

  test("an empty list is not null", () => {
    const message = new MessageBuilder();
    for (const type of [VoidList, BoolList, SmallList, listOf(Text)]) {
      expect(message.initRoot(type as typeof VoidList).length).toBe(0);
      expect(message.root.isNull).toBe(false);
      expect(message.asReader().getRoot(type as typeof VoidList).length).toBe(0);
    }
  });

  test("every type of field comes back", () => {
    const message = new MessageBuilder();
    message.setRoot(AllTypes, FILLED);
    expect(AllTypes.toPlain(message.asReader().getRoot(AllTypes))).toEqual(FILLED);
  });

  test("a plain object with lists of structs of text comes back", () => {
    const message = new MessageBuilder();
    message.setRoot(AddressBook, { people: makePeople(10) });
    expect(AddressBook.toPlain(message.asReader().getRoot(AddressBook))).toEqual({ people: makePeople(10) });
  });

  test("lists may be given as any iterable", () => {
    const message = new MessageBuilder();
    message.setRoot(UInt16List, new Set([3, 1, 2]));
    expect([...message.asReader().getRoot(UInt16List)]).toEqual([3, 1, 2]);
    message.setRoot(
      PersonList,
      (function* () {
        yield { id: 1 };
        yield { id: 2 };
      })(),
    );
    expect(
      message
        .asReader()
        .getRoot(PersonList)
        .map((person) => person.id),
    ).toEqual([1, 2]);
  });
});

describe("changing in place", () => {
  test("a builder reads what was set", () => {
    const message = new MessageBuilder();
    const root = message.initRoot(AllTypes);
    root.$setUint16(18, 9);
    root.$setText(0, "text");
    root.$setBool(0, true);
    root.$setBool(0, false);
    const again = message.getRoot(AllTypes);
    expect([again.$uint16(18), again.$text(0), again.$bool(0), again.$has(1)]).toEqual([9, "text", false, false]);
  });

  test("getting a null struct allocates it", () => {
    const message = new MessageBuilder();
    message.getRoot(Person).name = "Ann";
    expect(message.getRoot(Person).name).toBe("Ann");
  });

  test("getting a null list, text or data gives an empty one and allocates nothing", () => {
    const message = new MessageBuilder();
    expect(message.getRoot(SmallList).length).toBe(0);
    expect(message.getRoot(listOf(Text)).length).toBe(0);
    expect(message.getRoot(BoolList).length).toBe(0);
    expect(message.getRoot(UInt16List).length).toBe(0);
    expect(message.getRoot(Text)).toBe("");
    expect(message.root.isNull).toBe(true);
    expect(message.byteLength).toBe(8);
  });

  test("list elements are set one by one", () => {
    const message = new MessageBuilder();
    const list = message.initRoot(PersonList, 2);
    list.set(0, { id: 7, name: "first" });
    list.set(-1, { id: 8, name: "last" });
    list.at(0).email = "first@example.com";
    expect(list.map((person) => [person.id, person.name, person.email])).toEqual([
      [7, "first", "first@example.com"],
      [8, "last", ""],
    ]);
    // What an element is set to replaces all of it.
    list.set(0, { id: 9 });
    expect([list.at(0).id, list.at(0).name, list.at(0).email]).toEqual([9, "", ""]);
  });

  test("numeric lists are typed arrays into the message", () => {
    const message = new MessageBuilder();
    const list = message.initRoot(Int32List, 3);
    list[1] = -5;
    message.getRoot(Int32List)[2] = 6;
    expect([...message.asReader().getRoot(Int32List)]).toEqual([0, -5, 6]);
  });

  test("a list of numbers takes an array of its own kind whole, and others number by number", () => {
    const message = new MessageBuilder();
    const floats = Float64Array.from({ length: 1000 }, (_, index) => index / 7);
    message.setRoot(Float64List, floats.subarray(1, 999));
    expect(message.asReader().getRoot(Float64List)).toEqual(floats.subarray(1, 999));
    message.setRoot(Float64List, message.getRoot(Float64List).subarray(3, 5));
    expect(message.asReader().getRoot(Float64List)).toEqual(floats.subarray(4, 6));
    message.setRoot(Int32List, new Int8Array([-1, 2]));
    expect([...message.asReader().getRoot(Int32List)]).toEqual([-1, 2]);
    expect(codeOf(() => message.setRoot(UInt8List, new Int8Array([-1])))).toBe("value-out-of-range");
    message.setRoot(UInt8List, Buffer.from([1, 255]));
    expect([...message.asReader().getRoot(UInt8List)]).toEqual([1, 255]);
  });

  test("lists of bits, enums, text and lists are set by index", () => {
    const message = new MessageBuilder();
    const bits = message.initRoot(BoolList, 10);
    bits.set(9, true);
    bits.set(0, true);
    bits.set(0, false);
    expect(bits.toArray().indexOf(true)).toBe(9);
    const colors = message.initRoot(ColorList, 2);
    colors.set(1, "blue");
    expect(colors.toArray()).toEqual(["red", "blue"]);
    const texts = message.initRoot(listOf(Text), 2);
    texts.set(1, "x");
    expect(texts.toArray()).toEqual(["", "x"]);
    const lists = message.initRoot(listOf(UInt8List), 2) as PointerListBuilder<Uint8Array, number[]>;
    expect(lists).toBeInstanceOf(PointerListBuilder);
    lists.init(0, 2)[1] = 5;
    lists.set(1, [7]);
    expect(lists.map((list) => [...list])).toEqual([[0, 5], [7]]);
    expect(codeOf(() => lists.set(2, []))).toBe("index-out-of-range");
    expect(codeOf(() => bits.set(10, true))).toBe("index-out-of-range");
    expect(codeOf(() => message.initRoot(VoidList, 1).set(1, null))).toBe("index-out-of-range");
  });
});

describe("what a field cannot hold is refused", () => {
  const root = new MessageBuilder().initRoot(AllTypes);
  test.each<[string, () => void]>([
    ["Int8 128", () => root.$setInt8(0, 128)],
    ["Int8 -129", () => root.$setInt8(0, -129)],
    ["Int8 0.5", () => root.$setInt8(0, 0.5)],
    ["UInt8 256", () => root.$setUint8(0, 256)],
    ["UInt8 -1", () => root.$setUint8(0, -1)],
    ["Int16 32768", () => root.$setInt16(0, 32768)],
    ["UInt16 NaN", () => root.$setUint16(0, Number.NaN)],
    ["Int32 2^31", () => root.$setInt32(0, 2 ** 31)],
    ["UInt32 2^32", () => root.$setUint32(0, 2 ** 32)],
    ["UInt32 -1", () => root.$setUint32(0, -1)],
    ["UInt32 1.5", () => root.$setUint32(0, 1.5)],
    ["Int64 2^63", () => root.$setInt64(0, 2n ** 63n)],
    ["Int64 below -2^63", () => root.$setInt64(0, -(2n ** 63n) - 1n)],
    ["UInt64 2^64", () => root.$setUint64(0, 2n ** 64n)],
    ["UInt64 -1", () => root.$setUint64(0, -1n)],
    ["an enum's unknown name", () => root.$setEnum(0, "mauve" as "red", Color)],
    ["an enum's ordinal 65536", () => root.$setEnum(0, 65536, Color)],
    ["a list of UInt8 with 256", () => root.$set(8, UInt8List, [1, 256])],
    ["a list of UInt32 with -1", () => root.$set(10, UInt32List, [-1])],
    ["a list of Int8 with 1.5", () => root.$set(4, Int8List, [1.5])],
    ["a list of Int64 with 2^63", () => root.$set(7, Int64List, [2n ** 63n])],
  ])("%s", (_what, action) => {
    expect(codeOf(action)).toBe("value-out-of-range");
  });

  test("an enum may be set to an ordinal it has no name for", () => {
    root.$setEnum(36, 500, Color);
    expect(root.$enum(36, Color.names)).toBe(500);
  });

  test("a refused list leaves the old one", () => {
    root.$set(8, UInt8List, [1, 2]);
    expect(codeOf(() => root.$set(8, UInt8List, [3, 256]))).toBe("value-out-of-range");
    expect([...root.$get(8, UInt8List)]).toEqual([1, 2]);
  });

  test.each([-1, 1.5, 2 ** 29, Number.NaN])("a list of length %d", (length) => {
    expect(codeOf(() => new MessageBuilder().initRoot(VoidList, length))).toBe("list-too-long");
    expect(codeOf(() => new MessageBuilder().initRoot(SmallList, length))).toBe("list-too-long");
  });

  test("a list of structs of more words than a list can count", () => {
    expect(codeOf(() => new MessageBuilder().initRoot(listOf(sized(2, 0)), 2 ** 28))).toBe("list-too-long");
  });

  test("a struct of more words than a struct can count", () => {
    expect(codeOf(() => new MessageBuilder().initRoot(sized(65536, 0)))).toBe("struct-too-large");
  });

  test("what is there already, as something else", () => {
    const message = new MessageBuilder();
    message.setRoot(Text, "x");
    expect(codeOf(() => message.getRoot(AnyStruct))).toBe("wrong-pointer-kind");
    expect(codeOf(() => message.getRoot(listOf(Text)))).toBe("wrong-pointer-kind");
    expect(codeOf(() => message.getRoot(BoolList))).toBe("wrong-pointer-kind");
    expect(codeOf(() => message.getRoot(UInt16List))).toBe("wrong-pointer-kind");
    message.initRoot(AnyStruct);
    expect(codeOf(() => message.getRoot(Text))).toBe("wrong-pointer-kind");
    expect(codeOf(() => message.getRoot(SmallList))).toBe("wrong-pointer-kind");
    message.initRoot(BoolList, 3);
    expect(codeOf(() => message.getRoot(SmallList))).toBe("wrong-element-size");
  });
});

describe("what is overwritten is zeroed", () => {
  test("objects, and all they point to", () => {
    const message = new MessageBuilder();
    message.setRoot(AllTypes, FILLED);
    const used = message.byteLength;
    message.root.clear();
    expect(message.byteLength).toBe(used);
    expect(bytes(message).every((word) => word === ZERO)).toBe(true);
    message.setRoot(AddressBook, { people: makePeople(3) });
    message.initRoot(sized(1, 0)).$setUint32(0, 1);
    expect(bytes(message).filter((word) => word !== ZERO)).toHaveLength(2);
  });

  test("an element that is set anew, with what it pointed to", () => {
    const message = new MessageBuilder();
    const list = message.initRoot(PersonList, 1);
    list.set(0, { id: 1, name: "aaaaaaaaaaaaaa", phones: [{ number: "bbbbbbbbbbbbbbb" }] });
    list.set(0, { id: 2 });
    expect(Buffer.from(message.segments()[0]!).toString("latin1")).not.toMatch(/[ab]/);
  });
});

describe("growing what an older schema built", () => {
  test("a struct that is too small is moved, its old place zeroed", () => {
    const message = new MessageBuilder();
    const old = message.initRoot(sized(1, 1));
    old.$setUint64(0, 0x1122334455667788n);
    old.$setText(0, "kept");
    const grown = message.getRoot(sized(2, 3));
    expect([grown.$uint64(0), grown.$uint64(8), grown.$text(0), grown.$has(2)]).toEqual([
      0x1122334455667788n,
      0n,
      "kept",
      false,
    ]);
    expect(bytes(message).slice(1, 3)).toEqual([ZERO, ZERO]);
    grown.$setText(2, "new");
    expect(message.asReader().getRoot(AnyStruct).$text(2)).toBe("new");
    // Asking as the old schema again neither moves nor shrinks it.
    const used = message.byteLength;
    expect(message.getRoot(sized(1, 1)).$pointerCount).toBe(3);
    expect(message.byteLength).toBe(used);
  });

  test("each section keeps the larger of both sizes", () => {
    const message = new MessageBuilder();
    message.initRoot(sized(3, 0)).$setUint8(23, 9);
    const grown = message.getRoot(sized(1, 2));
    expect([grown.$dataSize, grown.$pointerCount, grown.$uint8(23)]).toEqual([24, 2, 9]);
  });

  test("a struct list is moved whole", () => {
    const message = new MessageBuilder();
    const old = message.initRoot(listOf(sized(1, 1)), 3);
    old.forEach((element, index) => {
      element.$setUint32(0, index + 1);
      element.$setText(0, `text ${index}`);
    });
    const grown = message.getRoot(listOf(sized(2, 2)));
    grown.at(1).$setText(1, "new");
    expect(
      grown.map((element) => [element.$uint32(0), element.$text(0), element.$text(1), element.$uint64(8)]),
    ).toEqual([
      [1, "text 0", "", 0n],
      [2, "text 1", "new", 0n],
      [3, "text 2", "", 0n],
    ]);
    expect(bytes(message).slice(1, 8)).toEqual(Array(7).fill(ZERO));
  });

  test("a list of numbers becomes a struct list", () => {
    const message = new MessageBuilder();
    message.setRoot(UInt16List, [10, 20, 30]);
    const structs = message.getRoot(SmallList);
    structs.at(2).$setText(0, "thirty");
    expect(structs.map((element) => [element.$uint16(0), element.$text(0)])).toEqual([
      [10, ""],
      [20, ""],
      [30, "thirty"],
    ]);
    expect(bytes(message)[1]).toBe(ZERO);
    // And still reads as numbers, but cannot be changed in place as such.
    expect([...message.asReader().getRoot(UInt16List)]).toEqual([10, 20, 30]);
    expect(codeOf(() => message.getRoot(UInt16List))).toBe("wrong-pointer-kind");
  });

  test("a list of text becomes a struct list, and is still a list of text", () => {
    const message = new MessageBuilder();
    message.setRoot(listOf(Text), ["a", "b"]);
    const structs = message.getRoot(SmallList);
    structs.at(0).$setUint16(0, 7);
    expect(structs.map((element) => [element.$uint16(0), element.$text(0)])).toEqual([
      [7, "a"],
      [0, "b"],
    ]);
    const texts = message.getRoot(listOf(Text));
    texts.set(1, "changed");
    expect(texts.toArray()).toEqual(["a", "changed"]);
    expect(structs.at(1).$text(0)).toBe("changed");
    expect(codeOf(() => message.initRoot(listOf(sized(1, 0)), 1) && message.getRoot(listOf(Text)))).toBe(
      "wrong-pointer-kind",
    );
  });

  test("a list of Void becomes a struct list", () => {
    const message = new MessageBuilder();
    message.initRoot(VoidList, 2);
    expect(message.getRoot(SmallList).map((element) => element.$uint16(0))).toEqual([0, 0]);
  });

  test("lists of 64-bit numbers and of bytes become struct lists", () => {
    const message = new MessageBuilder();
    message.setRoot(Float64List, [1.5, -1]);
    expect(message.getRoot(listOf(sized(0, 1))).map((element) => element.$float64(0))).toEqual([1.5, -1]);
    message.setRoot(UInt8List, [1, 2]);
    expect(message.getRoot(listOf(sized(0, 1))).map((element) => element.$uint64(0))).toEqual([1n, 2n]);
  });
});

describe("unions", () => {
  test("a member that is not set is a usage error, from reader and builder", () => {
    const message = new MessageBuilder();
    const person = message.initRoot(Person);
    expect(person.employment.which).toBe("unemployed");
    expect(codeOf(() => person.employment.school)).toBe("inactive-union-member");
    person.employment.school = "MIT";
    expect(person.employment.which).toBe("school");
    const reader = message.asReader().getRoot(Person);
    expect(reader.employment.school).toBe("MIT");
    expect(codeOf(() => reader.employment.employer)).toBe("inactive-union-member");
  });

  test("an unknown discriminant reads as its number", () => {
    const message = new MessageBuilder();
    message.initRoot(Person).$setUint16(4, 9);
    expect(message.asReader().getRoot(Person).employment.which).toBe(9);
  });

  test("data of a group is zeroed byte by byte", () => {
    const root = new MessageBuilder().initRoot(AllTypes);
    root.$setUint64(24, 2n ** 64n - 1n);
    root.$zeroData(25, 2);
    expect(root.$uint64(24)).toBe(0xffff_ffff_ff00_00ffn);
  });
});

test("a struct type without a plain form says so", () => {
  expect(codeOf(() => new MessageBuilder().setRoot(AnyStruct, {} as StructReader))).toBe("no-plain-form");
  expect(codeOf(() => AnyStruct.toPlain(new MessageBuilder().asReader().getRoot(AnyStruct)))).toBe("no-plain-form");
});

test("a reader sees what is built when it is asked for again", () => {
  const message = new MessageBuilder();
  const small = message.initRoot(Small);
  const before = small.$asReader(StructReader);
  small.$setText(0, "later");
  expect(codeOf(() => before.$text(0))).toBe("out-of-bounds");
  expect(small.$asReader(StructReader).$text(0)).toBe("later");
  expect(before.$text(0)).toBe("later");
});
