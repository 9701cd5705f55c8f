/** Deadlines and signals of calls: what they accept, what they limit, and that giving one to many calls costs nobody anything. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

afterEach(() => {
  vi.useRealTimers();
});

describe.each(PLACES)("a timeout, $name", ({ serve }) => {
  it("of Infinity is none, which a timer of that length would not be", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const call = maker.never({}, { timeout: Number.POSITIVE_INFINITY });
    await new Promise((resolve) => setTimeout(resolve, 20));
    server.gate.resolve();
    await expect(call).resolves.toBeDefined();
    call[Symbol.dispose]();
  });

  it("that is no time throws, and so does a signal that is none; nothing is sent", async () => {
    const server = new Counting();
    using client = serve(Sequence, server);
    for (const timeout of [-1, Number.NaN]) {
      expect(() => client.next({}, { timeout })).toThrow(
        `a timeout is a number of milliseconds, 0 or more, not ${timeout}`,
      );
    }
    const signal = new AbortController() as unknown as AbortSignal;
    expect(() => client.next({}, { signal })).toThrow(/a call's signal is an AbortSignal/);
    await settle();
    expect(server.calls).toBe(0);
  });
});

describe.each(PLACES)("a signal, $name", ({ serve }) => {
  it("of many calls has one listener, so that Node sees no leak in it, and none when they have returned", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    using client = serve(Sequence, new Counting());
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await Promise.all(Array.from({ length: 50 }, () => client.next({}, { signal })));
    await settle();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
  });

  it("of many calls cancels those that are in progress, and them only", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const controller = new AbortController();
    const { signal } = controller;
    expect((await maker.next({}, { signal })).number).toBe(0);
    const outcomes = Promise.allSettled([maker.never({}, { signal }), maker.never({}, { signal })]);
    const other = maker.never();
    await settle();
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await outcomes).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    await settle();
    expect(server.aborted).toBe(2);
    other[Symbol.dispose]();
  });

  it("cancels a call that was made for its pipeline only", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const controller = new AbortController();
    using call = maker.never({}, { pipelineOnly: true, signal: controller.signal });
    const { cap } = call;
    await settle();
    controller.abort(new Error("enough"));
    await expect(cap.next()).rejects.toThrow("enough");
    await settle();
    expect(server.aborted).toBe(1);
  });
});

/** Its first write takes until it is cancelled, its third fails. */
class Interruptible extends TestMaker {
  begun = 0;

  override async write({ n }: Maker.WriteParams, context?: Parameters<Maker.Server["write"]>[1]): Promise<void> {
    this.begun++;
    if (n === 3) throw new Error("disk full");
    const signal = context?.signal;
    if (n === 1) await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    this.written.push(n);
  }
}

describe.each(PLACES)("a streaming call, $name", ({ serve }) => {
  it("that was given up says so to whoever awaits it only then", async () => {
    const server = new TestMaker();
    server.onWrite = () => settle();
    using maker = serve(Maker, server);
    const controller = new AbortController();
    const aborted = maker.write({ n: 1 }, { signal: controller.signal });
    const disposed = maker.write({ n: 2 });
    controller.abort(new Error("enough"));
    disposed[Symbol.dispose]();
    await expect(aborted).rejects.toThrow("enough");
    await expect(disposed).rejects.toThrow(/disposed/);
    expect((await maker.finish()).total).toBe(0);
  });

  it("whose method gives up because it is cancelled does not break the stream; one that fails by itself does", async () => {
    const server = new Interruptible();
    using maker = serve(Maker, server);
    const write = maker.write({ n: 1 });
    maker.write({ n: 2 });
    await settle();
    expect(server.begun).toBe(1);
    write[Symbol.dispose]();
    expect((await maker.finish()).total).toBe(1);
    expect(server.written).toEqual([2]);
    maker.write({ n: 3 });
    await expect(maker.finish()).rejects.toThrow("disk full");
  });
});

describe("a streaming call's timeout over a connection", () => {
  it("is over once the call was let through: what was sent does not vanish from the stream", async () => {
    const server = new TestMaker();
    server.onWrite = () => new Promise((resolve) => setTimeout(resolve, 30));
    using maker = PLACES[1]!.serve(Maker, server);
    for (const n of [1, 2, 3]) await maker.write({ n }, { timeout: 10 });
    expect((await maker.finish()).total).toBe(3);
  });
});
