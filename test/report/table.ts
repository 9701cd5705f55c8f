/** test/README.md from what a run found: pure text, so that it can be tested. */

import type { CellFact, FuzzFact, MutationFact } from "./facts.js";

export interface RunFacts {
  /** Passed test cases by folder of test/. */
  readonly cases: ReadonlyMap<string, number>;
  readonly fuzzed: readonly FuzzFact[];
  readonly mutations: readonly MutationFact[];
  readonly cells: readonly CellFact[];
}

/** What varies between runs comes first; from here on nothing does but by a change of the tests or of what holds. */
const STABLE = "## Interop";

/** The whole page. `rows` and `peers` give the matrix its order. */
export function report(facts: RunFacts, rows: readonly string[], peers: readonly string[]): string {
  return `# Tests

Written by \`npm run test:report\` (all tests, all peers installed). \`.ci/run\` makes it again and fails if what it says from "Interop" on no longer holds.

## Cases

${table(["folder", "cases passed"], [...casesOf(facts.cases)])}

## Random input

${table(["what", "seeds", "steps"], fuzzOf(facts.fuzzed))}

\`npm run fuzz\` plays random vats for as long as it is let.

${STABLE}

Cells passed, by the role of the peer; capwire has the other one. A cell is one scenario over one carrier (TCP, Unix socket, WebSocket, TLS: as
many as the peer has; see \`interop/README.md\`). "+ n" are known failures: what that peer can't do, with the reason, in
\`interop/known-failures.txt\`. A cell listed there that passes fails the run.

${matrix(facts.cells, rows, peers)}

## Mutations

Rules of the RPC core that were switched off one at a time, and who noticed.

${table(["rule", "noticed by"], mutationsOf(facts.mutations))}
`;
}

/** The part that does not vary; a committed page in which it differs is stale. */
export function stablePart(page: string): string {
  const at = page.indexOf(STABLE);
  return at < 0 ? "" : page.slice(at);
}

function casesOf(cases: ReadonlyMap<string, number>): string[][] {
  const total = [...cases.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...cases].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([folder, count]) => [folder, String(count)]);
  return [...lines, ["all", String(total)]];
}

/** One line for what is fuzzed, however many tests do it. */
function fuzzOf(facts: readonly FuzzFact[]): string[][] {
  const sums = new Map<string, { seeds: number; steps: number }>();
  for (const { what, seeds, steps } of facts) {
    const sum = sums.get(what) ?? { seeds: 0, steps: 0 };
    sums.set(what, { seeds: sum.seeds + seeds, steps: sum.steps + steps });
  }
  return [...sums].map(([what, { seeds, steps }]) => [what, String(seeds), String(steps)]).toSorted();
}

function matrix(cells: readonly CellFact[], rows: readonly string[], peers: readonly string[]): string {
  const columns = peers.flatMap((peer) => (["server", "client"] as const).map((side) => ({ peer, side })));
  const count = (row: string | null, { peer, side }: (typeof columns)[number]) => {
    const here = cells.filter((cell) => cell.peer === peer && cell.side === side && (row === null || cell.row === row));
    const known = here.filter((cell) => cell.outcome === "known failure").length;
    const passed = here.filter((cell) => cell.outcome === "passed").length;
    return known === 0 ? String(passed) : `${passed} + ${known}`;
  };
  return table(
    ["", ...columns.map(({ peer, side }) => `${peer} ${side}`)],
    [
      ...rows.map((row) => [row, ...columns.map((column) => count(row, column))]),
      ["all", ...columns.map((column) => count(null, column))],
    ],
  );
}

function mutationsOf(facts: readonly MutationFact[]): string[][] {
  const by = new Map<string, string[]>();
  for (const { rule, noticedBy } of facts) by.set(rule, [...(by.get(rule) ?? []), noticedBy]);
  return [...by].map(([rule, who]) => [rule, [...new Set(who)].toSorted().join(", ")]).toSorted();
}

/** A table whose columns but the first are numbers, or text; padded, so that a change shows where it is. */
function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(3, title.length, ...lines.map((line) => line[i]?.length ?? 0)));
  const row = (line: readonly string[]) => `| ${line.map((text, i) => text.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [row(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.map(row)].join("\n");
}
