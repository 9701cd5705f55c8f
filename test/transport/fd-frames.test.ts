/** Which message descriptors belong to, whatever the reads that bring them look like. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ByteStreamHandler, StreamTransport } from "../../src/transport/index.js";
import { MessageBuilder, type ReceivedFds, Text } from "../../src/wire/index.js";
import { Kernel } from "../rpc/kernel.js";

let kernel: Kernel;
beforeEach(() => {
  kernel = new Kernel();
});
afterEach(() => {
  expect(kernel.mistakes).toEqual([]);
  expect(kernel.openFiles).toEqual([]);
});

function message(text: string): Uint8Array {
  const builder = new MessageBuilder();
  builder.root.set(Text, text);
  return builder.toBytes();
}

const [A, B, C] = [message("A"), message("B, which is longer"), message("C")] as const;

function bytes(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A transport that reads up to two descriptors per message, what it delivered ("A", "B: one two"), and the reads' other end. */
function reading() {
  let stream: ByteStreamHandler | null = null;
  const told: string[] = [];
  let onMessage = (_: string): void => {};
  const transport = new StreamTransport({
    peerName: "scripted",
    maxFdsPerMessage: 2,
    start: (handler) => {
      stream = handler;
    },
    write: () => true,
    close() {},
  });
  transport.start({
    message(message, fds?: ReceivedFds) {
      const [name = ""] = message.getRoot(Text).split(",");
      const files = Array.from({ length: fds?.length ?? 0 }, (_, index) => {
        const fd = fds?.take(index);
        const file = kernel.file(fd?.fd ?? null);
        fd?.close();
        return file;
      });
      told.push([name, ...(files.length > 0 ? [`: ${files.join(" ")}`] : [])].join(""));
      onMessage(name);
    },
    batchEnd() {},
    drained() {},
    closed: (error) => told.push(error ? "broken" : "end"),
  });
  const handler = stream as unknown as ByteStreamHandler;
  return {
    transport,
    told,
    data: (chunk: Uint8Array, ...files: string[]) =>
      handler.data(chunk, files.length > 0 ? kernel.received(...files) : undefined),
    ended: () => handler.ended(),
    onMessage: (callback: (name: string) => void) => {
      onMessage = callback;
    },
  };
}

describe("descriptors belong to", () => {
  test("the message that the read holds", () => {
    const { told, data } = reading();
    data(A, "one", "two");
    data(B);
    expect(told).toEqual(["A: one two", "B"]);
  });

  test("the last of several, for a read ends in the message that has some", () => {
    const { told, data } = reading();
    data(bytes(A, B, C), "one");
    expect(told).toEqual(["A", "B", "C: one"]);
  });

  test("the message that the read ends in, which is delivered when the rest has come", () => {
    const { told, data } = reading();
    data(bytes(A, B.subarray(0, 4)), "one");
    expect(told).toEqual(["A"]);
    data(B.subarray(4, 24));
    data(bytes(B.subarray(24), C));
    expect(told).toEqual(["A", "B: one", "C"]);
  });

  test("the earlier message and the later one, if both have some", () => {
    const { told, data } = reading();
    data(B.subarray(0, 8), "one");
    data(bytes(B.subarray(8), C), "two");
    expect(told).toEqual(["B: one", "C: two"]);
  });

  test("one message together if they came with two parts of it, up to the limit", () => {
    const { told, data } = reading();
    data(B.subarray(0, 8), "one");
    data(B.subarray(8), "two", "three");
    data(A);
    expect(told).toEqual(["B: one two", "A"]);
  });
});

describe("descriptors that belong to nothing are closed", () => {
  test("when the stream ends within their message", () => {
    const { told, data, ended } = reading();
    data(B.subarray(0, 8), "one");
    ended();
    expect(told).toEqual(["broken"]);
  });

  test("when they come with garbage", () => {
    const { told, data } = reading();
    data(bytes(A, new Uint8Array(16).fill(0xff)), "one");
    expect(told).toEqual(["A", "broken"]);
    data(A, "two");
    expect(told).toHaveLength(2);
  });

  test("when the transport is closed while their message is on its way", () => {
    const { transport, data } = reading();
    data(B.subarray(0, 8), "one");
    transport.close();
    data(B.subarray(8), "two");
  });

  test("when a message that came in the same read has the transport closed", () => {
    for (const rest of [B, B.subarray(0, 8)]) {
      const { transport, told, data, onMessage } = reading();
      onMessage(() => transport.close());
      data(bytes(A, rest), "one");
      expect(told).toEqual(["A"]);
    }
  });
});
