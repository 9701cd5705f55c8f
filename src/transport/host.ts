/**
 * The few things neutral transports need of their host (Node, a browser, Deno, Bun, a worker) beyond the language:
 * running something after the current turn, and a timer. Nothing else in the neutral folders touches a global of the host.
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
  clearTimeout(timer: unknown): void;
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

/** Cancellable timer; `delay(ms, callback)()` takes it back. It does not keep a Node process alive if `unref` is set. */
export function delay(ms: number, callback: () => void, options?: { readonly unref?: boolean }): () => void {
  const timer = host.setTimeout(callback, ms);
  if (options?.unref) (timer as { unref?(): void }).unref?.();
  return () => host.clearTimeout(timer);
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
