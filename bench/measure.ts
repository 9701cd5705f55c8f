/**
 * Measuring one bench: every contender is started, then sampled in turn, round after round, so that a slow moment of the machine hits all
 * of them alike. A ratio is the median of the rounds' own ratios, never the ratio of two medians. A contender that fails drops out of the
 * bench; the others go on.
 */

import { fileURLToPath } from "node:url";
import type { Bench, Kind } from "./benches.js";
import { CAPWIRE, type Contender, CPP, type Processes } from "./contenders.js";
import { type Command, Participant } from "./participant.js";

export interface Failure {
  readonly bench: string;
  readonly contender: string;
  readonly reason: string;
}

/** One value per round for each contender that came through. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/** One contender, or a pairing of two. */
interface Entry {
  readonly name: string;
  readonly processes: Processes;
}

interface Running {
  readonly name: string;
  /** The process that is asked for samples; the others must be there meanwhile. */
  readonly asked: Participant;
  /** In the order of closing. */
  readonly processes: readonly Participant[];
}

const PROXY = fileURLToPath(new URL("rpc/delaying-proxy.js", import.meta.url));

/** Until then a JavaScript engine is still compiling; a C++ program has its caches warm long before. */
const WARM_UP_SECONDS = 1;

/** Kinds of work with a check: everybody's must give the same. The others' processes look at their results themselves. */
const CHECKED: readonly Kind[] = ["codec", "dynamic", "packing", "compile"];
/** How far apart sums of floating-point numbers may be. */
const TOLERANCE = 1e-9;

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

  const drop = async (entry: Running) => {
    running = running.filter((other) => other !== entry);
    await close(entry);
  };

  try {
    for (const entry of entriesFor(bench, contenders)) {
      const started = await attempt(entry.name, () => start(bench, entry));
      if (started) running.push(started);
    }
    if (CHECKED.includes(bench.kind)) {
      // capwire's is the last entry; one who does something else than it is not compared with it.
      let expected: number | null = null;
      for (const entry of [...running].reverse()) {
        const value = await attempt(entry.name, () => checked(entry, bench, expected));
        if (value === null) await drop(entry);
        else expected ??= value;
      }
    }
    for (let round = -1; round < runs; round++) {
      // Round -1 warms up. Going forth and back cancels a steady drift within a round.
      const order = round % 2 === 0 ? running : [...running].reverse();
      for (const entry of order) {
        const value = await attempt(entry.name, () =>
          entry.asked.sample(bench.name, round < 0 ? Math.max(seconds, WARM_UP_SECONDS) : seconds),
        );
        if (value === null) await drop(entry);
        else if (round >= 0) samples.set(entry.name, [...(samples.get(entry.name) ?? []), value]);
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

/** What the entry's work gives. Rejects if that is not `expected`. */
async function checked({ asked }: Running, bench: Bench, expected: number | null): Promise<number> {
  const value = await asked.check(bench.name);
  if (expected === null || Math.abs(value - expected) <= Math.abs(expected) * TOLERANCE) return value;
  throw new Error(`does other work than capwire: its check is ${value} instead of ${expected}`);
}

/** Peers, then C++ and capwire side by side, then their pairings. */
function entriesFor(bench: Bench, contenders: readonly Contender[]): Entry[] {
  const rank = ({ name }: Entry) => (name === CAPWIRE ? 2 : name === CPP ? 1 : 0);
  const entries: Entry[] = contenders
    .flatMap(({ name, runs, benches }) => {
      const processes = runs[bench.kind];
      return processes && (benches?.includes(bench.name) ?? true) ? [{ name, processes }] : [];
    })
    .sort((a, b) => rank(a) - rank(b));
  if (bench.kind !== "rpc") return entries;
  const both = (name: string) => entries.find((entry) => entry.name === name)?.processes;
  const cpp = both(CPP);
  const capwire = both(CAPWIRE);
  if (cpp && "server" in cpp && capwire && "server" in capwire) {
    entries.push({ name: TO_CPP, processes: { server: cpp.server, client: capwire.client } });
    entries.push({ name: FROM_CPP, processes: { server: capwire.server, client: cpp.client } });
  }
  return entries;
}

async function start(bench: Bench, { name, processes }: Entry): Promise<Running> {
  const started: Participant[] = [];
  const launch = async (command: Command, ...args: string[]) => {
    const participant = await Participant.start([...command, ...args]);
    started.unshift(participant);
    return participant;
  };
  try {
    if ("worker" in processes) return { name, asked: await launch(processes.worker), processes: started };
    const { server, client } = processes;
    let { port } = await launch(server);
    const delay = bench.oneWayDelayMs;
    if (delay === undefined) return { name, asked: await launch(client, `${port}`), processes: started };
    port = (await launch([process.execPath, PROXY], `${port}`, `${delay}`)).port;
    return { name, asked: await launch(client, `${port}`, `${delay * 2}`), processes: started };
  } catch (error) {
    await Promise.all(started.map((participant) => participant.close()));
    throw error;
  }
}

async function close(entry: Running): Promise<void> {
  for (const participant of entry.processes) await participant.close();
}
