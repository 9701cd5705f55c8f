/** Frames: segment tables, any chunking of a stream, limits. */

import {
  AnyStruct,
  Data,
  decodeFrame,
  encodeFrame,
  FrameDecoder,
  frameHeader,
  MessageBuilder,
  type MessageReader,
  Text,
  WireError,
} from "capwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SmallAllocator } from "./allocators.js";
import { codeOf, words } from "./bytes.js";

/** A message whose text says which it is, in so many segments at least. */
function frame(text: string, wordsPerSegment = 1000): Uint8Array {
  const message = new MessageBuilder({ allocator: new SmallAllocator(wordsPerSegment) });
  message.setRoot(Text, text);
  return encodeFrame(message);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** What a decoder makes of `chunks`: each message's text. */
function decode(chunks: Iterable<Uint8Array>, decoder = new FrameDecoder()): string[] {
  const texts: string[] = [];
  for (const chunk of chunks) decoder.push(chunk, (message) => texts.push(message.getRoot(Text)));
  return texts;
}

/** A segment table. */
function table(field: number, ...sizes: number[]): Uint8Array {
  const numbers = [field, ...sizes];
  return new Uint8Array(Uint32Array.from(numbers.length % 2 ? [...numbers, 0] : numbers).buffer);
}

describe("encoding", () => {
  test("one segment: count minus one, size in words, the segment", () => {
    const bytes = frame("hi");
    expect([...bytes.subarray(0, 8)]).toEqual([0, 0, 0, 0, 2, 0, 0, 0]);
    expect(bytes.length).toBe(24);
  });

  test("an even number of segments is padded to a word, an odd one is not", () => {
    expect([...new Uint32Array(frameHeader([8]).buffer)]).toEqual([0, 1]);
    expect([...new Uint32Array(frameHeader([8, 16]).buffer)]).toEqual([1, 1, 2, 0]);
    expect([...new Uint32Array(frameHeader([8, 16, 24]).buffer)]).toEqual([2, 1, 2, 3]);
    expect([...new Uint32Array(frameHeader([8, 16, 24, 0]).buffer)]).toEqual([3, 1, 2, 3, 0, 0]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("%d text segments come back", (segments) => {
    const message = new MessageBuilder({ allocator: new SmallAllocator(1) });
    let struct = message.initRoot(AnyStruct);
    expect(struct.$pointerCount).toBe(0);
    message.root.clear();
    message.setRoot(Data, new Uint8Array(segments * 8).fill(segments));
    struct = message.initRoot(AnyStruct);
    message.setRoot(Data, new Uint8Array(segments * 16).fill(segments));
    const reader = decodeFrame(encodeFrame(message));
    expect(reader.segmentCount).toBe(message.segmentCount);
    expect(reader.getRoot(Data).length).toBe(segments * 16);
  });

  test("finish gives the same frame without copying it, whole words in one segment or more", () => {
    for (const firstSegmentWords of [1, 64]) {
      for (const length of [0, 1, 7, 8, 100, 5000, 100_000]) {
        const build = () => {
          const message = new MessageBuilder({ firstSegmentWords });
          message.setRoot(Text, "x".repeat(length));
          return message;
        };
        const message = build();
        const copied = message.toBytes();
        const finished = message.finish();
        expect(finished).toEqual(copied);
        expect(decodeFrame(finished).getRoot(Text)).toBe("x".repeat(length));
      }
    }
  });

  test("small copies lie beside each other and do not overlap", () => {
    const frames = Array.from({ length: 200 }, (_, id) => {
      const message = new MessageBuilder();
      message.setRoot(Text, `message ${id} `.repeat(1 + (id % 90)));
      return message.toBytes();
    });
    for (const [id, frame] of frames.entries()) {
      expect(decodeFrame(frame).getRoot(Text)).toBe(`message ${id} `.repeat(1 + (id % 90)));
      expect(frame.byteOffset % 8).toBe(0);
    }
  });

  test("toBytes is a copy", () => {
    const message = new MessageBuilder();
    message.setRoot(Data, Uint8Array.from([1, 2, 3]));
    const bytes = message.toBytes();
    message.getRoot(Data)[0] = 9;
    expect(decodeFrame(bytes).getRoot(Data)[0]).toBe(1);
  });
});

describe("decoding a frame", () => {
  test("reads it in place, wherever it lies in its buffer", () => {
    const bytes = concat(new Uint8Array(5), frame("placed"), new Uint8Array(3));
    const reader = decodeFrame(bytes.subarray(5, bytes.length - 3));
    expect(reader.getRoot(Text)).toBe("placed");
    expect(reader.segment(0)!.bytes.buffer).toBe(bytes.buffer);
  });

  test("ignores bytes behind it", () => {
    expect(decodeFrame(concat(frame("x"), new Uint8Array(100))).getRoot(Text)).toBe("x");
  });

  test("refuses one that is cut short, at every length", () => {
    const bytes = frame("some text that is longer", 2);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodeFrame(bytes.subarray(0, length)))).toBe("premature-end");
    }
    expect(codeOf(() => decodeFrame(bytes))).toBe("nothing thrown");
  });

  test("takes a message of 511 segments and no more", () => {
    const sizes = (count: number) => Array.from({ length: count }, () => 0);
    expect(decodeFrame(table(510, ...sizes(511))).segmentCount).toBe(511);
    expect(codeOf(() => decodeFrame(table(511, ...sizes(512))))).toBe("too-many-segments");
    expect(codeOf(() => decodeFrame(table(0xffffffff, ...sizes(512))))).toBe("too-many-segments");
    expect(decodeFrame(table(511, ...sizes(512)), { maxSegments: 512 }).segmentCount).toBe(512);
    expect(codeOf(() => decodeFrame(table(1, 0, 0), { maxSegments: 1 }))).toBe("too-many-segments");
  });

  test("takes as many words as the traversal limit, or as it is told", () => {
    expect(codeOf(() => decodeFrame(table(0, 8 * 1024 * 1024 + 1)))).toBe("frame-too-large");
    expect(codeOf(() => decodeFrame(table(0, 8 * 1024 * 1024)))).toBe("premature-end");
    expect(codeOf(() => decodeFrame(table(0, 11), { traversalLimitInWords: 10 }))).toBe("frame-too-large");
    expect(codeOf(() => decodeFrame(table(0, 11), { traversalLimitInWords: 10, maxMessageWords: 11 }))).toBe(
      "premature-end",
    );
    expect(codeOf(() => decodeFrame(table(1, 0xffffffff, 0xffffffff)))).toBe("frame-too-large");
  });

  test("a message of no words has no root", () => {
    expect(codeOf(() => decodeFrame(table(0, 0)).root)).toBe("no-root");
  });
});

describe("a stream", () => {
  const texts = ["first", "", "the third is a little longer than the others", "fourth"];
  const stream = concat(...texts.map((text, index) => frame(text, index + 1)));

  test("comes out the same, cut anywhere in two", () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(decode([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(texts);
    }
  });

  test("comes out the same, cut into pieces of any one size", () => {
    for (let size = 1; size <= 40; size++) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
      expect(decode(pieces)).toEqual(texts);
    }
  });

  test("comes out the same, cut at random, whatever the number of segments", () => {
    const message = fc.record({ text: fc.string({ maxLength: 60 }), words: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const bytes = concat(...messages.map(({ text, words }) => frame(text, words)));
        const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => bytes.slice(index === 0 ? 0 : ends[index - 1]!, end));
        const decoder = new FrameDecoder();
        expect(decode(pieces, decoder)).toEqual(messages.map(({ text }) => text));
        decoder.end();
      }),
    );
  });

  test("a message inside one chunk is read in place, one that straddles is put together", () => {
    const buffers: unknown[] = [];
    const decoder = new FrameDecoder();
    const note = (message: MessageReader) => buffers.push(message.segment(0)!.bytes.buffer);
    const first = frame("first");
    const chunk = concat(first, first, first.subarray(0, 10));
    decoder.push(chunk, note);
    const rest = first.slice(10);
    decoder.push(rest, note);
    expect(buffers.slice(0, 2)).toEqual([chunk.buffer, chunk.buffer]);
    expect([chunk.buffer, rest.buffer]).not.toContain(buffers[2]);
    expect(buffers).toHaveLength(3);
  });

  test("ends cleanly between frames, and not inside one", () => {
    const decoder = new FrameDecoder();
    decoder.end();
    const bytes = frame("x");
    for (let length = 1; length < bytes.length; length++) {
      const cut = new FrameDecoder();
      cut.push(bytes.subarray(0, length), () => expect.unreachable());
      expect(cut.isInsideFrame).toBe(true);
      expect(codeOf(() => cut.end())).toBe("premature-end");
    }
    decode([bytes], decoder);
    expect(decoder.isInsideFrame).toBe(false);
    decoder.end();
  });

  test("an empty chunk changes nothing", () => {
    const bytes = frame("x");
    const none = new Uint8Array(0);
    expect(decode([none, bytes.subarray(0, 3), none, bytes.subarray(3), none])).toEqual(["x"]);
  });

  test("a large message that straddles is put together exactly", () => {
    const message = new MessageBuilder({ firstSegmentWords: 700_000 });
    const data = message.initRoot(Data, 5_000_000);
    for (let index = 0; index < data.length; index += 997) data[index] = index;
    const bytes = message.toBytes();
    const decoder = new FrameDecoder();
    let seen = 0;
    for (let at = 0; at < bytes.length; at += 65_537) {
      decoder.push(bytes.subarray(at, at + 65_537), (reader) => {
        seen++;
        expect(Buffer.compare(reader.getRoot(Data), data)).toBe(0);
      });
    }
    expect(seen).toBe(1);
  });
});

