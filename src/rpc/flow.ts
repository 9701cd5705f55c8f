/**
 * Flow control of streaming calls (`-> stream`): how many bytes may be under way to one capability before its caller is asked
 * to wait. Messages are always sent at once; what a controller holds back is the word that more may be sent. The
 * acknowledgement of a message is its Return. Sans-I/O: waiters are told inside the transition that frees them, and the
 * clock of the adaptive window is an argument.
 */

import { RpcError } from "../cap/rpc-error.js";

/** The window to start with, and the smallest: 64 KiB, as in C++. */
export const MIN_WINDOW = 64 * 1024;
/** Told once when more may be sent: null, or why the stream is broken. Runs inside a transition. */
export type FlowWaiter = (error: RpcError | null) => void;

/** One message under way. */
export interface FlowToken {
  readonly bytes: number;
}

/** The window of one capability's streaming calls. Subclasses say how large it is. */
export abstract class FlowController<T extends FlowToken = FlowToken> {
  #inFlight = 0;
  #largest = 0;
  readonly #blocked: FlowWaiter[] = [];
  #error: RpcError | null = null;
  #gap: RpcError | null = null;

  /** What every call behind a streaming call that could not be sent fails with; null as long as there was none. */
  get gap(): RpcError | null {
    return this.#gap;
  }

  /** How many bytes may be under way. */
  abstract get window(): number;

  /** A message of `bytes` is leaving. */
  protected abstract depart(bytes: number): T;

  /** That message was answered. */
  protected abstract arrive(token: T): void;

  /** Bytes sent and not acknowledged. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Size of the largest message so far, in bytes. */
  protected get largest(): number {
    return this.#largest;
  }

  /** How many callers wait. */
  get blocked(): number {
    return this.#blocked.length;
  }

  /** Whether the window has no room. One message more than the window always fits: a single large one must not wait for ever. */
  get isFull(): boolean {
    return this.#inFlight > this.#largest && this.#inFlight >= this.window + this.#largest;
  }

  /** A message of `bytes` was sent; `waiter` hears when the next one may be, at once if it may now. */
  send(bytes: number, waiter: FlowWaiter): T {
    this.#largest = Math.max(this.#largest, bytes);
    this.#inFlight += bytes;
    const token = this.depart(bytes);
    if (this.#error) waiter(this.#error);
    else if (this.isFull) this.#blocked.push(waiter);
    else waiter(null);
    return token;
  }

  /** The message was answered, or was cancelled and counts no more. */
  acknowledge(token: T): void {
    this.#inFlight -= token.bytes;
    this.arrive(token);
    while (this.#blocked.length > 0 && !this.isFull) this.#blocked.shift()?.(null);
  }

  /** The message's call failed: whoever waits, and whoever sends later, hears it. The first failure counts. */
  fail(token: T, error: RpcError): void {
    this.#inFlight -= token.bytes;
    this.#break(error);
  }

  /** A streaming call could not be sent, because of `error`: the object will never know, so nothing may reach it as if there had been none. The first one counts. */
  refuse(error: RpcError): void {
    if (this.#gap) return;
    this.#gap = new RpcError(error.kind, `an earlier streaming call could not be sent: ${error.reason}`, {
      cause: error,
    });
    this.#break(this.#gap);
  }

  /** What went through `other` so far goes on through this: its gap is one of ours. */
  inherit(other: FlowController): void {
    if (!other.#gap || this.#gap) return;
    this.#gap = other.#gap;
    this.#break(other.#gap);
  }

  #break(error: RpcError): void {
    this.#error ??= error;
    for (const waiter of this.#blocked.splice(0)) waiter(this.#error);
  }

  /** Nobody will acknowledge anything any more: whoever waits may go on. */
  close(): void {
    for (const waiter of this.#blocked.splice(0)) waiter(null);
  }
}

/** A window that never changes. */
export class FixedWindow extends FlowController {
  readonly window: number;

  constructor(window: number = MIN_WINDOW) {
    super();
    this.window = window;
  }

  protected depart(bytes: number): FlowToken {
    return { bytes };
  }

  protected arrive(): void {}
}
