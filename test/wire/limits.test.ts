/** Traversal and nesting limits: what is charged how much, and that small messages cannot cause much work. */

import {
  AnyStruct,
  BoolList,
  Data,
  equals,
  listOf,
  MessageBuilder,
  MessageReader,
  type PointerType,
  Text,
  UInt8List,
  VoidList,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { chars, codeOf, farPointer, listPointer, message, structPointer, words } from "./bytes.js";

const StructList = listOf(AnyStruct);
const MEBI = 1024 * 1024;

/** Words charged for reading the root as `type`, its own pointer excluded. */
function charged<R>(segments: Uint8Array | Uint8Array[], type: PointerType<R, unknown, never>): number {
  const reader = message(segments);
  const before = reader.remaining;
  reader.getRoot(type);
  return before - reader.remaining - 1;
}

describe("the traversal limit is charged for", () => {
  test.each<[string, number, Uint8Array | Uint8Array[], PointerType<unknown, unknown, never>]>([
    ["a struct: its words", 3, words(structPointer(0, 2, 1), 0, 0, 0), AnyStruct],
    ["a struct without fields: nothing", 0, words(structPointer(-1, 0, 0)), AnyStruct],
    ["a null pointer: nothing", 0, words(0), AnyStruct],
    ["text: its words, NUL included", 1, words(listPointer(0, 2, 8), chars("1234567")), Text],
    ["text that just needs another word", 2, words(listPointer(0, 2, 9), chars("12345678"), 0), Text],
    ["data", 1, words(listPointer(0, 2, 8), chars("12345678")), Data],
    ["a list of bits", 2, words(listPointer(0, 1, 65), 0, 0), BoolList],
    ["a list of bytes", 2, words(listPointer(0, 2, 9), 0, 0), UInt8List],
    ["a list of pointers", 3, words(listPointer(0, 6, 3), 0, 0, 0), listOf(Text)],
    [
      "a struct list: its words and its tag",
      5,
      words(listPointer(0, 7, 4), structPointer(2, 1, 1), 0, 0, 0, 0),
      StructList,
    ],
    ["a list of Void: a word for each element", 1000, words(listPointer(0, 0, 1000)), VoidList],
    ["a list of Void read as structs: likewise", 1000, words(listPointer(0, 0, 1000)), StructList],
    [
      "structs without fields: the tag and a word for each",
      1001,
      words(listPointer(0, 7, 0), structPointer(1000, 0, 0)),
      StructList,
    ],
    ["a far pointer: the pad", 2, [words(farPointer(1, 0)), words(structPointer(0, 1, 0), 0)], AnyStruct],
    [
      "a double-far pointer: the pad of two words",
      3,
      [words(farPointer(1, 0, true)), words(farPointer(2, 0), structPointer(0, 1, 0)), words(0)],
      AnyStruct,
    ],
  ])("%s", (_what, expected, segments, type) => {
    expect(charged(segments, type)).toBe(expected);
  });

  test("every visit anew", () => {
    const root = message(words(structPointer(0, 0, 1), listPointer(0, 2, 8), chars("1234567")), {
      traversalLimitInWords: 7,
    });
    const struct = root.getRoot(AnyStruct);
    for (let visit = 0; visit < 5; visit++) expect(struct.$text(0)).toBe("1234567");
    expect(codeOf(() => struct.$text(0))).toBe("traversal-limit");
  });

  test("what is copied and compared", () => {
    const reader = message(words(structPointer(0, 1, 1), 1, structPointer(0, 2, 0), 2, 3));
    const { root } = reader;
    const before = reader.remaining;
    new MessageBuilder().root.setAny(root);
    expect(before - reader.remaining).toBe(4);
    equals(root, root);
    expect(before - reader.remaining).toBe(12);
  });

  test("no access to plain fields and list elements", () => {
    const reader = message(words(listPointer(0, 7, 2), structPointer(2, 1, 0), 1, 2));
    const list = reader.getRoot(StructList);
    const before = reader.remaining;
    list.forEach((struct) => {
      struct.$uint32(0);
    });
    expect(reader.remaining).toBe(before);
  });
});

describe("at the traversal limit", () => {
  test("it is 64 MiB unless set", () => {
    expect(message(words(0)).remaining).toBe(8 * MEBI);
    const builder = new MessageBuilder({ firstSegmentWords: 6 * MEBI });
    builder.initRoot(Data, 40 * MEBI);
    const reader = new MessageReader(builder.segments());
    expect(reader.getRoot(Data).length).toBe(40 * MEBI);
    expect(codeOf(() => reader.getRoot(Data))).toBe("traversal-limit");
  });

  test("the last word may be read, the next may not", () => {
    const segment = words(structPointer(0, 2, 0), 1, 2);
    expect(message(segment, { traversalLimitInWords: 3 }).getRoot(AnyStruct).$uint64(8)).toBe(2n);
    expect(codeOf(() => message(segment, { traversalLimitInWords: 2 }).getRoot(AnyStruct))).toBe("traversal-limit");
    expect(codeOf(() => message(segment, { traversalLimitInWords: 0 }).getRoot(AnyStruct))).toBe("traversal-limit");
  });

  test("a refused visit is not charged, as in C++", () => {
    const reader = message(words(structPointer(0, 0, 2), structPointer(1, 2, 0), structPointer(2, 1, 0), 0, 0, 7), {
      traversalLimitInWords: 4,
    });
    const root = reader.getRoot(AnyStruct);
    expect(codeOf(() => root.$read(0, AnyStruct))).toBe("traversal-limit");
    expect(root.$read(1, AnyStruct).$uint8(0)).toBe(7);
  });

  test("one's own messages have none", () => {
    const builder = new MessageBuilder();
    builder.setRoot(Data, new Uint8Array(MEBI));
    const reader = builder.asReader();
    let sum = 0;
    for (let visit = 0; visit < 100; visit++) sum += reader.getRoot(Data).length;
    expect(sum).toBe(100 * MEBI);
  });
});

describe("amplification", () => {
  test.each<[string, Uint8Array, PointerType<unknown, unknown, never>]>([
    ["half a billion Voids", words(listPointer(0, 0, 0x1fffffff)), VoidList],
    ["half a billion Voids as structs", words(listPointer(0, 0, 0x1fffffff)), StructList],
    ["a billion structs without fields", words(listPointer(0, 7, 0), 0xfffffffcn), StructList],
    ["a billion structs without fields as Voids", words(listPointer(0, 7, 0), 0xfffffffcn), VoidList],
  ])("%s in two words are refused", (_what, segment, type) => {
    expect(codeOf(() => message(segment).getRoot(type))).toBe("traversal-limit");
    const reader = message(segment);
    expect(codeOf(() => new MessageBuilder().root.setAny(reader.root))).toBe("traversal-limit");
    expect(codeOf(() => equals(reader.root, reader.root))).toBe("traversal-limit");
  });

  test("copying elements without size does not loop over them", () => {
    const reader = message(words(listPointer(0, 7, 0), structPointer(8 * MEBI - 10, 0, 0)));
    const builder = new MessageBuilder();
    builder.root.setAny(reader.root);
    expect(builder.byteLength).toBe(16);
  });

  test("pointers that all lead to one object cost a visit each", () => {
    // 1000 pointers to one text of 4 KiB: 4 MiB to read from 12 KiB.
    const pointers = 1000;
    const textWords = 512;
    const segment = words(
      listPointer(0, 6, pointers),
      ...Array.from({ length: pointers }, (_, index) => listPointer(pointers - 1 - index, 2, textWords * 8)),
      ...Array(textWords).fill(0),
    );
    const reader = message(segment, { traversalLimitInWords: pointers + 1 + 100 * textWords });
    const list = reader.getRoot(listOf(Data));
    let read = 0;
    expect(
      codeOf(() =>
        list.forEach(() => {
          read++;
        }),
      ),
    ).toBe("traversal-limit");
    expect(read).toBe(100);
  });

  test("a struct that points to itself ends at the nesting limit", () => {
    const reader = message(words(structPointer(0, 0, 2), structPointer(-1, 0, 2), structPointer(-2, 0, 2)));
    expect(codeOf(() => new MessageBuilder().root.setAny(reader.root))).toMatch(/nesting-limit/);
    // Nothing but the limits bounds a tree that branches at every level: the work stays within the traversal limit.
    const small = message(words(structPointer(0, 0, 2), structPointer(-1, 0, 2), structPointer(-2, 0, 2)), {
      traversalLimitInWords: 1000,
      nestingLimit: 10_000,
    });
    expect(codeOf(() => new MessageBuilder().root.setAny(small.root))).toBe("traversal-limit");
  });
});

describe("the nesting limit", () => {
  /** `depth` structs, each pointing to the next. */
  function chain(depth: number): Uint8Array {
    return words(...Array.from({ length: depth }, () => structPointer(0, 0, 1)), 0);
  }

  function descend(reader: MessageReader): number {
    let depth = 1;
    for (let struct = reader.getRoot(AnyStruct); struct.$has(0); depth++) struct = struct.$read(0, AnyStruct);
    return depth;
  }

  test("is 64 unless set", () => {
    expect(descend(message(chain(64)))).toBe(64);
    expect(codeOf(() => descend(message(chain(65))))).toBe("nesting-limit");
    expect(descend(message(chain(200), { nestingLimit: 200 }))).toBe(200);
    expect(codeOf(() => descend(message(chain(2), { nestingLimit: 1 })))).toBe("nesting-limit");
  });

  test("counts lists like structs", () => {
    const nested = words(listPointer(0, 6, 1), listPointer(0, 6, 1), listPointer(0, 4, 2), 5n);
    const read = (nestingLimit: number) => {
      const lists = message(nested, { nestingLimit }).getRoot(listOf(listOf(AnyStruct)));
      return codeOf(() => lists.at(0).length);
    };
    expect(read(2)).toBe("nothing thrown");
    expect(read(1)).toBe("nesting-limit");
  });

  test("counts a struct list's elements as one level below the list", () => {
    const segment = words(listPointer(0, 7, 1), structPointer(1, 0, 1), structPointer(0, 1, 0), 9);
    const read = (nestingLimit: number) =>
      codeOf(() => message(segment, { nestingLimit }).getRoot(StructList).at(0).$read(0, AnyStruct));
    expect(read(3)).toBe("nothing thrown");
    expect(read(2)).toBe("nesting-limit");
    expect(read(1)).toBe("nesting-limit");
  });

  test("is not changed by AnyPointers in between", () => {
    const reader = message(chain(3), { nestingLimit: 2 });
    const second = reader.root.as(AnyStruct).$pointer(0).as(AnyStruct);
    expect(codeOf(() => second.$pointer(0).as(AnyStruct))).toBe("nesting-limit");
  });

  test("does not hold for one's own messages", () => {
    const builder = new MessageBuilder();
    builder.root.setAny(message(chain(1000), { nestingLimit: 1000 }).root);
    expect(descend(builder.asReader())).toBe(1000);
  });
});
