/** The server object of the randomised runs. What it does with a call is part of the action that made the call (actions.ts `Plan`). */

import { type PathShortener, shortenPath } from "../../src/cap/local.js";
import type { RpcError as Failure } from "../../src/cap/rpc-error.js";
import { RpcError } from "../../src/cap/rpc-error.js";
import { type Caps, Node } from "../schemas/rpc-fuzz.capnp.js";
import type { Path, Plan, Source } from "./actions.js";
import { Lane, NULL, type Shadow, ShadowCall, type ShadowObject, TAINTED, waitsFor } from "./shadow.js";
import { paramName, type Reference, type World } from "./world.js";

type Context = Parameters<Node.Server["act"]>[1];

/** The results of a method that has not returned: a promise whose reactions run at once, so that a run stays a list of actions. */
class Later implements PromiseLike<Node.ActResults.Init | undefined> {
  #onReturned: ((value: Node.ActResults.Init | undefined) => unknown) | null = null;
  #onFailed: ((error: unknown) => unknown) | null = null;

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<T, E>(
    onReturned?: ((value: Node.ActResults.Init | undefined) => T | PromiseLike<T>) | null,
    onFailed?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): PromiseLike<T | E> {
    this.#onReturned = onReturned ?? null;
    this.#onFailed = onFailed ?? null;
    return this as unknown as PromiseLike<T | E>;
  }

  return(value: Node.ActResults.Init | undefined): void {
    this.#onReturned?.(value);
  }

  fail(error: Failure): void {
    this.#onFailed?.(error);
  }
}

/** A promise that runs its reactions at once, and so knows no turn of its own. */
class Settled<T> implements PromiseLike<T> {
  #reactions: [(value: T) => unknown, (error: unknown) => unknown] | null = null;

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<U, E>(
    onResolved?: ((value: T) => U | PromiseLike<U>) | null,
    onFailed?: ((error: unknown) => E | PromiseLike<E>) | null,
  ) {
    this.#reactions = [onResolved ?? (() => {}), onFailed ?? (() => {})];
    return this as unknown as PromiseLike<U | E>;
  }

  resolve(value: T): void {
    this.#reactions?.[0](value);
  }

  reject(error: unknown): void {
    this.#reactions?.[1](error);
  }
}

interface Unanswered {
  readonly call: ShadowCall;
  readonly context: Context;
  readonly later: Later;
  /** What setPipeline announced, to be returned: the application may have dropped its own references by then. */
  early: Announced | null;
}

interface Announced {
  readonly results: Node.ActResults.Init;
  readonly clients: readonly Node.Client[];
}

export class NodeObject implements Node.Server, ShadowObject {
  readonly name: string;
  readonly vat: number;
  disposed = 0;
  poison: string | null = null;
  onward: Shadow | null = null;
  /** The streaming call that runs. */
  #streaming: ShadowCall | null = null;
  readonly #streams = new Map<number, Settled<void>>();
  readonly #world: World;
  readonly #unanswered = new Map<number, Unanswered>();

  constructor(world: World, vat: number, name: string) {
    this.#world = world;
    this.vat = vat;
    this.name = name;
  }

  act(params: Node.ActParams.Reader, context: Context): ReturnType<Node.Server["act"]> {
    const call = this.#world.calls.get(params.call);
    if (!call) return this.#actForStranger(params);
    this.#delivered(call);
    this.#takeParams(call, params);
    return this.#follow(call, call.plan, context);
  }

  plain({ call: id }: Node.PlainParams.Reader): Node.PlainResults.Init {
    const call = this.#world.calls.get(id);
    if (!call) return {};
    this.#delivered(call);
    if (call.plan.kind === "fail") throw this.#fail(call);
    call.outcome = { kind: "caps", caps: new Map() };
    return { call: id };
  }

  stream({ call: id }: Node.StreamParams.Reader): undefined | PromiseLike<void> {
    const call = this.#world.calls.get(id);
    if (!call) return undefined;
    this.#delivered(call);
    if (call.plan.kind === "late") {
      this.#streaming = call;
      const later = new Settled<void>();
      this.#streams.set(id, later);
      this.#world.answering.set(id, this);
      return later;
    }
    if (call.plan.kind === "fail") throw this.#poisoned(call);
    call.outcome = { kind: "caps", caps: new Map() };
    return undefined;
  }

