/** Timers as long as their user likes. A host keeps a delay in 31 bits and fires at once when it has more: Infinity, too. */

/** The longest delay that a host keeps, in ms: 24.8 days. */
const LONGEST = 2 ** 31 - 1;

/**
 * Runs `callback` in `ms`, or never if that is more than 24.8 days; `delay(ms, callback)()` takes it back. It does not keep a Node process
 * alive if `unref` is set.
 */
export function delay(ms: number, callback: () => void, options?: { readonly unref?: boolean }): () => void {
  if (ms > LONGEST) return () => {};
  const timer = setTimeout(callback, ms);
  if (options?.unref) (timer as { unref?(): void }).unref?.();
  return () => clearTimeout(timer);
}
