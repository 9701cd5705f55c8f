/**
 * The last resort for references that were dropped instead of disposed: when the garbage collector takes their holder, the
 * reference is given back and, if asked for, reported.
 *
 * Registering with a FinalizationRegistry costs several microseconds, more than a call, and most references do not live
 * long. So a new one is young first: listed, and kept alive by the list, for a second at most. Only what is not disposed by
 * then is registered. What the registry holds must not lead back to the holder, or neither ever goes.
 */

import { turns } from "./turn.js";

/** A reference that nobody disposed. */
export interface Leak {
  /** What held it: "Calculator client", "results of Calculator.evaluate". */
  readonly what: string;
  /** Stack of its creation, for results that of their call; undefined unless `leaks.traceCreation` was on by then. */
  readonly created: string | undefined;
}

/** Settings and counters of leak detection; process-wide, because garbage is. */
export const leaks = {
  /** Hears of each leak when it is found. Off by default. What it throws goes to `turns.onError`. */
  report: null as ((leak: Leak) => void) | null,
  /** Records where each reference was created: a few microseconds per reference. */
  traceCreation: false,
  /** Leaks found so far. */
  found: 0,
  /** Lets go of the young references: from now on the collector may find them. For tests; happens by itself within a second. */
  settle(): void {
    registerYoung();
  },
};

/** How many young references are kept before they are looked at without waiting for the timer. */
const MAX_YOUNG = 4096;
const YOUNG_MS = 1000;

/** A reference under watch. Its holder keeps it, to take it back with `untrack`. */
export class Watch implements Leak {
  readonly what: string;
  readonly created: string | undefined;
  readonly reference: { release(): void };
  /** While young; null once registered or taken back. */
  holder: object | null;

  constructor(holder: object, reference: { release(): void }, what: string, site: Error | null) {
    this.holder = holder;
    this.reference = reference;
    this.what = what;
    this.created = leaks.traceCreation ? (site ? site.stack : stackHere(what)) : undefined;
  }
}

/** Deep enough to come out of our own frames, of which a walk through a list alone has nine. */
const TRACED_FRAMES = 30;

function stackHere(what: string): string | undefined {
  // V8 has ten frames unless told; other hosts have no such setting.
  const host = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = host;
  host.stackTraceLimit = TRACED_FRAMES;
  const { stack } = new Error(what);
  if (stackTraceLimit === undefined) delete host.stackTraceLimit;
  else host.stackTraceLimit = stackTraceLimit;
  return stack;
}

let young: Watch[] = [];
let timer = false;

/**
 * Gives back `reference` when `holder` is collected, unless `untrack` is called first. `site` is where the application asked for it; here
 * unless given.
 */
export function track(holder: object, reference: { release(): void }, what: string, site: Error | null = null): Watch {
  const watch = new Watch(holder, reference, what, site);
  if (young.push(watch) >= MAX_YOUNG) registerYoung();
  else if (!timer) startTimer();
  return watch;
}

/** The holder gave back its reference itself. */
export function untrack(watch: Watch): void {
  if (watch.holder) watch.holder = null;
  else registry.unregister(watch);
}

function startTimer(): void {
  timer = true;
  const started: unknown = setTimeout(() => {
    timer = false;
    registerYoung();
  }, YOUNG_MS);
  // A process need not stay for it.
  (started as { unref?(): void }).unref?.();
}

function registerYoung(): void {
  const watches = young;
  young = [];
  for (const watch of watches) {
    const { holder } = watch;
    if (!holder) continue;
    watch.holder = null;
    registry.register(holder, watch, watch);
  }
}

const registry = /*@__PURE__*/ new FinalizationRegistry<Watch>(({ reference, what, created }) => {
  leaks.found++;
  reference.release();
  turns.guard(() => leaks.report?.({ what, created }));
});
