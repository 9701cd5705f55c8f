/** Slabs: messages become frames in place, side by side, in memory that is used again. */

import { decodeFrame, listOf, MessageBuilder, MessageSlab, type OutgoingFrame, Text } from "capwire/wire";
import { describe, expect, test } from "vitest";
import { AllTypes, FILLED } from "./all-types.js";
import { codeOf } from "./bytes.js";

function build(slab: MessageSlab, text: string): OutgoingFrame {
  const message = slab.begin();
  message.setRoot(Text, text);
  return slab.finish(message);
}

function textOf(frame: OutgoingFrame): string {
  return decodeFrame(Buffer.concat(frame)).getRoot(Text);
}

describe("a finished message", () => {
  test("is a frame in one piece", () => {
    const frame = build(new MessageSlab(), "hello");
    expect(frame).toHaveLength(1);
    expect(textOf(frame)).toBe("hello");
  });

  test("has the bytes it would have alone", () => {
    const slab = new MessageSlab();
    build(slab, "something before");
    const message = slab.begin();
    message.setRoot(AllTypes, FILLED);
    const alone = new MessageBuilder();
    alone.setRoot(AllTypes, FILLED);
    expect(Buffer.compare(Buffer.concat(slab.finish(message)), alone.toBytes())).toBe(0);
  });

  test("lies right behind the one before, so that both can leave in one write", () => {
    const slab = new MessageSlab();
    const [first] = build(slab, "one");
    const [second] = build(slab, "two, which is longer");
    expect(second!.buffer).toBe(first!.buffer);
    expect(second!.byteOffset).toBe(first!.byteOffset + first!.byteLength);
    expect([textOf([first!]), textOf([second!])]).toEqual(["one", "two, which is longer"]);
  });

  test("that outgrew its slab comes in pieces", () => {
    const slab = new MessageSlab({ slabBytes: 2048 });
    const message = slab.begin();
    message.setRoot(listOf(Text), ["x".repeat(1000), "y".repeat(5000), "z"]);
    const frame = slab.finish(message);
    expect(frame.length).toBeGreaterThan(2);
    expect(decodeFrame(Buffer.concat(frame)).getRoot(listOf(Text)).at(1)).toBe("y".repeat(5000));
    slab.recycle([frame]);
    expect(textOf(build(slab, "next"))).toBe("next");
  });

  test("that was announced as large is one piece all the same", () => {
    const slab = new MessageSlab({ slabBytes: 2048 });
    const message = slab.begin(100_000);
    message.setRoot(Text, "x".repeat(90_000));
    const frame = slab.finish(message);
    expect(frame).toHaveLength(1);
    expect(textOf(frame)).toHaveLength(90_000);
    slab.recycle([frame]);
    expect(textOf(build(slab, "next"))).toBe("next");
  });
});

describe("memory", () => {
  test("is used again when every frame in it came back, zeroed", () => {
    const slab = new MessageSlab();
    const first = build(slab, "x".repeat(5000));
    const second = build(slab, "y".repeat(5000));
    const { buffer } = first[0]!;
    slab.recycle([second]);
    slab.recycle([first]);
    const message = slab.begin();
    const segment = message.builderSegment(0);
    expect(segment.bytes.buffer).toBe(buffer);
    expect(segment.bytes.every((byte) => byte === 0)).toBe(true);
    slab.abandon(message);
  });

  test("is not touched while a frame in it is being sent", () => {
    const slab = new MessageSlab({ slabBytes: 4096 });
    const kept = build(slab, "kept");
    for (let round = 0; round < 50; round++) slab.recycle([build(slab, `passing ${round} ${"x".repeat(300)}`)]);
    expect(textOf(kept)).toBe("kept");
    slab.recycle([kept]);
  });

  test("stays little in a steady flow", () => {
    const slab = new MessageSlab();
    const buffers = new Set<unknown>();
    const waiting: OutgoingFrame[] = [];
    for (let round = 0; round < 2000; round++) {
      const frame = build(slab, "x".repeat(round % 700));
      buffers.add(frame[0]!.buffer);
      waiting.push(frame);
      if (waiting.length > 20) slab.recycle([waiting.shift()!]);
    }
    expect(buffers.size).toBeLessThanOrEqual(4);
    slab.recycle(waiting);
  });

  test("of an abandoned message is zeroed and given to the next", () => {
    const slab = new MessageSlab();
    const before = build(slab, "before");
    const message = slab.begin();
    message.setRoot(Text, "abandoned ".repeat(20));
    const { start } = message.builderSegment(0);
    slab.abandon(message);
    slab.abandon(message);
    const next = slab.begin();
    expect(next.builderSegment(0).start).toBe(start);
    next.initRoot(listOf(Text), 30);
    expect(next.getRoot(listOf(Text)).every((text) => text === "")).toBe(true);
    expect(textOf(before)).toBe("before");
    slab.finish(next);
  });
});

describe("a disowned message", () => {
  test("may be written to for as long as anybody likes, and touches no other", () => {
    const slab = new MessageSlab();
    const before = build(slab, "before");
    const message = slab.begin();
    slab.disown(message);
    slab.recycle([before]);
    const next = slab.begin();
    next.setRoot(Text, "next");
    message.setRoot(Text, "disowned ".repeat(20));
    slab.abandon(message);
    expect(textOf(slab.finish(next))).toBe("next");
    expect(message.getRoot(Text)).toBe("disowned ".repeat(20));
    expect(codeOf(() => slab.finish(message))).toBe("message-not-of-slab");
  });
});

describe("two messages at once", () => {
  test("are built in different slabs and finish in any order", () => {
    const slab = new MessageSlab();
    const first = slab.begin();
    const second = slab.begin();
    const third = slab.begin();
    first.setRoot(Text, "first");
    third.setRoot(Text, "third");
    second.setRoot(Text, "second");
    const frames = [slab.finish(second), slab.finish(first)];
    slab.abandon(third);
    expect(frames.map(textOf)).toEqual(["second", "first"]);
    slab.recycle(frames);
    expect(textOf(build(slab, "after"))).toBe("after");
  });

  test("a message is finished once, by the slab it was begun in", () => {
    const slab = new MessageSlab();
    const message = slab.begin();
    expect(codeOf(() => new MessageSlab().finish(message))).toBe("message-not-of-slab");
    slab.finish(message);
    expect(codeOf(() => slab.finish(message))).toBe("message-not-of-slab");
    expect(codeOf(() => slab.finish(new MessageBuilder()))).toBe("message-not-of-slab");
  });
});
