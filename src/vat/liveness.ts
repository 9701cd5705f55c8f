/**
 * Liveness of one connection: notices a peer that has gone without a word, and a connection that nobody uses. Timers and
 * clock come from outside; nothing runs when neither is asked for.
 *
 * The heartbeat is a message that its receiver does not implement and must send back as `unimplemented` (rpc.capnp Message:
 * "the receiver should echo it"): `obsoleteDelete`, which C++ peers answer so from the default case of their dispatch, and capnproto-rust by
 * name. Unlike a Bootstrap it enters no table over there, makes nothing and asks for no capability; unlike a call on a null target it
 * cannot end the connection. Any message from the peer counts as a sign of life, so a busy connection is never asked.
 */

import { UsageError } from "../errors.js";

export interface Heartbeat {
  /** After so many ms of silence the peer is asked for a sign of life. */
  readonly interval: number;
  /** So many ms later it is taken for dead. As long as `interval` unless given. */
  readonly timeout?: number;
}

export interface LivenessOptions {
  readonly heartbeat?: Heartbeat;
  /** Ends the connection when nothing has been in progress or held by either side for so many ms. */
  readonly idleTimeout?: number;
}

/** Throws UsageError for times that would end every connection, or wake for nothing. */
export function checkLiveness({ heartbeat, idleTimeout }: LivenessOptions): void {
  if (heartbeat) {
    checkTime("heartbeat.interval", heartbeat.interval);
    checkTime("heartbeat.timeout", heartbeat.timeout ?? heartbeat.interval);
  }
  if (idleTimeout !== undefined) checkTime("idleTimeout", idleTimeout);
}

function checkTime(name: string, ms: number): void {
  if (!(ms > 0))
    throw new UsageError("bad-time", `${name} must be a number of milliseconds, more than 0, and not ${ms}`);
}

/** What liveness needs of its connection and its host. */
export interface Patient {
  readonly isIdle: boolean;
  /** Asks the peer for a sign of life. */
  ping(): void;
  /** Nothing was heard for `silence` ms. */
  dead(silence: number): void;
  idle(): void;
}

export interface Clock {
  now(): number;
  /** Runs `callback` in `ms`; returns what takes that back. */
  delay(ms: number, callback: () => void): () => void;
}

export class Liveness {
  readonly #options: LivenessOptions;
  readonly #patient: Patient;
  readonly #clock: Clock;
  #heard: number;
  #busy: number;
  #askedAt: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(options: LivenessOptions, patient: Patient, clock: Clock) {
    this.#options = options;
    this.#patient = patient;
    this.#clock = clock;
    this.#heard = this.#busy = clock.now();
    this.#sleep();
  }

  /** Messages came. */
  heard(): void {
    this.#heard = this.#clock.now();
    this.#askedAt = null;
    this.used();
  }

  /** Messages came or went. */
  used(): void {
    if (!this.#patient.isIdle) this.#busy = this.#clock.now();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Wakes when something may be due next. */
  #sleep(): void {
    const { heartbeat, idleTimeout } = this.#options;
    const now = this.#clock.now();
    let due = Number.POSITIVE_INFINITY;
    if (heartbeat) {
      const { interval, timeout = interval } = heartbeat;
      // The answer may come long before the timeout; the next question is due an interval after it.
      due = this.#askedAt === null ? this.#heard + interval : Math.min(this.#askedAt + timeout, now + interval);
    }
    // While it is used, there is nothing to wait for but the end of that.
    if (idleTimeout !== undefined) due = Math.min(due, (this.#patient.isIdle ? this.#busy : now) + idleTimeout);
    if (due === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.#clock.delay(Math.max(due - now, 1), () => {
      this.#cancel = null;
      this.#wake();
    });
  }

  #wake(): void {
    const { heartbeat, idleTimeout } = this.#options;
    const now = this.#clock.now();
    this.used();
    if (idleTimeout !== undefined && now - this.#busy >= idleTimeout) return this.#patient.idle();
    if (heartbeat) {
      const { interval, timeout = interval } = heartbeat;
      if (this.#askedAt !== null && now - this.#askedAt >= timeout) return this.#patient.dead(now - this.#heard);
      if (this.#askedAt === null && now - this.#heard >= interval) {
        this.#askedAt = now;
        this.#patient.ping();
      }
    }
    this.#sleep();
  }
}
