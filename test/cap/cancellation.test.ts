import { describe, expect, it } from "vitest";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, Deferred, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe.each(PLACES)("a call that its caller gives up, $name", ({ serve }) => {
  it("by disposing the promise before it was delivered never runs, and its params are given back", async () => {
    const server = new TestMaker();
    const object = new Counting();
    using maker = serve(Maker, server);
    const call = maker.hold({ cap: object });
    call[Symbol.dispose]();
    await settle();
    expect(server.held).toBeNull();
    expect(object.disposed).toBe(1);
  });

  it("after delivery aborts the method's signal, and what the method then returns is given back", async () => {
    const server = new TestMaker();
    const object = new Counting();
    using maker = serve(Maker, server);
    const call = maker.never({ cap: object });
    await settle();
    call[Symbol.dispose]();
    expect(server.aborted).toBe(0);
    await settle();
    expect(server.aborted).toBe(1);
    expect(object.disposed).toBe(0);
    server.gate.resolve();
    await settle();
    expect(server.completed).toBe(1);
    expect(object.disposed).toBe(1);
  });

  it("rejects, whoever awaits it already", async () => {
    using maker = serve(Maker, new TestMaker());
    const call = maker.never();
    const awaited = call.then(() => "returned");
    call[Symbol.dispose]();
    await expect(awaited).rejects.toMatchObject({ code: "disposed-call" });
    await expect(call).rejects.toMatchObject({ code: "disposed-call" });
  });

  it("goes on as long as something pipelined from it is held", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const object = new Counting();
    const call = maker.never({ cap: object });
    const kept = call.cap.dup();
    const next = kept.next();
    await settle();
    call[Symbol.dispose]();
    await settle();
    expect(server.aborted).toBe(0);
    server.gate.resolve();
    expect((await next).number).toBe(0);
    kept[Symbol.dispose]();
    await settle();
    expect(object.disposed).toBe(1);
  });

  it("is given up at last when the last thing pipelined from it is dropped", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const call = maker.never();
    const kept = call.cap.dup();
    await settle();
    call[Symbol.dispose]();
    kept[Symbol.dispose]();
    await settle();
    expect(server.aborted).toBe(1);
  });

  it("still queued on a promise is forgotten", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const deferred = new Deferred<Sequence>();
    using results = await maker.echo({ cap: deferred.promise });
    const object = new Counting();
    const first = results.cap.next({ expected: 1 });
    results.cap.next({ expected: 2 })[Symbol.dispose]();
    using client = Sequence.serve(object);
    deferred.resolve(client);
    await first;
    expect(object.order).toEqual([1]);
  });
});

describe.each(PLACES)("an AbortSignal, $name", ({ serve }) => {
  it("rejects the call with its reason, and aborts the method", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const controller = new AbortController();
    const call = maker.never({}, { signal: controller.signal });
    const pipelined = call.cap.next();
    await settle();
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    await expect(call.cap.next()).rejects.toMatchObject({ method: "Sequence.next" });
    pipelined[Symbol.dispose]();
    await settle();
    expect(server.aborted).toBe(1);
  });

  it("that was aborted before sends nothing", async () => {
    const server = new Counting();
    using client = serve(Sequence, server);
    const reason = new Error("no more");
    await expect(client.next({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settle();
    expect(server.calls).toBe(0);
  });

  it("has no listener left once the call returned", async () => {
    using client = serve(Sequence, new Counting());
    let listeners = 0;
    const controller = new AbortController();
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...parameters: Parameters<typeof add>) => {
      listeners++;
      add(...parameters);
    }) as typeof add;
    signal.removeEventListener = ((...parameters: Parameters<typeof remove>) => {
      listeners--;
      remove(...parameters);
    }) as typeof remove;
    const call = client.next({}, { signal });
    expect(listeners).toBe(1);
    await call;
    expect(listeners).toBe(0);
  });
});

describe.each(PLACES)("a timeout, $name", ({ serve }) => {
  it("rejects the call as overloaded, naming method and time, and aborts the method", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    await expect(maker.never({}, { timeout: 100 })).rejects.toMatchObject({
      kind: "overloaded",
      message: "Maker.never: timed out after 100 ms",
    });
    await settle();
    expect(server.aborted).toBe(1);
  });

  it("that is infinite never ends the call", async () => {
    using maker = serve(Maker, new TestMaker());
    const call = maker.never({}, { timeout: Number.POSITIVE_INFINITY, signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("does nothing to a call that returns in time", async () => {
    using client = serve(Sequence, new Counting());
    const results = await client.next({}, { timeout: 500 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(results.number).toBe(0);
  });
});
