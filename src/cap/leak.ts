/**
 * The last resort for references that were dropped instead of disposed: when the garbage collector takes their holder, the
 * reference is given back and, if asked for, reported. What is held here must not lead back to the holder, or neither
 * ever goes.
 */

/** A reference that nobody disposed. */
export interface Leak {
  /** What held it: "Calculator client", "results of Calculator.evaluate". */
  readonly what: string;
  /** Stack of its creation; undefined unless `leaks.traceCreation` was on by then. */
  readonly created: string | undefined;
}

/** Settings and counters of leak detection; process-wide, because garbage is. */
export const leaks = {
  /** Hears of each leak when it is found. Off by default. */
  report: null as ((leak: Leak) => void) | null,
  /** Records where each reference was created: a few microseconds per reference. */
  traceCreation: false,
  /** Leaks found so far. */
  found: 0,
};

interface Held extends Leak {
  readonly reference: { release(): void };
}

/** Gives back `reference` when `holder` is collected, unless `untrack` is called first. */
export function track(holder: object, reference: { release(): void }, what: string): void {
  const created = leaks.traceCreation ? new Error(what).stack : undefined;
  registry.register(holder, { reference, what, created }, holder);
}

/** `holder` gave back its reference itself. */
export function untrack(holder: object): void {
  registry.unregister(holder);
}

const registry = /*@__PURE__*/ new FinalizationRegistry<Held>(({ reference, what, created }) => {
  leaks.found++;
  reference.release();
  leaks.report?.({ what, created });
});
