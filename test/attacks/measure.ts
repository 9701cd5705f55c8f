/** Runs each attack in a process of its own, bundled as it would be in an application, and says what it took. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Attack } from "./attacks.js";
import type { Outcome } from "./child.js";

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const child = fileURLToPath(new URL("./build/child.js", import.meta.url));

export interface Damage extends Pick<Attack, "what" | "sent"> {
  readonly outcomes: readonly Outcome[];
  /** Bytes of memory that the process took beyond what it had before. */
  readonly memory: number;
  readonly worst: Outcome;
}

/** Bundles the child. */
export async function prepare(): Promise<void> {
  const entries = ["json", "text", "dynamic", "schema", "streams", "compiler", "wire"];
  const alias = Object.fromEntries(entries.map((name) => [`capwire/${name}`, `${source}${name}/index.ts`]));
  await build({
    entryPoints: [fileURLToPath(new URL("./child.ts", import.meta.url))],
    outfile: child,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    alias: { ...alias, "capwire/codegen/runtime": `${source}codegen/runtime.ts`, capwire: `${source}index.ts` },
  });
}

/** What attack `index` does to each of its victims. Fails if its process dies or takes longer than two minutes. */
export async function suffer({ what, sent }: Attack, index: number): Promise<Damage> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [child, String(index)], { timeout: 120_000 });
  const [before, ...outcomes] = JSON.parse(stdout) as [Outcome, ...Outcome[]];
  const worst = outcomes.reduce((one, other) => (other.time > one.time ? other : one));
  const memory = Math.max(...outcomes.map(({ peak }) => peak)) - before.peak;
  return { what, sent, outcomes, memory, worst };
}
