/**
 * CapabilityHook: a capability as the machinery sees it (C++ readers: ClientHook). It knows how to be called, what it
 * resolved to and how often it is referenced. Local objects, broken capabilities, promises (queued.ts) and imports
 * (rpc/) are all hooks; typed stubs (client.ts) stand on one hook each.
 *
 * Everything here is synchronous. Nothing in a hook runs application code: calls into servers are deliveries
 * (turn.ts), and what a receiver does with a result is its own affair, later. That is what keeps calls in order.
 *
 * Ownership: a reference is owned by whoever holds it and given back once with `release()`. A method returning a hook
 * hands out an owned reference unless it says "borrowed"; a parameter is borrowed unless it says "takes".
 */

import type { AnyPointerBuilder, AnyPointerReader } from "../wire/any-pointer.js";
import type { CapabilityReference } from "../wire/cap-table.js";
import type { RpcError } from "./rpc-error.js";

/** What a caller knows about a call beforehand (rpc.capnp Call.noPromisePipelining, Call.onlyPromisePipeline). */
export interface CallHints {
  /** The results hold no capability, so nothing can be pipelined on them. */
  readonly noPromisePipelining?: boolean;
  /** Only the pipeline is wanted; no results need to come back. */
  readonly onlyPromisePipeline?: boolean;
  /** A call of a streaming method: if it cannot be sent, there is a gap in the stream, and nothing may follow. Not told to a peer. */
  readonly streaming?: boolean;
}

export const NO_HINTS: CallHints = Object.freeze({});

/** Pointer indices from the root of a call's results to a capability (rpc.capnp PromisedAnswer.transform, noops dropped). */
export type PipelinePath = readonly number[];

/** The results of one call: a message whose root content is the results struct and whose cap table holds the capabilities. Has one owner. */
export interface CallResults {
  readonly content: AnyPointerReader;
  /** Borrowed: the capability in slot `index` of the results' cap table; null for a null or unknown slot. */
  capability(index: number): CapabilityHook | null;
  /** How many slots the cap table has; 0 when there is nothing to keep, pipeline on or give back. */
  readonly size: number;
  /** Takes slot `index` out of the table: its reference belongs to the caller now, the slot is null. Null if it was. */
  take(index: number): CapabilityHook | null;
  /** Gives back every capability still in the table. Idempotent. */
  release(): void;
}

/** Who wants to know how a call ended. Called at most once, inside a transition: it must not run application code (resolving a promise is fine). */
export interface ResultReceiver {
  /** Takes `results`. */
  returned(results: CallResults): void;
  failed(error: RpcError): void;
}

/** Capabilities a call will return, usable before it returns. */
export interface PipelineHook {
  /** The capability at `path` of the results. Two requests for one path reach the same object: order is kept through either. */
  capability(path: PipelinePath): CapabilityHook;
  addRef(): PipelineHook;
  release(): void;
}

/** A call that was sent; also its pipeline. It is cancelled when `forget()` was called (or there was no receiver) and the last pipeline reference is gone. */
export interface SentCall extends PipelineHook {
  /** The receiver is no longer interested and will not be called. Idempotent; harmless after the results came. */
  forget(): void;
}

/** A call being built. Exactly one of `send` and `abandon` ends it. */
export interface CallRequest {
  /** Where the params go. Its message's cap table takes the capabilities. */
  readonly params: AnyPointerBuilder;
  /** Sends the call. Never throws for reasons of the target or the connection: the receiver hears of those. */
  send(receiver: ResultReceiver | null): SentCall;
  /**
   * Sends a streaming call: `mayContinue` is told once, inside a transition, when its caller may send more (null), or that the
   * stream is broken. Lacking where that is when the call returns.
   */
  sendStreaming?(receiver: ResultReceiver, mayContinue: (error: RpcError | null) => void): SentCall;
  /** Throws the request away, giving back the capabilities in it. */
  abandon(): void;
}

/**
 * A call on its way to whoever answers it (C++ readers: CallContextHook). Made by whoever received the call (a
 * connection's answer, a local request), consumed by the hook that handles it: exactly one of `returnResults`,
 * `forward`, `fail` and `tailCall` ends it; ending it twice is ignored, so that a cancelled call may still finish.
 */
