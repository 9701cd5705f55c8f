/**
 * Promises that resolve to something here or there while calls are under way. The sequence objects count, so an embargo
 * that is missing on either side shows as a misplaced call.
 */

import { RpcError } from "capwire";
import pDefer from "p-defer";
import { expect } from "vitest";
import { type Listener, Sequence } from "../interop.capnp.js";
import { failureOf, nextTurn, type Scenario, type Stage } from "../stage.js";

export const PROMISE_SCENARIOS: readonly Scenario[] = [
  {
    // We embargo: the first calls travel to the server and back, the last ones go straight to our object.
    title: "a result that is our object keeps order",
    row: "order around resolution",
    async run(stage) {
      const reflected = stage.interop.reflect({ sequence: stage.sequence() });
      const calls = new Calls(reflected.sequence);
      calls.make(3);
      await reflected;
      calls.make(3);
      await calls.check();
    },
  },
  {
    // Calls made until we hear of the resolution are still on their way back when later ones could go straight to our object.
    title: "their promise becomes our object in order",
    row: "order around resolution",
    async run(stage) {
      const { sequence, resolver } = await stage.interop.newPromise({});
      const calls = new Calls(sequence);
      calls.make(3);
      const resolved = resolver.resolve({ sequence: stage.sequence() });
      calls.make(100);
      let heard = false;
      const hearing = sequence.whenResolved().then(() => {
        heard = true;
      });
      while (!heard) {
        calls.make(5);
        await nextTurn();
      }
      calls.make(3);
      await Promise.all([hearing, resolved]);
      calls.make(3);
      await calls.check();
    },
  },
  {
    title: "their promise becomes their object in order",
    row: "order around resolution",
    async run(stage) {
      const { sequence, resolver } = await stage.interop.newPromise({});
      const calls = new Calls(sequence);
      calls.make(3);
      const resolved = resolver.resolve({ sequence: theirSequence(stage) });
      calls.make(3);
      await sequence.whenResolved();
      calls.make(3);
      await resolved;
      await calls.check();
    },
  },
  {
    title: "their promise becomes another promise in order",
    row: "order around resolution",
    async run(stage) {
      const first = await stage.interop.newPromise({});
      const second = await stage.interop.newPromise({});
      const calls = new Calls(first.sequence);
      calls.make(2);
      await first.resolver.resolve({ sequence: second.sequence });
      calls.make(2);
      const resolved = second.resolver.resolve({ sequence: stage.sequence() });
      calls.make(2);
      await first.sequence.whenResolved();
      calls.make(2);
      await resolved;
      await calls.check();
    },
  },
  {
    title: "their promise becomes our promise in order",
    row: "order around resolution",
    async run(stage) {
      const { sequence, resolver } = await stage.interop.newPromise({});
      const calls = new Calls(sequence);
      calls.make(2);
      const ours = pDefer<Sequence>();
      const resolved = resolver.resolve({ sequence: ours.promise });
      calls.make(2);
      await stage.interop.activity({});
      calls.make(2);
      ours.resolve(Sequence.serve(stage.sequence()));
      calls.make(2);
      await resolved;
      await sequence.whenResolved();
      calls.make(2);
      await calls.check();
    },
  },
  {
    title: "calls on a rejected promise fail",
    row: "exceptions",
    async run(stage) {
      const { sequence, resolver } = await stage.interop.newPromise({});
      const calls = new Calls(sequence);
      calls.make(3);
      await resolver.reject({ kind: "overloaded", reason: "no room" });
      calls.make(2);
      for (const error of await calls.failures())
        expect(error).toMatchObject({ kind: "overloaded", message: /no room/ });
      await stage.expectUsable();
    },
  },
  {
    title: "calls on a promise that becomes null fail",
    row: "exceptions",
    async run(stage) {
      const { sequence, resolver } = await stage.interop.newPromise({});
      const calls = new Calls(sequence);
      calls.make(2);
      await resolver.resolve({ sequence: null });
      for (const error of await calls.failures()) expect(error.kind).toBe("failed");
      await stage.expectUsable();
    },
  },
  {
    title: "they call our object in order",
    row: "order around resolution",
    async run(stage) {
      const sequence = Sequence.serve(stage.sequence());
      await new Drive(stage, sequence).check(sequence);
    },
  },
  {
    title: "our promise becomes our object in order",
    row: "order around resolution",
    async run(stage) {
      const ours = pDefer<Sequence>();
      const drive = new Drive(stage, ours.promise);
      await drive.started();
      const sequence = Sequence.serve(stage.sequence());
      ours.resolve(sequence);
      await drive.check(sequence);
    },
  },
  {
    // They embargo: their first calls travel here and back, their last ones go straight to their own object.
    title: "our promise becomes their object in order",
    row: "order around resolution",
    async run(stage) {
      const ours = pDefer<Sequence>();
      const drive = new Drive(stage, ours.promise);
      await drive.started();
      const sequence = theirSequence(stage);
      ours.resolve(sequence);
      await drive.check(sequence);
    },
  },
  {
    // They embargo, and must: when they learn what our promise has become, most of their calls are still on the way here and back.
    title: "our promise becomes their object while they call",
    row: "order around resolution",
    async run(stage) {
      const ours = pDefer<Sequence>();
      const { sequence } = await stage.interop.newSequence({});
      const listener = stage.listener(() => ours.resolve(sequence));
      await new Drive(stage, ours.promise, 2000, listener).check(sequence);
    },
  },
  {
    // As before, but what our promise becomes is itself still on its way from the server.
    title: "our promise becomes their answer in order",
    row: "order around resolution",
    async run(stage) {
      const ours = pDefer<Sequence>();
      const drive = new Drive(stage, ours.promise);
      await drive.started();
      const { sequence } = await stage.interop.newSequence({});
      ours.resolve(stage.interop.reflect({ sequence }).sequence);
      await drive.check(sequence);
    },
  },
  {
    // Our promise becomes a promise of theirs, which becomes an object of ours.
    title: "our promise becomes their promise in order",
    row: "order around resolution",
    async run(stage) {
      const ours = pDefer<Sequence>();
      const drive = new Drive(stage, ours.promise);
      await drive.started();
      const theirs = await stage.interop.newPromise({});
      ours.resolve(theirs.sequence);
      await stage.interop.activity({});
      const sequence = Sequence.serve(stage.sequence());
      await theirs.resolver.resolve({ sequence });
      await drive.check(sequence);
    },
  },
  {
    title: "their calls on our rejected promise fail",
    row: "exceptions",
    async run(stage) {
      const ours = pDefer<Sequence>();
      const drive = new Drive(stage, ours.promise);
      await drive.started();
      ours.reject(RpcError.overloaded("changed our mind"));
      expect((await failureOf(drive.call)).kind).toBe("overloaded");
      await stage.expectUsable();
    },
  },
  {
    title: "a resolved promise frees its object",
    row: "release",
    async run(stage) {
      {
        using promised = await stage.interop.newPromise({});
        await promised.resolver.resolve({ sequence: stage.sequence() });
        await promised.sequence.whenResolved();
      }
      await stage.until("the server gave our sequence back", () => stage.ledger.liveSequences === 0);
    },
  },
];

