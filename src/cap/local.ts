/**
 * LocalHook: a server object of this process as a capability. Calls are deliveries, in order of arrival. While a streaming
 * call runs, all later calls on the object wait for it; when one has failed, all later calls fail in the same way
 * (reference semantics of `-> stream`).
 */

import { BrokenHook, nullCapability } from "./broken.js";
import type { Client } from "./client.js";
import { descriptorOf } from "./file-descriptor.js";
import {
  type CallContext,
  type CallHints,
  type CallRequest,
  CapabilityHook,
  innermost,
  type PipelineHook,
  type ResolutionObserver,
} from "./hook.js";
import { LocalRequest } from "./local-call.js";
import { localRules } from "./local-rules.js";
import type { AnyMethod } from "./method.js";
import { isThenable, takeClient, whenMade } from "./promised.js";
import { RpcError } from "./rpc-error.js";
import { ServerCall } from "./server.js";
import { turns } from "./turn.js";

/** What a server object implements. InterfaceType is one. */
export interface Dispatch {
  readonly name: string;
  /** Methods by interface id and ordinal, those of inherited interfaces included. */
  readonly methods: ReadonlyMap<bigint, readonly (AnyMethod | undefined)[]>;
}

/**
 * A server object with a method of this name is a promise for another capability (C++ readers: `Server::shortenPath`). It is called once,
 * when the object becomes a capability; until its promise resolves the object gets the calls, from then on the other capability does,
 * wherever the callers are. What the object passes on by itself must have been passed on by then.
 */
export const shortenPath: unique symbol = Symbol.for("capwire.shortenPath");

/** A server object that may turn out to be a detour. */
export interface PathShortener {
  /** The Client it resolves with is taken; if it rejects, calls from then on fail with that. Null, if the object is no detour after all. */
  [shortenPath](): PromiseLike<Client> | null;
}

/** The hook of each server object that has one. */
const hooks = /*@__PURE__*/ new WeakMap<object, LocalHook>();
/** The server objects that are about to be disposed. */
const ending = /*@__PURE__*/ new WeakSet<object>();

export class LocalHook extends CapabilityHook {
  readonly server: object;
  /** What the object was passed as, most recent last. */
  #served: readonly Dispatch[];
  /** The streaming call that runs. */
  #running: ServerCall | null = null;
  /** Calls delivered while a streaming call ran. */
  #waiting: ServerCall[] = [];
  #streamError: RpcError | null = null;
  /** Who waits for the streaming calls to end. */
  #idlers: (() => void)[] = [];
  /** Null for an object that is no detour. */
  #detour: Detour | null = null;

  private constructor(server: object, dispatch: Dispatch) {
    super();
    this.server = server;
    this.#served = [dispatch];
  }

