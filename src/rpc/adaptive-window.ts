/**
 * AdaptiveWindow: a window that follows its link, after BBR: the bandwidth at which messages are acknowledged times the shortest round trip, and a
 * quarter more. It starts small and doubles as long as that brings more bandwidth and no queue (startup). A caller that sends less than
 * the window lets through says nothing about the link, so its samples never shrink the window.
 *
 * Round trips are longer than the link when messages queue on it, or for the work at its ends. What the link itself takes shows when little
 * is under way: in the beginning, and in a probe, which narrows the window to the smallest for a round trip. One is made every few seconds, and
 * when the window has shrunk: then either the bandwidth has dropped, or the link has become longer, and the probe tells which.
 */

import { FlowController, type FlowToken, MIN_WINDOW } from "./flow.js";

/** No adaptive window grows beyond 1 GiB. */
export const MAX_WINDOW = 1024 * 1024 * 1024;

/** Window over bandwidth-delay product while searching, and once found. */
const STARTUP_GAIN = 2;
const STEADY_GAIN = 5 / 4;
/** The search ends after so many round trips that did not find so much more. */
const ROUNDS_WITHOUT_GROWTH = 3;
const GROWTH = 5 / 4;
/** It ends at once when round trips have become so much longer than the shortest: messages queue, and wider windows only lengthen that. */
const QUEUEING = 3 / 2;
/** A window shrinks to no less than this share of itself in one round trip. */
const LARGEST_SHRINK = 7 / 8;
/** A window that has shrunk to this share of itself is looked into, but not more often than every so many round trips. */
const SUSPICIOUS_SHRINK = 3 / 4;
const MIN_PROBE_ROUNDS = 8;
/** From one probe to the next, in ms. */
const PROBE_INTERVAL = 5_000;

/** What was known when a message left. */
interface Departure extends FlowToken {
  readonly sentAt: number;
  /** Bytes acknowledged by then, and when the last of them were. */
  readonly delivered: number;
  readonly deliveredAt: number;
  readonly window: number;
  readonly windowFull: boolean;
  readonly probing: boolean;
}

export class AdaptiveWindow extends FlowController<Departure> {
  readonly #now: () => number;
  #window: number;
  #delivered = 0;
  #deliveredAt: number;
  /** Since the last probe. */
  #minRoundTrip = Number.POSITIVE_INFINITY;
  #startup = true;
  /** The round trip being measured: it ends when something sent after its start is acknowledged. */
  #roundStart = Number.NEGATIVE_INFINITY;
  /** Something sent in it filled the window. */
  #roundFull = false;
  /** Startup: the highest bandwidth of a round trip, and how far the window may grow in the next one. */
  #roundBandwidth = 0;
  #ceiling: number;
  #roundsWithoutGrowth = 0;
  #probing = false;
  #probedAt: number;
  #roundsSinceProbe = 0;
  /** The widest window since the last probe. */
  #widest = 0;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number, initialWindow: number = MIN_WINDOW) {
    super();
    this.#now = now;
    this.#window = initialWindow;
    this.#ceiling = initialWindow;
    this.#deliveredAt = this.#probedAt = now();
  }

  get window(): number {
    return this.#probing ? MIN_WINDOW : this.#window;
  }

  /** Whether the window is still searching for the link's bandwidth. */
  get inStartup(): boolean {
    return this.#startup;
  }

  /** Whether the window is at its smallest for a moment. */
  get isProbing(): boolean {
    return this.#probing;
  }

  protected depart(bytes: number): Departure {
    const sentAt = this.#now();
    // After a silence the time before says nothing about the link.
    if (this.inFlight === bytes) this.#deliveredAt = sentAt;
    const windowFull = this.isFull;
    if (windowFull) this.#roundFull = true;
    return {
      bytes,
      sentAt,
      delivered: this.#delivered,
      deliveredAt: this.#deliveredAt,
      window: this.#window,
      windowFull,
      probing: this.#probing,
    };
  }

  protected arrive(message: Departure): void {
    const now = this.#now();
    this.#delivered += message.bytes;
    this.#deliveredAt = now;
    const roundTrip = now - message.sentAt;
    if (roundTrip <= 0) return;
    if (this.#probing) {
      if (message.probing) this.#endProbe(now, roundTrip);
      return;
    }
    this.#minRoundTrip = Math.min(this.#minRoundTrip, roundTrip);
    const interval = now - message.deliveredAt;
    // What a probe let through says nothing about the bandwidth.
    if (interval <= 0 || message.probing || message.deliveredAt < this.#probedAt) return;
    const bandwidth = (this.#delivered - message.delivered) / interval;
    this.#follow(message, bandwidth * this.#minRoundTrip);
    if (message.sentAt >= this.#roundStart) this.#endRound(now, bandwidth, roundTrip);
  }

  /** Moves the window towards the product of bandwidth and delay that `message` has measured. */
  #follow(message: Departure, product: number): void {
    const gain = this.#startup ? STARTUP_GAIN : STEADY_GAIN;
    // One message more than the window is always let through.
    let target = product * gain - (this.#startup ? 0 : this.largest);
    // From the smallest window it takes more than noise to have another message under way.
    if (!this.#startup && target < MIN_WINDOW + Math.min(this.largest, MIN_WINDOW) / 2) target = MIN_WINDOW;
    // No faster than one gain per round trip, whatever a burst of acknowledgements seems to say.
    let window = Math.min(target, message.window * gain);
    if (this.#startup) window = Math.min(window, this.#ceiling);
    const floor = message.windowFull && !this.#startup ? message.window * LARGEST_SHRINK : this.#window;
    this.#window = Math.min(Math.max(window, floor, MIN_WINDOW), MAX_WINDOW);
    this.#widest = Math.max(this.#widest, this.#window);
  }

  #endRound(now: number, bandwidth: number, roundTrip: number): void {
    this.#roundStart = now;
    const full = this.#roundFull;
    this.#roundFull = false;
    if (this.#startup) {
      if (full && roundTrip > this.#minRoundTrip * QUEUEING) {
        this.#startup = false;
      } else if (bandwidth >= this.#roundBandwidth * GROWTH) {
        this.#roundsWithoutGrowth = 0;
        this.#roundBandwidth = bandwidth;
        this.#ceiling = this.#window * STARTUP_GAIN;
      } else if (full && ++this.#roundsWithoutGrowth >= ROUNDS_WITHOUT_GROWTH) {
        this.#startup = false;
      }
    } else if (full && ++this.#roundsSinceProbe >= MIN_PROBE_ROUNDS) {
      const shrunk = this.#window < this.#widest * SUSPICIOUS_SHRINK;
      if (shrunk || now - this.#probedAt >= PROBE_INTERVAL) this.#beginProbe();
    }
  }

  #beginProbe(): void {
    this.#probing = this.#window > MIN_WINDOW;
    this.#probedAt = this.#now();
    this.#roundsSinceProbe = 0;
    this.#widest = this.#window;
  }

  /** The first message of the probe was acknowledged, with little under way before it. */
  #endProbe(now: number, roundTrip: number): void {
    this.#probing = false;
    this.#probedAt = now;
    this.#minRoundTrip = roundTrip;
  }
}