  #poisoned(call: ShadowCall): RpcError {
    const error = this.#fail(call);
    this.poison ??= error.reason;
    return error;
  }

  #delivered(call: ShadowCall): void {
    if (this.#streaming) this.#world.report(`call ${call.id} ran while streaming call ${this.#streaming.id} did`);
    this.#world.delivered(call, this);
  }

  /** Ends call `id`, which was to be answered later. */
  answer(id: number, plan: Plan): void {
    const stream = this.#streams.get(id);
    if (stream && plan.kind !== "late") {
      const call = this.#streaming as ShadowCall;
      this.#streams.delete(id);
      this.#world.answering.delete(id);
      this.#streaming = null;
      if (plan.kind === "fail") return stream.reject(this.#poisoned(call));
      call.outcome = { kind: "caps", caps: new Map() };
      return stream.resolve();
    }
    const unanswered = this.#unanswered.get(id);
    if (!unanswered || plan.kind === "late" || (unanswered.early && plan.kind === "early")) return;
    const { call, context, later, early } = unanswered;
    if (plan.kind === "early") {
      unanswered.early = this.#announce(call, plan, context);
      return;
    }
    this.#unanswered.delete(id);
    this.#world.answering.delete(id);
    if (early) {
      call.outcome = { kind: "caps", caps: call.early ?? new Map() };
      later.return(early.results);
      for (const client of early.clients) client[Symbol.dispose]();
      return;
    }
    switch (plan.kind) {
      case "return":
        return later.return(this.#results(call, plan.caps));
      case "fail":
        return later.fail(this.#fail(call));
      case "tail":
        return later.return(this.#tail(call, plan, context));
    }
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }

  #takeParams(call: ShadowCall, params: Node.ActParams.Reader): void {
    const { caps } = params;
    if (caps.length !== call.args.length) this.#world.report(`call ${call.id} has ${caps.length} parameters`);
    for (let index = 0; index < caps.length; index++) {
      const client = caps.at(index);
      const shadow = call.args[index] ?? NULL;
      if (shadow.kind === "null" || !client) {
        if (client && !client.$isNull) this.#world.report(`parameter ${index} of call ${call.id} is not null`);
        continue;
      }
      this.#world.add(paramName(call.id, index), this.vat, client.$hook.addRef(), new Lane(shadow));
    }
  }

  #follow(call: ShadowCall, plan: Plan, context: Context): ReturnType<Node.Server["act"]> {
    switch (plan.kind) {
      case "return":
        return this.#results(call, plan.caps);
      case "fail":
        throw this.#fail(call);
      case "tail":
        return this.#tail(call, plan, context);
      case "late":
      case "early": {
        if (plan.kind === "late" && plan.watch) context.signal.addEventListener("abort", () => {});
        if (plan.kind === "late" && plan.releaseParams) context.releaseParams();
        const later = new Later();
        const early = plan.kind === "early" ? this.#announce(call, plan, context) : null;
        this.#unanswered.set(call.id, { call, context, later, early });
        this.#world.answering.set(call.id, this);
        return later;
      }
    }
  }

  #announce(call: ShadowCall, plan: Extract<Plan, { kind: "early" }>, context: Context): Announced {
    const clients: Node.Client[] = [];
    const { results, shadows } = this.#build(call, plan.caps, clients);
    call.early = shadows;
    context.setPipeline(results);
    return { results, clients };
  }

  #results(call: ShadowCall, caps: Partial<Record<Path, Source>>): Node.ActResults.Init {
    const { results, shadows } = this.#build(call, caps);
    call.outcome = { kind: "caps", caps: shadows };
    return results;
  }

  /** With `keep`, clients of their own go there. */
  #build(call: ShadowCall, caps: Partial<Record<Path, Source>>, keep: Node.Client[] | null = null) {
    const shadows = new Map<Path, Shadow>();
    const at = (path: Path): Node.Client | null => {
      const found = this.#world.find(this.vat, call.id, caps[path] ?? null);
      if (!found || waitsFor(found.lane.shadow, call)) return null;
      shadows.set(path, found.lane.shadow);
      if (!keep) return found.client;
      const client = new Node.Client(found.client.$hook.addRef());
      keep.push(client);
      return client;
    };
    const results: Node.ActResults.Init = { call: call.id };
    if (caps["0"]) results.a = at("0");
    if (caps["1"]) results.b = at("1");
    if (caps["2.0"] || caps["2.1"] || caps["2.2.0"]) {
      const inner: Caps.Init = { a: at("2.0"), b: at("2.1") };
      if (caps["2.2.0"]) inner.inner = { a: at("2.2.0") };
      results.inner = inner;
    }
    return { results, shadows };
  }

  #fail(call: ShadowCall): RpcError {
    const reason = `failure of call ${call.id}.`;
    call.outcome = { kind: "failed", reason };
    return RpcError.failed(reason);
  }

  /** Tail-calls; returns nothing, or empty results if the target isn't there. */
  #tail(call: ShadowCall, plan: Extract<Plan, { kind: "tail" }>, context: Context): Node.ActResults.Init | undefined {
    const on = this.#world.find(this.vat, call.id, plan.on);
    if (!on || this.#world.calls.has(plan.call) || waitsFor(on.lane.shadow, call)) return this.#results(call, {});
    const args = plan.args.map((source) => this.#world.find(this.vat, call.id, source));
    const shadows = args.map((arg): Shadow => arg?.lane.shadow ?? NULL);
    const next = new ShadowCall(plan.call, this.vat, on.lane, shadows, plan.plan, call);
    this.#world.calls.set(next.id, next);
    call.outcome = { kind: "tail", call: next };
    const caps = args.map((arg: Reference | null) => arg?.client ?? null);
    context.tailCall((tail) => on.client.act({ call: next.id, caps }, tail));
    return undefined;
  }

  /** Called by somebody outside the shadow graph: keeps what it is given, and gives what it has. */
  #actForStranger({ call, caps }: Node.ActParams.Reader): Node.ActResults.Init {
    const world = this.#world;
    for (let index = 0; index < Math.min(caps.length, 3); index++) {
      const client = caps.at(index);
      const name = `s${call}p${index}`;
      if (client && !client.$isNull) world.add(name, this.vat, client.$hook.addRef(), new Lane(TAINTED));
    }
    const held = [...world.references.values()].filter(({ vat }) => vat === this.vat);
    const pick = (by: number) => (held.length > 0 ? (held[by % held.length]?.client ?? null) : null);
    return { call, a: pick(call), inner: { b: pick(call >>> 3) } };
  }
}

/** An object that turns out to be a detour. */
export class DetourObject extends NodeObject implements PathShortener {
  readonly #target = new Settled<Node.Client>();
  shortened = false;

  [shortenPath](): PromiseLike<Node.Client> {
    return this.#target;
  }

  /** Takes `target`, which is `shadow`; without one, the way leads nowhere. */
  shorten(target: Node.Client | null, shadow: Shadow): void {
    this.shortened = true;
    this.onward = shadow;
    if (target) this.#target.resolve(target);
    else this.#target.reject(RpcError.failed(`rejected ${this.name}`));
  }
}
