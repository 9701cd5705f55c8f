/**
 * Capabilities hosted by the peer. A WireTarget is one wire address that never changes (an import id, a path into a
 * question); PromiseHook (promise-hook.ts) is what may move on from one. Forwarding for the peer is pinned to
 * WireTargets: whatever we learn later, what we told the peer stays where it goes (rpc.capnp Disembargo, Tribble's race).
 */

import { forwardCall } from "../cap/forward.js";
import { type CallContext, type CallHints, type CallRequest, CapabilityHook, type PipelineHook } from "../cap/hook.js";
import type { CapDescriptor, MessageTarget } from "../std/rpc.js";
import type { Connection } from "./connection.js";
import type { FlowController } from "./flow.js";

export abstract class WireTarget extends CapabilityHook {
  readonly connection: Connection;
  /** Whether a call may be on its way here in the name of a promise, so that whatever the promise becomes could be reached sooner by a shorter way. */
  called = false;
  /** What its promise became is ours, or reached by a shorter way: calls to this come back to us (promise-hook.ts `resolve`). */
  #returns = false;
  /** Owned: the address of the next promise on the same wire, if its promise became that. */
  #successor: WireTarget | null = null;
  /** The window of streaming calls made here; made with the first of them. Calls under way keep it. */
  flow: FlowController | null = null;

  constructor(connection: Connection) {
    super();
    this.connection = connection;
  }

  override get brand(): object {
    return this.connection;
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    return this.connection.beginCall(this, interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    return forwardCall(context, this);
  }

  /** Whether calls to this come back to us, as far as is known. */
  get loops(): boolean {
    for (let at: WireTarget | null = this; at; at = at.#successor) if (at.#returns) return true;
    return false;
  }

  /** Calls made in the name of a promise have come here by another way: neither this promise nor those it became may be reached sooner. */
  passed(): void {
    for (let at: WireTarget | null = this; at; at = at.#successor) at.called = true;
  }

  /** Its promise was resolved: `returns` to something that calls to this reach by coming back to us, otherwise maybe to `successor` (borrowed). */
  resolved(returns: boolean, successor: WireTarget | null): void {
    if (returns) this.#returns = true;
    if (!successor || this.#successor) return;
    // A peer may promise in circles.
    for (let at: WireTarget | null = successor; at; at = at.#successor) if (at === this) return;
    this.#successor = successor.addRef();
  }

  protected dispose(): void {
    this.#successor?.release();
    this.#successor = null;
  }

  /** Writes where calls to this go. */
  abstract writeTarget(builder: MessageTarget.Builder): void;

  /** Writes this as a capability the peer itself can find: it always names something of theirs. */
  abstract writeDescriptor(builder: CapDescriptor.Builder): void;

  /** `i2`, `q3.0`: how logs and dumps name it. */
  abstract describe(): string;
}
