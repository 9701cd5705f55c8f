/**
 * The world of a randomised run: vats in one process, each pair joined by a connection whose messages wait in a queue per
 * direction until an action delivers the oldest. What the applications in the vats hold is kept by name, with its place in the shadow graph
 * (shadow.ts). After every action all tables are checked.
 *
 * Everything is synchronous: a run is a list of actions and nothing else. What breaks a rule is a Violation.
 */

import { nullCapability } from "../../src/cap/broken.js";
import { type CallRequest, type CapabilityHook, NO_HINTS } from "../../src/cap/hook.js";
import { LocalHook } from "../../src/cap/local.js";
import { Membrane, MembraneHook } from "../../src/cap/membrane.js";
import { QueuedHook } from "../../src/cap/queued.js";
import { RpcError } from "../../src/cap/rpc-error.js";
import { turns } from "../../src/cap/turn.js";
import { Connection } from "../../src/rpc/connection.js";
import { FixedWindow } from "../../src/rpc/flow.js";
import { Node } from "../schemas/rpc-fuzz.capnp.js";
import type { Action, Source } from "./actions.js";
import { Caller } from "./caller.js";
import type { EvilPeer } from "./evil.js";
import { Network } from "./network.js";
import { DetourObject, NodeObject } from "./node-object.js";
import { type Leeway, Oracle } from "./oracle.js";
import { Lane, rejection, type Shadow, ShadowCall, type ShadowPromise, waitsFor } from "./shadow.js";

/** A rule of the protocol does not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** What an application holds: a client, and the lane its calls are in. */
export interface Reference {
  readonly name: string;
  readonly vat: number;
  readonly client: Node.Client;
  readonly lane: Lane;
}

interface LocalPromise {
  readonly vat: number;
  readonly queue: QueuedHook;
  readonly shadow: ShadowPromise;
  settled: boolean;
}

export class World {
  readonly size: number;
  readonly references = new Map<string, Reference>();
  readonly promises = new Map<string, LocalPromise>();
  readonly calls = new Map<number, ShadowCall>();
  /** The caller's side of each call, while it holds something of it. */
  readonly callers = new Map<number, Caller>();
  /** Requests begun and not sent. */
  readonly begun = new Map<number, { on: Reference; request: CallRequest }>();
  /** Calls being answered later, by id. */
  readonly answering = new Map<number, NodeObject>();
  readonly roots: NodeObject[] = [];
  readonly objects: NodeObject[] = [];
  readonly detours = new Map<string, DetourObject>();
  readonly membranes = new Map<string, { readonly vat: number; readonly membrane: Membrane }>();
  /** References that a membrane is right behind. */
  readonly behind = new WeakMap<Reference, Membrane>();
  actions = 0;
  readonly network: Network;
  readonly #leeway: Leeway;
  readonly #oracle: Oracle;
  #problem: string | null = null;

