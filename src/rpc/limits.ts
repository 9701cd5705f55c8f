/**
 * What one peer may make us hold. Each limit names itself in the error of what it refuses; none of them ever holds back a
 * Return, so that a full table empties itself.
 */

import { UsageError } from "../errors.js";

export interface ConnectionLimits {
  /** Largest message sent, in words. A larger one fails its own call only; the peer would end the connection over it. C++'s default traversal limit. */
  readonly maxOutgoingWords: number;
  /** Calls of the peer in progress at once; one more is answered `overloaded`. */
  readonly maxAnswers: number;
  /** Bytes of messages whose calls are in progress at once; a call that would add to more is answered `overloaded`, but one alone never is. */
  readonly maxCallBytes: number;
  /** Calls of ours in progress at once; one more fails locally with `overloaded`. */
  readonly maxQuestions: number;
  /** Capabilities exported at once; a message that would add one more fails its call with `overloaded`. */
  readonly maxExports: number;
  /** File descriptors that came with the peer's capabilities, held at once: open files of this process. Those of further capabilities are closed as they come. */
  readonly maxFds: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = Object.freeze({
  maxOutgoingWords: 8 * 1024 * 1024,
  maxAnswers: 100_000,
  maxCallBytes: 256 * 1024 * 1024,
  maxQuestions: 1_000_000,
  maxExports: 1_000_000,
  maxFds: 1_000,
});

/** The defaults with what is `given`; undefined leaves the default, Infinity is no limit. Throws UsageError for what is no limit at all. */
export function limitsWith(given: Partial<ConnectionLimits> = {}): ConnectionLimits {
  const limits: { -readonly [name in keyof ConnectionLimits]: number } = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(limits) as (keyof ConnectionLimits)[]) {
    const value = given[name];
    if (value !== undefined) limits[name] = checkedLimit(`limits.${name}`, value);
  }
  return limits;
}

export function checkedLimit(name: string, value: number): number {
  if (value >= 0) return value;
  throw new UsageError("bad-limit", `${name} must be a number, 0 or more, and not ${value}`);
}
