/** Equality by content. */

import { type CapabilityReference, equals, listOf, MessageBuilder, Text, UInt16List } from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AllTypes, FILLED, Small, SmallList } from "./all-types.js";
import { SmallAllocator } from "./allocators.js";
import { codeOf, listPointer, message, structPointer, words } from "./bytes.js";

const capability: CapabilityReference = { addRef: () => capability, release: () => {} };

function compare(left: Uint8Array, right: Uint8Array): string {
  return equals(message(left).root, message(right).root);
}

describe("equal", () => {
  test("is the same content wherever it lies", () => {
    const left = new MessageBuilder();
    left.setRoot(AllTypes, FILLED);
    const right = new MessageBuilder({ allocator: new SmallAllocator(3) });
    right.setRoot(Text, "something before");
    right.setRoot(AllTypes, FILLED);
    expect(equals(left.asReader().root, right.asReader().root)).toBe("equal");
  });

  test("are structs that differ in trailing zeros and nulls only", () => {
    expect(compare(words(structPointer(0, 1, 0), 5), words(structPointer(0, 3, 2), 5, 0, 0, 0, 0))).toBe("equal");
    expect(compare(words(structPointer(-1, 0, 0)), words(structPointer(0, 1, 1), 0, 0))).toBe("equal");
  });

  test("are lists of bits whose padding differs", () => {
    expect(compare(words(listPointer(0, 1, 11), 0xf_0555), words(listPointer(0, 1, 11), 0x0_0555))).toBe("equal");
    expect(compare(words(listPointer(0, 1, 11), 0x555), words(listPointer(0, 1, 11), 0x155))).toBe("different");
  });

  test("are null pointers, and many structs without fields", () => {
    expect(compare(words(0), words(0))).toBe("equal");
    const many = words(listPointer(0, 7, 0), structPointer(1_000_000, 0, 0));
    expect(compare(many, many)).toBe("equal");
  });
});

describe("different", () => {
  test.each<[string, Uint8Array, Uint8Array]>([
    ["null and a struct", words(0), words(structPointer(-1, 0, 0))],
    ["a struct and a list", words(structPointer(0, 1, 0), 0), words(listPointer(0, 2, 0))],
    ["data", words(structPointer(0, 1, 0), 1), words(structPointer(0, 1, 0), 2)],
    ["data in one only", words(structPointer(0, 1, 0), 1), words(structPointer(0, 2, 0), 1, 1)],
    ["a pointer in one only", words(structPointer(0, 0, 1), 0), words(structPointer(0, 0, 1), structPointer(-1, 0, 0))],
    ["lengths", words(listPointer(0, 2, 2), 0), words(listPointer(0, 2, 3), 0)],
    ["element sizes", words(listPointer(0, 2, 2), 0), words(listPointer(0, 3, 2), 0)],
    ["numbers", words(listPointer(0, 2, 2), 1), words(listPointer(0, 2, 2), 2)],
    [
      "elements",
      words(listPointer(0, 7, 1), structPointer(1, 1, 0), 1),
      words(listPointer(0, 7, 1), structPointer(1, 1, 0), 2),
    ],
    ["kinds", words(3n), words(structPointer(0, 1, 0), 0)],
  ])("%s", (_what, left, right) => {
    expect(compare(left, right)).toBe("different");
    expect(compare(right, left)).toBe("different");
  });

  test("one text among many", () => {
    const build = (texts: string[]) => {
      const builder = new MessageBuilder();
      builder.setRoot(listOf(Text), texts);
      return builder.asReader().root;
    };
    expect(equals(build(["a", "b"]), build(["a", "b"]))).toBe("equal");
    expect(equals(build(["a", "b"]), build(["a", "c"]))).toBe("different");
    const structs = new MessageBuilder();
    structs.setRoot(SmallList, [{ text: "a" }]);
    const numbers = new MessageBuilder();
    numbers.setRoot(UInt16List, [1]);
    expect(equals(structs.asReader().root, numbers.asReader().root)).toBe("different");
  });
});

describe("with capabilities", () => {
  function build(reference: CapabilityReference | null, number: number) {
    const builder = new MessageBuilder();
    const root = builder.initRoot(Small);
    root.$setUint16(0, number);
    if (reference) root.$pointer(0).setCapability(reference);
    return builder.asReader().root;
  }

  test("the same reference is equal, another may be the same object", () => {
    const other: CapabilityReference = { addRef: () => other, release: () => {} };
    expect(equals(build(capability, 1), build(capability, 1))).toBe("equal");
    expect(equals(build(capability, 1), build(other, 1))).toBe("unknown");
    expect(equals(build(capability, 1), build(other, 2))).toBe("different");
    expect(equals(build(capability, 1), build(null, 1))).toBe("different");
    expect(compare(words(3n), words(3n))).toBe("unknown");
  });

  test("a list that holds one is unknown, unless something else differs", () => {
    const list = (count: number) => words(listPointer(0, 6, 2), 3n, structPointer(0, 1, 0), count);
    expect(compare(list(1), list(1))).toBe("unknown");
    expect(compare(list(1), list(2))).toBe("different");
  });
});

test("malformed content is an error", () => {
  const good = words(structPointer(0, 1, 0), 0);
  expect(codeOf(() => compare(words(structPointer(1, 1, 0), 0), good))).toBe("out-of-bounds");
  expect(codeOf(() => compare(good, words(structPointer(1, 1, 0), 0)))).toBe("out-of-bounds");
  expect(codeOf(() => compare(words(7n), words(7n)))).toBe("unknown-pointer");
});
