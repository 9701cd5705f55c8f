/**
 * Where calls can be watched, on both ends: a span per call, from its sending to its outcome at the caller's, and from the method's start to
 * its answer at the server's. Process-wide, like the tools that listen. Without a listener a call pays for a comparison or two. Messages carry
 * no context of a trace: what a server does in answer to a call of another process is a trace of its own.
 *
 * A tracer's functions run in the middle of transitions: they take notes, they do not call. What they throw goes to `turns.onError`.
 */

import type { CapabilityHook } from "./hook.js";
import { innermost } from "./hook.js";
import type { AnyMethod } from "./method.js";
import type { PendingCall } from "./pending-call.js";
import { turns } from "./turn.js";

/** One call, seen from one end. */
export interface TracedCall {
  /** `client`: sent by this vat. `server`: answered by an object of this vat. */
  readonly end: "client" | "server";
  readonly interfaceName: string;
  readonly methodName: string;
  readonly interfaceId: bigint;
  readonly ordinal: number;
  /** Who is at the other end; undefined for a call inside this vat, and where that is not known yet. */
  readonly peer: string | undefined;
}

export interface CallSpan {
  /** The call has ended, with `error` (an RpcError, or the reason of an AbortSignal) or well (null). Called once. */
  ended(error: unknown): void;
  /** Runs the server's method, for tracers with an ambient context. What becomes of the call is up to the method, whatever this returns or throws. */
  run?<T>(method: () => T): T;
}

export interface CallTracer {
  /** Whether anybody listens to this tracer just now; asked before anything is made for `begin`. Yes unless given. */
  listened?(): boolean;
  /** A call begins. Null: nobody is interested in this one. */
  begin(call: TracedCall): CallSpan | null;
}

/** Who watches: null for nobody. */
export const tracing: { tracer: CallTracer | null } = { tracer: null };

const tracers = /*@__PURE__*/ new Set<CallTracer>();

/** Has `tracer` watch all calls of this process. Returns what ends that. */
export function traceCalls(tracer: CallTracer): () => void {
  tracers.add(tracer);
  choose();
  return () => {
    tracers.delete(tracer);
    choose();
  };
}

function choose(): void {
  const all = [...tracers];
  tracing.tracer =
    all.length > 1 ? { listened: () => all.some(isListened), begin: (call) => beginAll(all, call) } : (all[0] ?? null);
}

function isListened(tracer: CallTracer): boolean {
  return tracer.listened ? tracer.listened() : true;
}

function beginAll(all: readonly CallTracer[], call: TracedCall): CallSpan | null {
  const spans = all.map((tracer) => turns.guard(() => tracer.begin(call))).filter((span) => !!span);
  if (spans.length === 0) return null;
  return {
    ended(error) {
      for (const span of spans) turns.guard(() => span.ended(error));
    },
    run: (method) => spans.reduceRight((inner, span) => () => (span.run ? span.run(inner) : inner()), method)(),
  };
}

/** Begins the span of a call being sent to `target`. */
export function beginClientSpan(tracer: CallTracer, method: AnyMethod, target: CapabilityHook): CallSpan | null {
  if (!isListened(tracer)) return null;
  const brand = innermost(target).brand as { readonly peerName?: unknown } | null;
  const peer = typeof brand?.peerName === "string" ? brand.peerName : undefined;
  return turns.guard(() => tracer.begin(describe("client", method, peer)));
}

/** Begins the span of a method about to run. */
export function beginServerSpan(tracer: CallTracer, method: AnyMethod, peer: string | undefined): CallSpan | null {
  if (!isListened(tracer)) return null;
  return turns.guard(() => tracer.begin(describe("server", method, peer)));
}

type Outcome<T> = { readonly value: T } | { readonly thrown: unknown };

/** Runs `method` inside of `span`: once, and with the outcome it has, whatever the span makes of that. */
export function runInSpan<T>(span: CallSpan, method: () => T): T {
  if (!span.run) return method();
  const outcomes: Outcome<T>[] = [];
  const once = (): T => {
    const outcome = outcomes[0] ?? attempt(method);
    outcomes[0] = outcome;
    if ("thrown" in outcome) throw outcome.thrown;
    return outcome.value;
  };
  try {
    span.run(once);
  } catch (error) {
    const [outcome] = outcomes;
    const isMethods = outcome && "thrown" in outcome && outcome.thrown === error;
    if (!isMethods)
      turns.guard(() => {
        throw error;
      });
  }
  return once();
}

function attempt<T>(method: () => T): Outcome<T> {
  try {
    return { value: method() };
  } catch (thrown) {
    return { thrown };
  }
}

/** Ends `span` with `call`, which was sent. One whose results never come ends at once. */
export function endWithCall(span: CallSpan, call: PendingCall): void {
  if (call.phase === "pipeline-only") endSpan(span, null);
  else
    call.observe(
      () => endSpan(span, null),
      (error) => endSpan(span, error),
    );
}

export function endSpan(span: CallSpan, error: unknown): void {
  turns.guard(() => span.ended(error));
}

function describe(end: "client" | "server", method: AnyMethod, peer: string | undefined): TracedCall {
  const { interfaceName, name, interfaceId, ordinal } = method;
  return { end, interfaceName, methodName: name, interfaceId, ordinal, peer };
}