  constructor(size: number, evil: boolean, scarce: boolean) {
    this.size = size;
    this.#leeway = { cut: false, scarce, revoked: false };
    this.#oracle = new Oracle(this.#leeway, (problem) => this.report(problem));
    turns.drain();
    turns.onError = (error) => this.report(`a delivery threw: ${String(error)}`);
    for (let vat = 0; vat < size; vat++) {
      const root = new NodeObject(this, vat, `root${vat}`);
      this.roots.push(root);
      this.add(`root${vat}`, vat, LocalHook.of(root, Node), new Lane({ kind: "object", object: root }));
    }
    this.network = new Network(size, evil, (...end) => this.#connect(...end));
  }

  #connect(vat: number, peerName: string, honest: boolean): Connection {
    return new Connection({
      peerName,
      newFlow: () => new FixedWindow(STREAM_WINDOW),
      ...(this.#leeway.scarce && honest ? { limits: SCARCE } : {}),
      bootstrap: () => LocalHook.of(this.roots[vat] as NodeObject, Node),
      onClosed: (error) => {
        if (honest && error && !this.#leeway.cut) this.report(`vat${vat} lost ${peerName}: ${error.message}`);
      },
    });
  }

  /** Notes that a rule is broken; thrown when the action is over, since nobody may throw inside a transition. */
  report(problem: string): void {
    this.#problem ??= problem;
  }

  // --- actions ----------------------------------------------------------------------------------------------------

  /** Does `action`, checks everything. Throws Violation. */
  perform(action: Action): void {
    this.actions++;
    try {
      this.#do(action);
      this.network.flush();
      this.network.check();
    } catch (error) {
      throw error instanceof Violation ? error : new Violation(String(error instanceof Error ? error.stack : error));
    }
    if (this.#problem !== null) throw new Violation(this.#problem);
  }

  #do(action: Action): void {
    switch (action.do) {
      case "bootstrap": {
        const { evil } = this.network;
        const connection = this.network.connection(action.vat, action.peer);
        if (action.peer === this.size && evil.length > 0) {
          const hook = (evil[action.vat] as EvilPeer).connection.bootstrap();
          this.add(action.ref, action.vat, hook, new Lane({ kind: "tainted" }));
        } else if (connection) {
          const object = this.roots[action.peer] as NodeObject;
          this.add(action.ref, action.vat, connection.bootstrap(), new Lane({ kind: "object", object }));
        }
        return;
      }
      case "object":
        this.fresh(action.vat, action.ref);
        return;
      case "promise": {
        const queue = new QueuedHook();
        const shadow = { name: action.ref, resolution: null, rejected: false };
        this.promises.set(action.ref, { vat: action.vat, queue, shadow, settled: false });
        this.add(action.ref, action.vat, queue.addRef(), new Lane({ kind: "promise", promise: shadow }));
        return;
      }
      case "resolve":
        return this.#resolve(action.promise, action.to);
      case "reject":
        return this.#reject(action.promise);
      case "detour": {
        const detour = new DetourObject(this, action.vat, action.ref);
        const added = this.add(
          action.ref,
          action.vat,
          LocalHook.of(detour, Node),
          new Lane({ kind: "object", object: detour }),
        );
        if (!added) return;
        this.objects.push(detour);
        this.detours.set(action.ref, detour);
        return;
      }
      case "shorten":
        return this.#shorten(action.object, action.to);
      case "membrane":
        return this.#throughMembrane(action);
      case "revoke": {
        const membrane = this.membranes.get(action.membrane);
        this.#leeway.revoked ||= membrane !== undefined;
        membrane?.membrane.revoke(`revoked ${action.membrane}`);
        return;
      }
      case "dup": {
        const of = this.references.get(action.of);
        if (of) this.add(action.ref, of.vat, of.client.$hook.addRef(), of.lane);
        return;
      }
      case "drop":
        return this.#drop(action.ref);
      case "begin": {
        const on = this.references.get(action.on);
        if (!on || this.begun.has(action.call) || this.calls.has(action.call)) return;
        this.begun.set(action.call, { on, request: on.client.$hook.newCall(Node.id, 0, NO_HINTS) });
        return;
      }
      case "call":
        return this.#call(action);
      case "pipeline": {
        const caller = this.callers.get(action.call);
        const hook = caller?.pipeline(action.path, action.via);
        if (caller && hook) this.add(action.ref, caller.call.vat, hook, caller.call.laneAt(action.path));
        return;
      }
      case "answer":
        this.answering.get(action.call)?.answer(action.call, action.plan);
        return;
      case "forget":
        this.callers.get(action.call)?.forget(action.what);
        return;
      case "deliver":
        return this.network.deliver(action.from, action.to);
      case "drain":
        turns.drain();
        return;
      case "disconnect": {
        if (!this.network.connection(action.vat, action.peer)) return;
        this.#leeway.cut = true;
        return this.network.cut(action.vat, action.peer, action.tell);
      }
      case "evil":
        return this.network.provoke(action.vat, action.seed);
    }
  }

  #shorten(name: string, to: string | null): void {
    const detour = this.detours.get(name);
    if (!detour || detour.shortened) return;
    const target = to === null ? null : this.references.get(to);
    if (target === null) {
      const promise = { name: detour.name, resolution: null, rejected: true };
      return detour.shorten(null, { kind: "promise", promise });
    }
    if (target?.vat !== detour.vat || waitsFor(target.lane.shadow, detour)) return;
    detour.shorten(new Node.Client(target.client.$hook.addRef()), target.lane.shadow);
  }

  #throughMembrane({ of: name, membrane: label, side, ref }: Extract<Action, { do: "membrane" }>): void {
    const of = this.references.get(name);
    if (!of || this.references.has(ref)) return;
    let known = this.membranes.get(label);
    if (!known) {
      known = { vat: of.vat, membrane: new Membrane() };
      this.membranes.set(label, known);
    }
    if (known.vat !== of.vat) return;
    const hook = known.membrane.wrap(of.client.$hook.addRef(), side);
    const added = this.add(ref, of.vat, hook, new Lane(of.lane.shadow));
    if (added && hook instanceof MembraneHook) this.behind.set(added, known.membrane);
  }