export interface CallContext {
  readonly interfaceId: bigint;
  readonly methodId: number;
  readonly hints: CallHints;
  /** Who called, if the call came over a connection: "127.0.0.1:4000". */
  readonly peer?: string | undefined;
  /** The params; throws UsageError after `releaseParams`. */
  readonly params: AnyPointerReader;
  /** Gives back the params and their capabilities; done at the end of the call otherwise. Idempotent. */
  releaseParams(): void;
  /** Where the results go; the message is made at first use. */
  results(): AnyPointerBuilder;
  /** What `results()` holds is the answer; an untouched results pointer is a null one. */
  returnResults(): void;
  /** Another call's results are the answer. Takes `results`. */
  forward(results: CallResults): void;
  fail(error: RpcError): void;
  /** Sends `request`; its results become ours, without passing through here where the protocol can arrange it. Takes `request`; returns its pipeline, owned. */
  tailCall(request: CallRequest): PipelineHook;
  /** A view of what `results()` holds, for the pipeline of a returned call. Borrowed from the context; valid until it is dropped. */
  resultsAsReader(): CallResults;
  /** Whether the caller has lost interest. The call may still end normally; nobody will look. */
  readonly cancelled: boolean;
  /** Set by whoever handles the call: run once, inside a transition, when the caller loses interest. */
  onCancel: (() => void) | null;
}

/** Runs when a promise resolved. `resolution` is borrowed; a rejected promise resolves to a broken capability. */
export type ResolutionObserver = (resolution: CapabilityHook) => void;

/** In place of a disposed hook's count: far enough below zero never to come back to it. */
const DISPOSED = -(2 ** 29);

export abstract class CapabilityHook implements CapabilityReference {
  #references = 1;

  /** Takes one more reference and returns this hook. */
  addRef(): this {
    this.#references++;
    return this;
  }

  /** Gives back one reference; the last one disposes the hook. */
  release(): void {
    if (--this.#references === 0) CapabilityHook.#disposeUnreferenced(this);
  }

  /** Hooks whose last reference went while another hook was being disposed. */
  static readonly #unreferenced: CapabilityHook[] = [];
  static #disposing = false;

  /** Disposes `hook` and what is released by that, one after the other: a chain of promises, each holding the next, may be longer than the stack is deep. */
  static #disposeUnreferenced(hook: CapabilityHook): void {
    const queue = CapabilityHook.#unreferenced;
    queue.push(hook);
    if (CapabilityHook.#disposing) return;
    CapabilityHook.#disposing = true;
    try {
      for (let next = queue.pop(); next; next = queue.pop()) {
        // A reference may have been taken again meanwhile, and given back, which queued it twice.
        if (next.#references !== 0) continue;
        next.#references = DISPOSED;
        next.dispose();
      }
    } finally {
      CapabilityHook.#disposing = false;
    }
  }

  get references(): number {
    return this.#references;
  }

  /** The last reference is gone. */
  protected abstract dispose(): void;

  /** Whose hook this is: the connection for imports and pipelines on it, NULL_BRAND or BROKEN_BRAND for those, otherwise null. */
  get brand(): object | null {
    return null;
  }

  /** The file descriptor of the object behind this (file-descriptor.ts); null for none. Borrowed: open as long as this hook is referenced. */
  get fd(): number | null {
    return null;
  }

  /** Starts a call whose params are built in place. */
  abstract newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest;

  /** Handles a call that exists already (queued, proxied or received). Takes `context`; returns the pipeline, owned. */
  abstract call(context: CallContext): PipelineHook;

  /** Borrowed: what this promise resolved to, one hop; null if it is not a promise or has not resolved. */
  get resolution(): CapabilityHook | null {
    return null;
  }

  /** Whether this hook may still resolve to something else. */
  get isUnresolvedPromise(): boolean {
    return false;
  }

  /**
   * Runs `observer` when this promise resolves, inside that transition and after queued calls were passed on; at once if it
   * has. Never for a hook that is not a promise. Returns a function that takes the observer back.
   */
  whenResolved(observer: ResolutionObserver): () => void {
    const resolution = this.resolution;
    if (resolution) observer(resolution);
    return () => {};
  }
}

/** Brand of null capabilities: never embargoed, passed as a null pointer. */
export const NULL_BRAND: object = Object.freeze({ brand: "null" });
/** Brand of broken capabilities: never embargoed. */
export const BROKEN_BRAND: object = Object.freeze({ brand: "broken" });

/** Borrowed: `hook` after following every resolution known now. */
export function innermost(hook: CapabilityHook): CapabilityHook {
  let current = hook;
  for (let next = current.resolution; next; next = current.resolution) current = next;
  return current;
}
