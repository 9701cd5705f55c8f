/**
 * PendingCall: a call as its caller's side knows it, from sending to the last capability of its results. It receives the
 * outcome, keeps one Client per pipelined path and per slot of the results, and gives everything back when disposed.
 * RemotePromise and its sub-pipelines (remote-promise.ts) are views of one PendingCall.
 *
 * Phases
 *   sent           the outcome is outstanding; `#sent` is owned.
 *   pipeline-only  likewise, but no outcome will come.
 *   returned       `#content` is readable, `#slots` hold what no Client has taken.
 *   failed         `#error` is the outcome.
 *   gone           disposed, or handed over to a tail call.
 */

import { UsageError } from "../errors.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";
import { BrokenHook, BrokenPipeline, nullCapability } from "./broken.js";
import { type CallLimits, type CallOptions, limitCall } from "./call-options.js";
import { callError } from "./call-site.js";
import type { Client } from "./client.js";
import { ClientTable } from "./client-table.js";
import type {
  CallContext,
  CallRequest,
  CallResults,
  CapabilityHook,
  PipelineHook,
  PipelinePath,
  ResultReceiver,
  SentCall,
} from "./hook.js";
import type { ClientType } from "./interface-type.js";
import { track, untrack, type Watch } from "./leak.js";
import type { AnyMethod } from "./method.js";
import { locateCapability, locatePointer, type PointerPlace, ResultsPipeline } from "./pipeline.js";
import { samePath } from "./queued.js";
import { RpcError } from "./rpc-error.js";
import { RegainedResults, Slots } from "./slots.js";

export type CallPhase = "sent" | "pipeline-only" | "returned" | "failed" | "gone";

export class PendingCall extends ClientTable implements ResultReceiver {
  readonly method: AnyMethod;
  #phase: CallPhase = "sent";
  /** Owned while the outcome is outstanding. */
  #sent: SentCall | null = null;
  #content: AnyPointerReader | null = null;
  /** Owned: the capabilities of the results; null if there are none. */
  #slots: Slots | null = null;
  #watch: Watch | null = null;
  /** An RpcError, or the reason of an AbortSignal. */
  #error: unknown = null;
  readonly #site: Error | null;
  #pipelined: PipelinedClient[] | null = null;
  /** Who waits for the outcome. */
  #observers: OutcomeObserver[] | null = null;
  #limits: CallLimits | null = null;
  /** Whoever gets the outcome instead of us. */
  #heir: CallContext | null = null;

  constructor(method: AnyMethod, site: Error | null) {
    super();
    this.method = method;
    this.#site = site;
  }

  get phase(): CallPhase {
    return this.#phase;
  }

  /** Sends `request` (taken). Called once, first. */
  send(request: CallRequest, options: CallOptions | undefined): void {
    if (options?.signal?.aborted) {
      request.abandon();
      this.interrupt(options.signal.reason);
      return;
    }
    if (options?.pipelineOnly) {
      this.#phase = "pipeline-only";
      const sent = request.send(null);
      this.#sent = sent;
      // No Return will end it.
      this.#watch = track(this, sent, `pipeline of ${this.method}`, this.#site);
      if (options.signal) this.#limits = limitCall(this, { signal: options.signal });
      return;
    }
    const sent = this.transmit(request);
    // A broken target has told us by now.
    if (this.#phase !== "sent") {
      sent.release();
      return;
    }
    this.#sent = sent;
    if (options) this.#limits = limitCall(this, this.limitsOf(options));
  }

  /** Hands `request` (taken) to its target. */
  protected transmit(request: CallRequest): SentCall {
    return request.send(this);
  }

  /** What of `options` still limits the call, now that it was sent. */
  protected limitsOf(options: CallOptions): CallOptions {
    return options;
  }

  /** It came to what its caller waits for. */
  protected endTimeout(): void {
    this.#limits?.endTimeout();
  }

