/**
 * What one peer may make us hold. Each limit names itself in the error of what it refuses; none of them ever holds back a
 * Return, so that a full table empties itself.
 */

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
}

export const DEFAULT_LIMITS: ConnectionLimits = Object.freeze({
  maxOutgoingWords: 8 * 1024 * 1024,
  maxAnswers: 100_000,
  maxCallBytes: 256 * 1024 * 1024,
  maxQuestions: 1_000_000,
  maxExports: 1_000_000,
});
