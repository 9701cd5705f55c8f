/** RpcError to and from rpc.capnp `Exception`: kind, reason, trace and details. */

import { RpcError, type RpcErrorDetail } from "../cap/rpc-error.js";
import { type Exception, Message } from "../std/rpc.js";
import { MessageBuilder } from "../wire/message.js";

const REMOTE_PREFIX = "remote exception: ";

/** Turns an error into text for the peer; undefined keeps the trace at home (the default). */
export type TraceEncoder = (error: RpcError) => string | undefined;

/** UTF-8 needs no more for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
/** Room for what surrounds an exception, and in it each detail. */
const MESSAGE_OVERHEAD = 512;
const DETAIL_OVERHEAD = 32;

/**
 * Fills `builder` with what the peer may know of `error`, in a message of no more than `maxBytes`: one larger than the peer accepts would end
 * the connection. A text too long is cut, a detail too large left out.
 */
export function writeException(
  builder: Exception.Builder,
  error: RpcError,
  encodeTrace: TraceEncoder | null,
  maxBytes: number,
): void {
  let room = Math.max(maxBytes - MESSAGE_OVERHEAD, 0);
  const fitting = (text: string) => {
    const cut = shortened(text, Math.floor(room / BYTES_PER_UNIT));
    room -= cut.length * BYTES_PER_UNIT;
    return cut;
  };
  builder.reason = fitting(error.reason);
  builder.type = error.kind;
  const details = error.details.filter(({ data }) => {
    const bytes = data.length + DETAIL_OVERHEAD;
    if (bytes > room) return false;
    room -= bytes;
    return true;
  });
  if (details.length > 0) builder.details = details.map(({ id, data }) => ({ detailId: id, data }));
  const trace = encodeTrace?.(error);
  if (trace !== undefined) builder.trace = fitting(trace);
}

/** The only message that a peer gets with whom there is to be no connection. */
export function abortMessage(error: RpcError): Uint8Array {
  const message = new MessageBuilder();
  writeException(message.initRoot(Message).initAbort(), error, null, Number.POSITIVE_INFINITY);
  return message.toBytes();
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`.slice(0, length);
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
