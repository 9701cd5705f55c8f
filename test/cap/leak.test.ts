import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { type Leak, leaks, turns } from "../../src/cap/index.js";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Collects until `done`, giving finalizers time to run. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !done(); round++) {
    leaks.settle();
    collectGarbage();
    await settle();
  }
}

afterEach(() => {
  leaks.report = null;
  leaks.traceCreation = false;
});

describe("a reference that nobody disposed", () => {
  it("is given back when its Client is collected, and reported with where it was made", async () => {
    const server = new Counting();
    const reported: Leak[] = [];
    leaks.report = (leak) => reported.push(leak);
    leaks.traceCreation = true;
    (function leakingFunction() {
      Sequence.serve(server);
    })();
    await collectUntil(() => server.disposed > 0);
    expect(server.disposed).toBe(1);
    expect(reported).toHaveLength(1);
    expect(reported[0]?.what).toBe("Sequence client");
    expect(reported[0]?.created).toMatch(/leakingFunction/);
  });

  it("does not end the process when the report throws", async () => {
    const server = new Counting();
    const errors: unknown[] = [];
    const { onError } = turns;
    turns.onError = (error) => errors.push(error);
    leaks.report = () => {
      throw new Error("no room in the log");
    };
    (() => Sequence.serve(server))();
    await collectUntil(() => errors.length > 0);
    turns.onError = onError;
    expect(errors.map(String)).toEqual(["Error: no room in the log"]);
  });
});

describe("a young reference", () => {
  it("is kept for a second at most, and costs the registry nothing if it is disposed by then", async () => {
    const server = new Counting();
    (() => Sequence.serve(server))();
    for (let round = 0; round < 5; round++) {
      collectGarbage();
      await settle();
    }
    expect(server.disposed).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (let round = 0; round < 50 && server.disposed === 0; round++) {
      collectGarbage();
      await settle();
    }
    expect(server.disposed).toBe(1);
  });
});

describe.each(PLACES)("results that nobody disposed, $name", ({ serve }) => {
  it("are reported with the call that they came from", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const reported: Leak[] = [];
    leaks.traceCreation = true;
    // The stack of a call is not always recorded for its errors (call-site.ts).
    for (let n = 0; n < 80; n++) (await maker.make())[Symbol.dispose]();
    leaks.report = (leak) => reported.push(leak);
    await (async function leakingFunction() {
      await maker.make();
    })();
    const ofResults = () => reported.find(({ what }) => what === "results of Maker.make");
    await collectUntil(() => ofResults() !== undefined);
    expect(ofResults()?.created).toMatch(/leakingFunction/);
  });

  it("name who read a list of them, however many frames of ours lie between", async () => {
    using maker = serve(Maker, new TestMaker());
    const reported: Leak[] = [];
    leaks.report = (leak) => reported.push(leak);
    leaks.traceCreation = true;
    await (async function leakingFunction() {
      const results = await maker.echoList({ caps: [new Counting(), new Counting()] });
      for (const cap of results.caps) void cap.$isNull;
    })();
    await collectUntil(() => reported.length >= 2);
    expect(reported.map(({ what }) => what)).toEqual(["Sequence client", "Sequence client"]);
    for (const { created } of reported) expect(created).toMatch(/leakingFunction/);
  });

  it("are no leak when each capability in them was disposed of", async () => {
    using maker = serve(Maker, new TestMaker());
    const caps = [new Counting(), new Counting()];
    const reported: Leak[] = [];
    leaks.report = (leak) => reported.push(leak);
    await (async () => {
      for (const cap of (await maker.echoList({ caps })).caps) cap[Symbol.dispose]();
    })();
    for (let round = 0; round < 5; round++) {
      leaks.settle();
      collectGarbage();
      await settle();
    }
    expect(reported).toEqual([]);
    expect(caps.map(({ disposed }) => disposed)).toEqual([1, 1]);
  });

  it("are given back when they are collected, though they hold Clients and Clients were pipelined", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    await (async () => {
      const made = maker.make();
      made.box.cap.next();
      const results = await made;
      await results.cap.next();
    })();
    await collectUntil(() => server.made[0]?.disposed === 1);
    expect(server.made[0]?.disposed).toBe(1);
  });

  it("are no leak when they were disposed, and a Client keeps working after its results are gone", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const reported: Leak[] = [];
    const cap = await (async () => (await maker.make()).cap)();
    leaks.report = (leak) => reported.push(leak);
    for (let round = 0; round < 5; round++) {
      leaks.settle();
      collectGarbage();
      await settle();
    }
    expect((await cap.next()).number).toBe(0);
    cap[Symbol.dispose]();
    await settle();
    expect(server.made[0]?.disposed).toBe(1);
    expect(reported.filter(({ what }) => what.includes("client"))).toEqual([]);
  });
});
