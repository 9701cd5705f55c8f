/**
 * PromiseHook: a capability hosted by the peer that may turn out to be something else, an imported promise or a path into
 * a question's results. Until it resolves, calls go to its wire address. Afterwards they go to the resolution, at once if
 * no earlier call can be overtaken, through an embargo otherwise.
 *
 * States: unresolved (`#address` set) → resolved (`resolution` set). When resolving to something that calls would reach by
 * a shorter way than those made before, the resolution is a local queue which an embargo (embargo.ts) opens once the
 * peer has echoed our Disembargo, behind every earlier call (rpc.capnp Disembargo).
 */

import { BrokenHook } from "../cap/broken.js";
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
} from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import type { Connection } from "./connection.js";
import type { FlowController } from "./flow.js";
import type { WireTarget } from "./rpc-hook.js";
import { rules } from "./rules.js";

export class PromiseHook extends CapabilityHook {
  readonly connection: Connection;
  /** Owned until resolved. */
  #address: WireTarget | null;
  /** Owned once resolved. */
  #resolution: CapabilityHook | null = null;
  readonly #observers = new Set<ResolutionObserver>();
  readonly #onDispose: (promise: PromiseHook) => void;

  /** Takes `address`. `onDispose` runs when the last reference goes. */
  constructor(connection: Connection, address: WireTarget, onDispose: (promise: PromiseHook) => void) {
    super();
    this.connection = connection;
    this.#address = address;
    this.#onDispose = onDispose;
  }

  override get brand(): object {
    return this.connection;
  }

  override get resolution(): CapabilityHook | null {
    return this.#resolution;
  }

  override get isUnresolvedPromise(): boolean {
    return this.#resolution === null;
  }

  /** Borrowed: the wire address calls go to; null once resolved. */
  get address(): WireTarget | null {
    return this.#address;
  }

  override whenResolved(observer: ResolutionObserver): () => void {
    if (this.#resolution) {
      observer(this.#resolution);
      return () => {};
    }
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    if (this.#resolution) return this.#resolution.newCall(interfaceId, methodId, hints);
    return this.connection.beginCall(this, interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    if (this.#resolution) return this.#resolution.call(context);
    const address = this.#address as WireTarget;
    address.called = true;
    return address.call(context);
  }

  /**
   * The promise has become `replacement` (taken). `reflected`: the peer named one of our own exports or answers, so calls made
   * before travel to the peer and back even if the replacement is on this connection.
   */
  resolve(replacement: CapabilityHook, reflected: boolean): void {
    const address = this.#address as WireTarget;
    let target = innermost(replacement);
    if (target === this) {
      // Only a peer that promises in circles does this.
      replacement.release();
      replacement = target = new BrokenHook(RpcError.failed("a promise was resolved to itself"));
    }
    if (address.flow?.gap && target.brand !== this.connection) {
      // Elsewhere nobody knows of the streaming call that could not be sent.
      replacement.release();
      replacement = target = new BrokenHook(address.flow.gap);
    }
    const { brand } = target;
    const sameConnection = brand === this.connection;
    const byValue = brand === NULL_BRAND || brand === BROKEN_BRAND;
    const shorter = !byValue && (!sameConnection || reflected);
    const next = sameConnection && !reflected && target instanceof PromiseHook ? target.address : null;
    // Calls made through us follow the same wire to the next promise; what that becomes must not be reached before them.
    if (next && address.called) next.called = true;
    address.resolved(shorter, next);
    if (sameConnection && address.flow) this.#moveFlow(address.flow, target);
    this.#resolution =
      shorter && address.called && rules.embargo && !this.connection.closedBy
        ? this.connection.embargo(address, replacement)
        : replacement;
    this.#address = null;
    for (const observer of [...this.#observers]) {
      // An observer may take back another one that has not run.
      if (this.#observers.delete(observer)) observer(this.#resolution);
    }
    address.release();
  }

  /** What streams through this promise goes on through `target`, in the same window; one that has its own keeps it. */
  #moveFlow(flow: FlowController, target: CapabilityHook): void {
    const next = target instanceof PromiseHook ? target.address : (target as WireTarget);
    if (!next) return;
    if (next.flow) next.flow.inherit(flow);
    else next.flow = flow;
  }

  protected dispose(): void {
    this.#onDispose(this);
    this.#address?.release();
    this.#resolution?.release();
  }
}
