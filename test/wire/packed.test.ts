/** Packing: C++'s vectors, its run rules, chunks of any size, limits, and damaged input. */

import {
  AnyStruct,
  decodePackedFrame,
  encodePackedFrame,
  MessageBuilder,
  MessageReader,
  PackedFrameDecoder,
  pack,
  packSegments,
  StructBuilder,
  StructReader,
  structType,
  Text,
  unpack,
  unpackedWords,
} from "capwire/wire";
import { describe, expect, it } from "vitest";
import { codeOf } from "./bytes.js";
import { random } from "./random.js";

const Box = structType<StructReader, StructBuilder, never>({
  id: 1n,
  name: "Box",
  dataWords: 2,
  pointerCount: 1,
  Reader: StructReader,
  Builder: StructBuilder,
});

function box(number: number, text: string): MessageBuilder {
  const message = new MessageBuilder();
  const root = message.initRoot(Box);
  root.$setUint32(0, number);
  root.$setText(0, text);
  return message;
}

function zeros(count: number): number[] {
  return new Array(count).fill(0);
}

/** Every way to cut one of these into pieces of `size`. */
function decodeInChunks(packed: Uint8Array, size: number, decoder = new PackedFrameDecoder()): MessageReader[] {
  const messages: MessageReader[] = [];
  for (let at = 0; at < packed.byteLength; at += size) {
    decoder.push(packed.subarray(at, at + size), (message) => messages.push(message));
  }
  decoder.end();
  return messages;
}

function segmentsOf(message: MessageReader): number[][] {
  return Array.from({ length: message.segmentCount }, (_, id) => {
    const { bytes, start, end } = message.segment(id)!;
    return [...bytes.subarray(start, end)];
  });
}

// serialize-packed-test.c++, TEST(Packed, SimplePacking).
const VECTORS: [unpacked: number[], packed: number[]][] = [
  [[], []],
  [zeros(8), [0, 0]],
  [
    [0, 0, 12, 0, 0, 34, 0, 0],
    [0x24, 12, 34],
  ],
  [
    [1, 3, 2, 4, 5, 7, 6, 8],
    [0xff, 1, 3, 2, 4, 5, 7, 6, 8, 0],
  ],
  [
    [...zeros(8), 1, 3, 2, 4, 5, 7, 6, 8],
    [0, 0, 0xff, 1, 3, 2, 4, 5, 7, 6, 8, 0],
  ],
  [
    [0, 0, 12, 0, 0, 34, 0, 0, 1, 3, 2, 4, 5, 7, 6, 8],
    [0x24, 12, 34, 0xff, 1, 3, 2, 4, 5, 7, 6, 8, 0],
  ],
  [
    [1, 3, 2, 4, 5, 7, 6, 8, 8, 6, 7, 4, 5, 2, 3, 1],
    [0xff, 1, 3, 2, 4, 5, 7, 6, 8, 1, 8, 6, 7, 4, 5, 2, 3, 1],
  ],
  [
    [
      1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 2, 4, 0, 9, 0,
      5, 1,
    ],
    [
      0xff, 1, 2, 3, 4, 5, 6, 7, 8, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0xd6, 2,
      4, 9, 5, 1,
    ],
  ],
  [
    [
      1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 6, 2, 4, 3, 9, 0, 5, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 2, 4, 0, 9, 0,
      5, 1,
    ],
    [
      0xff, 1, 2, 3, 4, 5, 6, 7, 8, 3, 1, 2, 3, 4, 5, 6, 7, 8, 6, 2, 4, 3, 9, 0, 5, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0xd6, 2,
      4, 9, 5, 1,
    ],
  ],
  [
    [8, 0, 100, 6, 0, 1, 1, 2, ...zeros(24), 0, 0, 1, 0, 2, 0, 3, 1],
    [0xed, 8, 100, 6, 1, 1, 2, 0, 2, 0xd4, 1, 2, 3, 1],
  ],
  [zeros(8 * 256), [0, 255]],
  [zeros(8 * 257), [0, 255, 0, 0]],
];

