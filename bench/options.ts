/** The command line of the benchmark. */

import { parseArgs } from "node:util";
import { BENCHES, type Bench } from "./benches.js";
import { PEERS } from "./contenders.js";

export interface Options {
  readonly benches: readonly Bench[];
  readonly peers: readonly string[];
  /** Length of one sample. */
  readonly seconds: number;
  /** Samples of each contender; ratios are medians over them. */
  readonly runs: number;
  /** Where to write the rows as JSON. */
  readonly json: string | null;
  /** Where capwire's processes write their CPU profiles. */
  readonly profile: string | null;
}

/** What the user typed makes no sense; the message says why. */
export class CommandLineError extends Error {}

export const HELP = `Usage: npm run bench -- [options]

Measures capwire and its peers on the same work, sample by sample in turn, and prints the ratios of their speeds.

  --only <bench,...>   these benches; a prefix such as "rpc" or "book" selects all that begin with it
  --peers <peer,...>   these peers; default: ${PEERS.join(",")}
  --seconds <n>        length of one sample; default 0.3
  --runs <n>           samples per contender; default 7
  --json <file>        also write the rows as JSON
  --profile <dir>      CPU profiles of capwire's own processes; figures taken with it are slower
  --help               this text

Benches:
${BENCHES.map((bench) => `  ${bench.name.padEnd(20)} ${bench.title}, ${bench.unit}`).join("\n")}

A bench called rpc-… also gives two mixed rows when C++ is there: …-to-cpp is capwire's client calling a C++ server, …-from-cpp a C++
client calling capwire's server; both are compared with C++ calling C++. One called cost-… gives a row for each feature, compared with
capwire without any.
`;

/** Returns the options, or null when the user asked for help. Throws CommandLineError. */
export function parseOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  return {
    benches: values.only === undefined ? BENCHES : selectBenches(values.only),
    peers: values.peers === undefined ? PEERS : selectPeers(values.peers),
    seconds: positive("--seconds", values.seconds),
    runs: Math.ceil(positive("--runs", values.runs)),
    json: values.json ?? null,
    profile: values.profile ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        peers: { type: "string" },
        seconds: { type: "string", default: "0.3" },
        runs: { type: "string", default: "7" },
        json: { type: "string" },
        profile: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new CommandLineError((error as Error).message);
  }
}

function selectBenches(list: string): Bench[] {
  const wanted = new Set(list.split(",").flatMap(benchesCalled));
  return BENCHES.filter((bench) => wanted.has(bench));
}

/** The bench of that name, otherwise all whose names begin so. */
function benchesCalled(name: string): readonly Bench[] {
  const exact = BENCHES.filter((bench) => bench.name === name);
  const found = exact.length > 0 ? exact : BENCHES.filter((bench) => bench.name.startsWith(name));
  if (found.length === 0) throw new CommandLineError(`no bench begins with "${name}"`);
  return found;
}

function selectPeers(list: string): string[] {
  const wanted = list.split(",").filter((name) => name !== "");
  for (const name of wanted) {
    if (!PEERS.includes(name)) throw new CommandLineError(`no peer is called "${name}"; there are ${PEERS.join(", ")}`);
  }
  return wanted;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new CommandLineError(`${option} takes a positive number, not "${text}"`);
  return value;
}