  /** Owned: the hook of `server`, serving `dispatch` among what else it was passed as. One object has one hook as long as that is referenced. */
  static of(server: object, dispatch: Dispatch): LocalHook {
    const known = hooks.get(server);
    if (known) {
      if (!known.#served.includes(dispatch)) known.#served = [...known.#served, dispatch];
      return known.addRef();
    }
    const hook = new LocalHook(server, dispatch);
    hooks.set(server, hook);
    if (shortenPath in server) hook.#beginShortening(server as PathShortener);
    return hook;
  }

  override get resolution(): CapabilityHook | null {
    return this.#detour?.target ?? null;
  }

  override get isUnresolvedPromise(): boolean {
    return this.#detour !== null && this.#detour.target === null;
  }

  override get fd(): number | null {
    return descriptorOf(this.server);
  }

  override whenResolved(observer: ResolutionObserver): () => void {
    const observers = this.#detour?.target === null ? this.#detour.observers : null;
    if (!observers) return super.whenResolved(observer);
    observers.add(observer);
    return () => observers.delete(observer);
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    if (this.#detour?.target) return innermost(this.#detour.target).newCall(interfaceId, methodId, hints);
    return new LocalRequest(this, interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    if (this.#detour?.target) return innermost(this.#detour.target).call(context);
    const call = new ServerCall(this, context);
    turns.enqueue(call);
    return call.pipeline;
  }

  /** The method of that id. Throws RpcError `unimplemented`. */
  method(interfaceId: bigint, methodId: number): AnyMethod {
    for (const { methods } of this.#served) {
      const ofInterface = methods.get(interfaceId);
      if (!ofInterface) continue;
      const method = ofInterface[methodId];
      if (method) return method;
      throw RpcError.unimplemented(`interface ${interfaceName(ofInterface, interfaceId)} has no method @${methodId}`);
    }
    throw RpcError.unimplemented(
      `${this.describe()} does not implement interface @0x${interfaceId.toString(16)} (method @${methodId})`,
    );
  }

  /** "MyCalculator (Calculator)". */
  describe(): string {
    return `${this.server.constructor?.name || "object"} (${this.#served.map(({ name }) => name).join(", ")})`;
  }

  /** Whether a streaming call runs, or has just ended, and those that waited for it are yet to run. */
  get #busy(): boolean {
    return this.#running !== null || this.#waiting.length > 0;
  }

  /** Runs `call`, or keeps it until the streaming call before it has ended. Called by deliveries. */
  admit(call: ServerCall): void {
    if (this.#busy && localRules.serial) this.#waiting.push(call);
    else this.#run(call);
  }

  /** Resolves when every call received so far has been delivered, those waiting behind streaming calls included. */
  idle(): Promise<void> {
    return new Promise((resolve) => this.#whenIdle(resolve));
  }

  #whenIdle(callback: () => void): void {
    // A delivery of our own, behind theirs.
    turns.enqueue(() => {
      if (this.#busy) this.#idlers.push(callback);
      else callback();
    });
  }

  /** The object may pass itself on while it is asked. */
  #beginShortening(server: PathShortener): void {
    let promise: PromiseLike<Client> | null;
    try {
      promise = server[shortenPath]();
    } catch (thrown) {
      promise = Promise.reject<Client>(thrown);
    }
    if (promise) this.#shorten(promise);
  }

  #shorten(promise: PromiseLike<Client>): void {
    const detour: Detour = { target: null, observers: new Set() };
    this.#detour = detour;
    const settle = (target: CapabilityHook) => {
      const behind = (then: () => void) => (localRules.shortening ? this.#whenIdle(then) : then());
      // Behind every call received so far.
      behind(() => {
        if (this.#detour !== detour) return target.release();
        const self = innermost(target) === this;
        if (self) target.release();
        detour.target = self ? new BrokenHook(RpcError.failed("a path was shortened to itself")) : target;
        for (const observer of [...detour.observers]) {
          if (detour.observers.delete(observer)) observer(detour.target);
        }
      });
    };
    whenMade(promise, (client) => (client ? takeClient(client, "shortenPath") : nullCapability()), settle);
  }

  /** The streaming call has ended, with `error` or well. */
  streamed(error: RpcError | null): void {
    this.#running = null;
    this.#streamError ??= error;
    if (this.#waiting.length > 0 || this.#idlers.length > 0) turns.enqueue(() => this.#runWaiting());
  }

  #run(call: ServerCall): void {
    if (call.run(this.#streamError)) this.#running = call;
  }

  #runWaiting(): void {
    while (!this.#running) {
      const call = this.#waiting.shift();
      if (call) {
        this.#run(call);
        continue;
      }
      for (const resolve of this.#idlers.splice(0)) resolve();
      return;
    }
  }

  protected dispose(): void {
    const { server } = this;
    this.#detour?.target?.release();
    this.#detour = null;
    if (hooks.get(server) === this) hooks.delete(server);
    const disposable = server as { [Symbol.dispose]?(): unknown };
    if (!disposable[Symbol.dispose] || ending.has(server)) return;
    ending.add(server);
    turns.enqueue(() => {
      ending.delete(server);
      // Passed on once more before this could run: then its turn comes when that has ended.
      if (hooks.has(server)) return;
      const ended = disposable[Symbol.dispose]?.();
      // An async one: its failure is told like that of any other, instead of ending the process.
      if (isThenable(ended)) ended.then(undefined, (thrown: unknown) => turns.report(thrown));
    });
  }
}

/** Where the calls of an object go that is only a way to somewhere else. */
interface Detour {
  /** Owned once known. */
  target: CapabilityHook | null;
  readonly observers: Set<ResolutionObserver>;
}

function interfaceName(methods: readonly (AnyMethod | undefined)[], id: bigint): string {
  return methods.find((method) => method)?.interfaceName ?? `@0x${id.toString(16)}`;
}
