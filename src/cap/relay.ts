/**
 * Relays: calls on one capability that are really calls on another, seen on their way: a membrane, a revocable capability,
 * one that reconnects. RelayRequest stands in front of the other capability's request and RelayedCall behind it, between
 * its outcome and the caller. A relayed call can be cut off: its caller hears an error at once and the call is cancelled.
 */

import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import { BrokenPipeline } from "./broken.js";
import type {
  CallRequest,
  CallResults,
  CapabilityHook,
  PipelineHook,
  PipelinePath,
  ResultReceiver,
  SentCall,
} from "./hook.js";
import type { RpcError } from "./rpc-error.js";

/** What a relay does with what passes. All of it runs inside a transition. */
export interface RelayRules {
  /** Why a request begun earlier must not be sent any more; null if it may. */
  refusal?(): RpcError | null;
  /** The params are complete; capabilities in their message's cap table may be exchanged. */
  sending?(params: AnyPointerBuilder): void;
  /** Takes the results; returns what the caller gets. */
  returning?(results: CallResults): CallResults;
  failing?(error: RpcError): void;
  /** Takes a capability asked of the pipeline; returns what is handed out, owned. */
  pipelined?(hook: CapabilityHook): CapabilityHook;
  /** Where calls under way are listed, by whoever may cut them off. */
  readonly calls?: Set<RelayedCall>;
}

/** A request on another capability. */
export class RelayRequest implements CallRequest {
  readonly sendStreaming?: NonNullable<CallRequest["sendStreaming"]>;
  readonly #request: CallRequest;
  readonly #rules: RelayRules;

  /** Takes `request`. */
  constructor(request: CallRequest, rules: RelayRules) {
    this.#request = request;
    this.#rules = rules;
    if (!request.sendStreaming) return;
    this.sendStreaming = (receiver, mayContinue) => {
      const refusal = rules.refusal?.();
      if (refusal) mayContinue(refusal);
      return this.#start(receiver, (call) => request.sendStreaming?.(call, mayContinue) as SentCall);
    };
  }

  get params(): AnyPointerBuilder {
    return this.#request.params;
  }

  send(receiver: ResultReceiver | null): SentCall {
    return this.#start(receiver, (call) => this.#request.send(receiver ? call : null));
  }

  abandon(): void {
    this.#request.abandon();
  }

  #start(receiver: ResultReceiver | null, send: (call: RelayedCall) => SentCall): SentCall {
    const refusal = this.#rules.refusal?.() ?? null;
    if (refusal) {
      this.#request.abandon();
      receiver?.failed(refusal);
      return new BrokenPipeline(refusal);
    }
    this.#rules.sending?.(this.#request.params);
    const call = new RelayedCall(receiver, this.#rules);
    return call.start(send(call));
  }
}

/** A call under way through a relay. */
export class RelayedCall implements SentCall, ResultReceiver {
  #receiver: ResultReceiver | null;
  readonly #rules: RelayRules;
  #references = 1;
  /** While references are left, or the receiver waits: it can still be cut off or cancelled. A reference on it is owned while there are any on us. */
  #sent: SentCall | null = null;

  constructor(receiver: ResultReceiver | null, rules: RelayRules) {
    this.#receiver = receiver;
    this.#rules = rules;
  }

  /** Takes `sent`. Called once, right after it was sent. */
  start(sent: SentCall): this {
    this.#sent = sent;
    this.#rules.calls?.add(this);
    return this;
  }

  /** The caller hears `error` instead of whatever would come; what is pipelined is broken. Returns what cancels the call. */
  fail(error: RpcError): () => void {
    this.#rules.calls?.delete(this);
    const sent = this.#sent;
    if (!sent) return () => {};
    const owned = this.#references > 0;
    this.#sent = owned ? new BrokenPipeline(error) : null;
    this.#takeReceiver()?.failed(error);
    return () => {
      sent.forget();
      if (owned) sent.release();
    };
  }

  returned(results: CallResults): void {
    const receiver = this.#takeReceiver();
    if (!receiver) return results.release();
    receiver.returned(this.#rules.returning?.(results) ?? results);
  }

  failed(error: RpcError): void {
    this.#rules.failing?.(error);
    this.#takeReceiver()?.failed(error);
  }

  capability(path: PipelinePath): CapabilityHook {
    const hook = (this.#sent as SentCall).capability(path);
    return this.#rules.pipelined?.(hook) ?? hook;
  }

  addRef(): PipelineHook {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    const sent = this.#sent;
    this.#endIfUnused();
    sent?.release();
  }

  forget(): void {
    const sent = this.#sent;
    this.#takeReceiver();
    sent?.forget();
  }

  #takeReceiver(): ResultReceiver | null {
    const receiver = this.#receiver;
    this.#receiver = null;
    this.#endIfUnused();
    return receiver;
  }

  /** Nobody waits for results and nobody may ask for the pipeline: there is nothing left to cut off. */
  #endIfUnused(): void {
    if (this.#receiver || this.#references > 0) return;
    this.#rules.calls?.delete(this);
    this.#sent = null;
  }
}

/** Cuts off all of `calls`. Every caller hears of it before the first call is cancelled: what that sets free is not for them any more. */
export function cutCalls(calls: ReadonlySet<RelayedCall>, error: RpcError): void {
  const cancellations = [...calls].map((call) => call.fail(error));
  for (const cancel of cancellations) cancel();
}
