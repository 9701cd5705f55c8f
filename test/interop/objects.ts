/**
 * The objects of interop.capnp in TypeScript, for the server and for what the client scenarios pass; the C++ ones are in
 * cpp/objects.h. Each counts itself in a Ledger while somebody holds it, so that a scenario sees whether the other
 * side gave back what it held.
 */

import { RpcError, type RpcErrorKind } from "capwire";
import type { DeferredPromise } from "p-defer";
import type { Callee, Counter, Listener, ResettableCounter, Resolver, Sequence, Sink } from "./interop.capnp.js";

export class Ledger {
  liveCounters = 0;
  liveSequences = 0;
  hanging = 0;
  cancelled = 0;
  /** Calls that Listeners received. */
  heard = 0;
}

export class CounterObject implements ResettableCounter.Server {
  readonly #ledger: Ledger;
  #total: bigint;

  constructor(ledger: Ledger, start: bigint) {
    this.#ledger = ledger;
    this.#total = start;
    ledger.liveCounters++;
  }

  add({ amount }: Counter.AddParams) {
    this.#total += amount;
    return { total: this.#total };
  }

  next({ amount }: Counter.NextParams) {
    return { counter: new CounterObject(this.#ledger, this.#total + amount) };
  }

  reset() {
    const total = this.#total;
    this.#total = 0n;
    return { total };
  }

  [Symbol.dispose]() {
    this.#ledger.liveCounters--;
  }
}

export class SequenceObject implements Sequence.Server {
  readonly #ledger: Ledger;
  #count = 0;
  #misplaced = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    ledger.liveSequences++;
  }

  next({ expected }: Sequence.NextParams) {
    if (expected !== this.#count) this.#misplaced++;
    return { number: this.#count++ };
  }

  state() {
    return { count: this.#count, misplaced: this.#misplaced };
  }

  [Symbol.dispose]() {
    this.#ledger.liveSequences--;
  }
}

/** Decides what a promise of a Sequence becomes. */
export class ResolverObject implements Resolver.Server {
  readonly #promised: DeferredPromise<Sequence>;
  #decided = false;

  constructor(promised: DeferredPromise<Sequence>) {
    this.#promised = promised;
  }

  async resolve({ sequence }: Resolver.ResolveParams) {
    this.#once();
    this.#promised.resolve(sequence);
    // Whoever waits for the promise takes a reference of its own before ours ends with this call.
    await this.#promised.promise;
  }

  reject({ kind, reason }: Resolver.RejectParams) {
    this.#once();
    this.#promised.reject(errorOf(kind, reason));
  }

  #once() {
    if (this.#decided) throw RpcError.failed("the promise is already decided");
    this.#decided = true;
  }
}

/** Answers "heard N" and counts; what it does before it answers is up to `then`. */
export class ListenerObject implements Listener.Server {
  readonly #ledger: Ledger;
  readonly #then: (number: number) => unknown;

  constructor(ledger: Ledger, then: (number: number) => unknown = () => {}) {
    this.#ledger = ledger;
    this.#then = then;
  }

  async heard({ number }: Listener.HeardParams) {
    this.#ledger.heard++;
    await this.#then(number);
    return { answer: `heard ${number}` };
  }
}

/** A listener that never answers and notices when it is cancelled. */
export class HangingListener implements Listener.Server {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  heard(_params: Listener.HeardParams, { signal }: { readonly signal: AbortSignal }) {
    return hangUntilCancelled(this.#ledger, signal);
  }
}

export class CalleeObject implements Callee.Server {
  readonly #ledger: Ledger;
  readonly #by: string;

  constructor(ledger: Ledger, by: string) {
    this.#ledger = ledger;
    this.#by = by;
  }

  called({ number }: Callee.CalledParams) {
    return { number, by: this.#by, sequence: new SequenceObject(this.#ledger) };
  }
}

/** A callee that never answers and notices when it is cancelled. */
export class HangingCallee implements Callee.Server {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  called(_params: Callee.CalledParams, { signal }: { readonly signal: AbortSignal }) {
    return hangUntilCancelled(this.#ledger, signal);
  }
}

export class SinkObject implements Sink.Server {
  #byteCount = 0n;
  #writes = 0;
  readonly #gate: Listener | null;

  /** The first write waits for the gate, which is now ours, and the others for the first: streaming calls come one at a time. */
  constructor(gate: Listener | null = null) {
    this.#gate = gate;
  }

  async write({ bytes }: Sink.WriteParams) {
    if (bytes.byteLength === 0) throw RpcError.failed("nothing to write");
    this.#byteCount += BigInt(bytes.byteLength);
    if (this.#writes++ === 0) await this.#gate?.heard({ number: 0 });
  }

  done() {
    return { byteCount: this.#byteCount, writes: this.#writes };
  }

  [Symbol.dispose]() {
    this.#gate?.[Symbol.dispose]();
  }
}

/** Ends only by `signal`; counted in `hanging` until then, in `cancelled` from then on. */
export function hangUntilCancelled(ledger: Ledger, signal: AbortSignal): Promise<never> {
  ledger.hanging++;
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      ledger.hanging--;
      ledger.cancelled++;
      reject(signal.reason);
    });
  });
}

/** An error of a kind the schema can name. */
export function errorOf(kind: RpcErrorKind | number, reason: string): RpcError {
  return new RpcError(typeof kind === "number" ? "failed" : kind, reason);
}
