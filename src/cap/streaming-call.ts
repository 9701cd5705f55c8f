/**
 * StreamingCall: a PendingCall whose caller waits for something else than its outcome: for the word that more may be sent.
 * Over a connection that comes from a flow controller (rpc/flow.ts), usually at once; elsewhere it is the call's return.
 */

import type { CallRequest, SentCall } from "./hook.js";
import { PendingCall } from "./pending-call.js";
import type { RpcError } from "./rpc-error.js";

export class StreamingCall extends PendingCall {
  /** A flow controller will say when. */
  #controlled = false;
  /** What it said. */
  #verdict: "waiting" | "ready" | RpcError = "waiting";
  #waiters: { readonly onReady: () => void; readonly onFailed: (error: unknown) => void }[] = [];

  /** Tells `onReady` when the next call may be sent, or `onFailed` that this one failed before or that the stream is broken. */
  observeReady(onReady: () => void, onFailed: (error: unknown) => void): void {
    if (!this.#controlled) this.observe(onReady, onFailed);
    else if (this.#verdict === "ready") onReady();
    else if (this.#verdict !== "waiting") onFailed(this.#verdict);
    else {
      this.#waiters.push({ onReady, onFailed });
      // Cancelled, or cut off, while it waits. A promise settles once, so that both may speak.
      this.observe(() => {}, onFailed);
    }
  }

  protected override transmit(request: CallRequest): SentCall {
    if (!request.sendStreaming) return super.transmit(request);
    this.#controlled = true;
    return request.sendStreaming(this, (error) => this.#decide(error));
  }

  #decide(error: RpcError | null): void {
    // Given up: the room in the window is its own, and it has failed.
    if (!error && (this.phase === "failed" || this.phase === "gone")) return;
    const verdict = error ? this.named(error) : "ready";
    this.#verdict = verdict;
    for (const { onReady, onFailed } of this.#waiters.splice(0)) {
      if (verdict === "ready") onReady();
      else onFailed(verdict);
    }
  }
}