describe("a stream that announces too much", () => {
  test.each<[string, Uint8Array, string]>([
    ["512 segments", table(511), "too-many-segments"],
    ["2^32 segments", table(0xffffffff), "too-many-segments"],
    ["more words than the limit in one segment", table(0, 8 * 1024 * 1024 + 1), "frame-too-large"],
    ["more words than the limit in two segments", table(1, 8 * 1024 * 1024, 1), "frame-too-large"],
    ["2^32 words in each of many segments", table(510, ...Array(511).fill(0xffffffff)), "frame-too-large"],
  ])("%s is refused as soon as the table says so, however it comes", (_what, bytes, code) => {
    expect(codeOf(() => decode([bytes]))).toBe(code);
    expect(codeOf(() => decode(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toBe(code);
  });

  test("memory is taken for what arrives, not for what is announced", () => {
    const decoder = new FrameDecoder();
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 20 }, () => new FrameDecoder());
    for (const one of decoders) one.push(table(0, 8 * 1024 * 1024), () => expect.unreachable());
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
    decoder.end();
  });

  test("is of no use afterwards", () => {
    const decoder = new FrameDecoder();
    expect(codeOf(() => decode([frame("x"), table(511)], decoder))).toBe("too-many-segments");
    expect(codeOf(() => decode([frame("x")], decoder))).toBe("too-many-segments");
    expect(codeOf(() => decoder.end())).toBe("too-many-segments");
  });

  test("messages before it are delivered", () => {
    const seen: string[] = [];
    const decoder = new FrameDecoder({ maxMessageWords: 10 });
    const bytes = concat(frame("one"), frame("two"), table(0, 11));
    expect(codeOf(() => decoder.push(bytes, (message) => seen.push(message.getRoot(Text))))).toBe("frame-too-large");
    expect(seen).toEqual(["one", "two"]);
  });
});

test("what a message's receiver throws is no fault of the stream", () => {
  const decoder = new FrameDecoder();
  const bad = concat(table(0, 1), words(7n));
  expect(codeOf(() => decode([bad], decoder))).toBe("unknown-pointer");
  expect(decode([frame("x")], decoder)).toEqual(["x"]);
  expect(() => decoder.end()).not.toThrow();
  expect(new WireError("premature-end", "x", 0, 0)).toBeInstanceOf(Error);
});
