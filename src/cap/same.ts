/** Capability equality: whether two Clients stand for one object. */

import type { Client } from "./client.js";
import { innermost, NULL_BRAND } from "./hook.js";

/** Whether `a` and `b` are known to be the same by now; null while either is a promise and they are not the same promise. */
export function sameNow(a: Client, b: Client): boolean | null {
  const left = innermost(a.$hook);
  const right = innermost(b.$hook);
  if (left === right || (left.brand === NULL_BRAND && right.brand === NULL_BRAND)) return true;
  return left.isUnresolvedPromise || right.isUnresolvedPromise ? null : false;
}

/**
 * Whether `a` and `b` stand for the same object; waits for promises to resolve. Objects of a peer are the same if the peer says so by giving
 * them one export; what it does to hide that, a membrane for instance, it hides. A broken capability is the same as no other.
 */
export async function sameCapability(a: Client, b: Client): Promise<boolean> {
  const known = sameNow(a, b);
  if (known !== null) return known;
  using left = a.dup();
  using right = b.dup();
  await Promise.allSettled([left.whenResolved(), right.whenResolved()]);
  return sameNow(left, right) ?? false;
}
