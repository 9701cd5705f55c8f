/**
 * StreamingCall: a PendingCall whose caller waits for something else than its outcome: for the word that more may be sent.
 * Over a connection that comes from a flow controller (rpc/flow.ts), usually at once; elsewhere it is the call's return.
 */

import type { CallOptions } from "./call-options.js";
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
    const { phase } = this;
    // What is known to have failed is not ready, whatever was said before.
    if (!this.#controlled || phase === "failed" || phase === "gone") this.observe(onReady, onFailed);
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

  /** A deadline is one for its promise: what was let through must not vanish from the stream later on. */
  protected override limitsOf(options: CallOptions): CallOptions {
    if (this.#verdict === "waiting") return options;
    return options.signal ? { signal: options.signal } : {};
  }

  #decide(error: RpcError | null): void {
    // Given up: the room in the window is its own, and it has failed.
    if (!error && (this.phase === "failed" || this.phase === "gone")) return;
    const verdict = error ? this.named(error) : "ready";
    this.#verdict = verdict;
    this.endTimeout();
    for (const { onReady, onFailed } of this.#waiters.splice(0)) {
      if (verdict === "ready") onReady();
      else onFailed(verdict);
    }
  }
}
