/**
 * Limits of readers over untrusted bytes. Every struct, list, text and far pad reached through a pointer is charged
 * against its message's traversal limit, each time it is followed, so that a small message cannot make its reader work
 * without bound (capnp security advisory 2015-03-02-2); nesting bounds recursion.
 */

import { WireError } from "./errors.js";
import type { ReaderSegment } from "./segment.js";

export interface ReaderOptions {
  /** Words that may be visited, counting every visit. Default 8 Mi words (64 MiB), as in C++. */
  readonly traversalLimitInWords?: number;
  /** How deep pointers may nest. Default 64, as in C++. */
  readonly nestingLimit?: number;
}

export const DEFAULT_TRAVERSAL_LIMIT_IN_WORDS = 8 * 1024 * 1024;
export const DEFAULT_NESTING_LIMIT = 64;

/** Charges a visit of `words`, from the pointer at `at`. Throws WireError "traversal-limit". */
export function charge(segment: ReaderSegment, at: number, words: number): void {
  segment.message.remaining -= words;
  if (segment.message.remaining < 0) overdrawn(segment, at, words);
}

/** `words` took the budget below zero: refills it for trusted messages, takes the charge back and throws for others. */
export function overdrawn(segment: ReaderSegment, at: number, words: number): void {
  const { message } = segment;
  if (message.trusted) {
    message.remaining = DEFAULT_TRAVERSAL_LIMIT_IN_WORDS;
    return;
  }
  message.remaining += words;
  throw new WireError(
    "traversal-limit",
    "Message visited beyond its traversal limit; ReaderOptions.traversalLimitInWords raises it",
    segment.id,
    at - segment.start,
  );
}

/** The pointer at `at` nests too deep. */
export function tooDeep(segment: ReaderSegment, at: number): WireError {
  return new WireError(
    "nesting-limit",
    "Message nests deeper than its limit; ReaderOptions.nestingLimit raises it",
    segment.id,
    at - segment.start,
  );
}
