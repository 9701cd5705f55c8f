/** How calls end: tail calls, cancellation, failures of every kind, early pipelines, streams. */

import { RpcError } from "capwire";
import pDefer from "p-defer";
import { expect } from "vitest";
import { Callee, Counter } from "../interop.capnp.js";
import { CalleeObject, HangingCallee, HangingListener } from "../objects.js";
import { add, failureOf, type Scenario, settled } from "../stage.js";

export const CALL_SCENARIOS: readonly Scenario[] = [
  {
    title: "a tail call to us returns here",
    row: "tail calls",
    async run(stage) {
      const called = stage.interop.tail({ callee: new CalleeObject(stage.ledger, "client"), number: 456 });
      const numbers: Promise<number>[] = [];
      const next = (expected: number) =>
        numbers.push(called.sequence.next({ expected }).then((results) => results.number));
      next(0);
      next(1);
      expect(await called).toMatchObject({ number: 456, by: "client" });
      next(2);
      next(3);
      expect(await Promise.all(numbers)).toEqual([0, 1, 2, 3]);
    },
  },
  {
    title: "a tail call within the server returns",
    row: "tail calls",
    async run(stage) {
      const called = stage.interop.tailLocal({ number: -3 });
      const early = called.sequence.next({ expected: 0 });
      const results = await called;
      expect(results).toMatchObject({ number: -3, by: "server" });
      expect((await early).number).toBe(0);
      expect((await results.sequence.next({ expected: 1 })).number).toBe(1);
    },
  },
  {
    title: "a tail call fails like its callee",
    row: "tail calls",
    async run(stage) {
      // The server has no Callee to give away, so this one has no such method.
      const callee = stage.newCounter().castAs(Callee);
      expect((await failureOf(stage.interop.tail({ callee, number: 1 }))).kind).toBe("unimplemented");
    },
  },
  {
    title: "a tail calls objects are freed",
    row: "tail calls",
    async run(stage) {
      const results = await stage.interop.tail({ callee: new CalleeObject(stage.ledger, "client"), number: 1 });
      expect(stage.ledger.liveSequences).toBe(1);
      results[Symbol.dispose]();
      await stage.until("our sequence is gone", () => stage.ledger.liveSequences === 0);
    },
  },
  {
    title: "cancelling reaches the tail callee",
    row: "cancellation",
    async run(stage) {
      const abort = new AbortController();
      const call = stage.interop.tail({ callee: new HangingCallee(stage.ledger), number: 1 }, { signal: abort.signal });
      const ended = Promise.allSettled([call]);
      await stage.until("our callee runs", () => stage.ledger.hanging === 1);
      abort.abort();
      await stage.until("our callee was cancelled", () => stage.ledger.cancelled === 1);
      expect((await ended)[0].status).toBe("rejected");
    },
  },
  {
    title: "cancelling reaches a callback",
    row: "cancellation",
    async run(stage) {
      const abort = new AbortController();
      const call = stage.interop.relay({ listener: new HangingListener(stage.ledger) }, { signal: abort.signal });
      const ended = Promise.allSettled([call]);
      await stage.until("our listener runs", () => stage.ledger.hanging === 1);
      abort.abort();
      await stage.until("our listener was cancelled", () => stage.ledger.cancelled === 1);
      expect((await ended)[0].status).toBe("rejected");
    },
  },
  {
    title: "a cancelled call ends and frees its params",
    row: "cancellation",
    async run(stage) {
      const abort = new AbortController();
      const call = stage.interop.hang({ counter: stage.counter() }, { signal: abort.signal });
      const ended = Promise.allSettled([call]);
      expect((await stage.interop.activity({})).hanging).toBe(1);
      expect(stage.ledger.liveCounters).toBe(1);
      abort.abort();
      await stage.until("the call was cancelled", async () => (await stage.interop.activity({})).cancelled === 1);
      expect((await stage.interop.activity({})).hanging).toBe(0);
      await stage.until("the server gave our counter back", () => stage.ledger.liveCounters === 0);
      expect((await ended)[0].status).toBe("rejected");
    },
  },
  {
    title: "cancelling while it returns leaks nothing",
    row: "cancellation",
    async run(stage) {
      const live = async () => (await stage.interop.activity({})).liveCounters;
      const before = await live();
      for (let i = 0; i < 50; i++) {
        const abort = new AbortController();
        const ended = Promise.allSettled([stage.interop.newCounters({ count: 3 }, { signal: abort.signal })]);
        if (i % 2) await stage.interop.activity({});
        abort.abort();
        const [outcome] = await ended;
        if (outcome.status === "fulfilled") outcome.value[Symbol.dispose]();
      }
      await stage.until("no counter is left", async () => (await live()) <= before);
    },
  },
  {
    title: "failures keep their kind and reason",
    row: "exceptions",
    async run(stage) {
      for (const kind of ["failed", "overloaded", "disconnected", "unimplemented"] as const) {
        const call = stage.interop.fail({ kind, reason: "for a reason" });
        const errors = await Promise.all([failureOf(call), failureOf(call.counter.add({}))]);
        for (const error of errors) {
          expect(error.kind).toBe(kind);
          expect(error.message).toContain("for a reason");
        }
      }
      await stage.expectUsable();
    },
  },
  {
    title: "a callbacks failure passes through",
    row: "exceptions",
    async run(stage) {
      for (const kind of ["failed", "overloaded", "unimplemented"] as const) {
        const listener = stage.listener(() => {
          throw new RpcError(kind, "our reason");
        });
        const error = await failureOf(stage.interop.relay({ listener }));
        expect(error.kind).toBe(kind);
        expect(error.message).toContain("our reason");
      }
    },
  },
  {
    title: "unknown methods are unimplemented",
    row: "exceptions",
    async run({ interop }) {
      expect((await failureOf(interop.castAs(Counter).add({}))).kind).toBe("unimplemented");
    },
  },
  {
    title: "a pipeline set early works before the return",
    row: "pipelining",
    async run(stage) {
      const gate = pDefer<void>();
      const call = stage.interop.early({ gate: stage.listener(() => gate.promise) });
      expect(await add(call.counter, 1n)).toBe(101n);
      gate.resolve();
      expect(await add((await call).counter, 1n)).toBe(102n);
    },
  },
  {
    title: "a stream of writes arrives",
    row: "streaming",
    async run({ interop }) {
      const { sink } = await interop.newSink({});
      for (let i = 0; i < 100; i++) await sink.write({ bytes: new Uint8Array(4096) });
      expect(await sink.done({})).toMatchObject({ byteCount: 409600n, writes: 100 });
    },
  },
  {
    title: "a slow sink holds the stream back",
    row: "streaming",
    async run(stage) {
      const gate = pDefer<void>();
      const { sink } = await stage.interop.newGatedSink({ gate: stage.listener(() => gate.promise) });
      const total = 400;
      let written = 0;
      const writing = (async () => {
        for (; written < total; written++) await sink.write({ bytes: new Uint8Array(32 * 1024) });
      })();
      await stage.until("the first write waits", () => stage.ledger.heard === 1);
      expect(await settled(() => written)).toBeLessThan(total);
      gate.resolve();
      await writing;
      expect(await sink.done({})).toMatchObject({ byteCount: BigInt(total * 32 * 1024), writes: total });
    },
  },
  {
    title: "a failed write fails what follows",
    row: "streaming",
    async run({ interop }) {
      const { sink } = await interop.newSink({});
      const write = Promise.allSettled([sink.write({})]);
      expect((await failureOf(sink.done({}))).kind).toBe("failed");
      await write;
    },
  },
];
