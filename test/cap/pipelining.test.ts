import { describe, expect, it } from "vitest";
import { type CapabilityHook, innermost } from "../../src/cap/hook.js";
import { AnyPointer } from "../../src/wire/index.js";
import { Box, Box$Pipeline, Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, Deferred, partial, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe.each(PLACES)("what a call will return, $name", ({ serve }) => {
  it("can be called before the call returns, through structs and groups", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    using made = maker.make({ label: "x" });
    const calls = [
      made.cap.next({ expected: 0 }),
      made.box.cap.next({ expected: 1 }),
      made.box.inner.cap.next({ expected: 2 }),
      made.box.place.owner.next({ expected: 3 }),
    ];
    expect(server.made).toEqual([]);
    for (const [index, call] of calls.entries()) expect((await call).number).toBe(index);
    expect(server.made[0]?.order).toEqual([0, 1, 2, 3]);
  });

  it("is one Client per path, the same before and after, and the one read from the results", async () => {
    using maker = serve(Maker, new TestMaker());
    using made = maker.make();
    const early = made.box.inner.cap;
    expect(made.box.inner.cap).toBe(early);
    const results = await made;
    expect(results.box.inner.cap).toBe(early);
    expect(made.box.inner.cap).toBe(early);
    expect(made.cap).toBe(results.cap);
    expect(results.cap).toBe(results.cap);
  });

  it("keeps calls in order whether made before the return, in between or after, through either way of naming it", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    using made = maker.make();
    const calls = [made.cap.next({ expected: 0 }), made.cap.next({ expected: 1 })];
    const results = await made;
    calls.push(results.cap.next({ expected: 2 }), made.cap.next({ expected: 3 }), results.cap.next({ expected: 4 }));
    await Promise.all(calls);
    expect(server.made[0]?.order).toEqual([0, 1, 2, 3, 4]);
  });

  it("is null where the results have nothing, and broken where they have no capability", async () => {
    using maker = serve(Maker, new TestMaker());
    using made = maker.make();
    await expect(made.box.inner.inner.cap.next()).rejects.toMatchObject({
      reason: expect.stringMatching(/called null capability$/),
    });
    // Pointer 2 of a Box is text.
    const label = made.box.inner as unknown as { $client(index: number, type: unknown): Sequence };
    const wrong = made.box as unknown as typeof label;
    await expect(wrong.$client(2, Sequence).next()).rejects.toMatchObject({
      kind: "failed",
      reason: /list pointer where a capability was expected/,
    });
  });

  it("fails as the call fails", async () => {
    using maker = serve(Maker, new TestMaker());
    const failed = maker.fail({ kind: "overloaded" });
    const early = failed.cap.next();
    await expect(failed).rejects.toMatchObject({ kind: "overloaded" });
    await expect(early).rejects.toMatchObject({ kind: "overloaded", method: "Sequence.next" });
    await expect(failed.cap.next()).rejects.toMatchObject({
      kind: "overloaded",
      reason: expect.stringMatching(/as you wish$/),
    });
  });

  it("can be read struct by struct: a pipeline is a promise, and disposing what it gave disposes the call", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    {
      using inner = await maker.make({ label: "outer" }).box;
      expect(inner.label).toBe("outer");
      expect((await inner.inner.cap.next()).number).toBe(0);
    }
    const place = await maker.make().box.place;
    expect(place.x).toBe(7);
    place[Symbol.dispose]();
    await settle();
    expect(server.made.map(({ disposed }) => disposed)).toEqual([1, 1]);
  });

  it("is defaults where a struct is null", async () => {
    using maker = serve(Maker, new TestMaker());
    using made = maker.make();
    using absent = await made.box.inner.inner;
    expect(absent.label).toBe("");
    expect(absent.cap.$isNull).toBe(true);
  });

  it("stays usable when the results were dropped, by dup", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const made = maker.make();
    using kept = made.cap.dup();
    (await made)[Symbol.dispose]();
    expect((await kept.next()).number).toBe(0);
    expect(server.made[0]?.disposed).toBe(0);
  });

  it("holds what an AnyPointer turns out to be", async () => {
    const object = new Counting();
    const make: Maker.Server["make"] = () => (results) => {
      results.any.set(Box, { cap: object, label: "any" });
    };
    using maker = serve(Maker, partial<Maker.Server>({ make }));
    using made = maker.make();
    const early = made.any.asStruct(Box$Pipeline).cap.next();
    expect((await early).number).toBe(0);
    expect((await made.any.asStruct(Box$Pipeline)).label).toBe("any");
    expect((await made.any.read()).as(Box).label).toBe("any");
    const results = await made;
    expect(results.any.as(Box).cap).toBe(made.any.asStruct(Box$Pipeline).cap);
    expect(AnyPointer.zero().isNull).toBe(true);
  });

  it("can be a capability in an AnyPointer", async () => {
    const object = new Counting();
    const make: Maker.Server["make"] = () => (results) => results.any.set(Sequence, object);
    using maker = serve(Maker, partial<Maker.Server>({ make }));
    using made = maker.make();
    const early = made.any.asClient(Sequence);
    expect((await early.next()).number).toBe(0);
    expect((await made).any.as(Sequence)).toBe(early);
  });

  it("can be passed to another call before it is there", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    using made = maker.make();
    const first = made.cap.next({ expected: 0 });
    expect((await maker.callNow({ cap: made.cap, expected: 1 })).number).toBe(1);
    await first;
    expect(server.made[0]?.order).toEqual([0, 1]);
  });

  it("answers pipelined calls before the method returns, if the server says early what it will be", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    using early = maker.early();
    expect((await early.cap.next()).number).toBe(0);
    let returned = false;
    const awaited = early.then(() => {
      returned = true;
    });
    await settle();
    expect(returned).toBe(false);
    server.gate.resolve();
    await awaited;
  });

  it("tells who waits for a capability to resolve, though results and client were disposed meanwhile", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const call = maker.never({ cap: new Counting() });
    const waiting = call.cap.whenResolved();
    call.cap[Symbol.dispose]();
    call[Symbol.dispose]();
    await settle();
    server.gate.resolve();
    await waiting;
    expect([server.completed, server.aborted]).toEqual([1, 0]);
  });

  it("can be all that is wanted", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    using made = maker.make({ label: "x" }, { pipelineOnly: true });
    expect((await made.cap.next()).number).toBe(0);
    await expect(made).rejects.toMatchObject({ code: "no-results" });
  });
});

