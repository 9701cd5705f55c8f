/**
 * The reporter behind `npm run test:report`: makes test/README.md from the run. With CAPWIRE_REPORT=check, as .ci/run sets it, it prints
 * the page instead and fails the run if the committed one says something else. A run that failed, or lacked a peer, proves nothing
 * and leaves the page as it is.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestModule } from "vitest/node";
import { missingPrograms, PEERS } from "../interop/peers.js";
import { ROWS } from "../interop/rows.js";
import type { CellFact, FuzzFact, MutationFact } from "./facts.js";
import { report, stablePart } from "./table.js";

const { CAPWIRE_REPORT } = process.env;

const TESTS = fileURLToPath(new URL("../", import.meta.url));
const PAGE = fileURLToPath(new URL("../README.md", import.meta.url));

export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => ({ module, test })));
    const missing = PEERS.filter((peer) => missingPrograms(peer).length > 0).map(({ name }) => name);
    if (
      modules.length < countTestFiles() ||
      errors.length > 0 ||
      modules.some((module) => !module.ok()) ||
      missing.length > 0
    ) {
      console.log(
        `test/README.md is not made: something failed, was left out or is missing (${missing.join(", ") || "no peer"})`,
      );
      return;
    }
    const cases = new Map<string, number>();
    const facts = { cases, fuzzed: [] as FuzzFact[], mutations: [] as MutationFact[], cells: [] as CellFact[] };
    for (const { module, test } of tests) {
      if (test.result().state !== "passed") continue;
      const path = relative(TESTS, module.moduleId).split(sep);
      const folder = path.length > 1 ? (path[0] as string) : "test";
      cases.set(folder, (cases.get(folder) ?? 0) + 1);
      const { cell, fuzz, mutation } = test.meta();
      if (cell) facts.cells.push(cell);
      if (fuzz) facts.fuzzed.push(fuzz);
      if (mutation) facts.mutations.push(mutation);
    }
    publish(
      report(
        facts,
        ROWS,
        PEERS.map(({ name }) => name),
      ),
    );
  }
}

function countTestFiles(): number {
  return readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".test.ts")).length;
}

function publish(page: string): void {
  if (CAPWIRE_REPORT !== "check") {
    writeFileSync(PAGE, page);
    return;
  }
  console.log(`\n${page}`);
  if (existsSync(PAGE) && stablePart(readFileSync(PAGE, "utf8")) === stablePart(page)) return;
  console.log("test/README.md is stale: npm run test:report makes it anew");
  process.exitCode = 1;
}
