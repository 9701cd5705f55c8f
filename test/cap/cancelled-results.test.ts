/** A method that builds its results in place, and goes on doing so after its call was cancelled, or has returned. */

import { describe, expect, it } from "vitest";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Counting, Deferred, partial, settle } from "./objects.js";
import { PLACES } from "./places.js";

type Context = Parameters<Maker.Server["make"]>[1];

describe.each(PLACES)("results built in place by a method whose call was cancelled, $name", ({ serve }) => {
  it("are not written into those of other calls", async () => {
    const go = new Deferred<void>();
    const end = new Deferred<void>();
    const server = partial<Maker.Server>({
      make: async ({ label }: Maker.MakeParams, context: Context) => {
        const box = context.results.initBox();
        if (label === "cancelled") await go.promise;
        box.label = `the label of ${label}`;
        box.initInner().label = `the inner label of ${label}`;
        await end.promise;
      },
    });
    using maker = serve(Maker, server);
    const cancelled = maker.make({ label: "cancelled" });
    await settle();
    cancelled[Symbol.dispose]();
    await settle();
    // One of them may be built where the cancelled one was.
    const labels = ["one", "two", "three", "four", "five"];
    const others = labels.map((label) => maker.make({ label }));
    await settle();
    go.resolve();
    await settle();
    end.resolve();
    for (const [index, other] of others.entries()) {
      using results = await other;
      expect(results.box.label).toBe(`the label of ${labels[index]}`);
      expect(results.box.inner.label).toBe(`the inner label of ${labels[index]}`);
    }
  });

  it("are where the calls go that were pipelined on them before", async () => {
    const gate = new Deferred<void>();
    const object = new Counting();
    const server = partial<Maker.Server>({
      make: async (_params: Maker.MakeParams, { results }: Context) => {
        results.initBox();
        await gate.promise;
        results.cap = object;
      },
    });
    using maker = serve(Maker, server);
    const call = maker.make({ label: "" });
    const pipelined = call.cap.next({ expected: 0 });
    await settle();
    call[Symbol.dispose]();
    await settle();
    gate.resolve();
    expect((await pipelined).number).toBe(0);
    await settle();
    expect(object.disposed).toBe(1);
  });

  it("keep their objects until the method has ended, and give them back then", async () => {
    const gate = new Deferred<void>();
    const before = new Counting();
    const after = new Counting();
    const server = partial<Maker.Server>({
      make: async (_params: Maker.MakeParams, { results }: Context) => {
        results.cap = before;
        await gate.promise;
        results.initBox().cap = before;
        results.box.initInner().cap = after;
      },
    });
    using maker = serve(Maker, server);
    const call = maker.make({ label: "" });
    await settle();
    call[Symbol.dispose]();
    await settle();
    expect(before.disposed).toBe(0);
    gate.resolve();
    await settle();
    expect([before.disposed, after.disposed]).toEqual([1, 1]);
  });
});

describe.each(PLACES)("results built in place that a method writes to after it has returned, $name", ({ serve }) => {
  it("do not change those of other calls", async () => {
    let building: Maker.MakeResults.Builder[] = [];
    let returned: Maker.MakeResults.Builder[] = [];
    const server = partial<Maker.Server>({
      make: async ({ label }: Maker.MakeParams, { results }: Context) => {
        results.initBox().label = `the label of ${label}`;
        building.push(results);
        await Promise.resolve();
        for (const other of returned) {
          try {
            other.box.label = "WRONG";
          } catch (error) {
            if (!(error instanceof RangeError)) throw error;
          }
        }
      },
    });
    using maker = serve(Maker, server);
    for (let round = 0; round < 5; round++) {
      const calls = ["one", "two", "three"].map((label) => maker.make({ label }));
      const labels = await Promise.all(calls.map(async (call) => (await call).box.label));
      expect(labels).toEqual(["the label of one", "the label of two", "the label of three"]);
      returned = building;
      building = [];
    }
  });
});
