/**
 * The caller's own stack in the errors of its calls. An error is born when a Return is read, far from the code that called,
 * and JavaScript's async stacks do not reach through a thenable; so the stack must be recorded at the call. That costs
 * 3–5 µs, a fifth of a busy call, hence by default only for calls likely to need it: a method's first 64, and the next 64
 * after each failure.
 */

import { leaks } from "./leak.js";
import type { AnyMethod } from "./method.js";
import { RpcError } from "./rpc-error.js";

/** When calls record the stack of their caller: "adaptive" (see above), "always" or "never". */
export const callStacks: { policy: "adaptive" | "always" | "never" } = { policy: "adaptive" };

/** How many calls of a method record their stack after it failed once. */
const TRACES_AFTER_FAILURE = 64;

/** Frames of our own on top of the recorded stack: callSite, Client.$call (or $stream). */
const OWN_FRAMES = 2;

/** Records the caller's stack if this call should. To be called by Client's methods only. */
export function callSite(method: AnyMethod): Error | null {
  if (callStacks.policy !== "adaptive") return callStacks.policy === "always" ? new Error() : null;
  if (method.tracesLeft === 0) return leaks.traceCreation ? new Error() : null;
  method.tracesLeft--;
  return new Error();
}

/** `error` as the caller of `method` sees it. */
export function callError(method: AnyMethod, error: RpcError, site: Error | null): RpcError {
  method.tracesLeft = TRACES_AFTER_FAILURE;
  const named = new RpcError(error.kind, error.reason, {
    method: method.toString(),
    fromPeer: error.fromPeer,
    details: error.details,
    // What the server threw is only in this process if the server is.
    ...(error.fromPeer ? {} : { cause: error.cause ?? error }),
    ...(error.peer === undefined ? {} : { peer: error.peer }),
    ...(error.remoteTrace === undefined ? {} : { remoteTrace: error.remoteTrace }),
  });
  const frames = site?.stack?.split("\n").slice(1 + OWN_FRAMES);
  if (frames && frames.length > 0) named.stack = `${named.name}: ${named.message}\n${frames.join("\n")}`;
  return named;
}
