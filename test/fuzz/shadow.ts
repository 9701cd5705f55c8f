/**
 * The shadow graph: what every reference must lead to, known at once and without a network. It is kept beside the real run, and
 * says where a call may arrive, behind which others, and how it may end.
 */

import type { Path, Plan } from "./actions.js";

/** An object of the run; identity is all that matters. */
export interface ShadowObject {
  readonly name: string;
  /** Where it leads; null if it is no detour, or does not know yet. */
  readonly onward?: Shadow | null;
  /** Why it takes no calls any more: a streaming one has failed. */
  readonly poison?: string | null;
}

export interface ShadowPromise {
  readonly name: string;
  /** What it was resolved to; null until then. */
  resolution: Shadow | null;
  rejected: boolean;
}

/** What a capability is. */
export type Shadow =
  | { readonly kind: "object"; readonly object: ShadowObject }
  | { readonly kind: "promise"; readonly promise: ShadowPromise }
  | { readonly kind: "result"; readonly call: ShadowCall; readonly path: Path }
  | { readonly kind: "null" }
  /** Came from the malicious vat: may be anything. */
  | { readonly kind: "tainted" };

/** Where a shadow leads as of now. */
export type Destination =
  | {
      readonly kind: "object";
      readonly object: ShadowObject /** Asked only when needed: the way on may lead by what came back this way earlier. */;
      readonly onward: (() => Destination) | null;
    }
  | { readonly kind: "broken"; readonly reason: string }
  | { readonly kind: "pending" }
  | { readonly kind: "tainted" };

export type Outcome =
  | { readonly kind: "caps"; readonly caps: ReadonlyMap<Path, Shadow> }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "tail"; readonly call: ShadowCall };

/** References through which calls must stay in order: one capability in one vat, with everything that is the same by contract. */
export class Lane {
  readonly shadow: Shadow;
  /** Calls sent, in order. */
  readonly calls: ShadowCall[] = [];
  /** How many of them are known to have arrived or to be skipped. */
  arrived = 0;
  /** How many detours the last one that arrived had left behind it. */
  depth = 0;

  constructor(shadow: Shadow) {
    this.shadow = shadow;
  }
}

/** A call, from sending to its outcome. */
export class ShadowCall {
  readonly id: number;
  readonly vat: number;
  readonly lane: Lane;
  readonly args: readonly Shadow[];
  readonly plan: Plan;
  /** Lanes of what was pipelined on it or taken from its results, by path. */
  readonly lanes = new Map<Path, Lane>();
  /** The call whose tail call this is. */
  readonly tailOf: ShadowCall | null;
  /** How the callee answered. */
  outcome: Outcome | null = null;
  /** What setPipeline said. */
  early: ReadonlyMap<Path, Shadow> | null = null;
  delivered = false;
  /** How the caller was told it ended. */
  ended: "returned" | "failed" | null = null;
  /** The caller lost interest. */
  forgotten = false;
  /** It was made through a membrane that had been revoked. */
  cutOff = false;

  constructor(
    id: number,
    vat: number,
    lane: Lane,
    args: readonly Shadow[],
    plan: Plan,
    tailOf: ShadowCall | null = null,
  ) {
    this.id = id;
    this.vat = vat;
    this.lane = lane;
    this.args = args;
    this.plan = plan;
    this.tailOf = tailOf;
    lane.calls.push(this);
  }

  /** Whether it need not arrive. */
  get skippable(): boolean {
    return this.ended !== null || this.forgotten || (this.tailOf?.skippable ?? false);
  }

  /** Whether its caller may have cancelled it. */
  get abandoned(): boolean {
    return this.forgotten || (this.tailOf?.abandoned ?? false);
  }

  laneAt(path: Path): Lane {
    let lane = this.lanes.get(path);
    if (!lane) {
      lane = new Lane({ kind: "result", call: this, path });
      this.lanes.set(path, lane);
    }
    return lane;
  }
}

/** Follows `shadow` as far as is known. */
export function follow(shadow: Shadow): Destination {
  for (let at = shadow; ; ) {
    switch (at.kind) {
      case "tainted":
        return at;
      case "object": {
        const { object } = at;
        const { onward } = object;
        return { kind: "object", object, onward: onward ? () => follow(onward) : null };
      }
      case "null":
        return { kind: "broken", reason: NULL_CALLED };
      case "promise":
        if (at.promise.rejected) return { kind: "broken", reason: rejection(at.promise) };
        if (!at.promise.resolution) return PENDING;
        at = at.promise.resolution;
        break;
      case "result": {
        const next = resultOf(at.call, at.path);
        if ("reason" in next || next.kind === "pending") return next;
        at = next;
      }
    }
  }
}

/** How many detours lie between where `destination` begins and `object`; -1 if calls cannot get there. */
export function depthOf(destination: Destination, object: ShadowObject): number {
  let depth = 0;
  for (let at: Destination | null = destination; at?.kind === "object"; at = at.onward?.() ?? null, depth++) {
    if (at.object === object) return depth;
  }
  return -1;
}

