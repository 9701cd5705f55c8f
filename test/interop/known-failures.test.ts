/** known-failures.txt says what is: every line names a cell. That a listed cell fails, its own test sees to (matrix.ts). */

import { describe, expect, it } from "vitest";
import { CELLS } from "./cells.js";
import { KNOWN_FAILURES, parseKnownFailures } from "./known-failures.js";
import { PEERS } from "./peers.js";

describe("known-failures.txt", () => {
  it("names only peers and cells that exist", () => {
    const peers = PEERS.map(({ name }) => name);
    const unknown = KNOWN_FAILURES.filter(
      ({ peer, side, scenario }) => !peers.includes(peer) || !CELLS[side].some(({ title }) => title === scenario),
    );
    expect(unknown).toEqual([]);
  });

  it("is read line by line", () => {
    const text = "# comment\n\nGo | client | some cell | has no API for it\n";
    expect(parseKnownFailures(text)).toEqual([
      { peer: "Go", side: "client", scenario: "some cell", reason: "has no API for it", sometimes: false },
    ]);
    expect(parseKnownFailures("Go | server | some cell | sometimes: crashes")).toMatchObject([{ sometimes: true }]);
  });

  it.each([
    ["a line without a reason", "Go | client | cell |", "known-failures.txt:1: a line is PEER"],
    ["a role that is none", "\nGo | peer | cell | why", "known-failures.txt:2: the role is server or client"],
    ["a cell listed twice", "Go | client | cell | a\nGo | client | cell | b", "known-failures.txt:2: twice"],
  ])("complains of %s", (_, text, complaint) => {
    expect(() => parseKnownFailures(text)).toThrow(complaint);
  });
});

it("no two cells of a role have the same title", () => {
  for (const cells of Object.values(CELLS)) expect(new Set(cells.map(({ title }) => title)).size).toBe(cells.length);
});