describe("packing bytes", () => {
  it.each(VECTORS)("packs as C++ does, and unpacks again (case %#)", (unpacked, packed) => {
    expect([...pack(Uint8Array.from(unpacked))]).toEqual(packed);
    expect([...unpack(Uint8Array.from(packed))]).toEqual(unpacked);
    expect(unpackedWords(Uint8Array.from(packed))).toBe(unpacked.length / 8);
  });

  it("counts at most 255 literal words in a run", () => {
    const bytes = new Uint8Array(8 * 300).fill(7);
    const packed = pack(bytes);
    expect(packed[9]).toBe(255);
    expect(packed.byteLength).toBe(1 + 8 + 1 + 255 * 8 + 1 + 8 + 1 + 43 * 8);
    expect(unpack(packed)).toEqual(bytes);
  });

  it("unpacks what it packed, whatever the words", () => {
    const { below } = random(1);
    for (let run = 0; run < 300; run++) {
      // Words of every density, in runs.
      const bytes = new Uint8Array(8 * below(600));
      for (let at = 0; at < bytes.length; ) {
        const length = Math.min(bytes.length - at, 8 * (1 + below(run % 3 === 0 ? 300 : 4)));
        const density = below(9);
        for (let index = 0; index < length; index++) if (below(8) < density) bytes[at + index] = 1 + below(255);
        at += length;
      }
      const packed = pack(bytes);
      expect(Buffer.compare(unpack(packed), bytes)).toBe(0);
      expect(unpackedWords(packed)).toBe(bytes.length / 8);
    }
  });

  it("refuses bytes that make no whole words", () => {
    expect(codeOf(() => pack(new Uint8Array(9)))).toBe("partial-word");
  });

  it("says when packed bytes end inside a word or a run", () => {
    for (const cut of [[1], [0], [0xff, 1, 2, 3, 4, 5, 6, 7, 8], [0xff, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1]]) {
      expect(codeOf(() => unpack(Uint8Array.from(cut)))).toBe("premature-end");
    }
  });

  it("refuses to unpack more than the limit without taking memory for it", () => {
    const bomb = new Uint8Array(2 * 40_000);
    for (let at = 1; at < bomb.length; at += 2) bomb[at] = 255;
    expect(codeOf(() => unpack(bomb))).toBe("frame-too-large");
    expect(unpack(bomb, { maxMessageWords: 40_000 * 256 }).byteLength).toBe(40_000 * 256 * 8);
  });
});

