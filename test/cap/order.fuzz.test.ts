/**
 * E-order under random use: whatever happens to a reference (echoed by others, pipelined, promised, resolved, duplicated), the
 * calls made through it arrive in the order they were made, each once, and in the end nothing is left referenced. Runs are
 * seeded; a failing one names its seed, and ORDER_SEED=n repeats it alone. ORDER_RUNS=n plays more of them.
 */

import { describe, expect, it } from "vitest";
import { Membrane } from "../../src/cap/index.js";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, Deferred, settle, TestMaker } from "./objects.js";
import { PLACES, type Place } from "./places.js";

const { ORDER_RUNS } = process.env;
const RUNS = Number(ORDER_RUNS ?? 40);
const STEPS = 60;

/** A reference under test. Calls through it are numbered. */
interface Reference {
  readonly id: number;
  readonly client: Sequence;
  /** The object it leads to in the end. */
  readonly target: Counting;
  calls: number;
  /** What disposes it and whatever it came from. */
  readonly owner: Disposable;
}

class Run {
  readonly #random: () => number;
  readonly #makers: Maker[];
  readonly #objects: Counting[] = [];
  readonly #references: Reference[] = [];
  /** Promises not resolved yet, and what they will be. */
  readonly #promises: { deferred: Deferred<Sequence>; resolution: Reference }[] = [];
  readonly #results: PromiseLike<unknown>[] = [];
  readonly #sent = new Map<number, { target: Counting; calls: number }>();
  #nextId = 1;

  constructor(seed: number, places: readonly Place[]) {
    this.#random = random(seed);
    this.#makers = places.map((place) => place.serve(Maker, new TestMaker()));
  }

  async play(): Promise<void> {
    this.#newObject();
    for (let step = 0; step < STEPS; step++) await this.#step();
    while (this.#promises.length > 0) this.#resolveOne();
    await Promise.all(this.#results);
    await settle();
    for (const [id, { target, calls }] of this.#sent) {
      const arrived = target.order.filter((expected) => expected >>> 12 === id).map((expected) => expected & 0xfff);
      expect(arrived, `reference ${id}`).toEqual(Array.from({ length: calls }, (_, number) => number));
    }
    for (const { owner } of this.#references) owner[Symbol.dispose]();
    for (const maker of this.#makers) maker[Symbol.dispose]();
    await settle();
    expect(this.#objects.map(({ disposed }) => disposed)).toEqual(this.#objects.map(() => 1));
  }

  async #step(): Promise<void> {
    const choice = this.#random() * 100;
    if (choice < 50) this.#call();
    else if (choice < 65) this.#echo();
    else if (choice < 72) this.#promise();
    else if (choice < 79) this.#resolveOne();
    else if (choice < 84) this.#dup();
    else if (choice < 87) this.#newObject();
    else if (choice < 90) this.#disposeOne();
    else await this.#wait();
  }

  #call(): void {
    const reference = this.#pick(this.#references);
    if (!reference) return;
    this.#results.push(reference.client.next({ expected: (reference.id << 12) | reference.calls++ }));
    this.#sent.set(reference.id, reference);
  }

  /** Through another object and back: the shorter way must not be taken too early. */
  #echo(): void {
    const reference = this.#pick(this.#references);
    const maker = this.#pick(this.#makers);
    if (!reference || !maker) return;
    const echoed = maker.echo({ cap: reference.client });
    this.#add(echoed.cap, reference.target, echoed);
    if (this.#random() < 0.5) this.#results.push(echoed);
  }

  #promise(): void {
    const resolution = this.#pick(this.#references);
    if (!resolution) return;
    const deferred = new Deferred<Sequence>();
    const client = Sequence.client(Sequence.hook(deferred.promise)!);
    // What it will be must not be disposed before.
    const kept = this.#add(resolution.client.dup(), resolution.target);
    this.#promises.push({ deferred, resolution: kept });
    this.#add(client, resolution.target);
  }

  #resolveOne(): void {
    const index = Math.floor(this.#random() * this.#promises.length);
    const [promise] = this.#promises.splice(index, 1);
    promise?.deferred.resolve(promise.resolution.client);
  }

  #dup(): void {
    const reference = this.#pick(this.#references);
    if (reference) this.#add(reference.client.dup(), reference.target);
  }

  #newObject(): void {
    const object = new Counting();
    this.#objects.push(object);
    this.#add(Sequence.serve(object), object);
  }

  #disposeOne(): void {
    const free = this.#references.filter((each) => !this.#promises.some(({ resolution }) => resolution === each));
    const reference = this.#pick(free);
    if (!reference || free.length < 2) return;
    this.#references.splice(this.#references.indexOf(reference), 1);
    // Disposing results cancels calls; a call that is to arrive must have arrived.
    if (reference.owner === reference.client) reference.owner[Symbol.dispose]();
    else this.#references.push(reference);
  }

  async #wait(): Promise<void> {
    for (let turn = Math.floor(this.#random() * 4); turn >= 0; turn--) await new Promise((done) => setImmediate(done));
  }

  #add(client: Sequence, target: Counting, owner: Disposable = client): Reference {
    const reference = { id: this.#nextId++, client, target, calls: 0, owner };
    this.#references.push(reference);
    return reference;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What lives at `place` as those outside of a membrane of its own see it: capabilities that come back are unwrapped. */
function behindMembrane(place: Place): Place {
  return {
    name: `${place.name}, behind a membrane`,
    serve(type, server) {
      using inside = place.serve(type, server);
      return new Membrane().toOutside(inside);
    },
  };
}

const [local, remote] = PLACES as [Place, Place];
const STAGES = [
  { name: "in one process", places: [local, local] },
  { name: "with one peer", places: [local, remote] },
  { name: "between two peers", places: [remote, remote, local] },
  { name: "through membranes", places: [behindMembrane(local), behindMembrane(remote), remote] },
];

describe.each(STAGES)("calls through one reference arrive in order, $name", ({ places }) => {
  const { ORDER_SEED: seed } = process.env;
  const seeds = seed ? [Number(seed)] : Array.from({ length: RUNS }, (_, index) => index + 1);
  it.for(seeds)("seed %i", async (each, { task }) => {
    await new Run(each, places).play();
    task.meta.fuzz = { what: "order of calls through local references: calls and resolutions", seeds: 1, steps: STEPS };
  });
});
