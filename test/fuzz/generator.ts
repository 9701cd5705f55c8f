/**
 * Chooses what happens next in a randomised run. Each run favours some kinds of action over others, picked by its seed (swarm
 * testing): what needs many of one kind and none of another is met sooner than in runs that are all alike.
 */

import { turns } from "../../src/cap/turn.js";
import { type Action, type CallMode, PATHS, type Path, type Plan, type Source } from "./actions.js";
import { NodeObject } from "./node-object.js";
import type { Random } from "./random.js";
import type { Reference, World } from "./world.js";

type Kind = Exclude<Action["do"], "drain" | "resolve" | "reject"> | "settle";

const WEIGHTS: Record<Kind, number> = {
  bootstrap: 3,
  object: 2,
  promise: 4,
  settle: 4,
  dup: 2,
  drop: 8,
  begin: 2,
  call: 30,
  pipeline: 18,
  answer: 8,
  forget: 10,
  detour: 0,
  shorten: 0,
  membrane: 0,
  revoke: 0,
  deliver: 60,
  disconnect: 0,
  evil: 0,
};

const PLANS = { return: 60, late: 15, early: 8, tail: 20, fail: 4 };
const MODES: Record<CallMode, number> = { typed: 10, hook: 10, pipelineOnly: 3, plain: 3, stream: 0 };

/** More references than this are dropped again. */
const MAX_REFERENCES = 14;

export interface GeneratorOptions {
  readonly evil: boolean;
  /** Links may be cut. */
  readonly cuts: boolean;
  /** Objects may turn out to be detours, references may lead through membranes, calls may be streaming ones. */
  readonly detours: boolean;
  readonly membranes: boolean;
  readonly streams: boolean;
}

export class Generator {
  readonly #random: Random;
  readonly #weights: Record<Kind, number>;
  readonly #plans: typeof PLANS;
  readonly #modes: Record<CallMode, number>;
  /** How often deliveries run at once after an action. */
  readonly #promptness: number;
  #nextName = 0;
  #nextCall = 1;
  /** What comes first: everybody gets acquainted. */
  readonly #prelude: Action[] = [];
  #acquainted = false;
  /** A story that goes on between other actions. */
  #story: Action[] = [];
  /** How often it does, and how often one begins. */
  readonly #telling: number;

