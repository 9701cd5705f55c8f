/**
 * Messages nobody would write: every bit of small messages flipped, random bytes, everything cut short. Whatever the
 * bytes, an access either answers or throws WireError, and the work stays within the limits.
 */

import {
  decodeFrame,
  encodeFrame,
  FrameDecoder,
  listOf,
  MessageBuilder,
  MessageReader,
  type SegmentAllocator,
  Text,
  UInt16List,
  WireError,
} from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AddressBook, makePeople } from "./address-book.js";
import { AllTypes, FILLED, Small, SmallList } from "./all-types.js";
import { SmallAllocator, TightAllocator } from "./allocators.js";
import { farPointer, listPointer, structPointer, words } from "./bytes.js";
import { walk } from "./walk.js";

const LIMITS = { traversalLimitInWords: 2000, nestingLimit: 8 };

/** A reproducible source of numbers below 2^32 (xorshift32). */
function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function walkSegments(segments: Uint8Array[]): void {
  walk(() => new MessageReader(segments, LIMITS));
}

function small(
  fill: (message: MessageBuilder) => void,
  allocator: SegmentAllocator = new SmallAllocator(1000),
): Uint8Array[] {
  const message = new MessageBuilder({ allocator });
  fill(message);
  return message.segments();
}

const DOUBLE_FAR = [
  words(farPointer(1, 0, true)),
  words(farPointer(2, 0), structPointer(0, 1, 1)),
  words(5, listPointer(0, 2, 3), 0x6968),
];

const SMALL: [string, Uint8Array[]][] = [
  ["a struct", small((message) => message.setRoot(Small, { number: 7, text: "seven" }))],
  ["a list of numbers", small((message) => message.setRoot(UInt16List, [1, 2, 3, 4, 5]))],
  ["a list of text", small((message) => message.setRoot(listOf(Text), ["a", "bcdefghij", ""]))],
  ["a struct list", small((message) => message.setRoot(SmallList, [{ number: 1, text: "one" }, { number: 2 }]))],
  ["text", small((message) => message.setRoot(Text, "some text"))],
  ["an address book", small((message) => message.setRoot(AddressBook, { people: makePeople(1) }))],
  [
    "a struct behind a far pointer",
    small((message) => message.setRoot(Small, { number: 7, text: "seven" }), new TightAllocator()),
  ],
  ["a struct behind a double-far pointer", DOUBLE_FAR],
];

/** How the table in test/README.md calls it. */
const DAMAGED = "damaged messages to readers and decoders: messages";

describe("every bit flipped", () => {
  test.each(SMALL)("of %s", (_name, segments) => {
    for (const [which, original] of segments.entries()) {
      for (let bit = 0; bit < original.length * 8; bit++) {
        const flipped = segments.map((segment) => segment.slice());
        flipped[which]![bit >> 3]! ^= 1 << (bit & 7);
        walkSegments(flipped);
      }
    }
  });

  test("of a frame, decoded as such", () => {
    const message = new MessageBuilder({ allocator: new SmallAllocator(3) });
    message.setRoot(Small, { number: 7, text: "seven and a few more characters" });
    const frame = encodeFrame(message);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = frame.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      onlyWireErrors(() => walk(() => decodeFrame(flipped, LIMITS)));
      onlyWireErrors(() => new FrameDecoder(LIMITS).push(flipped, (reader) => walk(() => reader)));
    }
  });
});

describe("cut short", () => {
  test.each(SMALL)("%s, at every word of every segment", (_name, segments) => {
    for (const [which, original] of segments.entries()) {
      for (let length = 0; length < original.length; length += 8) {
        walkSegments(segments.map((segment, id) => (id === which ? segment.subarray(0, length) : segment)));
      }
    }
  });

  test("a message that has every type of field", () => {
    const [segment] = small((message) => message.setRoot(AllTypes, FILLED));
    for (let length = 0; length <= segment!.length; length += 8) walkSegments([segment!.subarray(0, length)]);
  });
});

describe("random", () => {
  test("bits flipped in a message that has every type of field (seeds 1 to 400)", ({ task }) => {
    task.meta.fuzz = { what: DAMAGED, seeds: 400, steps: 400 };
    const original = small((message) => message.setRoot(AllTypes, FILLED), new SmallAllocator(40));
    for (let seed = 1; seed <= 400; seed++) {
      const next = random(seed * 7919);
      const segments = original.map((segment) => segment.slice());
      for (let flips = 1 + (next() % 4); flips > 0; flips--) {
        const segment = segments[next() % segments.length]!;
        segment[next() % segment.length]! ^= 1 << (next() & 7);
      }
      walkSegments(segments);
    }
  });

  test("bytes (seeds 1 to 400)", ({ task }) => {
    task.meta.fuzz = { what: DAMAGED, seeds: 400, steps: 400 };
    for (let seed = 1; seed <= 400; seed++) {
      const next = random(seed * 104729);
      walkSegments(
        Array.from({ length: 1 + (next() % 3) }, () => Uint8Array.from({ length: 8 * (1 + (next() % 12)) }, next)),
      );
    }
  });

  test("pointers that are nearly right (seeds 1 to 1000)", ({ task }) => {
    task.meta.fuzz = { what: DAMAGED, seeds: 1000, steps: 1000 };
    for (let seed = 1; seed <= 1000; seed++) {
      const next = random(seed * 15485863);
      const count = 1 + (next() % 3);
      const size = 2 + (next() % 10);
      const segments = Array.from({ length: count }, () =>
        words(...Array.from({ length: size }, () => nearlyRight(next, count, size))),
      );
      walkSegments(segments);
    }
  });

  function nearlyRight(next: () => number, segments: number, size: number): bigint {
    const offset = (next() % (size + 2)) - (next() % 3);
    switch (next() % 6) {
      case 0:
        return structPointer(offset, next() % 3, next() % 3);
      case 1:
        return listPointer(offset, next() % 8, next() % 20);
      case 2:
        return farPointer(next() % (segments + 1), next() % (size + 1), next() % 2 === 0);
      case 3:
        return structPointer(next() % 5, next() % 3, next() % 3);
      case 4:
        return BigInt(next() % 256);
      default:
        return 0n;
    }
  }
});

test("the work a message can cause is bounded by its limits", () => {
  // Trees that share everything: each level doubles the paths to the next.
  const levels = 40;
  const shared = words(
    ...Array.from({ length: levels }, (_, level) =>
      level === 0 ? [structPointer(0, 0, 2)] : [structPointer(1, 0, 2), structPointer(0, 0, 2)],
    ).flat(),
    0,
    0,
  );
  for (const limit of [100, 1000, 10_000]) {
    const { read, refused } = walk(
      () => new MessageReader([shared], { traversalLimitInWords: limit, nestingLimit: 64 }),
    );
    // Each word visited is looked at in some twenty ways.
    expect(read + refused).toBeLessThan(limit * 40 + 1000);
  }
});

function onlyWireErrors(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}
