/** Timed loops: how many operations per second. Used inside the measured processes; cpp/sampling.h has the same loop. */

/** Where results go, so that no compiler may drop the work. */
export let sink: unknown;

/** Runs `operation` for `seconds`; returns operations per second. Looks at the clock about every 0.1 ms at most. */
export function rate(seconds: number, operation: () => unknown): number {
  const limitMs = seconds * 1000;
  const start = performance.now();
  let now = start;
  let done = 0;
  let step = 1;
  while (now - start < limitMs) {
    for (let i = 0; i < step; i++) sink = operation();
    done += step;
    const before = now;
    now = performance.now();
    if (now - before < 0.1) step *= 2;
  }
  return (done * 1000) / (now - start);
}

/** Awaits `operation` again and again for `seconds`; returns operations per second. */
export async function sequentialRate(seconds: number, operation: () => PromiseLike<unknown>): Promise<number> {
  const limitMs = seconds * 1000;
  const start = performance.now();
  let now = start;
  let done = 0;
  while (now - start < limitMs) {
    sink = await operation();
    done++;
    now = performance.now();
  }
  return (done * 1000) / (now - start);
}

/** Keeps `window` operations going for `seconds`, each lane starting the next when its last one ended; returns operations per second. */
export async function concurrentRate(
  seconds: number,
  window: number,
  operation: () => PromiseLike<unknown>,
): Promise<number> {
  const start = performance.now();
  const deadline = start + seconds * 1000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < deadline) {
      sink = await operation();
      done++;
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
  return (done * 1000) / (performance.now() - start);
}