  constructor(random: Random, { evil, cuts, detours, membranes, streams }: GeneratorOptions) {
    this.#random = random;
    this.#weights = swarm(random, WEIGHTS);
    this.#plans = swarm(random, PLANS);
    this.#modes = swarm(random, MODES);
    if (evil) this.#weights.evil = 25;
    if (cuts) this.#weights.disconnect = 0.3;
    if (detours) Object.assign(this.#weights, { detour: 5, shorten: 4 });
    if (membranes) Object.assign(this.#weights, { membrane: 8, revoke: random.chance(0.3) ? 0.5 : 0 });
    if (streams) this.#modes.stream = 8;
    this.#telling = random.pick([0, 0.1, 0.3]) as number;
    this.#promptness = random.pick([1, 0.9, 0.5]) as number;
  }

  next(world: World): Action {
    if (turns.size > 0 && this.#random.chance(this.#promptness)) return { do: "drain" };
    if (!this.#acquainted) this.#acquaint(world);
    const first = this.#prelude.shift();
    if (first) return first;
    if (this.#random.chance(this.#telling)) {
      if (this.#story.length === 0) this.#beginStory(world);
      const told = this.#story.shift();
      if (told) return told;
    }
    for (let tries = 0; tries < 20; tries++) {
      const action = this.#choose(world);
      if (action) return action;
    }
    return { do: "drain" };
  }

  #acquaint(world: World): void {
    this.#acquainted = true;
    for (let vat = 0; vat < world.size; vat++) {
      for (let peer = 0; peer < world.size; peer++) {
        if (vat === peer || this.#random.chance(0.3)) continue;
        this.#prelude.push({ do: "bootstrap", vat, peer, ref: this.#name() });
        if (this.#random.chance(0.5)) continue;
        this.#prelude.push({ do: "deliver", from: vat, to: peer }, { do: "deliver", from: peer, to: vat });
      }
    }
  }

  #choose(world: World): Action | null {
    const random = this.#random;
    const vat = random.below(world.size);
    const here = [...world.references.values()].filter((each) => each.vat === vat);
    if (here.length > MAX_REFERENCES) return { do: "drop", ref: (random.pick(here) as Reference).name };
    switch (random.weighted(this.#weights)) {
      case "bootstrap": {
        const peer = random.below(world.network.evil.length > 0 ? world.size + 1 : world.size);
        return peer === vat ? null : { do: "bootstrap", vat, peer, ref: this.#name() };
      }
      case "object":
        return { do: "object", vat, ref: this.#name() };
      case "promise":
        return { do: "promise", vat, ref: this.#name() };
      case "settle": {
        const promise = random.pick([...world.promises.values()].filter(({ settled }) => !settled));
        if (!promise) return null;
        const { name } = promise.shadow;
        if (random.chance(0.08)) return { do: "reject", promise: name };
        if (random.chance(0.05)) return { do: "resolve", promise: name, to: null };
        const to = random.pick([...world.references.values()].filter((each) => each.vat === promise.vat));
        return to ? { do: "resolve", promise: name, to: to.name } : null;
      }
      case "detour": {
        const ref = this.#name();
        if (this.#modes.stream > 0 && random.chance(0.3)) this.#shortenWhileBusy(ref, here);
        return { do: "detour", vat, ref };
      }
      case "shorten": {
        const detour = random.pick([...world.detours].filter(([, { shortened }]) => !shortened));
        if (!detour) return null;
        const [object, { vat: at }] = detour;
        if (random.chance(0.05)) return { do: "shorten", object, to: null };
        const to = random.pick([...world.references.values()].filter((each) => each.vat === at));
        return to ? { do: "shorten", object, to: to.name } : null;
      }
      case "membrane": {
        const of = random.pick(here);
        const side = random.chance(0.5) ? "inside" : "outside";
        return of
          ? { do: "membrane", of: of.name, membrane: `m${vat}${random.below(2)}`, side, ref: this.#name() }
          : null;
      }
      case "revoke": {
        const membrane = random.pick([...world.membranes.keys()]);
        return membrane ? { do: "revoke", membrane } : null;
      }
      case "dup": {
        const of = random.pick(here);
        return of ? { do: "dup", of: of.name, ref: this.#name() } : null;
      }
      case "drop": {
        const reference = random.pick(here);
        return reference ? { do: "drop", ref: reference.name } : null;
      }
      case "begin": {
        const on = random.pick(here);
        return on ? { do: "begin", on: on.name, call: this.#nextCall++ } : null;
      }
      case "call":
        return this.#call(world, here);
      case "pipeline": {
        const caller = this.#recent([...world.callers.values()]);
        if (!caller || caller.mode === "plain") return null;
        const via = random.chance(0.5) ? "sent" : "results";
        return { do: "pipeline", call: caller.call.id, path: this.#path(), ref: this.#name(), via };
      }
      case "answer": {
        const id = random.pick([...world.answering.keys()]);
        const object = id === undefined ? null : world.answering.get(id);
        return object && id !== undefined
          ? { do: "answer", call: id, plan: this.#plan(world, object.vat, 0, 0) }
          : null;
      }
      case "forget": {
        const caller = random.pick([...world.callers.values()]);
        if (!caller) return null;
        const parts = ["receiver", "pipeline", "results", "all"] as const;
        const what = random.chance(0.5) ? "all" : (random.pick(parts) as (typeof parts)[number]);
        return { do: "forget", call: caller.call.id, what };
      }
      case "deliver": {
        const link = random.pick(world.network.waiting);
        return link ? { do: "deliver", from: link[0], to: link[1] } : null;
      }
      case "disconnect": {
        const peer = random.below(world.size);
        return peer === vat ? null : { do: "disconnect", vat, peer, tell: random.chance(0.5) };
      }
      case "evil":
        return { do: "evil", vat, seed: random.below(2 ** 31) };
    }
  }

  /**
   * What is rarely met by chance: a promise is reflected by the very vat whose object it becomes, and called all the while. That vat has told the
   * caller that it is the caller's own promise, and must go on sending the calls back although it knows better.
   */
  #beginStory(world: World): void {
    const random = this.#random;
    const far = random.pick([...world.references.values()].filter(distant));
    if (!far) return;
    const [promise, echo] = [this.#name(), this.#name()];
    const asked = this.#nextCall++;
    const plan: Plan = { kind: "return", caps: { "0": { param: 0 } } };
    const call = (on: string): Action => {
      return { do: "call", on, call: this.#nextCall++, args: [], mode: "hook", plan: { kind: "return", caps: {} } };
    };
    this.#story = [
      { do: "promise", vat: far.vat, ref: promise },
      { do: "call", on: far.name, call: asked, args: [promise], mode: "hook", plan },
      { do: "pipeline", call: asked, path: "0", ref: echo, via: "sent" },
      call(echo),
      call(echo),
      { do: "resolve", promise, to: far.name },
      call(echo),
      call(promise),
      call(echo),
    ];
  }

  /** What is rarely met by chance: calls wait on a detour for a streaming one, while it learns where it leads. */
  #shortenWhileBusy(detour: string, here: readonly Reference[]): void {
    const to = this.#random.pick(here);
    if (!to) return;
    const call = (mode: CallMode, plan: Plan): Action => ({
      do: "call",
      on: detour,
      call: this.#nextCall++,
      args: [],
      mode,
      plan,
    });
    this.#prelude.push(
      call("stream", { kind: "late", watch: false, releaseParams: false }),
      call("hook", { kind: "return", caps: {} }),
      { do: "drain" },
      { do: "shorten", object: detour, to: to.name },
      call("hook", { kind: "return", caps: {} }),
    );
  }

  #call(world: World, here: readonly Reference[]): Action | null {
    const random = this.#random;
    const begun = random.chance(0.5) ? random.pick([...world.begun]) : undefined;
    const on = begun ? begun[1].on : this.#recent(random.chance(0.1) ? here : here.filter(distant));
    if (!on) return null;
    const siblings = [...world.references.values()].filter((each) => each.vat === on.vat);
    const args: (string | null)[] = [];
    while (args.length < 3 && random.chance(0.6)) {
      args.push(random.chance(0.05) ? null : (this.#recent(siblings)?.name ?? null));
    }
    const mode = begun ? "hook" : random.weighted(this.#modes);
    const call = begun ? begun[0] : this.#nextCall++;
    if (mode === "stream") {
      const kind = random.weighted({ return: 10, late: 6, fail: 0.4 });
      const plan: Plan =
        kind === "late"
          ? { kind, watch: false, releaseParams: false }
          : kind === "fail"
            ? { kind }
            : { kind, caps: {} };
      return { do: "call", on: on.name, call, args: [], mode, plan };
    }
    // What the callee holds is known to the generator only if it knows where the call ends up; a guess will do.
    const destination = random.below(world.size);
    return { do: "call", on: on.name, call, args, mode, plan: this.#plan(world, destination, args.length, 0) };
  }

  #plan(world: World, vat: number, params: number, depth: number): Plan {
    const random = this.#random;
    const kind = depth > 2 ? "return" : random.weighted(this.#plans);
    switch (kind) {
      case "fail":
        return { kind };
      case "late":
        return { kind, watch: random.chance(0.3), releaseParams: random.chance(0.2) };
      case "tail": {
        const args: Source[] = [];
        while (args.length < 2 && random.chance(0.5)) args.push(this.#source(world, vat, params));
        const on = this.#source(world, vat, params);
        const call = this.#nextCall++;
        return { kind, on, call, args, plan: this.#plan(world, random.below(world.size), args.length, depth + 1) };
      }
      case "return":
      case "early": {
        const caps: Partial<Record<Path, Source>> = {};
        if (random.chance(0.8)) caps["0"] = this.#source(world, vat, params);
        while (random.chance(0.4)) caps[this.#path()] = this.#source(world, vat, params);
        return { kind, caps };
      }
    }
  }

  #source(world: World, vat: number, params: number): Source {
    const random = this.#random;
    if (params > 0 && random.chance(0.6)) return { param: random.below(params) };
    if (random.chance(0.06)) return null;
    const reference = this.#recent([...world.references.values()].filter((each) => each.vat === vat));
    return reference && random.chance(0.8) ? { ref: reference.name } : { fresh: this.#name() };
  }

  #path(): Path {
    return this.#random.chance(0.7) ? "0" : (this.#random.pick(PATHS) as Path);
  }

  /** One of `from`, the latest preferred. */
  #recent<T>(from: readonly T[]): T | undefined {
    return this.#random.chance(0.5)
      ? from[from.length - 1 - this.#random.below(Math.min(3, from.length))]
      : this.#random.pick(from);
  }

  #name(): string {
    return `r${this.#nextName++}`;
  }
}

function swarm<K extends string>(random: Random, weights: Record<K, number>): Record<K, number> {
  const chosen = { ...weights };
  for (const key of Object.keys(weights) as K[]) chosen[key] *= random.pick([0.1, 0.5, 1, 1, 2, 4]) as number;
  return chosen;
}

/** Whether calls through it may travel: not one of the vat's own objects. */
function distant({ lane, vat }: Reference): boolean {
  const { shadow } = lane;
  return !(shadow.kind === "object" && shadow.object instanceof NodeObject && shadow.object.vat === vat);
}
