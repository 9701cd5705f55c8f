/** Reading streams of messages: every source, every format, errors that say where, pace and abort. */

import { PassThrough, Readable } from "node:stream";
import {
  encodeMessage,
  encodeMessages,
  MESSAGE_FORMATS,
  type MessageFormat,
  MessageStreamError,
  messagesIn,
  readMessage,
  readMessages,
} from "capwire/streams";
import { canonicalize, MessageBuilder } from "capwire/wire";
import { describe, expect, it } from "vitest";
import { random } from "../wire/random.js";
import { chunked, collect, note, notes, numberOf, textOf } from "./messages.js";

const THREE = Buffer.concat([note(1), note(2), note(3)].map((each) => encodeMessage(each)));

async function numbers(
  source: Parameters<typeof readMessages>[0],
  format: MessageFormat = "binary",
): Promise<number[]> {
  return (await collect(readMessages(source, { format }))).map(numberOf);
}

async function failure(source: Parameters<typeof readMessages>[0], options = {}): Promise<MessageStreamError> {
  try {
    await collect(readMessages(source, options));
  } catch (error) {
    expect(error).toBeInstanceOf(MessageStreamError);
    return error as MessageStreamError;
  }
  throw new Error("nothing thrown");
}

describe("messages are read from", () => {
  it("an array", async () => {
    expect(await numbers(THREE)).toEqual([1, 2, 3]);
    expect([...messagesIn(THREE)].map(numberOf)).toEqual([1, 2, 3]);
  });

  it("chunks of every size, in every format that holds many", async () => {
    for (const format of ["binary", "packed"] as const) {
      const bytes = Buffer.concat(notes(50).map((each) => encodeMessage(each, format)));
      for (const size of [1, 2, 3, 7, 8, 9, 64, 1000, bytes.length]) {
        expect(await numbers(chunked(bytes, size), format)).toEqual(Array.from({ length: 50 }, (_, index) => index));
      }
    }
  });

  it("a Node Readable", async () => {
    expect(await numbers(Readable.from(chunked(THREE, 10)))).toEqual([1, 2, 3]);
  });

  it("a web ReadableStream, iterable or not", async () => {
    const stream = (): ReadableStream<Uint8Array> => ReadableStream.from(chunked(THREE, 10));
    expect(await numbers(stream())).toEqual([1, 2, 3]);
    const inner = stream();
    expect(await numbers({ getReader: () => inner.getReader() })).toEqual([1, 2, 3]);
  });

  it("an async generator, one that waits", async () => {
    async function* slowly() {
      for (const chunk of chunked(THREE, 20)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield chunk;
      }
    }
    expect(await numbers(slowly())).toEqual([1, 2, 3]);
  });

  it("a stream of one message in the formats that hold one", async () => {
    for (const format of ["flat", "flat-packed", "canonical"] as const) {
      const bytes = encodeMessage(note(9, "nine"), format);
      const message = await readMessage(chunked(bytes, 5), { format });
      expect([numberOf(message), textOf(message)]).toEqual([9, "nine"]);
    }
  });

  it("an empty stream: there are none, in any format", async () => {
    for (const format of MESSAGE_FORMATS) expect(await numbers([], format)).toEqual([]);
  });

  it("without copying them where they lie in one chunk", () => {
    for (const format of ["binary", "flat"] as const) {
      const bytes = Uint8Array.from(encodeMessage(note(5), format));
      const [message] = [...messagesIn(bytes, { format })];
      expect(message!.segment(0)!.bytes.buffer).toBe(bytes.buffer);
    }
  });
});

