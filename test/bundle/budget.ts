/** Budgets for bundles, and the report of what outgrew one. */

import type { Bundle } from "./measure.js";

export interface Program {
  /** Largest size of the compressed bundle, in bytes. Raise it deliberately, together with the baseline (`modules.json`). */
  readonly budget: number;
  /** Beginnings of module names that the bundle has no use for. */
  readonly without: readonly string[];
}

const NO_RPC = ["cap/", "rpc/", "vat/", "transport/", "std/rpc"];
const NO_SCHEMAS = [
  "schema/",
  "std/schema",
  "std/sources",
  "compiler/",
  "codegen/g",
  "codegen/f",
  "dynamic/",
  "json/",
  "text/",
];

/** The programs in `programs/`, by name. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  struct: { budget: 16_000, without: [...NO_RPC, ...NO_SCHEMAS, "wire/pack", "wire/canonical", "streams/"] },
  calculator: {
    budget: 52_000,
    without: [
      ...NO_SCHEMAS,
      "cap/membrane",
      "cap/open-telemetry",
      "vat/restorer",
      "vat/reconnect",
      "vat/two-party-server",
      "wire/pack",
    ],
  },
  compiler: { budget: 78_000, without: [...NO_RPC, "schema/loader", "dynamic/", "json/", "text/", "streams/"] },
  dynamic: { budget: 91_000, without: ["rpc/", "vat/", "transport/", "codegen/g", "json/", "text/", "streams/"] },
};

/** Sizes of modules in minified bundles, in bytes, by program and module: as they were when the budgets were set. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many modules the report names. */
const MOST_NAMED = 12;

/** Null for a bundle within its budget; otherwise by how much it is over, and which modules grew since the baseline. */
export function excess(
  name: string,
  { gzipBytes, modules }: Bundle,
  budget: number,
  baseline: Baseline,
): string | null {
  if (gzipBytes <= budget) return null;
  const before = baseline[name] ?? {};
  const growth = [...modules]
    .map(([module, bytes]) => ({ module, bytes, growth: bytes - (before[module] ?? 0), isNew: !(module in before) }))
    .filter(({ growth }) => growth > 0)
    .sort((a, b) => b.growth - a.growth);
  const lines = growth
    .slice(0, MOST_NAMED)
    .map(({ module, bytes, growth, isNew }) => `  +${growth} ${module} (${isNew ? "new" : `now ${bytes}`})`);
  if (growth.length > MOST_NAMED) lines.push(`  and ${growth.length - MOST_NAMED} more`);
  const [over, size] = [gzipBytes - budget, `${gzipBytes} bytes compressed, ${budget} allowed`];
  const grown = lines.length > 0 ? lines : ["  none: the program itself, or how well it compresses, has changed"];
  return [
    `${name} is ${over} bytes over its budget (${size}). Grown since the budget was set, before compression:`,
    ...grown,
  ].join("\n");
}
