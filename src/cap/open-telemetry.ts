/**
 * Calls as OpenTelemetry spans, by the shape of that API and without depending on it: `traceCalls(openTelemetry(trace.getTracer("app")))`.
 * Names and attributes follow its conventions for RPC.
 */

import { RpcError } from "./rpc-error.js";
import type { CallSpan, CallTracer, TracedCall } from "./tracing.js";

/** What is used of `Span` of @opentelemetry/api. */
export interface SpanLike {
  setAttribute(key: string, value: string): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(exception: { name: string; message: string }): unknown;
  end(): void;
}

/** What is used of `Tracer` of @opentelemetry/api. */
export interface TracerLike<S extends SpanLike> {
  startSpan(name: string, options: { kind: number; attributes: Record<string, string | number> }): S;
}

export interface OpenTelemetryOptions<S extends SpanLike> {
  /** Runs a server's method inside its span: `(span, run) => context.with(trace.setSpan(context.active(), span), run)`. */
  readonly within?: <T>(span: S, run: () => T) => T;
  /** Which calls get a span; all unless given. */
  readonly only?: (call: TracedCall) => boolean;
}

/** SpanKind and SpanStatusCode of the API. */
const SERVER = 1;
const CLIENT = 2;
const ERROR = 2;

/** A tracer for `traceCalls` that makes spans with `tracer`. */
export function openTelemetry<S extends SpanLike>(
  tracer: TracerLike<S>,
  options: OpenTelemetryOptions<S> = {},
): CallTracer {
  const { within, only } = options;
  return {
    begin(call): CallSpan | null {
      if (only && !only(call)) return null;
      const span = tracer.startSpan(`${call.interfaceName}/${call.methodName}`, {
        kind: call.end === "client" ? CLIENT : SERVER,
        attributes: {
          "rpc.system": "capnproto",
          "rpc.service": call.interfaceName,
          "rpc.method": call.methodName,
          ...(call.peer !== undefined && address(call.end === "client" ? "server" : "client", call.peer)),
        },
      });
      return {
        ended: (error) => end(span, error),
        ...(within && { run: <T>(method: () => T) => within(span, method) }),
      };
    },
  };
}

/** "127.0.0.1:4000" in the attributes that OpenTelemetry has for it. */
function address(role: "client" | "server", peer: string): Record<string, string | number> {
  const [, host, port] = /^\[?([^[\]/]+?)\]?:(\d+)$/.exec(peer) ?? [];
  if (host === undefined) return { [`${role}.address`]: peer };
  return { [`${role}.address`]: host, [`${role}.port`]: Number(port) };
}

function end(span: SpanLike, error: unknown): void {
  if (error !== null) {
    const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
    span.setAttribute("error.type", error instanceof RpcError ? error.kind : name);
    span.recordException({ name, message });
    span.setStatus({ code: ERROR, message });
  }
  span.end();
}