describe("a stream that is wrong", () => {
  it("says which message is cut short, and where", async () => {
    const error = await failure(chunked(THREE.subarray(0, THREE.length - 3), 11));
    const start = encodeMessage(note(1)).length * 2;
    expect(error).toMatchObject({
      code: "premature-end",
      messageIndex: 2,
      messageOffset: start,
      byteOffset: THREE.length - 3,
    });
    expect(error.message).toBe(
      `Bytes end inside a frame: at byte ${THREE.length - 3}, in message 2, which starts at byte ${start}`,
    );
  });

  it("says so for packed messages too, counting packed bytes", async () => {
    const packed = Buffer.concat([note(1), note(2)].map((each) => encodeMessage(each, "packed")));
    const first = encodeMessage(note(1), "packed").length;
    for (const size of [1, 6, 1000]) {
      const error = await failure(chunked(packed.subarray(0, packed.length - 1), size), { format: "packed" });
      expect(error).toMatchObject({ code: "premature-end", messageIndex: 1, messageOffset: first });
      expect(error.byteOffset).toBe(packed.length - 1);
    }
  });

  it("yields the messages before the bytes that are no message", async () => {
    const seen: number[] = [];
    const garbage = Buffer.concat([THREE, Buffer.from("this is no message at all")]);
    await expect(async () => {
      for await (const message of readMessages(chunked(garbage, 16))) seen.push(numberOf(message));
    }).rejects.toMatchObject({ code: "too-many-segments", messageIndex: 3, messageOffset: THREE.length });
    expect(seen).toEqual([1, 2, 3]);
  });

  it("is refused beyond the limits, whatever the format", async () => {
    for (const format of MESSAGE_FORMATS) {
      const bytes = encodeMessage(note(1, "long ".repeat(100)), format);
      const error = await failure(chunked(bytes, 50), { format, maxMessageWords: 10 });
      expect([format, error.code]).toEqual([format, "frame-too-large"]);
    }
  });

  it("is refused when it claims to be canonical and is not", async () => {
    const bytes = Uint8Array.from([...canonicalize(note(1).asReader().root), 0, 0, 0, 0, 0, 0, 0, 0]);
    expect((await failure(bytes, { format: "canonical" })).code).toBe("not-canonical");
    expect(await numbers(bytes, "flat")).toEqual([1]);
  });

  it("is refused when one message was asked for and there are more, or none", async () => {
    await expect(readMessage(THREE)).rejects.toMatchObject({ code: "not-one-message" });
    await expect(readMessage([])).rejects.toMatchObject({ code: "not-one-message" });
  });

  it("passes on what its source throws", async () => {
    async function* broken() {
      yield THREE;
      throw new RangeError("the disk is gone");
    }
    await expect(numbers(broken())).rejects.toThrow("the disk is gone");
    const readable = new PassThrough();
    readable.write(THREE);
    setImmediate(() => readable.destroy(new RangeError("unplugged")));
    await expect(numbers(readable)).rejects.toThrow("unplugged");
  });

  it("of strings is the caller's mistake", async () => {
    const strings = Readable.from(["text"]) as AsyncIterable<Uint8Array>;
    await expect(numbers(strings)).rejects.toMatchObject({ code: "bad-chunk" });
  });

  it("ends in an error of its own or in messages, whatever bytes it has", async () => {
    const { below, pick } = random(7);
    for (let run = 0; run < 3000; run++) {
      const format = pick(MESSAGE_FORMATS);
      const bytes = Uint8Array.from(
        Buffer.concat([note(1), note(2, "x".repeat(below(40)))].map((each) => encodeMessage(each, format))),
      );
      for (let hits = below(5); hits > 0; hits--) bytes[below(bytes.length)] = below(256);
      try {
        for (const message of messagesIn(bytes.subarray(0, below(bytes.length + 1)), {
          format,
          maxMessageWords: 1 << 14,
        })) {
          expect(message.segmentCount).toBeGreaterThan(0);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(MessageStreamError);
      }
    }
  });
});

describe("pace", () => {
  it("is the consumer's: no chunk is taken before its messages are", async () => {
    let taken = 0;
    function* counted() {
      for (const chunk of chunked(THREE, encodeMessage(note(1)).length)) {
        taken++;
        yield chunk;
      }
    }
    const messages = readMessages(counted());
    expect(taken).toBe(0);
    await messages.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(taken).toBe(1);
    await messages.return();
    expect(taken).toBe(1);
  });

  it("keeps packed messages packed until they are asked for", async () => {
    // A megabyte of zeros each, in one small chunk.
    const big = new MessageBuilder({ firstSegmentWords: 131_072 });
    const zeros = big.builderSegment(0);
    zeros.allocate(1024 * 1024 - 8);
    const packed = encodeMessage(big, "packed");
    const chunk = Buffer.concat(new Array(200).fill(packed));
    expect(chunk.length).toBeLessThan(220_000);
    const before = process.memoryUsage().arrayBuffers;
    const messages = messagesIn(chunk, { format: "packed" });
    expect(messages.next().value!.byteLength).toBe(1024 * 1024);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it("costs constant memory, however long the stream", async () => {
    const chunk = Buffer.concat(notes(1000).map((each) => encodeMessage(each)));
    function* endless() {
      for (let count = 0; count < 300; count++) yield Buffer.from(chunk);
    }
    let count = 0;
    let peak = 0;
    const before = process.memoryUsage().arrayBuffers;
    for await (const message of readMessages(endless())) {
      count += message.segmentCount;
      if (count % 10_000 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    expect(count).toBe(300_000);
    expect(peak).toBeLessThan(64 * 1024 * 1024);
  });
});

describe("closing", () => {
  it("happens to the source when the loop is left", async () => {
    const readable = Readable.from(chunked(THREE, 10));
    for await (const message of readMessages(readable)) {
      expect(numberOf(message)).toBe(1);
      break;
    }
    expect(readable.destroyed).toBe(true);
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(THREE),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const _ of readMessages(stream)) break;
    expect(cancelled).toBe(true);
  });

  it("happens when the signal aborts, even while the source keeps us waiting", async () => {
    const sources = [
      new PassThrough(),
      new ReadableStream<Uint8Array>({}),
      (async function* () {
        yield THREE.subarray(0, 4);
        await new Promise(() => {});
      })(),
    ];
    for (const source of sources) {
      const controller = new AbortController();
      const reading = collect(readMessages(source, { signal: controller.signal }));
      setTimeout(() => controller.abort(new Error("enough")), 5);
      await expect(reading).rejects.toThrow("enough");
      if (source instanceof PassThrough) expect(source.destroyed).toBe(true);
    }
    const aborted = AbortSignal.abort(new Error("before"));
    await expect(collect(readMessages(THREE, { signal: aborted }))).rejects.toThrow("before");
  });

  it("happens between two messages of one chunk", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    await expect(async () => {
      for await (const message of readMessages(THREE, { signal: controller.signal })) {
        seen.push(numberOf(message));
        controller.abort(new Error("one is enough"));
      }
    }).rejects.toThrow("one is enough");
    expect(seen).toEqual([1]);
  });
});

it("what is encoded as a stream is read back, through an async iterable both ways", async () => {
  async function* produce() {
    for (const each of notes(20)) yield each;
  }
  expect(await numbers(encodeMessages(produce(), { format: "packed" }), "packed")).toHaveLength(20);
});
