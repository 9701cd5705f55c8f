/** What a caller may ask of one call beside its params: cancellation, a deadline, no results. */

import { UsageError } from "../errors.js";
import { delay } from "../timer.js";
import type { CallRequest } from "./hook.js";
import type { PendingCall } from "./pending-call.js";
import { turns } from "./turn.js";

export interface CallOptions {
  /**
   * Aborting cancels the call; it rejects with the signal's reason, and so do calls made from then on on what was pipelined from it. The
   * server's method is told (`context.signal`) when nothing else wants its results: calls pipelined on them that were sent before go on.
   * A streaming call is cancelled as long as it was not answered, also after its promise has resolved.
   */
  readonly signal?: AbortSignal;
  /**
   * After so many milliseconds the call is cancelled and rejects with kind `overloaded`; Infinity is never. Of a streaming call it
   * limits how long its promise may take; what was let through is not taken back. A pipeline-only call, of whose end nobody hears, has none.
   */
  readonly timeout?: number;
  /** Only the pipeline is wanted: the results are not sent back, and awaiting the call is a UsageError (rpc.capnp Call.onlyPromisePipeline). */
  readonly pipelineOnly?: boolean;
  /** Set by ServerContext.tailCall: takes the request instead of it being sent. */
  readonly [TAIL]?: (request: CallRequest) => void;
}

export const TAIL: unique symbol = Symbol("capwire.tail");

/** Throws UsageError for options that cannot be meant. */
export function checkOptions({ signal, timeout, pipelineOnly, [TAIL]: tail }: CallOptions): void {
  if (timeout !== undefined && !(timeout >= 0))
    throw new UsageError("bad-timeout", `a timeout is a number of milliseconds, 0 or more, not ${timeout}`);
  if (signal && typeof signal.addEventListener !== "function")
    throw new UsageError("bad-signal", "a call's signal is an AbortSignal (of an AbortController, its `signal`)");
  if (tail && (signal || timeout !== undefined || pipelineOnly))
    throw new UsageError(
      "tail-options",
      "a tail call lives as long as the call it answers, and has no options of its own",
    );
}

/** Interrupts `call` when `options` say so. Returns what ends the watch. */
export function limitCall(call: PendingCall, { signal, timeout }: CallOptions): CallLimits | null {
  return signal || timeout !== undefined ? new CallLimits(call, signal, timeout) : null;
}

/** What may interrupt one call. */
export class CallLimits {
  readonly #call: PendingCall;
  readonly #signal: AbortSignal | undefined;
  #stopTimer: (() => void) | null;

  constructor(call: PendingCall, signal: AbortSignal | undefined, timeout: number | undefined) {
    this.#call = call;
    this.#signal = signal;
    if (signal) interruptedBy(signal).add(call);
    this.#stopTimer = timeout === undefined ? null : delay(timeout, () => call.expire(timeout));
  }

  /** It took no longer than it may. */
  endTimeout(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  end(): void {
    this.endTimeout();
    if (this.#signal) interruptedBy(this.#signal).delete(this.#call);
  }
}

/** The calls one signal interrupts. They share a listener, for a signal that many calls are given is no leak, as Node would warn. */
class Interrupted {
  readonly #signal: AbortSignal;
  readonly #calls = new Set<PendingCall>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(call: PendingCall): void {
    if (this.#calls.size === 0) this.#signal.addEventListener("abort", this.#onAbort);
    this.#calls.add(call);
  }

  delete(call: PendingCall): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    // What a listener throws ends the process.
    for (const call of this.#calls) turns.guard(() => call.interrupt(this.#signal.reason));
  };
}

const interrupted = /*@__PURE__*/ new WeakMap<AbortSignal, Interrupted>();

function interruptedBy(signal: AbortSignal): Interrupted {
  let calls = interrupted.get(signal);
  if (!calls) {
    calls = new Interrupted(signal);
    interrupted.set(signal, calls);
  }
  return calls;
}
