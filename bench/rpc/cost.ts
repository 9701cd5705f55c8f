/** capwire's RPC over TCP with one feature on that costs something per call, beside the same with none: `off`. */

import { subscribe } from "node:diagnostics_channel";
import { leaks, traceCalls } from "capwire/cap";
import type { Observer } from "capwire/rpc";
import { type CapwireOptions, capwireLibrary } from "./capwire.js";
import type { RpcLibrary } from "./rpc-library.js";

const WITHOUT_LIMITS = {
  maxOutgoingWords: Number.POSITIVE_INFINITY,
  maxAnswers: Number.POSITIVE_INFINITY,
  maxCallBytes: Number.POSITIVE_INFINITY,
  maxQuestions: Number.POSITIVE_INFINITY,
  maxExports: Number.POSITIVE_INFINITY,
  maxBacklogBytes: Number.POSITIVE_INFINITY,
};

/** The least an observer can do: note which message it was. */
function observer(): Observer {
  const seen = new Map<string | number, number>();
  return { message: (_direction, { which }) => void seen.set(which, (seen.get(which) ?? 0) + 1) };
}

/** As much of a tracer: counts the calls that ended, and those that failed. */
function traceAll(): void {
  const ended = { well: 0, badly: 0 };
  traceCalls({ begin: () => ({ ended: (error) => (error === null ? ended.well++ : ended.badly++) }) });
}

/** Listens on all that is published of calls and messages. */
function subscribeToAll(): void {
  let events = 0;
  for (const channel of ["capwire:call:start", "capwire:call:end", "capwire:message"])
    subscribe(channel, () => void events++);
}

/** Reports leaks, and remembers where each reference was made. */
function traceCreation(): void {
  leaks.report = ({ what }) => process.stderr.write(`leaked: ${what}\n`);
  leaks.traceCreation = true;
}

function variant(options: CapwireOptions, switchOn: () => void = () => {}): RpcLibrary {
  const { listen, connect } = capwireLibrary(options);
  return {
    listen() {
      switchOn();
      return listen();
    },
    connect(port) {
      switchOn();
      return connect(port);
    },
  };
}

const off: CapwireOptions = { limits: WITHOUT_LIMITS };

/** By the name that the report gives them. */
export const variants: Readonly<Record<string, RpcLibrary>> = {
  off: variant(off),
  /** The defaults of every connection. */
  limits: variant({}),
  observer: variant({ ...off, observer: observer() }),
  tracer: variant(off, traceAll),
  channels: variant(off, subscribeToAll),
  leaks: variant(off, traceCreation),
  all: variant({ observer: observer() }, () => {
    traceAll();
    subscribeToAll();
    traceCreation();
  }),
};
