/** The page that a run writes about itself. */

import { describe, expect, it } from "vitest";
import type { CellFact } from "./facts.js";
import { type RunFacts, report, stablePart } from "./table.js";

const cell = (side: CellFact["side"], row: string, outcome: CellFact["outcome"]): CellFact => ({
  peer: "Go",
  side,
  row,
  outcome,
});

const FACTS: RunFacts = {
  cases: new Map([
    ["wire", 3],
    ["rpc", 4],
  ]),
  fuzzed: [
    { what: "vats", seeds: 40, steps: 100 },
    { what: "vats", seeds: 2, steps: 11 },
  ],
  mutations: [
    { rule: "embargo", noticedBy: "vats" },
    { rule: "embargo", noticedBy: "Go as a server" },
  ],
  cells: [
    cell("server", "values", "passed"),
    cell("server", "values", "passed"),
    cell("server", "values", "known failure"),
    cell("client", "values", "passed"),
    cell("client", "release", "known failure"),
  ],
};

describe("the table of a run", () => {
  const page = report(FACTS, ["values", "release"], ["Go"]);
  const cellsOf = (name: string) =>
    page
      .split("\n")
      .filter((line) => line.startsWith(`| ${name} `))
      .map((line) => line.split("|").map((text) => text.trim()))
      .map((columns) => columns.slice(2, -1));

  it("counts cases by folder, and all of them", () => {
    expect(cellsOf("rpc")).toEqual([["4"]]);
    expect(cellsOf("wire")).toEqual([["3"]]);
    expect(cellsOf("all")[0]).toEqual(["7"]);
  });

  it("adds up what the tests of one kind of random input did", () => {
    expect(cellsOf("vats")).toEqual([["42", "111"]]);
  });

  it("shows for each row and role how many cells passed and how many are known to fail", () => {
    expect(cellsOf("values")).toEqual([["2 + 1", "1"]]);
    expect(cellsOf("release")).toEqual([["0", "0 + 1"]]);
    expect(cellsOf("all")[1]).toEqual(["2 + 1", "1 + 1"]);
  });

  it("names who noticed a rule that was switched off", () => {
    expect(cellsOf("embargo")).toEqual([["Go as a server, vats"]]);
  });

  it("is stale when a cell says something else, not when a count of cases does", () => {
    const more = report({ ...FACTS, cases: new Map([["wire", 5]]), fuzzed: [] }, ["values", "release"], ["Go"]);
    expect(stablePart(more)).toBe(stablePart(page));
    const worse = report({ ...FACTS, cells: FACTS.cells.slice(1) }, ["values", "release"], ["Go"]);
    expect(stablePart(worse)).not.toBe(stablePart(page));
    expect(stablePart("")).toBe("");
  });
});
