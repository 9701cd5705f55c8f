/** Pointers of every kind, in messages written out by hand. */

import { AnyPointer, AnyStruct, Data, Int32List, listOf, readCapabilityIndex, Text, WireError } from "capwire/wire";
import { describe, expect, test } from "vitest";
import {
  capabilityPointer,
  chars,
  codeOf,
  farPointer,
  hex,
  listPointer,
  message,
  structPointer,
  words,
} from "./bytes.js";

describe("struct pointers", () => {
  test("a struct's fields are read where the pointer says", () => {
    const root = message(hex`
      04 00 00 00 01 00 01 00   # one word further: 1 data word, 1 pointer
      ff ff ff ff ff ff ff ff   # not part of it
      2a 00 00 00 07 00 00 00
      01 00 00 00 1a 00 00 00   # list of 3 bytes
      68 69 00 00 00 00 00 00   # "hi"
    `).getRoot(AnyStruct);
    expect(root.$uint32(0)).toBe(42);
    expect(root.$uint32(4)).toBe(7);
    expect(root.$text(0)).toBe("hi");
  });

  test("offsets may be negative", () => {
    const segment = words(structPointer(1, 0, 1), 42, structPointer(-2, 1, 0));
    expect(message(segment).getRoot(AnyStruct).$read(0, AnyStruct).$uint64(0)).toBe(42n);
  });

  test("fields behind the end of a struct read as zero, null and empty", () => {
    const root = message(words(structPointer(0, 0, 0) | 0xfffffffcn)).getRoot(AnyStruct);
    expect([root.$bool(3), root.$int8(1), root.$uint16(0), root.$uint32(4), root.$uint64(8), root.$float64(0)]).toEqual(
      [false, 0, 0, 0, 0n, 0],
    );
    expect(root.$text(0)).toBe("");
    expect(root.$bytes(0).length).toBe(0);
    expect(root.$has(0)).toBe(false);
    expect(root.$pointer(3).isNull).toBe(true);
    expect(root.$read(0, AnyStruct).$uint32(0)).toBe(0);
    expect(root.$capabilityIndex(0)).toBe(-1);
  });

  test("a field that straddles the end of the data section reads as zero", () => {
    const root = message(words(structPointer(0, 1, 0), -1)).getRoot(AnyStruct);
    expect([root.$uint32(4), root.$uint32(6), root.$uint64(4), root.$uint16(7), root.$uint8(7)]).toEqual([
      0xffffffff,
      0,
      0n,
      0,
      0xff,
    ]);
  });

  test("a null pointer reads as an empty struct", () => {
    expect(message(words(0)).getRoot(AnyStruct).$dataSize).toBe(0);
    expect(message(words(0)).root.kind).toBe("null");
  });

  test.each([
    ["behind the segment", structPointer(0, 2, 0)],
    ["before the segment", structPointer(-3, 1, 0)],
    ["by its pointers", structPointer(0, 0, 2)],
    ["as far as an offset goes", structPointer(0x1fffffff, 0xffff, 0xffff)],
    ["as far back as an offset goes", structPointer(-0x20000000, 1, 0)],
  ])("a struct that leaves its segment %s is an error", (_where, pointer) => {
    expect(codeOf(() => message(words(pointer, 0)).getRoot(AnyStruct))).toBe("out-of-bounds");
  });

  test("the error says which pointer is bad", () => {
    const segment = words(structPointer(0, 0, 2), 0, structPointer(5, 1, 0));
    const root = message([segment]).getRoot(AnyStruct);
    try {
      root.$read(1, AnyStruct);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
      expect(error).toMatchObject({ code: "out-of-bounds", segment: 0, offset: 16 });
      expect((error as Error).message).toContain("segment 0, byte 16");
    }
  });

  test("a message in the middle of a larger buffer is read in place", () => {
    const buffer = new Uint8Array(64);
    buffer.set(words(structPointer(0, 1, 0), 99), 13);
    expect(message(buffer.subarray(13, 29)).getRoot(AnyStruct).$uint8(0)).toBe(99);
    // Its neighbours are out of bounds.
    buffer.set(words(structPointer(1, 1, 0), 99), 13);
    expect(codeOf(() => message(buffer.subarray(13, 29)).getRoot(AnyStruct))).toBe("out-of-bounds");
    buffer.set(words(structPointer(-2, 1, 0), 99), 13);
    expect(codeOf(() => message(buffer.subarray(13, 29)).getRoot(AnyStruct))).toBe("out-of-bounds");
  });

  test("a message without a word has no root", () => {
    expect(codeOf(() => message([]).root)).toBe("no-root");
    expect(codeOf(() => message(new Uint8Array(0)).getRoot(AnyStruct))).toBe("no-root");
    expect(codeOf(() => message(new Uint8Array(7)).root)).toBe("no-root");
  });
});