function theirSequence(stage: Stage): Sequence {
  return stage.interop.newSequence({}).sequence;
}

/** Calls made on one capability over time; all of them must have met the same object in order. */
class Calls {
  readonly #sequence: Sequence;
  readonly #numbers: Promise<number>[] = [];

  constructor(sequence: Sequence) {
    this.#sequence = sequence;
  }

  make(count: number): void {
    for (let i = 0; i < count; i++) {
      const call = this.#sequence.next({ expected: this.#numbers.length });
      const number = call.then((results) => results.number);
      number.catch(() => {}); // looked at in `failures`
      this.#numbers.push(number);
    }
  }

  async check(): Promise<void> {
    expect(await Promise.all(this.#numbers)).toEqual(this.#numbers.map((_, i) => i));
    expect(await this.#sequence.state({})).toMatchObject({ count: this.#numbers.length, misplaced: 0 });
  }

  failures(): Promise<RpcError[]> {
    return Promise.all(this.#numbers.map(failureOf));
  }
}

/** The server makes four calls on what we give it before we say what that is, and four after. */
class Drive {
  readonly #stage: Stage;
  readonly #total: number;
  readonly call: Promise<number[]>;

  /** The server makes `during` calls more before it can know of a resolution that `listener` causes. */
  constructor(
    stage: Stage,
    sequence: Sequence | Promise<Sequence>,
    during = 0,
    listener: Listener.Server = stage.listener(),
  ) {
    this.#stage = stage;
    this.#total = 8 + during;
    const results = stage.interop.drive({ sequence, before: 4, during, after: 4, listener });
    this.call = results.then(({ numbers }) => [...numbers]);
    this.call.catch(() => {});
  }

  started(): Promise<void> {
    return this.#stage.until("the server made its first calls", () => this.#stage.ledger.heard > 0);
  }

  async check(sequence: Sequence): Promise<void> {
    expect(await this.call).toEqual(Array.from({ length: this.#total }, (_, i) => i));
    expect(await sequence.state({})).toMatchObject({ count: this.#total, misplaced: 0 });
  }
}
