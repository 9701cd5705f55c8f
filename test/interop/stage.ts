/**
 * A scenario is one story told to a server of interop.capnp, in whatever language that is written: it makes calls, waits, and
 * throws when an answer is not what it must be. Its title is the name of the same story in C++ (cpp/scenario.h). A Stage is
 * what a scenario works with: a bootstrap capability of its own and a ledger for the objects it passes.
 */

import { RpcError } from "capwire";
import { expect } from "vitest";
import type { Counter, Interop } from "./interop.capnp.js";
import { CounterObject, Ledger, ListenerObject, SequenceObject } from "./objects.js";
import type { Row } from "./rows.js";

export interface Scenario {
  readonly title: string;
  readonly row: Row;
  run(stage: Stage): Promise<void>;
}

export class Stage {
  readonly interop: Interop;
  readonly ledger = new Ledger();

  constructor(interop: Interop) {
    this.interop = interop;
  }

  // Objects of ours.

  counter(start = 0n): CounterObject {
    return new CounterObject(this.ledger, start);
  }

  sequence(): SequenceObject {
    return new SequenceObject(this.ledger);
  }

  listener(then?: (number: number) => unknown): ListenerObject {
    return new ListenerObject(this.ledger, then);
  }

  // Objects of the server's.

  newCounter(start = 0n): Counter {
    return this.interop.newCounter({ start }).counter;
  }

  /** Says that the connection still works after what went wrong on it. */
  async expectUsable(): Promise<void> {
    expect(await add(this.newCounter(1n), 1n)).toBe(2n);
  }

  /** Waits until `condition` holds, making a round trip to the server between two looks at it. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let attempt = 0; !(await condition()); attempt++) {
      if (attempt === 100) throw new Error(`this should have happened: ${what}`);
      await this.interop.activity({});
      if (attempt > 10) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Lets what has arrived be dealt with, and no more: a timer waits longer, and calls made in between would be fewer. Browsers have nothing better. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve);
  });
}

/** Waits until `value` has not changed for a tenth of a second; says what it is then. */
export async function settled(value: () => number): Promise<number> {
  for (;;) {
    const before = value();
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (value() === before) return before;
  }
}

export async function add(counter: Counter, amount: bigint): Promise<bigint> {
  return (await counter.add({ amount })).total;
}

/** The RpcError that the call ends with. Throws if it ends well or with something else. */
export async function failureOf(call: PromiseLike<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error("the call should have failed");
}