/** Whether `destination` has, or leads to, something of which nothing is known. */
export function isTainted(destination: Destination): boolean {
  return destination.kind === "object"
    ? destination.onward !== null && isTainted(destination.onward())
    : destination.kind === "tainted";
}

/** Whether some object on the way has failed a streaming call: what comes then may fail there, or go on. */
export function isPoisoned(destination: Destination): boolean {
  if (destination.kind !== "object") return false;
  return (
    typeof destination.object.poison === "string" || (destination.onward !== null && isPoisoned(destination.onward()))
  );
}

/** Why a call to `destination` that has not arrived must fail; null if it must not, undefined if anything may happen. */
function refusal(destination: Destination): string | null | undefined {
  switch (destination.kind) {
    case "broken":
      return destination.reason;
    case "tainted":
      return undefined;
    case "pending":
      return null;
    case "object": {
      const { object, onward } = destination;
      if (!onward) return object.poison ?? null;
      return typeof object.poison === "string" ? undefined : refusal(onward());
    }
  }
}

export function rejection(promise: ShadowPromise): string {
  return `rejected ${promise.name}`;
}

function resultOf(call: ShadowCall, path: Path): Shadow | { kind: "broken"; reason: string } | { kind: "pending" } {
  const target = follow(call.lane.shadow);
  if (target.kind === "tainted") return target;
  if (call.early) return call.early.get(path) ?? NULL;
  const { outcome } = call;
  if (!outcome) {
    const reason = call.delivered ? null : refusal(target);
    if (reason === undefined) return TAINTED;
    return reason === null ? PENDING : { kind: "broken", reason };
  }
  if (outcome.kind === "failed") return { kind: "broken", reason: outcome.reason };
  if (outcome.kind === "tail") return { kind: "result", call: outcome.call, path };
  return outcome.caps.get(path) ?? NULL;
}

/** The call that answers in the end, tail calls followed. */
export function lastOf(call: ShadowCall): ShadowCall {
  let last = call;
  while (last.outcome?.kind === "tail") last = last.outcome.call;
  return last;
}

/** Why `call` must fail; null if it must not. Undefined if anything may happen. */
export function failureOf(call: ShadowCall): string | null | undefined {
  for (let at: ShadowCall | null = call; at; ) {
    const target = follow(at.lane.shadow);
    const outcome: Outcome | null = at.outcome;
    if (outcome ? target.kind === "tainted" : isTainted(target)) return undefined;
    if (outcome?.kind === "failed") return outcome.reason;
    if (!outcome) return at.delivered ? null : refusal(target);
    if (outcome.kind === "caps") return null;
    at = outcome.call;
  }
  return null;
}

/** Whether a forgotten call is among what `shadow` comes from: it may never have run. */
export function mayBeCancelled(shadow: Shadow): boolean {
  for (let at: Shadow = shadow; ; ) {
    if (at.kind === "promise" && at.promise.resolution) at = at.promise.resolution;
    else if (at.kind === "result") {
      if (at.call.abandoned || mayBeCancelled(at.call.lane.shadow)) return true;
      const { outcome } = at.call;
      if (outcome?.kind === "tail") at = { kind: "result", call: outcome.call, path: at.path };
      else if (outcome?.kind === "caps") at = outcome.caps.get(at.path) ?? NULL;
      else return false;
    } else return false;
  }
}

/**
 * Whether what `shadow` becomes waits for `awaited`, so that resolving that to it would never end. Also whether it comes with results that
 * hold `awaited` beside it: the two would keep each other alive across the network for ever, as in any implementation.
 */
export function waitsFor(shadow: Shadow, awaited: ShadowPromise | ShadowCall | ShadowObject): boolean {
  switch (shadow.kind) {
    case "object": {
      const { object } = shadow;
      return object === awaited || (!!object.onward && waitsFor(object.onward, awaited));
    }
    case "promise":
      if (shadow.promise === awaited) return true;
      return shadow.promise.resolution !== null && waitsFor(shadow.promise.resolution, awaited);
    case "result": {
      const { call, path } = shadow;
      if (call === awaited) return true;
      const caps = call.early ?? (call.outcome?.kind === "caps" ? call.outcome.caps : null);
      if (caps) return [...caps.values()].some((cap) => waitsFor(cap, awaited));
      if (call.outcome?.kind === "tail") return waitsFor({ kind: "result", call: call.outcome.call, path }, awaited);
      return waitsFor(call.lane.shadow, awaited);
    }
    default:
      return false;
  }
}

export const NULL_CALLED = "called null capability";
export const NULL: Shadow = Object.freeze({ kind: "null" });
export const TAINTED: Shadow = Object.freeze({ kind: "tainted" });
const PENDING = Object.freeze({ kind: "pending" } as const);
