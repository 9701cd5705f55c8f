/** The oracle of a randomised run: judges by the shadow graph where calls arrive, behind which others, and how they end. */

import type { RpcError } from "../../src/cap/rpc-error.js";
import {
  depthOf,
  failureOf,
  follow,
  isPoisoned,
  isTainted,
  lastOf,
  mayBeCancelled,
  NULL_CALLED,
  type ShadowCall,
  type ShadowObject,
} from "./shadow.js";

/** What excuses calls that fail or get lost. */
export interface Leeway {
  /** A link was cut. */
  cut: boolean;
  /** Tables are small. */
  scarce: boolean;
  /** A membrane was revoked. */
  revoked: boolean;
}

export class Oracle {
  readonly leeway: Leeway;
  readonly #report: (problem: string) => void;

  constructor(leeway: Leeway, report: (problem: string) => void) {
    this.leeway = leeway;
    this.#report = report;
  }

  /** `call` ran on `object`. */
  delivered(call: ShadowCall, object: ShadowObject): void {
    const destination = follow(call.lane.shadow);
    if (call.delivered && !isTainted(destination)) this.#report(`call ${call.id} arrived twice`);
    call.delivered = true;
    if (call.cutOff) this.#report(`call ${call.id} went through a membrane that had been revoked`);
    const depth = depthOf(destination, object);
    if (depth < 0 && isTainted(destination)) return;
    if (depth < call.lane.depth) this.#report(`call ${call.id} took a detour that earlier calls had left out`);
    call.lane.depth = depth;
    if (destination.kind !== "object" || depth < 0) {
      const expected = destination.kind === "object" ? destination.object.name : destination.kind;
      this.#report(`call ${call.id} arrived at ${object.name} instead of ${expected}`);
    }
    const { calls } = call.lane;
    const place = calls.indexOf(call);
    if (place < call.lane.arrived) this.#report(`call ${call.id} arrived behind a later one`);
    for (let at = call.lane.arrived; at < place; at++) {
      const earlier = calls[at] as ShadowCall;
      // One that was refused or lost on its way may not have been reported yet.
      const lost = earlier.skippable || isPoisoned(follow(earlier.lane.shadow));
      if (!lost && !this.leeway.cut && !this.leeway.scarce && !this.leeway.revoked)
        this.#report(`call ${call.id} overtook call ${earlier.id}`);
    }
    call.lane.arrived = place + 1;
  }

  /** The caller of `call` was told that it returned, with the results of call `answered`. */
  returned(call: ShadowCall, answered: number): void {
    if (call.ended) this.#report(`call ${call.id} ended twice`);
    call.ended = "returned";
    const failure = failureOf(call);
    if (failure === undefined || this.leeway.scarce) return;
    if (failure !== null) this.#report(`call ${call.id} returned, but it was to fail: ${failure}`);
    const last = lastOf(call).id;
    if (answered !== last) this.#report(`call ${call.id} got the results of call ${answered} instead of ${last}`);
  }

  failed(call: ShadowCall, error: RpcError): void {
    if (call.ended) this.#report(`call ${call.id} ended twice`);
    call.ended = "failed";
    const failure = failureOf(call);
    if (failure === undefined || (failure !== null && error.reason.includes(failure))) return;
    // Results without capabilities need no Finish, so nothing of their call is left to say that the path is null.
    if (failure === NULL_CALLED && error.reason.includes("is not in progress")) return;
    // Calls pipelined on a refused one find nothing: it was forgotten at once.
    if (this.leeway.scarce && /\(limit max|is not in progress/.test(error.reason)) return;
    if (this.leeway.cut && error.kind === "disconnected") return;
    if (this.leeway.revoked && /^revoked m|cancelled/.test(error.reason)) return;
    if (error.reason.includes("cancelled") && mayBeCancelled({ kind: "result", call, path: "0" })) return;
    this.#report(`call ${call.id} failed: ${error.reason}; expected: ${failure ?? "success"}`);
  }
}
