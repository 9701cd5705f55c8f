/** Rows of results: made from samples, written as JSON and printed as one table. */

import { BENCHES, type Bench, type Goal, HEADINGS, type Kind } from "./benches.js";
import { CAPWIRE, CPP, FEATURES, OFF, PEERS } from "./contenders.js";
import { type Failure, FROM_CPP, median, medianRatio, type Samples, TO_CPP } from "./measure.js";
import type { Skipped } from "./prepare.js";

/** One row as `--json` writes it: capwire's own value, its peers' values, and capwire's value as a multiple of each. */
export interface Row {
  readonly bench: string;
  readonly kind: Kind;
  readonly unit: string;
  readonly capwire: number;
  readonly peers: Readonly<Record<string, number>>;
  readonly ratio: Readonly<Record<string, number>>;
  /** Where capwire has to stand and whether it does; left out when no goal is set or the peer it names was not measured. */
  readonly goal?: string;
  readonly met?: boolean;
}

/**
 * The rows one bench gives: capwire with itself, and for RPC with C++ at either end; for `cost` one for each feature, whose peer is capwire
 * with none. None if capwire itself failed.
 */
export function rowsOf(bench: Bench, samples: Samples): Row[] {
  if (bench.kind === "cost")
    return FEATURES.flatMap((feature) =>
      row(bench, `${bench.name}-${feature}`, samples, feature, samples.has(OFF) ? [OFF] : []),
    );
  const peers = PEERS.filter((peer) => samples.has(peer));
  const cpp = peers.filter((peer) => peer === CPP);
  return [
    ...row(bench, bench.name, samples, CAPWIRE, peers),
    ...row(bench, `${bench.name}-${TO_CPP}`, samples, TO_CPP, cpp),
    ...row(bench, `${bench.name}-${FROM_CPP}`, samples, FROM_CPP, cpp),
  ];
}

function row(bench: Bench, name: string, samples: Samples, own: string, peers: readonly string[]): Row[] {
  const ours = samples.get(own);
  if (!ours) return [];
  const ratio = Object.fromEntries(peers.map((peer) => [peer, rounded(medianRatio(ours, samples.get(peer)!))]));
  const capwire = rounded(median(ours));
  return [
    {
      bench: name,
      kind: bench.kind,
      unit: bench.unit,
      capwire,
      peers: Object.fromEntries(peers.map((peer) => [peer, rounded(median(samples.get(peer)!))])),
      ratio,
      ...judge(bench.goal, capwire, ratio),
    },
  ];
}

function judge(goal: Goal | null, capwire: number, ratios: Row["ratio"]): Pick<Row, "goal" | "met"> {
  if (goal === null) return {};
  if ("atMost" in goal) return { goal: `<= ${goal.atMost}`, met: capwire <= goal.atMost };
  const ratio = ratios[goal.of];
  if (ratio === undefined) return {};
  return { goal: `>= ${goal.fraction} of ${goal.of === CPP ? "C++" : goal.of}`, met: ratio >= goal.fraction };
}

/** The whole report as text: a table of ratios for each kind of bench, then what is missing from them and why. */
export function render(rows: readonly Row[], skipped: readonly Skipped[], failures: readonly Failure[]): string {
  const kinds = [...new Set(BENCHES.map(({ kind }) => kind))];
  const lines = kinds.flatMap((kind) =>
    section(
      HEADINGS[kind],
      rows.filter((row) => row.kind === kind),
    ),
  );
  if (rows.length === 0) lines.push("Nothing was measured.", "");
  lines.push(
    `capwire's value as a multiple of each peer's, same work, same run. Node ${process.version}, ${process.arch}.`,
  );
  for (const { name, reason } of skipped) lines.push(`skipped ${name}: ${reason}`);
  for (const { bench, contender, reason } of failures) lines.push(`failed  ${bench}, ${contender}: ${reason}`);
  return lines.join("\n");
}

function section(heading: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const peers = [...PEERS, OFF].filter((peer) => rows.some((row) => peer in row.ratio));
  const header = ["bench", "unit", "capwire", ...peers.map((peer) => `/ ${peer}`), "goal", ""];
  const body = rows.map((row) => [
    row.bench,
    row.unit,
    shown(row.capwire),
    ...peers.map((peer) => (peer in row.ratio ? shown(row.ratio[peer]!) : "")),
    row.goal ?? "",
    row.met === undefined ? "" : row.met ? "holds" : "MISSED",
  ]);
  return [heading, "", ...table([header, ...body]), ""];
}

/** Lays out cells in columns, the first two and the last to the left, numbers to the right. */
function table(cells: readonly (readonly string[])[]): string[] {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const left = (column: number) => column < 2 || column >= widths.length - 2;
  return cells.map((line) =>
    line
      .map((cell, column) => (left(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}

/** Four significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function shown(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
