/** Canonical form: C++'s cases (canonicalize-test.c++), those it has no test for, and what holds for any message. */

import {
  AnyStruct,
  canonicalize,
  encodeFrame,
  equals,
  isCanonical,
  MessageBuilder,
  MessageReader,
  totalSize,
} from "capwire/wire";
import { describe, expect, it } from "vitest";
import { capabilityPointer, codeOf, farPointer, hex, listPointer, message, structPointer, words } from "./bytes.js";
import { random } from "./random.js";
import { randomMessage } from "./random-message.js";

function canonical(...segment: (bigint | number)[]): boolean {
  return isCanonical(message(words(...segment)));
}

function made(segments: Uint8Array | Uint8Array[]): string {
  return Buffer.from(canonicalize(message(segments).root)).toString("hex");
}

function same(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

const LAST_BIT = 0x8000_0000_0000_0000n;

describe("canonical messages", () => {
  it("keep a data word with only its most significant bit set", () => {
    const struct = words(structPointer(0, 2, 0), 0x1111, LAST_BIT);
    expect(isCanonical(message(struct))).toBe(true);
    expect(made(struct)).toBe(same(struct));
    const list = words(structPointer(0, 0, 1), listPointer(0, 7, 2), structPointer(1, 2, 0), 0x2222, LAST_BIT);
    expect(isCanonical(message(list))).toBe(true);
    expect(made(list)).toBe(same(list));
  });

  it("have pointers to empty structs that point to themselves", () => {
    const inside = words(structPointer(0, 0, 2), structPointer(1, 1, 0), structPointer(-1, 0, 0), 0xee);
    expect(isCanonical(message(inside))).toBe(true);
    expect(made(inside)).toBe(same(inside));
    expect(canonical(structPointer(0, 0, 2), structPointer(1, 1, 0), structPointer(1, 0, 0), 0xee)).toBe(false);
    expect(canonical(structPointer(-1, 0, 0))).toBe(true);
    expect(made(words(structPointer(0, 2, 1), 0, 0, 0))).toBe(same(words(structPointer(-1, 0, 0))));
  });

  it("may have a null root", () => {
    expect(canonical(0)).toBe(true);
    expect(made(words(0))).toBe(same(words(0)));
  });

  it("have their objects in preorder", () => {
    const segment = words(structPointer(0, 0, 2), structPointer(2, 1, 0), structPointer(0, 1, 0), 0x21, 0x12);
    expect(isCanonical(message(segment))).toBe(false);
    expect(made(segment)).toBe(
      same(words(structPointer(0, 0, 2), structPointer(1, 1, 0), structPointer(1, 1, 0), 0x12, 0x21)),
    );
  });

  it("have no gaps and nothing behind the last object", () => {
    expect(canonical(structPointer(1, 1, 0), 0, 0x77)).toBe(false);
    expect(canonical(structPointer(0, 1, 0), 0x77, 0)).toBe(false);
    expect(canonical(structPointer(0, 1, 0), 0x77)).toBe(true);
    expect(made(words(structPointer(1, 1, 0), 0, 0x77, 0))).toBe(same(words(structPointer(0, 1, 0), 0x77)));
  });

  it("are of one segment", () => {
    const segments = [words(farPointer(1, 0)), words(structPointer(0, 1, 0), 0x77)];
    expect(isCanonical(message(segments))).toBe(false);
    expect(isCanonical(new MessageReader([]))).toBe(false);
    expect(isCanonical(message(new Uint8Array(0)))).toBe(false);
    expect(made(segments)).toBe(same(words(structPointer(0, 1, 0), 0x77)));
  });

  it("have no far pointer within their segment either", () => {
    expect(canonical(farPointer(0, 1), structPointer(0, 1, 0), 0x77)).toBe(false);
  });

  it("have structs without trailing zero words and null pointers", () => {
    expect(canonical(structPointer(0, 1, 0), 0)).toBe(false);
    expect(canonical(structPointer(0, 1, 1), 1, 0)).toBe(false);
    expect(made(words(structPointer(0, 3, 2), 0, 5, 0, structPointer(1, 1, 0), 0, 9))).toBe(
      same(words(structPointer(0, 2, 1), 0, 5, structPointer(0, 1, 0), 9)),
    );
  });

  it("have lists of structs as wide as their widest element", () => {
    const list = (dataWords: number, pointers: number, ...elements: number[]) =>
      words(
        structPointer(0, 0, 1),
        listPointer(0, 7, elements.length),
        structPointer(2, dataWords, pointers),
        ...elements,
      );
    expect(isCanonical(message(list(2, 0, 7, 0, 8, 0)))).toBe(false);
    expect(isCanonical(message(list(2, 0, 7, 0, 8, 1)))).toBe(true);
    expect(isCanonical(message(list(1, 1, 7, 0, 8, 0)))).toBe(false);
    expect(made(list(2, 0, 7, 0, 8, 0))).toBe(same(list(1, 0, 7, 8)));
    // Nothing is left of elements that are zero but their number.
    expect(made(list(1, 1, 0, 0, 0, 0))).toBe(same(list(0, 0)));
    expect(isCanonical(message(list(0, 0)))).toBe(true);
  });

  it("may have an empty list of empty structs, but no words in it", () => {
    expect(canonical(structPointer(0, 0, 1), listPointer(0, 7, 0), structPointer(0, 0, 0))).toBe(true);
    expect(canonical(structPointer(0, 0, 1), listPointer(0, 7, 0), structPointer(0, 1, 0))).toBe(false);
    expect(
      canonical(structPointer(0, 0, 2), listPointer(1, 7, 2), structPointer(2, 1, 0), structPointer(1, 1, 0), 1, 7),
    ).toBe(false);
  });

  it("have zero padding behind primitive lists", () => {
    const three = words(structPointer(0, 0, 1), listPointer(0, 2, 3), 0x01030201);
    expect(isCanonical(message(three))).toBe(false);
    expect(made(three)).toBe(same(words(structPointer(0, 0, 1), listPointer(0, 2, 3), 0x030201)));
    const bits = words(structPointer(0, 0, 1), listPointer(0, 1, 11), 0x0fee);
    expect(isCanonical(message(bits))).toBe(false);
    expect(made(bits)).toBe(same(words(structPointer(0, 0, 1), listPointer(0, 1, 11), 0x07ee)));
  });

  it("keep lists as they are encoded", () => {
    const upgraded = hex`
      00 00 00 00 00 00 04 00
      00 00 00 00 00 00 00 00
      00 00 00 00 00 00 00 00
      00 00 00 00 00 00 00 00
      01 00 00 00 33 00 00 00
      00 01 02 03 04 04 05 06
      07 08 09 10 00 00 00 00`;
    expect(made(upgraded)).toBe(
      same(
        hex`
      00 00 00 00 00 00 04 00
      00 00 00 00 00 00 00 00
      00 00 00 00 00 00 00 00
      00 00 00 00 00 00 00 00
      01 00 00 00 33 00 00 00
      00 01 02 03 04 04 00 00
      00 00 00 00 00 00 00 00`
          .with(46, 5)
          .with(47, 6)
          .with(48, 7)
          .with(49, 8)
          .with(50, 9)
          .with(51, 0x10),
      ),
    );
  });

  it("hold no capability", () => {
    const segment = words(structPointer(0, 0, 1), capabilityPointer(0));
    expect(isCanonical(message(segment))).toBe(false);
    expect(codeOf(() => canonicalize(message(segment).root))).toBe("capability-in-canonical");
  });

  it("are not those whose pointers lead outside", () => {
    expect(canonical(structPointer(0, 1, 0))).toBe(false);
    expect(canonical(listPointer(0, 6, 100), 0)).toBe(false);
    expect(canonical(listPointer(0, 7, 1))).toBe(false);
    expect(codeOf(() => canonicalize(message(words(structPointer(0, 1, 0))).root))).toBe("out-of-bounds");
  });

  it("too deep to follow are reported, not judged", () => {
    const deep = words(...new Array(70).fill(structPointer(0, 0, 1)), structPointer(-1, 0, 0));
    expect(codeOf(() => isCanonical(message(deep)))).toBe("nesting-limit");
    expect(codeOf(() => canonicalize(message(deep).root))).toBe("nesting-limit");
    expect(isCanonical(message(deep, { nestingLimit: 100 }))).toBe(true);
  });
});

describe("any message", () => {
  it("becomes canonical with the same content, and stays what it is the second time", ({ task }) => {
    task.meta.fuzz = { what: "messages made canonical: messages", seeds: 400, steps: 400 };
    for (let seed = 0; seed < 400; seed++) {
      const built = randomMessage(random(seed));
      const source = built.asReader().root;
      const bytes = canonicalize(source);
      const again = message(bytes);
      expect(isCanonical(again), `seed ${seed}`).toBe(true);
      expect(same(canonicalize(again.root))).toBe(same(bytes));
      if (!source.isNull) expect(totalSize(again.root).words * 8 + 8).toBe(bytes.byteLength);
    }
  });

  it("has the total size of its copy", () => {
    for (let seed = 0; seed < 200; seed++) {
      const built = randomMessage(random(seed));
      const copy = new MessageBuilder({ firstSegmentWords: 100_000 });
      copy.root.setAny(built.root);
      expect(totalSize(built.asReader().root).words + 1, `seed ${seed}`).toBe(copy.sizeInWords);
    }
  });

  it("equals itself made canonical, if it was trimmed only in structs", () => {
    for (let seed = 0; seed < 200; seed++) {
      const source = randomMessage(random(seed)).asReader().root;
      expect(equals(source, message(canonicalize(source)).root), `seed ${seed}`).toBe("equal");
    }
  });
});

describe("measuring and canonicalizing hostile messages", () => {
  it("costs no more than the traversal limit, and measuring gives back what it was charged", () => {
    // A list of pointers to one list of pointers to one list …: each level multiplies the work by a hundred.
    const levels: (bigint | number)[] = [listPointer(0, 6, 100)];
    for (let level = 0; level < 6; level++) {
      for (let index = 0; index < 100; index++) levels.push(listPointer(99 - index, 6, 100));
    }
    levels.push(...new Array(100).fill(0));
    const hostile = message(words(...levels), { traversalLimitInWords: 1 << 20 });
    const started = performance.now();
    const { root } = hostile;
    const { remaining } = hostile;
    expect(codeOf(() => totalSize(root))).toBe("traversal-limit");
    expect(hostile.remaining).toBe(remaining);
    expect(codeOf(() => canonicalize(hostile.root))).toBe("traversal-limit");
    expect(isCanonical(hostile)).toBe(false);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("does not count the elements of a list of half a billion empty structs one by one", () => {
    const many = message(words(structPointer(0, 0, 1), listPointer(0, 7, 0), structPointer(0x1fff_ffff, 0, 0)), {
      traversalLimitInWords: 0x4000_0000,
    });
    const started = performance.now();
    expect(totalSize(many.root).words).toBe(2);
    expect(canonicalize(many.root).byteLength).toBe(24);
    expect(isCanonical(many)).toBe(true);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("ends in a WireError or an answer, whatever bits are flipped", () => {
    for (let seed = 0; seed < 40; seed++) {
      const built = randomMessage(random(seed));
      const segment = Uint8Array.from(built.segments()[0]!).subarray(0, 200);
      for (let bit = 0; bit < segment.length * 8; bit++) {
        segment[bit >> 3]! ^= 1 << (bit & 7);
        const flipped = message(segment, { traversalLimitInWords: 10_000 });
        expect(codeOf(() => isCanonical(flipped))).toMatch(/^[a-z-]+$|nothing thrown/);
        expect(codeOf(() => canonicalize(flipped.root))).toMatch(/^[a-z-]+$|nothing thrown/);
        expect(codeOf(() => totalSize(flipped.root))).toMatch(/^[a-z-]+$|nothing thrown/);
        segment[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
  });
});

describe("a struct by itself", () => {
  it("becomes the root of its canonical form", () => {
    const outer = message(words(structPointer(0, 0, 1), structPointer(0, 2, 0), 5, 0)).getRoot(AnyStruct);
    const inner = outer.$read(0, AnyStruct);
    expect(same(canonicalize(inner))).toBe(same(words(structPointer(0, 1, 0), 5)));
    expect(totalSize(inner)).toEqual({ words: 2, capabilities: 0 });
  });

  it("is framed like any segment", () => {
    const bytes = canonicalize(message(words(structPointer(0, 1, 0), 5)).root);
    const copy = new MessageBuilder();
    copy.root.setAny(message(bytes).root);
    expect(same(encodeFrame(copy)).slice(16)).toBe(same(bytes));
  });
});
