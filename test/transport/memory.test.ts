import { describe, expect, it } from "vitest";
import { memoryStreamPair, memoryTransportPair, StreamTransport } from "../../src/transport/index.js";
import { type RawEnd, runTransportContract } from "./contract.js";
import { adjacentFrames, frameOf, record, sendPayload } from "./messages.js";

/** A raw end over a memory stream. */
function rawMemory(chunkBytes?: number): { transport: StreamTransport; peer: RawEnd } {
  const { left, right } = memoryStreamPair(chunkBytes === undefined ? {} : { chunkBytes });
  const received: Uint8Array[] = [];
  right.start({
    data: (chunk) => received.push(chunk),
    drained: () => {},
    ended: () => {},
    failed: () => {},
  });
  const peer: RawEnd = {
    write: (bytes) => right.write([bytes], () => {}),
    end: () => right.end(),
    destroy: () => right.close(new Error("broken off")),
    received: () => Buffer.concat(received),
  };
  return { transport: new StreamTransport(left), peer };
}

runTransportContract({
  name: "a memory pair",
  pair: async () => memoryTransportPair(),
  raw: async () => rawMemory(),
  halfClose: true,
});

runTransportContract({
  name: "a memory pair cut into chunks of 1111 bytes",
  pair: async () => memoryTransportPair({ chunkBytes: 1111 }),
  raw: async () => rawMemory(1111),
  halfClose: true,
});

describe("a memory pair", () => {
  it("moves nothing until stepped, when stepping", () => {
    const { left, right, step, run } = memoryTransportPair({ stepping: true });
    const atRight = record(right);
    record(left);
    sendPayload(left, "one");
    sendPayload(left, "two");
    expect(atRight.texts).toEqual([]);
    expect(step()).toBe(true);
    expect(atRight.texts).toEqual(["one"]);
    expect(run()).toBe(1);
    expect(atRight.texts).toEqual(["one", "two"]);
    expect(step()).toBe(false);
  });

  it("delivers after its latency", async () => {
    const { left, right } = memoryTransportPair({ latency: 30 });
    const atRight = record(right);
    record(left);
    const before = performance.now();
    sendPayload(left, "slow");
    await atRight.until((seen) => seen.payloads.length === 1);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  it("holds back above its high-water mark and drains", async () => {
    const { left, right } = memoryTransportPair({ highWaterMark: 100 });
    const atLeft = record(left);
    const atRight = record(right);
    const frame = frameOf("a message of some length, more than fifty bytes of it");
    expect(left.send([[frame]], () => {})).toBe(true);
    expect(left.send([[frame]], () => {})).toBe(false);
    await atLeft.until((seen) => seen.events.includes("drained"));
    await atRight.until((seen) => seen.payloads.length === 2);
    expect(atLeft.events).toEqual(["drained"]);
  });

  it("sends adjacent frames as one chunk and reads them as one batch", () => {
    const { left, right, run } = memoryTransportPair({ stepping: true });
    const atRight = record(right);
    record(left);
    left.send(adjacentFrames(["a", "b", "c"]), () => {});
    expect(run()).toBe(1);
    expect(atRight.events).toEqual(["message", "message", "message", "batchEnd"]);
  });

  it("names its ends", () => {
    const { left, right } = memoryTransportPair({ names: ["alice", "bob"] });
    expect(left.peerName).toBe("bob");
    expect(right.peerName).toBe("alice");
  });
});
