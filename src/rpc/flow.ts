/**
 * Flow control of streaming calls (`-> stream`): how many bytes may be under way to one capability before its caller is asked
 * to wait. Messages are always sent at once; what a controller holds back is the word that more may be sent. The
 * acknowledgement of a message is its Return. Sans-I/O: waiters are told inside the transition that frees them, and the
 * clock of the adaptive window is an argument.
 */

import type { RpcError } from "../cap/rpc-error.js";

/** The window to start with, and the smallest: 64 KiB, as in C++. */
export const MIN_WINDOW = 64 * 1024;
/** No adaptive window grows beyond 1 GiB. */
export const MAX_WINDOW = 1024 * 1024 * 1024;
/** Where an adaptive window starts: 256 KiB. */
export const INITIAL_WINDOW = 256 * 1024;

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

/** What was known when a message left. */
interface Departure extends FlowToken {
  readonly sentAt: number;
  /** Bytes acknowledged by then, and when the last of them were. */
  readonly delivered: number;
  readonly deliveredAt: number;
  readonly window: number;
  readonly windowFull: boolean;
}

/** Window over bandwidth-delay product while searching, and once found. */
const STARTUP_GAIN = 2;
const STEADY_GAIN = 5 / 4;
/** The search ends after so many round trips that did not find at least a quarter more. */
const ROUNDS_WITHOUT_GROWTH = 3;
const GROWTH = 5 / 4;
/** A window shrinks to no less than this share of itself in one round trip. */
const LARGEST_SHRINK = 7 / 8;

/**
 * A window that follows the link, after BBR: the bandwidth at which messages were acknowledged times the shortest round trip
 * seen, and a quarter more. It starts by doubling (startup) until the bandwidth stops growing. A caller that sends less than
 * the window lets through says nothing about the link, so its samples never shrink the window.
 */
export class AdaptiveWindow extends FlowController<Departure> {
  readonly #now: () => number;
  #window: number;
  #delivered = 0;
  #deliveredAt: number;
  #minRoundTrip = Number.POSITIVE_INFINITY;
  #startup = true;
  /** The round trip being measured: it ends when something sent after its start is acknowledged. */
  #roundStart = Number.NEGATIVE_INFINITY;
  #windowBefore: number;
  #roundsWithoutGrowth = 0;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number, initialWindow: number = INITIAL_WINDOW) {
    super();
    this.#now = now;
    this.#window = initialWindow;
    this.#windowBefore = initialWindow;
    this.#deliveredAt = now();
  }

  get window(): number {
    return this.#window;
  }

  /** Whether the window is still searching for the link's bandwidth. */
  get inStartup(): boolean {
    return this.#startup;
  }

  protected depart(bytes: number): Departure {
    const sentAt = this.#now();
    // After a silence the time before says nothing about the link.
    if (this.inFlight === bytes) this.#deliveredAt = sentAt;
    return {
      bytes,
      sentAt,
      delivered: this.#delivered,
      deliveredAt: this.#deliveredAt,
      window: this.#window,
      windowFull: this.isFull,
    };
  }

  protected arrive(message: Departure): void {
    const now = this.#now();
    this.#delivered += message.bytes;
    this.#deliveredAt = now;
    const roundTrip = now - message.sentAt;
    if (roundTrip > 0) this.#minRoundTrip = Math.min(this.#minRoundTrip, roundTrip);
    const interval = now - message.deliveredAt;
    if (interval <= 0 || this.#minRoundTrip === Number.POSITIVE_INFINITY) return;
    const bandwidth = (this.#delivered - message.delivered) / interval;
    this.#follow(message, bandwidth * this.#minRoundTrip);
    if (message.sentAt >= this.#roundStart) this.#endRound(now);
  }

  /** Moves the window towards the product of bandwidth and delay that `message` has measured. */
  #follow(message: Departure, product: number): void {
    const gain = this.#startup ? STARTUP_GAIN : STEADY_GAIN;
    // No faster than one gain per round trip, whatever a burst of acknowledgements seems to say.
    let window = Math.min(product * gain, message.window * gain);
    const floor = message.windowFull && !this.#startup ? message.window * LARGEST_SHRINK : this.#window;
    window = Math.max(window, floor);
    this.#window = Math.min(Math.max(window, MIN_WINDOW), MAX_WINDOW);
  }

  #endRound(now: number): void {
    this.#roundStart = now;
    if (!this.#startup) return;
    if (this.#window >= this.#windowBefore * GROWTH) this.#roundsWithoutGrowth = 0;
    else if (++this.#roundsWithoutGrowth >= ROUNDS_WITHOUT_GROWTH) this.#startup = false;
    this.#windowBefore = this.#window;
  }
}
