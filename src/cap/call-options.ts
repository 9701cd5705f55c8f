/** What a caller may ask of one call beside its params: cancellation, a deadline, no results. */

import { delay } from "../timer.js";
import type { CallRequest } from "./hook.js";
import type { PendingCall } from "./pending-call.js";

export interface CallOptions {
  /** Aborting cancels the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After so many milliseconds the call is cancelled and rejects with kind `overloaded`; Infinity is never. */
  readonly timeout?: number;
  /** Only the pipeline is wanted: the results are not sent back, and awaiting the call is a UsageError (rpc.capnp Call.onlyPromisePipeline). */
  readonly pipelineOnly?: boolean;
  /** Set by ServerContext.tailCall: takes the request instead of it being sent. */
  readonly [TAIL]?: (request: CallRequest) => void;
}

export const TAIL: unique symbol = Symbol("capwire.tail");

/** Interrupts `call` when `options` say so. Returns what ends the watch. */
export function limitCall(call: PendingCall, { signal, timeout }: CallOptions): (() => void) | null {
  if (!signal && timeout === undefined) return null;
  const onAbort = signal ? () => call.interrupt(signal.reason) : null;
  if (signal && onAbort) signal.addEventListener("abort", onAbort, { once: true });
  const stopTimer = timeout === undefined ? null : delay(timeout, () => call.expire(timeout));
  return () => {
    if (signal && onAbort) signal.removeEventListener("abort", onAbort);
    stopTimer?.();
  };
}