describe("pointers of the wrong kind", () => {
  const list = words(listPointer(0, 4, 2), 0);
  const struct = words(structPointer(0, 1, 0), 0);
  const capability = words(capabilityPointer(0));

  test("a list is no struct", () => {
    expect(codeOf(() => message(list).getRoot(AnyStruct))).toBe("wrong-pointer-kind");
  });

  test("a struct is no list, no text and no data", () => {
    for (const type of [Int32List, listOf(AnyStruct), listOf(Text), Text, Data]) {
      expect(codeOf(() => message(struct).getRoot(type as typeof Text))).toBe("wrong-pointer-kind");
    }
  });

  test("a capability is neither", () => {
    expect(codeOf(() => message(capability).getRoot(AnyStruct))).toBe("wrong-pointer-kind");
    expect(codeOf(() => message(capability).getRoot(Int32List))).toBe("wrong-pointer-kind");
    expect(codeOf(() => message(capability).getRoot(Text))).toBe("wrong-pointer-kind");
  });

  test("a pointer of kind 3 that is no capability is unknown", () => {
    const segment = words(7n | (5n << 32n));
    expect(codeOf(() => message(segment).getRoot(AnyStruct))).toBe("unknown-pointer");
    expect(codeOf(() => message(segment).getRoot(Text))).toBe("unknown-pointer");
    expect(codeOf(() => message(segment).root.kind)).toBe("unknown-pointer");
    expect(codeOf(() => message(segment).root.capabilityIndex)).toBe("unknown-pointer");
  });
});

describe("capability pointers", () => {
  test("hold an index of the capability table", () => {
    const { root } = message(words(capabilityPointer(0xfffffffe)));
    expect(root.kind).toBe("capability");
    expect(root.capabilityIndex).toBe(0xfffffffe);
    expect(readCapabilityIndex(root.segment, root.at)).toBe(0xfffffffe);
  });

  test("a null pointer has index -1", () => {
    expect(message(words(0)).root.capabilityIndex).toBe(-1);
  });

  test("a struct or list pointer has no index", () => {
    expect(codeOf(() => message(words(structPointer(0, 1, 0), 0)).root.capabilityIndex)).toBe("wrong-pointer-kind");
    expect(codeOf(() => message(words(listPointer(0, 2, 1), 0)).root.capabilityIndex)).toBe("wrong-pointer-kind");
  });

  test("without a table, or beyond it, there is no capability", () => {
    const reader = message(words(capabilityPointer(5)));
    expect(reader.root.capability).toBeNull();
    reader.capTable = { capability: () => null };
    expect(reader.root.capability).toBeNull();
  });
});