describe("packed frames", () => {
  it("begin a new run at the segment table and at each segment", () => {
    // Three empty words at the end of the first segment and the start of the second; a table that ends in zeros.
    const segments = [new Uint8Array(8 * 2), new Uint8Array(8 * 3), new Uint8Array(0), new Uint8Array(0)];
    expect([...packSegments(segments)]).toEqual([0x11, 3, 2, 0x01, 3, 0, 0, 0, 1, 0, 2]);
    expect(segmentsOf(decodePackedFrame(packSegments(segments)))).toEqual([zeros(16), zeros(24), [], []]);
  });

  it("are refused where a run leaves the piece that C++ reads at once", () => {
    // From the first word of the table into the rest; from the table into the segments; beyond the message's end.
    for (const bytes of [
      [0x11, 1, 1, 0, 1, 0, 0],
      [0x01, 1, 0, 1],
      [0x10, 1, 0, 1],
      [0x10, 1, 0xff, 1, 1, 1, 1, 1, 1, 1, 1, 1, ...new Array(8).fill(1)],
    ]) {
      expect(codeOf(() => decodeInChunks(Uint8Array.from(bytes), 100))).toBe("packed-run");
      expect(codeOf(() => decodeInChunks(Uint8Array.from(bytes), 1))).toBe("packed-run");
    }
  });

  it("may have a run from one segment into the next, as C++ reads all segments at once", () => {
    expect(segmentsOf(decodePackedFrame(Uint8Array.from([0x11, 1, 1, 0x01, 1, 0, 1])))).toEqual([zeros(8), zeros(8)]);
  });

  it("are decoded from chunks of every size", () => {
    const messages = [box(1, "one"), new MessageBuilder(), box(2, "two ".repeat(700)), box(0, "\u00e9".repeat(50))];
    const many = Array.from({ length: 40 }, (_, index) => box(index, "x".repeat(index * 7)));
    const packed = Buffer.concat([...messages, ...many].map((each) => encodePackedFrame(each)));
    const plain = [...messages, ...many].map((each) => each.segments().map((segment) => [...segment]));
    for (const size of [...Array.from({ length: 40 }, (_, index) => index + 1), 100, 1000, packed.length]) {
      const decoded = decodeInChunks(packed, size);
      expect(decoded.map(segmentsOf)).toEqual(plain);
    }
  });

  it("are decoded one at a time when asked for one at a time", () => {
    const decoder = new PackedFrameDecoder();
    decoder.feed(Buffer.concat([box(1, "one"), box(2, "two")].map((each) => encodePackedFrame(each))));
    expect(decoder.next()!.getRoot(Box).$uint32(0)).toBe(1);
    expect(decoder.next()!.getRoot(Box).$text(0)).toBe("two");
    expect(decoder.next()).toBe(null);
    decoder.end();
  });

  it("of any size keep their bytes apart from the chunk's", () => {
    const packed = encodePackedFrame(box(7, "kept"));
    const message = decodePackedFrame(packed);
    packed.fill(0xff);
    expect(message.getRoot(Box).$text(0)).toBe("kept");
  });

  it("cut short are reported with how much was there", () => {
    const packed = encodePackedFrame(box(1, "a text of some length"));
    for (let length = 1; length < packed.length; length++) {
      expect(codeOf(() => decodeInChunks(packed.subarray(0, length), 5))).toBe("premature-end");
      expect(codeOf(() => decodePackedFrame(packed.subarray(0, length)))).toBe("premature-end");
    }
    expect(() => decodeInChunks(packed.subarray(0, 9), 100)).toThrow("byte 9");
  });

  it("that failed once fail again", () => {
    const decoder = new PackedFrameDecoder();
    const push = () => decoder.push(Uint8Array.from([0x01, 1, 0, 1]), () => {});
    expect(codeOf(push)).toBe("packed-run");
    expect(codeOf(() => decoder.push(encodePackedFrame(box(1, "")), () => {}))).toBe("packed-run");
    expect(codeOf(() => decoder.end())).toBe("packed-run");
  });

  it("beyond the limits are refused before memory is taken for them", () => {
    expect(codeOf(() => decodePackedFrame(Uint8Array.from([0xf0, 255, 255, 255, 255])))).toBe("frame-too-large");
    expect(codeOf(() => decodePackedFrame(Uint8Array.from([0x0f, 255, 255, 255, 255])))).toBe("too-many-segments");
    expect(codeOf(() => decodePackedFrame(Uint8Array.from([0x10, 9, 0, 8]), { maxMessageWords: 8 }))).toBe(
      "frame-too-large",
    );
    expect(codeOf(() => decodePackedFrame(Uint8Array.from([0x11, 3, 1, 0x01, 1]), { maxSegments: 3 }))).toBe(
      "too-many-segments",
    );
  });

  it("that announce 16 GiB and bring a few bytes take little memory", () => {
    const announcement = Uint8Array.from([0x80, 0x80, 0x01]);
    const decoders: PackedFrameDecoder[] = [];
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 50; count++) {
      const decoder = new PackedFrameDecoder({ maxMessageWords: 0xffff_ffff });
      decoder.push(announcement, () => {});
      decoders.push(decoder);
    }
    expect(decoders.every((each) => each.isInsideFrame)).toBe(true);
    // A MiB each.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * 1024 * 1024);
  });
});

describe("damaged packed bytes", () => {
  it("are unpacked or refused with a WireError, in bounded time and memory", () => {
    const { below } = random(20261121);
    const source = Buffer.concat(
      [box(9, "some text"), box(10, "more".repeat(300))].map((each) => encodePackedFrame(each)),
    );
    const started = performance.now();
    let outcomes = 0;
    for (let run = 0; run < 20_000; run++) {
      const bytes = run % 2 === 0 ? Uint8Array.from(source) : Uint8Array.from({ length: below(60) }, () => below(256));
      for (let hits = below(4); hits >= 0 && bytes.length > 0; hits--)
        bytes[below(Math.min(bytes.length, 40))] = below(256);
      const code = codeOf(() => {
        for (const message of decodeInChunks(
          bytes,
          1 + below(64),
          new PackedFrameDecoder({ maxMessageWords: 1 << 16 }),
        )) {
          const root = message.getRoot(AnyStruct);
          if (root.$pointerCount > 0) root.$read(0, Text);
        }
      });
      expect(code).toMatch(/^[a-z-]+$|nothing thrown/);
      codeOf(() => unpack(bytes, { maxMessageWords: 1 << 16 }));
      outcomes++;
    }
    expect(outcomes).toBe(20_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("MessageReader over segments", () => {
  it("packs and unpacks to the same segments", () => {
    const segments = [Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0])];
    const read = new MessageReader(segments);
    expect(segmentsOf(decodePackedFrame(packSegments(segments)))).toEqual(segmentsOf(read));
  });
});
