/**
 * What happens, on channels of node:diagnostics_channel, for whoever subscribes:
 *
 *   capwire:call:start          TracedCall           a call was sent, or a method begins
 *   capwire:call:end            { call, error }      … has ended; error is null if it went well; `call` is the object of its start
 *   capwire:connection:open     { side, peer }
 *   capwire:connection:close    { side, peer, error }
 *   capwire:message             { side, peer, direction, message }   connections made while it has subscribers; the reader is valid during the call
 *
 * Node's own client and server publish; a channel nobody subscribes to costs a comparison. A subscriber that throws is an uncaught exception,
 * as on any such channel; the call goes on.
 */

import { channel } from "node:diagnostics_channel";
import type { RpcError } from "../../cap/rpc-error.js";
import { traceCalls } from "../../cap/tracing.js";
import type { Observer } from "../../rpc/observe.js";

const callStart = channel("capwire:call:start");
const callEnd = channel("capwire:call:end");
const connectionOpen = channel("capwire:connection:open");
const connectionClose = channel("capwire:connection:close");
const messages = channel("capwire:message");

let installed = false;

/** Has calls published from now on. Idempotent. */
export function publishCalls(): void {
  if (installed) return;
  installed = true;
  traceCalls({
    listened: () => callStart.hasSubscribers || callEnd.hasSubscribers,
    begin(call) {
      if (callStart.hasSubscribers) callStart.publish(call);
      if (!callEnd.hasSubscribers) return null;
      return { ended: (error) => callEnd.publish({ call, error }) };
    },
  });
}

/** One end of a connection, as published. */
export interface ConnectionNote {
  readonly side: "client" | "server";
  readonly peer: string;
}

/** Publishes the beginning and the end of a connection. */
export function publishConnection(note: ConnectionNote, disconnected: Promise<RpcError | null>): void {
  if (connectionOpen.hasSubscribers) connectionOpen.publish(note);
  disconnected.then((error) => {
    if (connectionClose.hasSubscribers) connectionClose.publish({ ...note, error });
  });
}

/** `observer`, or one that publishes messages as well, if anybody listens by now. */
export function observeMessages(note: ConnectionNote, observer: Observer | undefined): Observer | undefined {
  if (!messages.hasSubscribers) return observer;
  return {
    message(direction, message) {
      observer?.message(direction, message);
      if (messages.hasSubscribers) messages.publish({ ...note, direction, message });
    },
    closed: (error) => observer?.closed?.(error),
  };
}
