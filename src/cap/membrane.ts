/**
 * Membranes. Carol lives inside, Alice outside. A membrane lets Alice hold Carol only through a wrapper, and so it goes on:
 * whatever capability Carol returns to Alice is wrapped as it comes out, whatever Alice passes to Carol is wrapped the other
 * way as it goes in, and a capability that comes back to its own side is itself again. A policy sees every call that
 * crosses, and may let it pass, send it elsewhere or refuse it; revoking the membrane cuts every connection through it.
 *
 * One capability has one wrapper per direction, so that capabilities equal on one side are equal on the other.
 */

import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import type { CapabilityReference } from "../wire/cap-table.js";
import type { PointerType } from "../wire/pointer-type.js";
import { BrokenHook, nullCapability } from "./broken.js";
import type { Client } from "./client.js";
import { forwardCall } from "./forward.js";
import {
  BROKEN_BRAND,
  type CallContext,
  type CallHints,
  type CallRequest,
  CapabilityHook,
  innermost,
  NULL_BRAND,
  type PipelineHook,
  type ResolutionObserver,
} from "./hook.js";
import { localRules } from "./local-rules.js";
import { judgeCall, judgeCapability, type MembranePolicy } from "./membrane-policy.js";
import { MembraneResults } from "./membrane-results.js";
import { QueuedHook } from "./queued.js";
import { cutCalls, type RelayedCall, RelayRequest, type RelayRules } from "./relay.js";
import { RpcError } from "./rpc-error.js";

/** Which side of the membrane a wrapped object is on, and so where its callers are not. */
type Side = "inside" | "outside";

