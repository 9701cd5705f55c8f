/** `npm run bench`: measures what the command line asks for, prints the table, writes the rows. */

import { writeFileSync } from "node:fs";
import { CAPWIRE, capwireContenders, FEATURES, OFF } from "./contenders.js";
import { type Failure, FROM_CPP, measure, TO_CPP } from "./measure.js";
import { CommandLineError, HELP, type Options, parseOptions } from "./options.js";
import { preparePeers } from "./prepare.js";
import { type Row, render, rowsOf } from "./report.js";

const OURS: readonly string[] = [CAPWIRE, TO_CPP, FROM_CPP, OFF, ...FEATURES];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === null) console.log(HELP);
    else return await run(options);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    console.error(`bench: ${error.message}; --help lists the options`);
    return 2;
  }
}

/** Returns the exit status: 1 when capwire itself failed at something. */
async function run(options: Options): Promise<number> {
  const { ready, skipped } = preparePeers(options.peers);
  const contenders = [...ready, ...capwireContenders(options.profile)];
  const rows: Row[] = [];
  const failures: Failure[] = [];
  for (const bench of options.benches) {
    process.stderr.write(`${bench.name}: ${bench.title}\n`);
    const result = await measure(bench, contenders, options.seconds, options.runs);
    rows.push(...rowsOf(bench, result.samples));
    failures.push(...result.failures);
  }
  console.log(render(rows, skipped, failures));
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  return failures.some(({ contender }) => OURS.includes(contender)) ? 1 : 0;
}
