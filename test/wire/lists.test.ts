/** Lists of every encoding, and what a list written by another version of a schema reads as. */

import {
  AnyStruct,
  BoolList,
  Data,
  Float32List,
  Float64List,
  Int8List,
  Int16List,
  Int32List,
  Int64List,
  listOf,
  type PointerType,
  Text,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
  VoidList,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { ColorList } from "./all-types.js";
import { chars, codeOf, listPointer, message, structPointer, words } from "./bytes.js";

const StructList = listOf(AnyStruct);
const TextList = listOf(Text);

describe("lists as they were written", () => {
  test("numbers of every size come as typed arrays", () => {
    const data = words(0x8877665544332211n);
    const read = <R>(type: PointerType<R, unknown, never>, size: number, count: number) =>
      message(new Uint8Array([...words(listPointer(0, size, count)), ...data])).getRoot(type);
    expect(read(Int8List, 2, 8)).toEqual(new Int8Array([0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, -0x78]));
    expect(read(UInt8List, 2, 8)).toEqual(new Uint8Array([0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]));
    expect(read(Int16List, 3, 4)).toEqual(new Int16Array([0x2211, 0x4433, 0x6655, -0x7789]));
    expect(read(UInt16List, 3, 3)).toEqual(new Uint16Array([0x2211, 0x4433, 0x6655]));
    expect(read(Int32List, 4, 2)).toEqual(new Int32Array([0x44332211, 0x88776655 | 0]));
    expect(read(UInt32List, 4, 2)).toEqual(new Uint32Array([0x44332211, 0x88776655]));
    expect(read(Int64List, 5, 1)).toEqual(new BigInt64Array([BigInt.asIntN(64, 0x8877665544332211n)]));
    expect(read(UInt64List, 5, 1)).toEqual(new BigUint64Array([0x8877665544332211n]));
    expect(read(Float32List, 4, 2).length).toBe(2);
    expect(read(Float64List, 5, 1)[0]).toBe(new DataView(data.buffer).getFloat64(0, true));
  });

  test("an aligned list of numbers is a view of the message, an unaligned one a copy", () => {
    const segment = words(listPointer(0, 4, 2), 1n | (2n << 32n));
    const aligned = message(segment).getRoot(UInt32List);
    expect(aligned.buffer).toBe(segment.buffer);
    const shifted = new Uint8Array(segment.length + 3);
    shifted.set(segment, 3);
    const copy = message(shifted.subarray(3)).getRoot(UInt32List);
    expect(copy).toEqual(new Uint32Array([1, 2]));
    expect(copy.buffer).not.toBe(shifted.buffer);
  });

  test("Bools are packed eight to a byte, lowest bit first", () => {
    const list = message(words(listPointer(0, 1, 10), 0b10_1000_0001n)).getRoot(BoolList);
    expect(list.toArray()).toEqual([true, false, false, false, false, false, false, true, false, true]);
  });

  test("Voids have nothing but a number", () => {
    expect(
      message(words(listPointer(0, 0, 3)))
        .getRoot(VoidList)
        .toArray(),
    ).toEqual([null, null, null]);
  });

  test("enums come by name, unknown ones by number", () => {
    const list = message(words(listPointer(0, 3, 3), 0x0009_0000_0002n)).getRoot(ColorList);
    expect(list.toArray()).toEqual(["blue", "red", 9]);
  });

  test("structs lie behind a tag", () => {
    const segment = words(listPointer(0, 7, 4), structPointer(2, 1, 1), 11, listPointer(2, 2, 2), 22, 0, chars("a"));
    const list = message(segment).getRoot(StructList);
    expect(list.map((element) => [element.$uint8(0), element.$text(0)])).toEqual([
      [11, "a"],
      [22, ""],
    ]);
  });

  test("a list of text is a list of pointers", () => {
    const segment = words(listPointer(0, 6, 3), listPointer(2, 2, 2), 0, listPointer(1, 2, 2), chars("a"), chars("b"));
    expect(message(segment).getRoot(TextList).toArray()).toEqual(["a", "", "b"]);
  });

  test("lists of lists nest", () => {
    const segment = words(listPointer(0, 6, 2), listPointer(1, 3, 2), 0, 0x0002_0001n);
    const lists = message(segment).getRoot(listOf(UInt16List));
    expect(lists.map((list) => [...list])).toEqual([[1, 2], []]);
  });

  test("a null pointer reads as an empty list of any type", () => {
    for (const type of [StructList, TextList, BoolList, VoidList, ColorList, Int8List, Float64List, listOf(Data)]) {
      expect(message(words(0)).getRoot(type as typeof BoolList).length).toBe(0);
    }
  });
});

describe("using a list", () => {
  const list = message(words(listPointer(0, 3, 3), 0x0001_0000_0002n)).getRoot(ColorList);

  test("elements are reached by index, from either end", () => {
    expect([list.at(0), list.at(2), list.at(-1), list.at(-3)]).toEqual(["blue", "green", "green", "blue"]);
  });

  test.each([3, -4, 1.5, Number.NaN, 2 ** 32])("index %d is a usage error", (index) => {
    expect(codeOf(() => list.at(index))).toBe("index-out-of-range");
  });

  test("it iterates, and has what one expects of a list", () => {
    expect([...list]).toEqual(["blue", "red", "green"]);
    expect(list.map((color, index) => `${index}${color}`)).toEqual(["0blue", "1red", "2green"]);
    expect(list.filter((color) => color !== "red")).toEqual(["blue", "green"]);
    expect(list.find((color) => color === "red")).toBe("red");
    expect(list.find((color) => color === 7)).toBeUndefined();
    expect(list.findIndex((color) => color === "green")).toBe(2);
    expect([list.some((color) => color === "red"), list.every((color) => color === "red")]).toEqual([true, false]);
    expect(list.reduce((text, color) => `${text}${color}`, "")).toBe("blueredgreen");
    const seen: unknown[] = [];
    list.forEach((color, index) => {
      seen.push([color, index]);
    });
    expect(seen).toHaveLength(3);
  });
});

describe("lists written by another version of the schema", () => {
  test("a list of a number reads as structs whose first field it is", () => {
    const list = message(words(listPointer(0, 3, 3), 0x0003_0002_0001n)).getRoot(StructList);
    expect(list.map((element) => element.$uint16(0))).toEqual([1, 2, 3]);
    // Nothing of the next element leaks into a wider or later field.
    expect(list.map((element) => [element.$uint32(0), element.$uint16(2), element.$has(0)])).toEqual(
      Array(3).fill([0, 0, false]),
    );
  });

  test("a list of pointers reads as structs whose first pointer it is", () => {
    const segment = words(listPointer(0, 6, 2), listPointer(1, 2, 2), 0, chars("a"));
    const list = message(segment).getRoot(StructList);
    expect(list.map((element) => [element.$text(0), element.$uint64(0), element.$has(1)])).toEqual([
      ["a", 0n, false],
      ["", 0n, false],
    ]);
  });

  test("a list of Void reads as structs without fields", () => {
    const list = message(words(listPointer(0, 0, 2))).getRoot(StructList);
    expect(list.map((element) => [element.$uint64(0), element.$has(0)])).toEqual(Array(2).fill([0n, false]));
  });

  const structs = words(
    listPointer(0, 7, 6),
    structPointer(2, 2, 1),
    0x1122,
    9,
    listPointer(3, 2, 2),
    0x3344,
    9,
    0,
    chars("a"),
  );

  test("structs read as a list of their first field", () => {
    expect([...message(structs).getRoot(UInt16List)]).toEqual([0x1122, 0x3344]);
    expect([...message(structs).getRoot(UInt8List)]).toEqual([0x22, 0x44]);
    expect([...message(structs).getRoot(UInt64List)]).toEqual([0x1122n, 0x3344n]);
    expect(message(structs).getRoot(ColorList).toArray()).toEqual([0x1122, 0x3344]);
    expect(message(structs).getRoot(VoidList).length).toBe(2);
  });

  test("structs read as a list of their first pointer, one struct apart (CVE-2022-46149)", () => {
    expect(message(structs).getRoot(TextList).toArray()).toEqual(["a", ""]);
  });

  test("structs without data are no list of numbers, structs without pointers no list of pointers", () => {
    const pointers = words(listPointer(0, 7, 1), structPointer(1, 0, 1), 0);
    const data = words(listPointer(0, 7, 1), structPointer(1, 1, 0), 0);
    expect(codeOf(() => message(pointers).getRoot(UInt8List))).toBe("wrong-element-size");
    expect(codeOf(() => message(data).getRoot(TextList))).toBe("wrong-element-size");
  });

  test("a list of wider numbers reads as its low bytes, a narrower one not at all", () => {
    const list = words(listPointer(0, 3, 2), 0x3344_1122n);
    expect([...message(list).getRoot(UInt8List)]).toEqual([0x22, 0x44]);
    expect(codeOf(() => message(list).getRoot(UInt32List))).toBe("wrong-element-size");
    expect(message(list).getRoot(VoidList).length).toBe(2);
    expect(codeOf(() => message(words(listPointer(0, 0, 2))).getRoot(UInt8List))).toBe("wrong-element-size");
  });

  test("numbers are no pointers and pointers no numbers", () => {
    expect(codeOf(() => message(words(listPointer(0, 5, 1), 0)).getRoot(TextList))).toBe("wrong-element-size");
    expect(codeOf(() => message(words(listPointer(0, 6, 1), 0)).getRoot(UInt64List))).toBe("wrong-element-size");
  });

  test("Bools convert to nothing and nothing to Bools", () => {
    const bits = words(listPointer(0, 1, 8), 0xff);
    for (const type of [StructList, UInt8List, TextList, VoidList, ColorList]) {
      expect(codeOf(() => message(bits).getRoot(type as typeof VoidList))).toBe("wrong-element-size");
    }
    for (const size of [0, 2, 3, 4, 5, 6]) {
      expect(codeOf(() => message(words(listPointer(0, size, 1), 0)).getRoot(BoolList))).toBe("wrong-element-size");
    }
    expect(codeOf(() => message(structs).getRoot(BoolList))).toBe("wrong-element-size");
  });
});

describe("malformed lists", () => {
  test.each([
    [1, 65],
    [2, 9],
    [3, 5],
    [4, 3],
    [5, 2],
    [6, 2],
    [7, 1],
    [5, 0x1fffffff],
    [7, 0x1fffffff],
  ])("a list of element size %d and count %d does not fit into a word", (size, count) => {
    const segment = words(listPointer(0, size, count), structPointer(1, 1, 0));
    const types = [VoidList, BoolList, UInt8List, UInt16List, UInt32List, UInt64List, TextList, StructList];
    expect(codeOf(() => message(segment).getRoot(types[size] as typeof VoidList))).toBe("out-of-bounds");
  });

  test("a struct list's tag must be a struct pointer", () => {
    expect(codeOf(() => message(words(listPointer(0, 7, 1), listPointer(1, 2, 1), 0)).getRoot(StructList))).toBe(
      "bad-list-tag",
    );
  });

  test("a struct list's elements must fit into its words", () => {
    for (const tag of [structPointer(2, 1, 0), structPointer(1, 1, 1), structPointer(0x1fffffff, 0xffff, 0xffff)]) {
      expect(codeOf(() => message(words(listPointer(0, 7, 1), tag, 0)).getRoot(StructList))).toBe("bad-list-tag");
    }
  });

  test("a struct list may have words to spare", () => {
    expect(message(words(listPointer(0, 7, 2), structPointer(1, 1, 0), 5, 6)).getRoot(StructList).length).toBe(1);
  });

  test("text and data are lists of bytes and nothing else", () => {
    for (const size of [0, 1, 3, 4, 5, 6, 7]) {
      const segment = words(listPointer(0, size, 1), structPointer(0, 0, 0), 0);
      expect(codeOf(() => message(segment).getRoot(Text))).toBe("wrong-element-size");
      expect(codeOf(() => message(segment).getRoot(Data))).toBe("wrong-element-size");
    }
  });
});