  /** `error` as the caller of this call sees it. */
  protected named(error: RpcError): RpcError {
    return callError(this.method, error, this.#site);
  }

  /** The call was made in somebody else's name: nothing will come here. */
  abandon(): void {
    this.#phase = "gone";
  }

  /** Tells `onReturned` or `onFailed` of the outcome, inside the transition that brings it; at once if it is here. */
  observe(onReturned: () => void, onFailed: (error: unknown) => void): void {
    if (this.#phase === "sent" && !this.#heir) {
      this.#observers ??= [];
      this.#observers.push({ onReturned, onFailed });
    } else if (this.#phase === "returned") {
      onReturned();
    } else {
      onFailed(this.#phase === "failed" ? this.#error : this.#goneError());
    }
  }

  /** The pointer at `path` of the results; null if they have none there. Throws WireError if the path leads through something else than structs. */
  place(path: PipelinePath): PointerPlace | null {
    if (!this.#content) throw this.#goneError();
    return locatePointer(this.#content, path);
  }

  /** The pointer holding the results. */
  get content(): AnyPointerReader {
    if (!this.#content) throw this.#goneError();
    return this.#content;
  }

  /** The Client for the capability at `path` of the results, known or not. */
  pipelined<C extends Client>(path: PipelinePath, type: ClientType<C>): C {
    this.#pipelined ??= [];
    const pipelined = this.#pipelined;
    for (const known of pipelined) {
      if (known.client instanceof type.Client && samePath(known.path, path)) return known.client as C;
    }
    const index = this.#phase === "returned" ? this.#slotAt(path) : NO_SLOT;
    if (index >= 0) return this.client(index, type);
    const client = type.client(this.#hookAt(path));
    pipelined.push({ path, client });
    return client;
  }

  /** Cancels the call if it has not returned and gives back every capability of its results, pipelined ones included. Idempotent. */
  [Symbol.dispose](): void {
    if (this.#phase === "gone") return;
    const reason = `the results of ${this.method} were disposed; dup() a capability to keep it longer`;
    for (const { client } of this.#pipelined ?? []) client.$expire(reason);
    this.#pipelined = null;
    if (this.#heir) return;
    this.#phase = "gone";
    this.#content = null;
    this.#stopWaiting();
    this.disposeClients(reason);
    this.#unwatch();
    if (this.#slots) {
      this.#slots.release();
      this.#slots = null;
    }
    if (this.#observers)
      this.#tellFailed(new UsageError("disposed-call", `${this.method} was disposed before it returned`));
  }

  /**
   * Makes the outcome `context`'s; this call becomes unusable, but for whoever awaits it already. Returns the pipeline, owned. Throws
   * UsageError, and has done nothing, if there is nothing to hand over.
   */
  handOver(context: CallContext): PipelineHook {
    switch (this.#phase) {
      case "sent": {
        if (this.#heir) throw this.#goneError();
        const sent = this.#sent as SentCall;
        const pipeline = sent.addRef();
        this.#heir = context;
        if (context.cancelled) {
          this.#cancelInherited();
          return pipeline;
        }
        const cancelBefore = context.onCancel;
        context.onCancel = () => {
          cancelBefore?.();
          this.#cancelInherited();
        };
        return pipeline;
      }
      case "returned": {
        const slots = this.#slots ?? new Slots(null);
        // What a Client took goes on all the same.
        for (let index = 0; index < slots.hooks.length; index++)
          if (!slots.hooks[index]) slots.put(index, this.capability(index)?.addRef() ?? null);
        const results = new RegainedResults(this.content, slots);
        if (results.size > 0) results.content.segment.message.capTable = results;
        const pipeline = new ResultsPipeline(results);
        this.#unwatch();
        this.#slots = null;
        this[Symbol.dispose]();
        context.forward(results);
        return pipeline;
      }
      case "failed": {
        const error = RpcError.from(this.#error);
        context.fail(error);
        return new BrokenPipeline(error);
      }
      default:
        throw this.#goneError();
    }
  }

  // ResultReceiver: called inside a transition.

  returned(results: CallResults): void {
    if (this.#phase !== "sent") {
      results.release();
      return;
    }
    const heir = this.#heir;
    if (heir && !this.#observers) {
      this.#phase = "gone";
      this.#stopWaiting();
      heir.forward(results);
      return;
    }
    this.#phase = "returned";
    this.#content = results.content;
    if (results.size > 0) {
      this.#slots = new Slots(results);
      results.content.segment.message.capTable = this;
      this.#adoptPipelined();
      if (!this.#slots.isEmpty) this.#watch = track(this, this.#slots, `results of ${this.method}`, this.#site);
    }
    this.#stopWaiting();
    const observers = this.#observers;
    if (!observers) return;
    this.#observers = null;
    for (const { onReturned } of observers) onReturned();
    if (!heir) return;
    this.#heir = null;
    this.handOver(heir).release();
  }

  failed(error: RpcError): void {
    if (this.#phase !== "sent") return;
    this.#settleWith(this.named(error));
    this.#heir?.fail(error);
  }

  /** The caller gave up: the outcome is `error`, whatever the server does. */
  interrupt(error: unknown): void {
    if (this.#phase !== "sent" && this.#phase !== "pipeline-only") return;
    this.#unwatch();
    // Pipelined capabilities would keep the call wanted.
    const broken = RpcError.from(error);
    for (const { client } of this.#pipelined ?? []) client.$break(broken);
    this.#settleWith(error);
  }

  /** The call took longer than its caller allowed. */
  expire(ms: number): void {
    const error = RpcError.overloaded(`timed out after ${ms} ms`);
    this.interrupt(callError(this.method, error, this.#site));
  }

  // ClientTable.

  protected slot(index: number): CapabilityHook | null {
    if (this.#phase !== "returned") throw this.#goneError();
    return this.#slots?.hooks[index] ?? null;
  }

  protected makeClient<C extends Client>(index: number, type: ClientType<C>): C {
    if (this.#phase !== "returned") throw this.#goneError();
    const hook = index >= 0 ? this.#slots?.take(index) : null;
    // Whoever has a Client for each of them has everything there was: theirs are the leaks now.
    if (this.#slots?.isEmpty) this.#unwatch();
    return type.client(hook ?? nullCapability());
  }

  #unwatch(): void {
    if (this.#watch) untrack(this.#watch);
    this.#watch = null;
  }

  #settleWith(error: unknown): void {
    this.#phase = "failed";
    this.#error = error;
    this.#stopWaiting();
    this.#tellFailed(error);
  }

  #tellFailed(error: unknown): void {
    const observers = this.#observers;
    this.#observers = null;
    if (observers) for (const { onFailed } of observers) onFailed(error);
  }

  #stopWaiting(): void {
    this.#limits?.end();
    this.#limits = null;
    const sent = this.#sent;
    if (!sent) return;
    this.#sent = null;
    sent.forget();
    sent.release();
  }

  /** Whoever was to get the outcome has lost interest. */
  #cancelInherited(): void {
    if (this.#phase !== "sent") return;
    this.#phase = "gone";
    this.#stopWaiting();
    this.#tellFailed(RpcError.failed(`${this.method} was cancelled with the call whose tail call it was`));
  }

  /** Owned: what `path` leads to, for a path that names no slot. */
  #hookAt(path: PipelinePath): CapabilityHook {
    if (this.#sent) return this.#sent.capability(path);
    if (this.#phase === "failed") return new BrokenHook(RpcError.from(this.#error));
    if (this.#phase !== "returned") throw this.#goneError();
    try {
      locateCapability(this.content, path);
      return nullCapability();
    } catch (thrown) {
      return new BrokenHook(RpcError.from(thrown));
    }
  }

  /** The slot at `path` of the results; negative for a null pointer and for anything but a capability. */
  #slotAt(path: PipelinePath): number {
    try {
      return locateCapability(this.content, path);
    } catch {
      return NO_SLOT;
    }
  }

  /** A Client pipelined before the results came is the Client of its slot: calls through either stay in order. */
  #adoptPipelined(): void {
    for (const { path, client } of this.#pipelined ?? []) {
      const index = this.#slotAt(path);
      // The Client has a reference of its own; the slot's is not needed beside it.
      if (index >= 0 && this.adopt(index, client)) this.#slots?.take(index)?.release();
    }
  }

  #goneError(): UsageError {
    if (this.#phase === "pipeline-only") {
      return new UsageError("no-results", `${this.method} was called for its pipeline only; its results never come`);
    }
    return new UsageError("disposed-call", `the results of ${this.method} were disposed or handed to a tail call`);
  }
}

const NO_SLOT = -1;

interface OutcomeObserver {
  readonly onReturned: () => void;
  readonly onFailed: (error: unknown) => void;
}

interface PipelinedClient {
  readonly path: PipelinePath;
  readonly client: Client;
}
