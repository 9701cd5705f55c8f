/** known-failures.txt: what a peer can't do. A line is `PEER | ROLE OF THE PEER | SCENARIO | [sometimes: ]REASON`; `#` begins a comment. */

import { readFileSync } from "node:fs";

/** The role of the peer; capwire has the other one. */
export type Side = "server" | "client";

export interface KnownFailure {
  readonly peer: string;
  readonly side: Side;
  /** The title of a cell. It fails over every carrier. */
  readonly scenario: string;
  readonly reason: string;
  /** It fails at random: passing proves nothing. */
  readonly sometimes: boolean;
}

/** Throws what is wrong with the first bad line, or the second of two for the same cell. */
export function parseKnownFailures(text: string): readonly KnownFailure[] {
  const found = new Map<string, KnownFailure>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [peer = "", side, scenario = "", reason, ...rest] = line.split("|").map((part) => part.trim());
    const complain = (what: string) => new Error(`known-failures.txt:${index + 1}: ${what}: ${line}`);
    if (side !== "server" && side !== "client") throw complain("the role is server or client");
    if (!reason || rest.length > 0) throw complain("a line is PEER | ROLE | SCENARIO | REASON");
    const key = [peer, side, scenario].join("|");
    if (found.has(key)) throw complain("twice the same cell");
    found.set(key, { peer, side, scenario, reason, sometimes: reason.startsWith("sometimes: ") });
  }
  return [...found.values()];
}

export const KNOWN_FAILURES: readonly KnownFailure[] = parseKnownFailures(
  readFileSync(new URL("./known-failures.txt", import.meta.url), "utf8"),
);

export function knownFailure(peer: string, side: Side, scenario: string): KnownFailure | undefined {
  return KNOWN_FAILURES.find((each) => each.peer === peer && each.side === side && each.scenario === scenario);
}
