/**
 * Measuring one bench: every contender is started, then sampled in turn, round after round, so that a slow moment of the machine hits all
 * of them alike. A ratio is the median of the rounds' own ratios, never the ratio of two medians. A contender that fails drops out of the
 * bench; the others go on.
 */

import { fileURLToPath } from "node:url";
import type { Bench } from "./benches.js";
import { CAPWIRE, type Contender, CPP } from "./contenders.js";
import { type Command, Participant } from "./participant.js";

export interface Failure {
  readonly bench: string;
  readonly contender: string;
  readonly reason: string;
}

/** One value per round for each contender that came through. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/** One contender, or a pairing of two: the process to ask, and the ones that must be there meanwhile. */
interface Entry {
  readonly name: string;
  readonly codec?: Command | undefined;
  readonly server?: Command | undefined;
  readonly client?: Command | undefined;
}

interface Running {
  readonly name: string;
  readonly asked: Participant;
  /** In the order of closing. */
  readonly processes: readonly Participant[];
}

const PROXY = fileURLToPath(new URL("rpc/delaying-proxy.js", import.meta.url));

/** Until then a JavaScript engine is still compiling; a C++ program has its caches warm long before. */
const WARM_UP_SECONDS = 1;

/** Name of the entry in which capwire's client calls a C++ server. */
export const TO_CPP = "to-cpp";
/** Name of the entry in which a C++ client calls capwire's server. */
export const FROM_CPP = "from-cpp";

/** Samples `bench` for every contender able to run it. Rejects only for a fault of the harness itself. */
export async function measure(
  bench: Bench,
  contenders: readonly Contender[],
  seconds: number,
  runs: number,
): Promise<{ samples: Samples; failures: Failure[] }> {
  const failures: Failure[] = [];
  const samples = new Map<string, number[]>();
  let running: Running[] = [];

  const attempt = async <T>(name: string, action: () => Promise<T>): Promise<T | null> => {
    try {
      return await action();
    } catch (error) {
      failures.push({ bench: bench.name, contender: name, reason: (error as Error).message });
      samples.delete(name);
      return null;
    }
  };

  try {
    for (const entry of entriesFor(bench, contenders)) {
      const started = await attempt(entry.name, () => start(bench, entry));
      if (started) running.push(started);
    }
    for (let round = -1; round < runs; round++) {
      // Round -1 warms up. Going forth and back cancels a steady drift within a round.
      const order = round % 2 === 0 ? running : [...running].reverse();
      for (const entry of order) {
        const value = await attempt(entry.name, () =>
          entry.asked.sample(bench.name, round < 0 ? Math.max(seconds, WARM_UP_SECONDS) : seconds),
        );
        if (value === null) {
          running = running.filter((other) => other !== entry);
          await close(entry);
        } else if (round >= 0) {
          samples.set(entry.name, [...(samples.get(entry.name) ?? []), value]);
        }
      }
    }
  } finally {
    await Promise.all(running.map(close));
  }
  return { samples, failures };
}

/** Middle value; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of `ours` to `theirs`, round by round. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / theirs[round]!));
}

/** Peers, then capwire and C++ side by side, then their pairings. */
function entriesFor(bench: Bench, contenders: readonly Contender[]): Entry[] {
  const rank = (contender: Contender) => (contender.name === CAPWIRE ? 2 : contender.name === CPP ? 1 : 0);
  const able = contenders.filter(
    (contender) =>
      (bench.kind === "codec" ? contender.codec : contender.client) &&
      (contender.benches?.includes(bench.name) ?? true),
  );
  const entries: Entry[] = [...able].sort((a, b) => rank(a) - rank(b));
  const cpp = able.find(({ name }) => name === CPP);
  const capwire = able.find(({ name }) => name === CAPWIRE);
  if (bench.kind === "rpc" && cpp && capwire) {
    entries.push({ name: TO_CPP, server: cpp.server, client: capwire.client });
    entries.push({ name: FROM_CPP, server: capwire.server, client: cpp.client });
  }
  return entries;
}

async function start(bench: Bench, entry: Entry): Promise<Running> {
  const processes: Participant[] = [];
  const launch = async (command: Command, ...args: string[]) => {
    const participant = await Participant.start([...command, ...args]);
    processes.unshift(participant);
    return participant;
  };
  try {
    if (bench.kind === "codec") return { name: entry.name, asked: await launch(entry.codec!), processes };
    let { port } = await launch(entry.server!);
    const delay = bench.oneWayDelayMs;
    if (delay === undefined) return { name: entry.name, asked: await launch(entry.client!, `${port}`), processes };
    port = (await launch([process.execPath, PROXY], `${port}`, `${delay}`)).port;
    return { name: entry.name, asked: await launch(entry.client!, `${port}`, `${delay * 2}`), processes };
  } catch (error) {
    await Promise.all(processes.map((participant) => participant.close()));
    throw error;
  }
}

async function close(entry: Running): Promise<void> {
  for (const participant of entry.processes) await participant.close();
}
