/**
 * Refusals: why the latest calls of the peer were refused that are no answers any more (Answer.refuse). Calls pipelined on them may be on their
 * way, and are to fail in the same words. Only so many are kept: refusing must not cost what it is there to save.
 */

import type { RpcError } from "../cap/rpc-error.js";
import type { AnswerId } from "./ids.js";

const KEPT = 256;

export class Refusals {
  /** Oldest first. */
  readonly #errors = new Map<AnswerId, RpcError>();

  add(id: AnswerId, error: RpcError): void {
    this.forget(id);
    this.#errors.set(id, error);
    if (this.#errors.size <= KEPT) return;
    for (const oldest of this.#errors.keys()) return this.forget(oldest);
  }

  get(id: AnswerId): RpcError | undefined {
    return this.#errors.get(id);
  }

  /** The id means another call from now on, or none. */
  forget(id: AnswerId): void {
    if (this.#errors.size > 0) this.#errors.delete(id);
  }
}
