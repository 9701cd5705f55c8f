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
import { Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { line } from "../rpc/line.js";
import { Node } from "../schemas/rpc-fuzz.capnp.js";
import type { Action, Source } from "./actions.js";
import { Caller } from "./caller.js";
import { EvilPeer } from "./evil.js";
import { DetourObject, NodeObject } from "./node-object.js";
import {
  depthOf,
  failureOf,
  follow,
  isPoisoned,
  isTainted,
  Lane,
  lastOf,
  mayBeCancelled,
  NULL_CALLED,
  rejection,
  type Shadow,
  ShadowCall,
  type ShadowPromise,
  waitsFor,
} from "./shadow.js";

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

/** One direction between two vats: the connection at its end, and what waits for it. */
interface Inbox {
  readonly connection: Connection;
  /** Null is the end of the stream. */
  readonly frames: (Uint8Array | null)[];
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
  /** `[to][from]`. The malicious vat, if there is one, is the last index and has no inbox of this kind. */
  readonly #inboxes: (Inbox | null)[][] = [];
  /** Null without a malicious vat; otherwise by the vat it talks to. */
  readonly evil: EvilPeer[] = [];
  /** A link was cut: calls may fail for that. */
  cut = false;
  readonly detours = new Map<string, DetourObject>();
  readonly membranes = new Map<string, { readonly vat: number; readonly membrane: Membrane }>();
  /** References that a membrane is right behind. */
  readonly behind = new WeakMap<Reference, Membrane>();
  /** A membrane was revoked: calls may fail for that. */
  revoked = false;
  readonly transcript: string[] = [];
  /** Keeps the transcript; costs time. */
  verbose = false;
  actions = 0;
  messages = 0;
  #problem: string | null = null;

  /** Tables are small: calls may be refused for that. */
  readonly scarce: boolean;

  constructor(size: number, evil: boolean, scarce: boolean) {
    this.size = size;
    this.scarce = scarce;
    turns.drain();
    turns.onError = (error) => this.report(`a delivery threw: ${String(error)}`);
    for (let vat = 0; vat < size; vat++) {
      const root = new NodeObject(this, vat, `root${vat}`);
      this.roots.push(root);
      this.add(`root${vat}`, vat, LocalHook.of(root, Node), new Lane({ kind: "object", object: root }));
    }
    for (let to = 0; to < size; to++) {
      const row: (Inbox | null)[] = [];
      for (let from = 0; from < size; from++) {
        row.push(from === to ? null : { connection: this.#connect(to, `vat${from}`, true), frames: [] });
      }
      this.#inboxes.push(row);
      if (evil) this.evil.push(new EvilPeer(() => this.#connect(to, "evil", false)));
    }
  }

  #connect(vat: number, peerName: string, honest: boolean): Connection {
    return new Connection({
      peerName,
      newFlow: () => new FixedWindow(STREAM_WINDOW),
      ...(this.scarce && honest ? { limits: SCARCE } : {}),
      bootstrap: () => LocalHook.of(this.roots[vat] as NodeObject, Node),
      onClosed: (error) => {
        if (honest && error && !this.cut) this.report(`vat${vat} lost ${peerName}: ${error.message}`);
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
      this.#flush();
      this.#check();
    } catch (error) {
      throw error instanceof Violation ? error : new Violation(String(error instanceof Error ? error.stack : error));
    }
    if (this.#problem !== null) throw new Violation(this.#problem);
  }

  #do(action: Action): void {
    switch (action.do) {
      case "bootstrap": {
        const { connection } = this.#inbox(action.vat, action.peer) ?? {};
        if (action.peer === this.size && this.evil.length > 0) {
          const hook = (this.evil[action.vat] as EvilPeer).connection.bootstrap();
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
        this.revoked ||= membrane !== undefined;
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
        return this.#deliver(action.from, action.to);
      case "drain":
        turns.drain();
        return;
      case "disconnect": {
        const inbox = this.#inbox(action.vat, action.peer);
        if (!inbox) return;
        this.cut = true;
        inbox.connection.disconnect(RpcError.disconnected("the link was cut"), action.tell);
        this.#flush();
        const other = this.#inbox(action.peer, action.vat);
        // What was on its way is lost if the peer isn't told.
        if (!action.tell) other?.frames.splice(0);
        other?.frames.push(null);
        return;
      }
      case "evil": {
        const peer = this.evil[action.vat];
        if (!peer) return;
        const text = peer.send(action.seed);
        if (this.verbose) this.transcript.push(`evil → vat${action.vat}: ${text}`);
      }
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

  #deliver(from: number, to: number): void {
    if (from === this.size) return;
    if (to === this.size) {
      this.evil[from]?.takeOne();
      return;
    }
    const inbox = this.#inbox(to, from);
    const frame = inbox?.frames.shift();
    if (!inbox || frame === undefined) return;
    if (frame === null) return inbox.connection.disconnect(RpcError.disconnected("end of stream"));
    this.messages++;
    if (this.verbose) this.transcript.push(`vat${from} → vat${to}: ${line(decodeFrame(frame).getRoot(Message))}`);
    inbox.connection.receive(decodeFrame(frame));
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
    const destination = follow(call.lane.shadow);
    if (call.delivered && !isTainted(destination)) this.report(`call ${call.id} arrived twice`);
    call.delivered = true;
    if (call.cutOff) this.report(`call ${call.id} went through a membrane that had been revoked`);
    const depth = depthOf(destination, object);
    if (depth < 0 && isTainted(destination)) return;
    if (depth < call.lane.depth) this.report(`call ${call.id} took a detour that earlier calls had left out`);
    call.lane.depth = depth;
    if (destination.kind !== "object" || depth < 0) {
      const expected = destination.kind === "object" ? destination.object.name : destination.kind;
      this.report(`call ${call.id} arrived at ${object.name} instead of ${expected}`);
    }
    const { calls } = call.lane;
    const place = calls.indexOf(call);
    if (place < call.lane.arrived) this.report(`call ${call.id} arrived behind a later one`);
    for (let at = call.lane.arrived; at < place; at++) {
      const earlier = calls[at] as ShadowCall;
      // One that was refused or lost on its way may not have been reported yet.
      const lost = earlier.skippable || isPoisoned(follow(earlier.lane.shadow));
      if (!lost && !this.cut && !this.scarce && !this.revoked)
        this.report(`call ${call.id} overtook call ${earlier.id}`);
    }
    call.lane.arrived = place + 1;
  }

  /** The caller of `call` was told that it returned, with the results of call `answered`. */
  returned(call: ShadowCall, answered: number): void {
    if (call.ended) this.report(`call ${call.id} ended twice`);
    call.ended = "returned";
    const failure = failureOf(call);
    if (failure === undefined || this.scarce) return;
    if (failure !== null) this.report(`call ${call.id} returned, but it was to fail: ${failure}`);
    const last = lastOf(call).id;
    if (answered !== last) this.report(`call ${call.id} got the results of call ${answered} instead of ${last}`);
  }

  failed(call: ShadowCall, error: RpcError): void {
    if (call.ended) this.report(`call ${call.id} ended twice`);
    call.ended = "failed";
    const failure = failureOf(call);
    if (failure === undefined || (failure !== null && error.reason.includes(failure))) return;
    // Results without capabilities need no Finish, so nothing of their call is left to say that the path is null.
    if (failure === NULL_CALLED && error.reason.includes("is not in progress")) return;
    // Calls pipelined on a refused one find nothing: it was forgotten at once.
    if (this.scarce && /\(limit max|is not in progress/.test(error.reason)) return;
    if (this.cut && error.kind === "disconnected") return;
    if (this.revoked && /^revoked m|cancelled/.test(error.reason)) return;
    if (error.reason.includes("cancelled") && mayBeCancelled({ kind: "result", call, path: "0" })) return;
    this.report(`call ${call.id} failed: ${error.reason}; expected: ${failure ?? "success"}`);
  }

  // --- the end ----------------------------------------------------------------------------------------------------

  /** Ends everything in order and checks that nothing is left. Throws Violation. */
  finish(): void {
    for (const peer of this.evil) peer.close();
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
    this.#flush();
    this.#quiesce();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    for (const [to, row] of this.#inboxes.entries()) {
      for (const [from, inbox] of row.entries()) {
        if (inbox && !inbox.connection.isIdle) {
          const rows = inbox.connection.dump().map(({ label, state }) => `${label} (${state})`);
          throw new Violation(`vat${to} still has towards vat${from}: ${rows.join(", ")}`);
        }
      }
    }
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
      for (let to = 0; to < this.size; to++) {
        for (let from = 0; from < this.size; from++) {
          if (!this.#inbox(to, from)?.frames.length) continue;
          moved = true;
          this.perform({ do: "deliver", from, to });
        }
      }
      if (!moved) return;
    }
  }

  // --- the network ------------------------------------------------------------------------------------------------

  #inbox(to: number, from: number): Inbox | null {
    return this.#inboxes[to]?.[from] ?? null;
  }

  /** Links with messages waiting, as [from, to]. */
  get waiting(): [number, number][] {
    const found: [number, number][] = [];
    for (let to = 0; to < this.size; to++) {
      for (let from = 0; from < this.size; from++) if (this.#inbox(to, from)?.frames.length) found.push([from, to]);
      if (this.evil[to]?.hasWaiting) found.push([to, this.size]);
    }
    return found;
  }

  #flush(): void {
    for (let vat = 0; vat < this.size; vat++) {
      for (let peer = 0; peer < this.size; peer++) {
        const inbox = this.#inbox(vat, peer);
        if (!inbox?.connection.hasOutgoing) continue;
        const frames = inbox.connection.takeOutgoing();
        for (const pieces of frames) this.#inbox(peer, vat)?.frames.push(joined(pieces));
        inbox.connection.recycle(frames);
      }
      this.evil[vat]?.flush();
    }
  }

  #check(): void {
    for (const row of this.#inboxes) for (const inbox of row) inbox?.connection.check();
    for (const peer of this.evil) peer.connection.check();
  }
}

export function paramName(call: number, index: number): string {
  return `c${call}p${index}`;
}

/** Plays `actions` in a new world and ends it. Throws Violation. */
export function play(
  size: number,
  actions: readonly Action[],
  options: { evil?: boolean; scarce?: boolean; verbose?: boolean } = {},
): World {
  const world = new World(size, options.evil ?? false, options.scarce ?? false);
  world.verbose = options.verbose ?? false;
  try {
    for (const action of actions) world.perform(action);
    world.finish();
  } catch (error) {
    if (error instanceof Violation && world.verbose) error.message += `\n${world.transcript.join("\n")}`;
    throw error;
  }
  return world;
}

/** Bytes: a streaming call or two. */
const STREAM_WINDOW = 200;
const SCARCE = { maxQuestions: 6, maxAnswers: 6, maxExports: 5 };

/** One copy of a frame in pieces: its buffers are used again. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