describe("far pointers", () => {
  test("lead to a landing pad in another segment", () => {
    const reader = message([words(farPointer(1, 1)), words(11, structPointer(0, 1, 0), 22)]);
    expect(reader.getRoot(AnyStruct).$uint8(0)).toBe(22);
    expect(reader.root.kind).toBe("struct");
  });

  test("lead to lists, text, data and capabilities as well", () => {
    const pad = (pointer: bigint) => message([words(farPointer(1, 0)), words(pointer, chars("hi"))]).root;
    expect(pad(listPointer(0, 2, 3)).as(Text)).toBe("hi");
    expect([...pad(listPointer(0, 2, 2)).as(Data)]).toEqual([104, 105]);
    expect(pad(listPointer(0, 4, 2)).as(Int32List).length).toBe(2);
    expect(pad(capabilityPointer(9)).capabilityIndex).toBe(9);
    expect(pad(capabilityPointer(9)).kind).toBe("capability");
  });

  test("double-far pointers give segment and offset, and a tag without offset", () => {
    const reader = message([
      words(farPointer(1, 0, true)),
      words(farPointer(2, 1), structPointer(123, 1, 0)),
      words(0, 33),
    ]);
    expect(reader.getRoot(AnyStruct).$uint8(0)).toBe(33);
    const list = message([
      words(farPointer(1, 0, true)),
      words(farPointer(2, 1), listPointer(5, 2, 3)),
      words(0, chars("hi")),
    ]);
    expect(list.getRoot(Text)).toBe("hi");
    expect([...list.getRoot(Data)]).toEqual([104, 105, 0]);
  });

  test("may lead back into their own segment", () => {
    expect(
      message(words(farPointer(0, 1), structPointer(0, 1, 0), 44))
        .getRoot(AnyStruct)
        .$uint8(0),
    ).toBe(44);
  });

  test.each<[string, Uint8Array[], string]>([
    ["to a segment there is none of", [words(farPointer(1, 0))], "unknown-segment"],
    ["to segment 0xffffffff", [words(farPointer(0xffffffff, 0))], "unknown-segment"],
    ["to a pad outside its segment", [words(farPointer(1, 1)), words(0)], "bad-landing-pad"],
    ["to a pad of which half is outside", [words(farPointer(1, 0, true)), words(farPointer(0, 0))], "bad-landing-pad"],
    ["to another far pointer", [words(farPointer(1, 0)), words(farPointer(0, 0))], "bad-landing-pad"],
    ["to a double-far pointer", [words(farPointer(1, 0)), words(farPointer(0, 0, true))], "bad-landing-pad"],
    [
      "doubly to what is no far pointer",
      [words(farPointer(1, 0, true)), words(structPointer(0, 1, 0), structPointer(0, 1, 0))],
      "bad-landing-pad",
    ],
    [
      "doubly to a double-far pointer",
      [words(farPointer(1, 0, true)), words(farPointer(0, 0, true), structPointer(0, 0, 0))],
      "bad-landing-pad",
    ],
    [
      "doubly with a far pointer for a tag",
      [words(farPointer(1, 0, true)), words(farPointer(0, 0), farPointer(0, 0))],
      "bad-landing-pad",
    ],
    [
      "doubly to a segment there is none of",
      [words(farPointer(1, 0, true)), words(farPointer(7, 0), structPointer(0, 1, 0))],
      "unknown-segment",
    ],
    [
      "to content outside the pad's segment",
      [words(farPointer(1, 0), 0, 0), words(structPointer(0, 1, 0))],
      "out-of-bounds",
    ],
    [
      "doubly to content outside its segment",
      [words(farPointer(1, 0, true)), words(farPointer(0, 1), structPointer(0, 1, 0))],
      "out-of-bounds",
    ],
    [
      "doubly to content far outside its segment",
      [words(farPointer(1, 0, true)), words(farPointer(0, 0x1fffffff), structPointer(0, 0, 1))],
      "out-of-bounds",
    ],
  ])("a far pointer %s is an error", (_what, segments, code) => {
    expect(codeOf(() => message(segments).getRoot(AnyStruct))).toBe(code);
    expect(codeOf(() => message(segments).getRoot(Text))).toMatch(new RegExp(`${code}|wrong-pointer-kind`));
  });

  test("bounds are those of the segment the content lies in", () => {
    // Segment 0 is large, segment 1 is not: 16 bytes do not fit there.
    const large = words(farPointer(1, 0), 1, 2, 3, 4);
    expect(codeOf(() => message([large, words(structPointer(0, 2, 0), 0)]).getRoot(AnyStruct))).toBe("out-of-bounds");
  });
});

describe("AnyPointer", () => {
  test("is read as whatever the reader asks for", () => {
    const root = message(words(structPointer(0, 0, 2), listPointer(1, 2, 3), 0, chars("hi"))).getRoot(AnyStruct);
    const pointer = root.$read(0, AnyPointer);
    expect(pointer.isNull).toBe(false);
    expect(pointer.kind).toBe("list");
    expect(pointer.as(Text)).toBe("hi");
    expect(pointer.as(Data).length).toBe(3);
    expect(root.$pointer(1).isNull).toBe(true);
    expect(root.$read(5, AnyPointer).isNull).toBe(true);
  });
});