describe.each(PLACES)("a promise given as a capability, $name", ({ serve }) => {
  it("takes calls in order before and after it resolves", async () => {
    const deferred = new Deferred<Sequence>();
    const maker = serve(Maker, new TestMaker());
    using results = await maker.echo({ cap: deferred.promise });
    const object = new Counting();
    const calls = [0, 1, 2].map((expected) => results.cap.next({ expected }));
    using client = Sequence.serve(object);
    deferred.resolve(client);
    calls.push(results.cap.next({ expected: 3 }));
    await results.cap.whenResolved();
    calls.push(results.cap.next({ expected: 4 }));
    await Promise.all(calls);
    expect(object.order).toEqual([0, 1, 2, 3, 4]);
    maker[Symbol.dispose]();
  });

  it("that becomes a capability still to be returned is that one, and its calls stay in order throughout", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const later = new Deferred<Sequence.Client>();
    using promised = Sequence.client(Sequence.hook(later.promise) as CapabilityHook);
    const calls = [promised.next({ expected: 0 })];
    using made = maker.make();
    later.resolve(made.cap);
    calls.push(promised.next({ expected: 1 }));
    await settle();
    calls.push(promised.next({ expected: 2 }));
    await made;
    calls.push(promised.next({ expected: 3 }));
    await promised.whenResolved();
    calls.push(promised.next({ expected: 4 }));
    expect((await Promise.all(calls)).map(({ number }) => number)).toEqual([0, 1, 2, 3, 4]);
    expect(innermost(promised.$hook)).toBe(innermost(made.cap.$hook));
  });

  it("may resolve to a server object, to null, or fail", async () => {
    using maker = serve(Maker, new TestMaker());
    using toObject = await maker.echo({ cap: Promise.resolve(new Counting()) });
    expect((await toObject.cap.next()).number).toBe(0);
    using toNull = await maker.echo({ cap: Promise.resolve(null) });
    await expect(toNull.cap.next()).rejects.toMatchObject({ reason: expect.stringMatching(/called null capability$/) });
    using failed = await maker.echo({ cap: Promise.reject(new Error("no such object")) });
    await expect(failed.cap.next()).rejects.toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/no such object$/),
    });
  });

  it("may be any thenable: one that throws, settles twice or makes something else breaks nothing but itself", async () => {
    using maker = Maker.serve(new TestMaker());
    const thenable = (then: (resolve: (value: Counting) => void) => void) =>
      ({
        then,
      }) as unknown as Promise<Counting>;
    using thrown = await maker.echo({
      cap: thenable(() => {
        throw new Error("no promise at all");
      }),
    });
    await expect(thrown.cap.next()).rejects.toThrow("no promise at all");
    const [first, second] = [new Counting(), new Counting()];
    using twice = await maker.echo({
      cap: thenable((resolve) => {
        resolve(first);
        resolve(second);
      }),
    });
    await twice.cap.next();
    expect([first.calls, second.calls]).toEqual([1, 0]);
    using number = await maker.echo({ cap: Promise.resolve(42 as unknown as Counting) });
    await expect(number.cap.next()).rejects.toThrow("of type Sequence cannot be made from a number");
  });

  it("that fails rejects who waits for it to resolve", async () => {
    using maker = Maker.serve(new TestMaker());
    using results = await maker.echo({ cap: Promise.reject(new Error("no such object")) });
    await expect(results.cap.whenResolved()).rejects.toThrow("no such object");
  });
});
