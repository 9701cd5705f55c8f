import { describe, expect, it } from "vitest";
import { TurnQueue } from "../../src/cap/turn.js";

describe("the delivery queue", () => {
  it("runs deliveries in the order they were enqueued, those enqueued meanwhile last", () => {
    const turns = new TurnQueue();
    const ran: string[] = [];
    turns.enqueue(() => {
      ran.push("a");
      turns.enqueue(() => ran.push("c"));
    });
    turns.enqueue({ deliver: () => ran.push("b") });
    turns.drain();
    expect(ran).toEqual(["a", "b", "c"]);
    expect(turns.size).toBe(0);
  });

  it("never runs anything inside enqueue, and by itself in a microtask", async () => {
    const turns = new TurnQueue();
    const ran: string[] = [];
    turns.enqueue(() => ran.push("delivered"));
    expect(ran).toEqual([]);
    await Promise.resolve();
    expect(ran).toEqual(["delivered"]);
  });

  it("does not nest: draining from a delivery leaves the rest to the outer drain", () => {
    const turns = new TurnQueue();
    const ran: string[] = [];
    turns.enqueue(() => {
      ran.push("a begins");
      turns.drain();
      ran.push("a ends");
    });
    turns.enqueue(() => ran.push("b"));
    turns.drain();
    expect(ran).toEqual(["a begins", "a ends", "b"]);
  });

  it("reports what a delivery throws and runs the rest, even if reporting throws too", () => {
    const turns = new TurnQueue();
    const heard: unknown[] = [];
    turns.onError = (error) => heard.push(error);
    const ran: string[] = [];
    turns.enqueue(() => {
      throw "first";
    });
    turns.enqueue(() => ran.push("second"));
    turns.drain();
    expect(heard).toEqual(["first"]);
    expect(ran).toEqual(["second"]);
  });

  it("drains again after it was drained", async () => {
    const turns = new TurnQueue();
    let ran = 0;
    turns.enqueue(() => ran++);
    turns.drain();
    turns.enqueue(() => ran++);
    await Promise.resolve();
    await Promise.resolve();
    expect(ran).toBe(2);
  });
});
