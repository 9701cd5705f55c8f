/** Capabilities as things that are passed, called, compared and let go. */

import { expect } from "vitest";
import { Counter, type Listener, ResettableCounter } from "../interop.capnp.js";
import { add, failureOf, type Scenario } from "../stage.js";

export const OBJECT_SCENARIOS: readonly Scenario[] = [
  {
    title: "a capability in results is called",
    row: "capabilities",
    async run({ interop }) {
      const { counter } = await interop.newCounter({ start: 40n });
      expect(await add(counter, 2n)).toBe(42n);
      expect(await add(counter, -2n)).toBe(40n);
    },
  },
  {
    title: "inherited methods are called",
    row: "capabilities",
    async run(stage) {
      const counter = stage.newCounter(7n).castAs(ResettableCounter);
      expect(await add(counter, 1n)).toBe(8n);
      expect((await counter.reset({})).total).toBe(8n);
      expect(await add(counter, 1n)).toBe(1n);
    },
  },
  {
    title: "a list of capabilities is returned",
    row: "capabilities",
    async run({ interop }) {
      const { counters } = await interop.newCounters({ count: 20 });
      expect(counters.length).toBe(20);
      for (let i = 0; i < 20; i++) expect(await add(counters.at(i), 100n)).toBe(BigInt(100 + i));
    },
  },
  {
    title: "a list of capabilities is passed",
    row: "capabilities",
    async run(stage) {
      const theirs = stage.newCounter(1000n);
      const ours = stage.counter(20n);
      const counters = [ours, theirs, ours, null, stage.counter(3n)];
      expect((await stage.interop.sumCounters({ counters })).total).toBe(1043n);
    },
  },
  {
    title: "calls are pipelined through nested fields",
    row: "pipelining",
    async run({ interop }) {
      const nested = interop.nest({ depth: 4 });
      const innermost = nested.box.inner.inner.inner;
      const typed = add(innermost.content.counter, 10n);
      const untyped = add(innermost.untyped.asClient(Counter), 10n);
      expect(await typed).toBe(13n);
      expect(await untyped).toBe(23n);
      expect((await nested).box.inner.content.label).toBe("box 1");
    },
  },
  {
    title: "a pipeline beyond the results fails alone",
    row: "pipelining",
    async run(stage) {
      await failureOf(stage.interop.nest({ depth: 1 }).box.inner.inner.content.counter.add({}));
      await stage.expectUsable();
    },
  },
  {
    title: "calls are pipelined in a chain",
    row: "pipelining",
    async run(stage) {
      let counter = stage.newCounter(1n);
      for (let amount = 1n; amount <= 5n; amount++) counter = counter.next({ amount }).counter;
      expect(await add(counter, 0n)).toBe(16n);
    },
  },
  {
    title: "calls are pipelined through thirty nested fields",
    row: "pipelining",
    async run({ interop }) {
      let { box } = interop.nest({ depth: 30 });
      for (let level = 1; level < 30; level++) box = box.inner;
      expect(await add(box.content.counter, 1n)).toBe(30n);
    },
  },
  {
    title: "a hundred calls are pipelined in a chain",
    row: "pipelining",
    async run(stage) {
      let counter = stage.newCounter(1n);
      for (let amount = 1n; amount <= 100n; amount++) counter = counter.next({ amount }).counter;
      expect(await add(counter, 0n)).toBe(5051n);
    },
  },
  {
    title: "a pipelined capability is a parameter",
    row: "pipelining",
    async run(stage) {
      const counters = [stage.newCounter(11n), stage.newCounter(31n)];
      expect((await stage.interop.sumCounters({ counters })).total).toBe(42n);
    },
  },
  {
    title: "a null capability stays null",
    row: "capabilities",
    async run(stage) {
      const results = await stage.interop.nothing({});
      expect(results.isNull).toBe(true);
      expect(results.hasCounter()).toBe(false);
      expect((await stage.interop.nothing({ counter: stage.counter() })).isNull).toBe(false);
    },
  },
  {
    title: "an untyped capability comes home",
    row: "capabilities",
    async run(stage) {
      const ours = Counter.serve(stage.counter(1n));
      const { object } = await stage.interop.anything({ object: ours });
      expect(object.as(Counter).$hook).toBe(ours.$hook);
    },
  },
  {
    title: "a held capability is called and comes home",
    row: "capabilities",
    async run(stage) {
      const ours = Counter.serve(stage.counter(5n));
      await stage.interop.hold({ counter: ours });
      expect((await stage.interop.callHeld({ amount: 3n })).total).toBe(8n);
      {
        using results = await stage.interop.held({});
        expect(results.counter.$hook).toBe(ours.$hook);
      }
      ours[Symbol.dispose]();
      await stage.interop.activity({});
      expect(stage.ledger.liveCounters).toBe(1);
      await stage.interop.letGo({});
      await stage.until("the server gave our object back", () => stage.ledger.liveCounters === 0);
    },
  },
  {
    title: "a callback is called",
    row: "callbacks",
    async run(stage) {
      const { answers } = await stage.interop.notify({ listener: stage.listener(), times: 7 });
      expect(stage.ledger.heard).toBe(7);
      expect([...answers]).toEqual(Array.from({ length: 7 }, (_, i) => `heard ${i}`));
    },
  },
  {
    title: "a callback calls the server",
    row: "callbacks",
    async run(stage) {
      const listener: Listener.Server = stage.listener(async () => {
        expect(await add(stage.newCounter(9n), 0n)).toBe(9n);
      });
      expect((await stage.interop.relay({ listener })).answer).toBe("heard 0");
    },
  },
  {
    title: "callbacks nest twenty deep",
    row: "callbacks",
    async run(stage) {
      const relay = async (depth: number): Promise<string> => {
        const listener = stage.listener(async () => {
          if (depth > 1) expect(await relay(depth - 1)).toBe("heard 0");
        });
        return (await stage.interop.relay({ listener })).answer;
      };
      expect(await relay(20)).toBe("heard 0");
      expect(stage.ledger.heard).toBe(20);
    },
  },
  {
    title: "dropped results free the servers objects",
    row: "release",
    async run(stage) {
      const live = async () => (await stage.interop.activity({})).liveCounters;
      const before = await live();
      const results = await stage.interop.newCounters({ count: 10 });
      const third = results.counters.at(3).dup();
      expect(await live()).toBeGreaterThanOrEqual(10);
      results[Symbol.dispose]();
      await stage.until("nine counters are gone", async () => (await live()) <= before + 1);
      expect(await add(third, 0n)).toBe(3n);
      third[Symbol.dispose]();
      await stage.until("all counters are gone", async () => (await live()) <= before);
    },
  },
  {
    title: "a dropped capability frees the servers object",
    row: "release",
    async run(stage) {
      const live = async () => (await stage.interop.activity({})).liveCounters;
      const before = await live();
      {
        using results = await stage.interop.newCounter({ start: 3n });
        expect(await add(results.counter, 1n)).toBe(4n);
      }
      await stage.until("the counter is gone", async () => (await live()) <= before);
    },
  },
  {
    title: "our objects are freed after the call",
    row: "release",
    async run(stage) {
      const counters = [stage.counter(0n), stage.counter(1n), stage.counter(2n)];
      expect((await stage.interop.sumCounters({ counters })).total).toBe(3n);
      await stage.until("the server gave our counters back", () => stage.ledger.liveCounters === 0);
    },
  },
  {
    // One by one, not with the results they came in.
    title: "ten thousand capabilities are released",
    row: "release",
    async run(stage) {
      const live = async () => (await stage.interop.activity({})).liveCounters;
      const before = await live();
      const results = await stage.interop.newCounters({ count: 10_000 });
      const counters = [...results.counters].map((counter) => counter.dup());
      results[Symbol.dispose]();
      for (const i of [0, 5000, 9999]) expect(await add(counters[i] as Counter, 1n)).toBe(BigInt(i + 1));
      expect(await live()).toBeGreaterThanOrEqual(10_000);
      for (const counter of counters) counter[Symbol.dispose]();
      await stage.until("all counters are gone", async () => (await live()) <= before);
    },
  },
  {
    title: "ten thousand of our capabilities are released",
    row: "release",
    async run(stage) {
      const counters = Array.from({ length: 10_000 }, (_, i) => stage.counter(BigInt(i)));
      expect((await stage.interop.sumCounters({ counters })).total).toBe(49_995_000n);
      await stage.until("the server gave our counters back", () => stage.ledger.liveCounters === 0);
    },
  },
];
