/** interop.capnp's bootstrap object in TypeScript; the C++ one is in cpp/interop-server.c++. One per connection. */

import { RpcError, type ServerContext } from "capwire";
import pDefer from "p-defer";
import { Callee, Counter, type Interop, ResettableCounter, type Sequence, type Tree } from "./interop.capnp.js";
import {
  CalleeObject,
  CounterObject,
  errorOf,
  hangUntilCancelled,
  Ledger,
  ResolverObject,
  SequenceObject,
  SinkObject,
} from "./objects.js";

export class InteropService implements Interop.Server {
  readonly ledger = new Ledger();
  #held: Counter | null = null;

  // Values

  echo({ blob }: Interop.EchoParams) {
    return { blob };
  }

  echoValues({ values }: Interop.EchoValuesParams) {
    return { values };
  }

  tree({ depth, fanOut }: Interop.TreeParams) {
    return { root: growTree("0", depth, fanOut) };
  }

  // Objects

  newCounter({ start }: Interop.NewCounterParams) {
    return (results: Interop.NewCounterResults.Builder) => {
      // Passed as a Counter only, it could not be called as anything more.
      using counter = ResettableCounter.serve(new CounterObject(this.ledger, start));
      results.counter = counter;
    };
  }

  newCounters({ count }: Interop.NewCountersParams) {
    return { counters: Array.from({ length: count }, (_, i) => new CounterObject(this.ledger, BigInt(i))) };
  }

  async sumCounters({ counters }: Interop.SumCountersParams) {
    const totals = await Promise.all(
      counters.map(async (counter) => (counter.$isNull ? 0n : (await counter.add({})).total)),
    );
    return { total: totals.reduce((sum, total) => sum + total, 0n) };
  }

  nest({ depth }: Interop.NestParams) {
    return (results: Interop.NestResults.Builder) => {
      let box = results.initBox();
      for (let level = 0; ; level++) {
        using counter = Counter.serve(new CounterObject(this.ledger, BigInt(level)));
        box.content.counter = counter;
        box.content.label = `box ${level}`;
        box.untyped = counter;
        if (level + 1 >= depth) break;
        box = box.initInner();
      }
    };
  }

  async notify({ listener, times }: Interop.NotifyParams) {
    const answers: string[] = [];
    for (let number = 0; number < times; number++) answers.push((await listener.heard({ number })).answer);
    return { answers };
  }

  hold({ counter }: Interop.HoldParams) {
    this.letGo();
    this.#held = counter.dup();
  }

  held() {
    return { counter: this.#theHeld() };
  }

  async callHeld({ amount }: Interop.CallHeldParams) {
    return { total: (await this.#theHeld().add({ amount })).total };
  }

  letGo() {
    this.#held?.[Symbol.dispose]();
    this.#held = null;
  }

  nothing(params: Interop.NothingParams) {
    return { isNull: !params.hasCounter(), counter: null };
  }

  anything({ object }: Interop.AnythingParams) {
    return { object };
  }

  // Promises and order

  reflect({ sequence }: Interop.ReflectParams) {
    return { sequence };
  }

  newPromise() {
    const promised = pDefer<Sequence>();
    return { sequence: promised.promise, resolver: new ResolverObject(promised) };
  }

  newSequence() {
    return { sequence: new SequenceObject(this.ledger) };
  }

  async drive({ sequence, before, during, after, listener }: Interop.DriveParams) {
    const calls: Promise<Sequence.NextResults>[] = [];
    const make = (count: number) => {
      for (let i = 0; i < count; i++) calls.push(sequence.next({ expected: calls.length }));
    };
    make(before);
    const heard = listener.heard({ number: before });
    make(during);
    await sequence.whenResolved();
    make(after);
    const numbers = (await Promise.all(calls)).map((results) => results.number);
    await heard;
    return { numbers };
  }

  // Calls

  tail({ callee, number }: Interop.TailParams, context: ServerContext) {
    context.tailCall((tail) => callee.called({ number }, tail));
  }

  tailLocal({ number }: Interop.TailLocalParams, context: ServerContext) {
    using callee = Callee.serve(new CalleeObject(this.ledger, "server"));
    context.tailCall((tail) => callee.called({ number }, tail));
  }

  async early({ gate }: Interop.EarlyParams, context: ServerContext) {
    const counter = new CounterObject(this.ledger, 100n);
    context.setPipeline({ counter });
    await gate.heard({ number: 0 });
    return { counter };
  }

  hang(_params: Interop.HangParams, { signal }: ServerContext) {
    return hangUntilCancelled(this.ledger, signal);
  }

  fail({ kind, reason }: Interop.FailParams): never {
    throw errorOf(kind, reason);
  }

  async relay({ listener }: Interop.RelayParams, { signal }: ServerContext) {
    return { answer: (await listener.heard({ number: 0 }, { signal })).answer };
  }

  newSink() {
    return { sink: new SinkObject() };
  }

  newGatedSink({ gate }: Interop.NewGatedSinkParams) {
    return { sink: new SinkObject(gate.dup()) };
  }

  activity() {
    const { liveCounters, liveSequences, hanging, cancelled } = this.ledger;
    return { liveCounters, liveSequences, hanging, cancelled };
  }

  [Symbol.dispose]() {
    this.letGo();
  }

  #theHeld(): Counter {
    if (!this.#held) throw RpcError.failed("nothing is held");
    return this.#held;
  }
}

function growTree(label: string, depth: number, fanOut: number): Tree.Init {
  if (depth === 0) return { label };
  return { label, children: Array.from({ length: fanOut }, (_, i) => growTree(`${label}.${i}`, depth - 1, fanOut)) };
}
