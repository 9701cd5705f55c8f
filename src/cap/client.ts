/**
 * Client: a capability as its user holds it; generated code adds a method for each method of the interface. A Client owns
 * one reference on its hook and gives it back once, by disposal or, as a last resort, when it is collected.
 */

import { UsageError } from "../errors.js";
import { BrokenHook } from "./broken.js";
import { type CallOptions, checkOptions, TAIL } from "./call-options.js";
import { callSite } from "./call-site.js";
import { type CallRequest, type CapabilityHook, innermost, NULL_BRAND } from "./hook.js";
import type { ClientType } from "./interface-type.js";
import { track, untrack, type Watch } from "./leak.js";
import type { AnyMethod, Method, Params } from "./method.js";
import { PendingCall } from "./pending-call.js";
import { type RemotePromise, StreamPromise } from "./remote-promise.js";
import type { RpcError } from "./rpc-error.js";
import { StreamingCall } from "./streaming-call.js";
import { beginClientSpan, endWithCall, tracing } from "./tracing.js";

export abstract class Client implements Disposable {
  /** Owned; null once given back. */
  #hook: CapabilityHook | null;
  /** Why the hook is gone. */
  #reason = DISPOSED;
  #watch: Watch | null = null;

  /** Takes `hook`. Not known to the leak registry: use InterfaceType.client for a Client that user code keeps. */
  constructor(hook: CapabilityHook) {
    this.#hook = hook;
  }

  /** Borrowed. Throws UsageError once disposed. */
  get $hook(): CapabilityHook {
    if (!this.#hook) throw new UsageError("disposed-client", `${this.#name}: ${this.#reason}`);
    return this.#hook;
  }

  /** Whether this is known to be the null capability, on which every call fails. */
  get $isNull(): boolean {
    return innermost(this.$hook).brand === NULL_BRAND;
  }

  get $disposed(): boolean {
    return this.#hook === null;
  }

  /** Another reference to the same capability, to be disposed on its own. */
  dup(): this {
    const Self = this.constructor as new (hook: CapabilityHook) => this;
    const copy = new Self(this.$hook.addRef());
    copy.$track();
    return copy;
  }

  /** Another reference to the same capability, seen as `type`. Whether it implements `type` shows when it is called. */
  castAs<C extends Client>(type: ClientType<C>): C {
    return type.client(this.$hook.addRef());
  }

  /** Resolves once the capability is no promise any more; rejects if it turned out broken. Keeps it until then, also if this is disposed. */
  async whenResolved(): Promise<void> {
    const kept = this.$hook.addRef();
    try {
      for (let hook = innermost(kept); ; hook = innermost(hook)) {
        if (!hook.isUnresolvedPromise) {
          if (hook instanceof BrokenHook && hook.brand !== NULL_BRAND) throw hook.error;
          return;
        }
        await new Promise<void>((resolve) => hook.whenResolved(() => resolve()));
      }
    } finally {
      kept.release();
    }
  }

  /** Gives back the reference; using the Client afterwards is a UsageError. Idempotent. Calls in flight go on. */
  [Symbol.dispose](): void {
    this.$expire(DISPOSED);
  }

  /** Calls `method`. Generated methods come down to this. Throws UsageError for params and options that don't fit and after disposal; everything else rejects the promise. */
  $call<PI, PB, RR, RP>(
    method: Method<PI, PB, RR, RP>,
    params: Params<PI, PB> | undefined,
    options?: CallOptions,
  ): RemotePromise<RR> & RP {
    const call = new PendingCall(method as unknown as AnyMethod, callSite(method as unknown as AnyMethod));
    this.#send(method, params, options, call);
    const Pipeline = method.pipeline;
    return new Pipeline(call, ROOT) as RemotePromise<RR> & RP;
  }

  /** Calls a streaming method. The promise resolves when the next call may be made; the call itself may go on for longer. */
  $stream<PI, PB, RR, RP>(
    method: Method<PI, PB, RR, RP>,
    params: Params<PI, PB> | undefined,
    options?: CallOptions,
  ): StreamPromise {
    const call = new StreamingCall(method as unknown as AnyMethod, callSite(method as unknown as AnyMethod));
    this.#send(method, params, options, call);
    return new StreamPromise(call);
  }

  /** Returns the reference the leak registry watches over. */
  $track(): this {
    this.#watch = track(this, this.$hook, this.#name);
    return this;
  }

  /** Gives back the reference; `reason` is what using the Client afterwards says. */
  $expire(reason: string): void {
    const hook = this.#hook;
    if (!hook) return;
    this.#hook = null;
    this.#reason = reason;
    if (this.#watch) untrack(this.#watch);
    this.#watch = null;
    hook.release();
  }

  /** Gives back the reference; calls made from now on fail with `error`. */
  $break(error: RpcError): void {
    if (!this.#hook) return;
    this.$expire(DISPOSED);
    this.#hook = new BrokenHook(error);
  }

  /** "Calculator client": the generated class is Calculator$Client. */
  get #name(): string {
    return this.constructor.name.replace(/\$?Client$/, " client");
  }

  #send<PI, PB, RR, RP>(
    method: Method<PI, PB, RR, RP>,
    params: Params<PI, PB> | undefined,
    options: CallOptions | undefined,
    call: PendingCall,
  ): void {
    if (options) checkOptions(options);
    const hints = options?.pipelineOnly ? PIPELINE_ONLY : method.hints;
    const request = this.$hook.newCall(method.interfaceId, method.ordinal, hints);
    try {
      if (params !== undefined) fill(request, method, params);
    } catch (thrown) {
      request.abandon();
      throw thrown;
    }
    const tail = options?.[TAIL];
    if (tail) {
      call.abandon();
      tail(request);
    } else {
      const { tracer } = tracing;
      const span = tracer && beginClientSpan(tracer, call.method, this.$hook);
      call.send(request, options);
      if (span) endWithCall(span, call);
    }
  }
}

/** The class of one interface's clients. */
export type ClientClass<C extends Client> = new (hook: CapabilityHook) => C;

function fill<PI, PB, RR, RP>(request: CallRequest, method: Method<PI, PB, RR, RP>, params: Params<PI, PB>): void {
  const type = method.params;
  const content = request.params;
  if (typeof params === "function") (params as (builder: PB) => void)(type.init(content.segment, content.at));
  else type.set(content.segment, content.at, params as PI);
}

const ROOT: readonly number[] = Object.freeze([]);
const DISPOSED = "used after it was disposed; dup() makes a reference that lives longer";
const PIPELINE_ONLY = Object.freeze({ onlyPromisePipeline: true });