export class Membrane {
  readonly #policy: MembranePolicy;
  #revokedBy: RpcError | null = null;
  /** Borrowed: the wrapper of each capability by the side it is on. */
  readonly #wrappers = {
    inside: new Map<CapabilityHook, MembraneHook>(),
    outside: new Map<CapabilityHook, MembraneHook>(),
  };
  /** Calls under way through the membrane, either way. */
  readonly calls = new Set<RelayedCall>();

  constructor(policy: MembranePolicy = {}) {
    this.#policy = policy;
    policy.onRevoked?.then(null, (reason: unknown) => this.revoke(RpcError.from(reason)));
  }

  /** A Client for those outside of `client`, which is inside. The caller keeps `client`. */
  toOutside<C extends Client>(client: C): C {
    return this.#wrapClient(client, "inside");
  }

  /** A Client for those inside of `client`, which is outside. The caller keeps `client`. */
  toInside<C extends Client>(client: C): C {
    return this.#wrapClient(client, "outside");
  }

  /**
   * Sets the pointer `to` to a copy of `value`, a message of the inside, as those outside may have it: every capability in it crosses the
   * membrane. For messages that leave in other ways than as params or results: `membrane.copyOut(message.root, Person, person)`.
   */
  copyOut<I>(to: AnyPointerBuilder, type: PointerType<unknown, unknown, I>, value: NoInfer<I>): void {
    this.#copy(to, type, value, "inside");
  }

  /** Sets the pointer `to` to a copy of `value`, a message of the outside, as those inside may have it. */
  copyIn<I>(to: AnyPointerBuilder, type: PointerType<unknown, unknown, I>, value: NoInfer<I>): void {
    this.#copy(to, type, value, "outside");
  }

  #copy<I>(to: AnyPointerBuilder, type: PointerType<unknown, unknown, I>, value: I, side: Side): void {
    const { message } = to.segment;
    const first = message.capabilityCount;
    try {
      to.set(type, value);
    } finally {
      if (message.capabilityCount > first) this.wrapSlots(message.capTable.slots, side, first);
    }
  }

  /** Has the capabilities in `slots`, from `first` on, which are on `side`, cross. */
  wrapSlots(slots: (CapabilityReference | null)[], side: Side, first = 0): void {
    for (let index = first; index < slots.length; index++) {
      const hook = slots[index] as CapabilityHook | null;
      if (hook) slots[index] = this.wrap(hook, side);
    }
  }

  /** Cuts everything that goes through: calls under way and all later ones, in both directions, fail with `reason`. Idempotent. */
  revoke(reason: string | RpcError = "the membrane was revoked"): void {
    if (this.#revokedBy) return;
    const error = typeof reason === "string" ? RpcError.failed(reason) : reason;
    this.#revokedBy = error;
    cutCalls(this.calls, error);
    for (const side of ["inside", "outside"] as const) {
      for (const wrapper of [...this.#wrappers[side].values()]) wrapper.cut(error);
    }
  }

  get isRevoked(): boolean {
    return this.#revokedBy !== null;
  }

  /** What calls fail with since the membrane was revoked; null until then. */
  get revokedBy(): RpcError | null {
    return this.#revokedBy;
  }

  /** Owned: `hook` (taken), which is on `side`, as the other side sees it. */
  wrap(hook: CapabilityHook, side: Side): CapabilityHook {
    const inner = innermost(hook).addRef();
    hook.release();
    if (inner.brand === NULL_BRAND || inner.brand === BROKEN_BRAND) return inner;
    if (inner instanceof MembraneHook && inner.membrane === this && inner.side !== side) {
      const home = inner.inner.addRef();
      inner.release();
      return home;
    }
    if (this.#revokedBy) {
      inner.release();
      return new BrokenHook(this.#revokedBy);
    }
    const known = this.#wrappers[side].get(inner);
    if (known) {
      inner.release();
      return known.addRef();
    }
    const instead = this.#instead(inner, side);
    if (instead) {
      inner.release();
      return instead;
    }
    const wrapper = new MembraneHook(this, inner, side);
    this.#wrappers[side].set(inner, wrapper);
    return wrapper;
  }

  /** Owned: what the policy has cross instead of `hook` (borrowed); null if that is to be wrapped. */
  #instead(hook: CapabilityHook, side: Side): CapabilityHook | null {
    const policy = this.#policy;
    const judge = side === "inside" ? policy.exportInternal : policy.importExternal;
    if (!judge) return null;
    try {
      const client = judgeCapability((client) => judge.call(policy, client), hook);
      if (client === undefined) return null;
      return client ? client.$hook.addRef() : nullCapability();
    } catch (thrown) {
      return new BrokenHook(RpcError.from(thrown));
    }
  }

  unlist(wrapper: MembraneHook): void {
    const wrappers = this.#wrappers[wrapper.side];
    if (wrappers.get(wrapper.inner) === wrapper) wrappers.delete(wrapper.inner);
  }

  /** Borrowed: what gets a call on `target`, an object on `side`, instead of it; null to let it pass. */
  redirect(target: CapabilityHook, side: Side, interfaceId: bigint, methodId: number): CapabilityHook | null {
    const policy = this.#policy;
    const judge = side === "inside" ? policy.inboundCall : policy.outboundCall;
    if (!judge) return null;
    try {
      const client = judgeCall((call) => judge.call(policy, call), target, interfaceId, methodId);
      return client ? client.$hook : null;
    } catch (thrown) {
      return new BrokenHook(RpcError.from(thrown));
    }
  }

  get passesFds(): boolean {
    return this.#policy.allowFdPassthrough ?? false;
  }

  get resolvesBeforeRedirecting(): boolean {
    return this.#policy.resolveBeforeRedirecting ?? false;
  }

  #wrapClient<C extends Client>(client: C, side: Side): C {
    const Self = client.constructor as new (hook: CapabilityHook) => C;
    return new Self(this.wrap(client.$hook.addRef(), side)).$track();
  }
}

/** A capability on one side of a membrane as the other side sees it. */
export class MembraneHook extends CapabilityHook implements RelayRules {
  readonly membrane: Membrane;
  readonly side: Side;
  /** Owned. */
  inner: CapabilityHook;
  readonly calls: Set<RelayedCall>;
  /** Owned once known. */
  #resolution: CapabilityHook | null = null;
  readonly #observers = new Set<ResolutionObserver>();
  /** Takes back our own observer of the promise inside. */
  #unwatch: (() => void) | null = null;
  /** Owned: calls that wait for the promise to resolve. */
  #waiting: QueuedHook | null = null;

  /** Takes `inner`. */
  constructor(membrane: Membrane, inner: CapabilityHook, side: Side) {
    super();
    this.membrane = membrane;
    this.inner = inner;
    this.side = side;
    this.calls = membrane.calls;
  }

  override get resolution(): CapabilityHook | null {
    if (this.#resolution) return this.#resolution;
    const next = this.inner.resolution;
    if (!next) return null;
    this.#resolution = this.membrane.wrap(next.addRef(), this.side);
    return this.#resolution;
  }

  override get isUnresolvedPromise(): boolean {
    return this.inner.isUnresolvedPromise;
  }

  override get fd(): number | null {
    return this.membrane.passesFds ? this.inner.fd : null;
  }

  override whenResolved(observer: ResolutionObserver): () => void {
    const { resolution } = this;
    if (resolution) observer(resolution);
    if (resolution || !this.inner.isUnresolvedPromise) return () => {};
    this.#unwatch ??= this.inner.whenResolved(() => this.#tellObservers());
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  #tellObservers(): void {
    const { resolution } = this;
    for (const observer of [...this.#observers]) {
      // An observer may take back another one that has not run.
      if (this.#observers.delete(observer) && resolution) observer(resolution);
    }
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    const redirect = this.membrane.redirect(this.inner, this.side, interfaceId, methodId);
    if (!redirect) return new RelayRequest(this.inner.newCall(interfaceId, methodId, hints), this);
    if (this.membrane.resolvesBeforeRedirecting && this.isUnresolvedPromise)
      return this.#untilResolved().newCall(interfaceId, methodId, hints);
    return redirect.newCall(interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    return forwardCall(context, this);
  }

  /** The membrane was revoked. */
  cut(error: RpcError): void {
    if (!localRules.revocation) return;
    this.membrane.unlist(this);
    this.#unwatch?.();
    const inner = this.inner;
    this.inner = new BrokenHook(error);
    this.#resolution ??= this.inner.addRef();
    inner.release();
    this.#tellObservers();
  }

  refusal(): RpcError | null {
    return localRules.revocation ? this.membrane.revokedBy : null;
  }

  // RelayRules: what the callers pass goes to the object's side, what it returns comes to theirs.

  sending(params: CallRequest["params"]): void {
    const { message } = params.segment;
    if (message.capabilityCount === 0) return;
    this.membrane.wrapSlots(message.capTable.slots, this.side === "inside" ? "outside" : "inside");
  }

  returning(results: MembraneResults["inner"]): MembraneResults["inner"] {
    return results.size === 0 ? results : new MembraneResults(results, (hook) => this.membrane.wrap(hook, this.side));
  }

  pipelined(hook: CapabilityHook): CapabilityHook {
    return this.membrane.wrap(hook, this.side);
  }

  protected dispose(): void {
    this.membrane.unlist(this);
    this.#unwatch?.();
    this.#observers.clear();
    this.#resolution?.release();
    this.#waiting?.release();
    this.inner.release();
  }

  /** Borrowed. */
  #untilResolved(): QueuedHook {
    if (this.#waiting) return this.#waiting;
    const waiting = new QueuedHook();
    this.#waiting = waiting;
    // Alive until then: callers may have gone by the time it resolves.
    this.addRef();
    this.whenResolved((resolution) => {
      waiting.resolve(resolution.addRef());
      this.release();
    });
    return waiting;
  }
}
