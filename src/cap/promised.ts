/**
 * Promises of the application's as capabilities. Whatever such a promise comes to, somebody's calls wait for it: a value that is no
 * capability breaks it like a rejection does, and nothing becomes an unhandled rejection.
 */

import { UsageError } from "../errors.js";
import { BrokenHook } from "./broken.js";
import { Client } from "./client.js";
import type { CapabilityHook } from "./hook.js";
import { QueuedHook } from "./queued.js";
import { RpcError } from "./rpc-error.js";

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}

/** What `value` is, for the error of who was given it: "a promise", "a number", "null". */
export function whatIs(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (isThenable(value)) return "a promise";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Owned: what `client`, which is taken, stands for. Throws UsageError if it is no Client or has been disposed; `who` should have made one. */
export function takeClient(client: Client, who: string): CapabilityHook {
  if (!(client instanceof Client)) {
    throw new UsageError("not-a-client", `${who} must make a client, or a promise of one, not ${whatIs(client)}`);
  }
  const hook = client.$hook.addRef();
  client[Symbol.dispose]();
  return hook;
}

/** Runs `tell` once with an owned hook when `promise` settles: what `make` makes of its value, or a broken one whose error `failed` makes of why not. */
export function whenMade<T>(
  promise: PromiseLike<T>,
  make: (value: T) => CapabilityHook,
  tell: (hook: CapabilityHook) => void,
  failed: (thrown: unknown) => RpcError = RpcError.from,
): void {
  let told = false;
  // A thenable may settle twice, or throw.
  const settle = (made: () => CapabilityHook) => {
    if (told) return;
    told = true;
    let hook: CapabilityHook;
    try {
      hook = made();
    } catch (thrown) {
      hook = new BrokenHook(failed(thrown));
    }
    tell(hook);
  };
  const reject = (thrown: unknown) =>
    settle(() => {
      throw thrown;
    });
  try {
    promise.then((value) => settle(() => make(value)), reject);
  } catch (thrown) {
    reject(thrown);
  }
}

/** Owned: a promise of what `make` makes, owned, of the value of `promise`. */
export function promisedHook<T>(
  promise: PromiseLike<T>,
  make: (value: T) => CapabilityHook,
  failed?: (thrown: unknown) => RpcError,
): CapabilityHook {
  const queued = new QueuedHook();
  // Whoever resolves the promise may do so after every user has gone.
  queued.addRef();
  const settle = (hook: CapabilityHook) => {
    queued.resolve(hook);
    queued.release();
  };
  whenMade(promise, make, settle, failed);
  return queued;
}
