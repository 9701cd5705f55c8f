/**
 * `npm run fuzz -- [--seconds N] [--seed S] [--vats N] [--mutation NAME]`: random runs until the time is up or one fails.
 * NAME is a rule to switch off: embargo, tribble, memo, release (src/rpc/rules.ts), serial, shortening, revocation (src/cap/local-rules.ts).
 * A failing run is shortened, printed as a test, and makes the exit code 1. With `--seed` alone, only that run is played.
 */

import { localRules } from "../../src/cap/local-rules.js";
import { rules } from "../../src/rpc/rules.js";
import { printTest, run, shorten, transcriptOf } from "./run.js";

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

const mutation = option("mutation");
if (mutation !== undefined) {
  const all: Record<string, boolean>[] = [rules, localRules];
  const set = all.find((each) => mutation in each);
  const known = all.flatMap((each) => Object.keys(each));
  if (!set) throw new Error(`unknown mutation ${mutation}; known: ${known.join(", ")}`);
  set[mutation] = false;
}
const seed = option("seed");
const vats = option("vats");
const seconds = Number(option("seconds") ?? (seed === undefined ? 60 : 0));
const options = vats === undefined ? {} : { vats: Number(vats) };

const started = Date.now();
let next = Number(seed ?? 1);
let runs = 0;
let actions = 0;
let messages = 0;
do {
  const result = run(next, options);
  runs++;
  actions += result.actions;
  messages += result.messages;
  if (result.failure) {
    const elapsed = (Date.now() - started) / 1000;
    console.log(`seed ${next} failed after ${elapsed.toFixed(1)} s, ${runs} runs, ${actions} steps`);
    console.log(result.failure.message);
    const short = shorten(result.failure, Date.now() + 20_000);
    console.log(`\n${printTest(short)}\n\n${transcriptOf(short)}`);
    process.exit(1);
  }
  next++;
} while (Date.now() - started < seconds * 1000);

const elapsed = (Date.now() - started) / 1000;
console.log(
  `${runs} runs, ${actions} steps, ${messages} messages in ${elapsed.toFixed(1)} s: ${Math.round(actions / elapsed)} steps/s; seeds up to ${next - 1}, no violation`,
);
