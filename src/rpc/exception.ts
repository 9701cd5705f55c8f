/** RpcError to and from rpc.capnp `Exception`: kind, reason, trace and details. */

import { RpcError, type RpcErrorDetail } from "../cap/rpc-error.js";
import type { Exception } from "../std/rpc.js";

const REMOTE_PREFIX = "remote exception: ";

/** Turns an error into text for the peer; undefined keeps the trace at home (the default). */
export type TraceEncoder = (error: RpcError) => string | undefined;

/** Fills `builder` with what the peer may know of `error`. */
export function writeException(builder: Exception.Builder, error: RpcError, encodeTrace: TraceEncoder | null): void {
  builder.reason = error.reason;
  builder.type = error.kind;
  const trace = encodeTrace?.(error);
  if (trace !== undefined) builder.trace = trace;
  if (error.details.length > 0) {
    builder.details = error.details.map((detail) => ({ detailId: detail.id, data: detail.data }));
  }
}

/** The peer's exception as an error of ours. A kind we don't know counts as `failed` (rpc.capnp Exception.Type). */
export function readException(reader: Exception.Reader, peer: string): RpcError {
  const reason = reader.reason;
  const details: RpcErrorDetail[] = [];
  if (reader.hasDetails()) {
    for (const detail of reader.details) {
      // Without data there is nothing an application could decode; C++ skips it too.
      if (detail.hasData()) details.push({ id: detail.detailId, data: detail.data.slice() });
    }
  }
  const kind = typeof reader.type === "number" ? "failed" : reader.type;
  // A C++ vat in between has marked it; that it is remote, and from whom, the error says itself.
  return new RpcError(kind, reason.startsWith(REMOTE_PREFIX) ? reason.slice(REMOTE_PREFIX.length) : reason, {
    fromPeer: true,
    peer,
    details,
    ...(reader.hasTrace() ? { remoteTrace: reader.trace } : {}),
  });
}
