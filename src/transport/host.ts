/**
 * The few things neutral transports need of their host (Node, a browser, Deno, Bun, a worker) beyond the language: a clock, and
 * running something after the current turn.
 */

/** A monotonic clock, in milliseconds. */
export function now(): number {
  return host.performance.now();
}

interface HostPort {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
}

interface Host {
  readonly performance: { now(): number };
  setTimeout(callback: () => void, ms: number): unknown;
  setImmediate?(callback: () => void): unknown;
  MessageChannel?: new () => { readonly port1: HostPort; readonly port2: HostPort };
}

const host = globalThis as unknown as Host;

/**
 * The flush policy: runs `callback` once the work at hand is done, promise reactions included. Everything an application
 * does in one turn (also in the `await` chains that turn sets off) leaves together.
 */
export function afterTurn(callback: () => void): void {
  if (host.setImmediate) host.setImmediate(callback);
  else if (host.MessageChannel) afterTurnByPort(callback);
  else host.setTimeout(callback, 0);
}

/** Callbacks waiting for the message that `port` has been sent; browsers clamp nested timers to 4 ms but not messages. */
const waiting: (() => void)[] = [];
let port: HostPort | null = null;

function afterTurnByPort(callback: () => void): void {
  waiting.push(callback);
  if (!port) {
    const channel = new host.MessageChannel!();
    channel.port1.onmessage = () => waiting.shift()?.();
    port = channel.port2;
  }
  port.postMessage(null);
}