  #resolve(name: string, to: string | null): void {
    const promise = this.promises.get(name);
    if (!promise || promise.settled) return;
    const target = to === null ? null : this.references.get(to);
    if (to !== null && (!target || target.vat !== promise.vat)) return;
    if (target && waitsFor(target.lane.shadow, promise.shadow)) return;
    promise.settled = true;
    promise.shadow.resolution = target ? target.lane.shadow : { kind: "null" };
    promise.queue.resolve(target ? target.client.$hook.addRef() : nullCapability());
    promise.queue.release();
  }

  #reject(name: string): void {
    const promise = this.promises.get(name);
    if (!promise || promise.settled) return;
    promise.settled = true;
    promise.shadow.rejected = true;
    promise.queue.reject(RpcError.failed(rejection(promise.shadow)));
    promise.queue.release();
  }

  #drop(name: string): void {
    const reference = this.references.get(name);
    if (!reference || name.startsWith("root")) return;
    this.references.delete(name);
    for (const [id, { on, request }] of this.begun) {
      if (on !== reference) continue;
      this.begun.delete(id);
      request.abandon();
    }
    reference.client[Symbol.dispose]();
  }

  #call({ on: name, call: id, args, mode, plan }: Extract<Action, { do: "call" }>): void {
    const on = this.references.get(name);
    if (!on || this.calls.has(id)) return;
    const begun = this.begun.get(id);
    this.begun.delete(id);
    if (begun && begun.on !== on) {
      begun.request.abandon();
      return;
    }
    const given = args.map((arg) => (arg === null ? null : (this.references.get(arg) ?? null)));
    const valid = given.map((each) => (each?.vat === on.vat ? each : null));
    const shadows = valid.map((each): Shadow => each?.lane.shadow ?? { kind: "null" });
    const call = new ShadowCall(id, on.vat, on.lane, mode === "plain" || mode === "stream" ? [] : shadows, plan);
    call.cutOff = this.behind.get(on)?.isRevoked ?? false;
    this.calls.set(id, call);
    const caller = new Caller(this, call, mode);
    this.callers.set(id, caller);
    caller.send(
      on.client,
      valid.map((each) => each?.client ?? null),
      begun?.request ?? null,
    );
  }

  // --- what vats hold ---------------------------------------------------------------------------------------------

  /** Takes `hook`. */
  add(name: string, vat: number, hook: CapabilityHook, lane: Lane): Reference | null {
    if (this.references.has(name)) {
      hook.release();
      return null;
    }
    const reference = { name, vat, client: new Node.Client(hook), lane };
    this.references.set(name, reference);
    return reference;
  }

  fresh(vat: number, name: string): Reference | null {
    if (this.references.has(name)) return null;
    const object = new NodeObject(this, vat, name);
    this.objects.push(object);
    return this.add(name, vat, LocalHook.of(object, Node), new Lane({ kind: "object", object }));
  }

  /** Borrowed: what `source` names for an object of `vat` answering `call`; null for null and for what isn't there. */
  find(vat: number, call: number, source: Source): Reference | null {
    if (source === null) return null;
    if ("fresh" in source) return this.fresh(vat, source.fresh);
    const name = "param" in source ? paramName(call, source.param) : source.ref;
    const found = this.references.get(name);
    return found?.vat === vat ? found : null;
  }

  // --- outcomes ---------------------------------------------------------------------------------------------------

  /** `call` ran on `object`. */
  delivered(call: ShadowCall, object: NodeObject): void {
    this.#oracle.delivered(call, object);
  }

  /** The caller of `call` was told that it returned, with the results of call `answered`. */
  returned(call: ShadowCall, answered: number): void {
    this.#oracle.returned(call, answered);
  }

  failed(call: ShadowCall, error: RpcError): void {
    this.#oracle.failed(call, error);
  }

  // --- the end ----------------------------------------------------------------------------------------------------

  /** Ends everything in order and checks that nothing is left. Throws Violation. */
  finish(): void {
    for (const peer of this.network.evil) peer.close();
    this.#quiesce();
    for (;;) {
      const promise = [...this.promises.values()].find(({ settled }) => !settled);
      const [call] = this.answering.keys();
      const [begun] = this.begun.keys();
      if (promise) this.perform({ do: "reject", promise: promise.shadow.name });
      else if (call !== undefined) this.perform({ do: "answer", call, plan: { kind: "return", caps: {} } });
      else if (begun !== undefined) {
        this.begun.get(begun)?.request.abandon();
        this.begun.delete(begun);
      } else break;
      this.#quiesce();
    }
    for (const { call, awaited, told } of this.callers.values()) {
      if (awaited && !call.ended) throw new Violation(`call ${call.id} never ended`);
      if (!told && !call.forgotten) throw new Violation(`the caller of stream call ${call.id} still waits`);
    }
    for (const id of [...this.callers.keys()]) this.perform({ do: "forget", call: id, what: "all" });
    for (const name of [...this.references.keys()]) this.#drop(name);
    for (const root of this.roots) {
      const reference = this.references.get(root.name);
      this.references.delete(root.name);
      reference?.client[Symbol.dispose]();
    }
    this.network.flush();
    this.#quiesce();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    const leftover = this.network.leftover();
    if (leftover) throw new Violation(leftover);
    for (const object of [...this.roots, ...this.objects]) {
      if (object.disposed !== 1) throw new Violation(`${object.name} was disposed ${object.disposed} times`);
    }
  }

  /** Delivers until nothing moves. */
  #quiesce(): void {
    for (let rounds = 0; ; rounds++) {
      if (rounds > 20_000) throw new Violation("messages never cease");
      let moved = turns.size > 0;
      this.perform({ do: "drain" });
      for (const [from, to] of this.network.waitingBetweenVats) {
        moved = true;
        this.perform({ do: "deliver", from, to });
      }
      if (!moved) return;
    }
  }
}

export function paramName(call: number, index: number): string {
  return `c${call}p${index}`;
}

/** Bytes: a streaming call or two. */
const STREAM_WINDOW = 200;
const SCARCE = { maxQuestions: 6, maxAnswers: 6, maxExports: 5 };
