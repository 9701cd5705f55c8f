/**
 * The matrix: what registers a suite for each peer and carrier, and each of its cells as a test. A cell listed in known-failures.txt must
 * fail. What became of a cell is in its test's `meta`, from which the table in test/README.md is made.
 */

import { describe, it } from "vitest";
import { arePeersRequired } from "../has-capnp.js";
import type { CellFact } from "../report/facts.js";
import { CELLS } from "./cells.js";
import { knownFailure, type Side } from "./known-failures.js";
import { missingPrograms, type Peer, type Program } from "./peers.js";

/** How long a cell may take that is known to fail, in ms: it may do so by never answering. */
const KNOWN_FAILURE_TIMEOUT = 5_000;

/** A suite that needs programs of a peer. Where they are missing it is skipped by name with what installs them, or fails if CI says so. */
export function describeWithPeer(
  peer: Peer,
  title: string,
  programs: readonly Program[],
  suite: (peer: Peer) => void,
): void {
  const missing = missingPrograms(peer, programs);
  describe(`${peer.name} ${title}`, () => {
    if (missing.length === 0) {
      suite(peer);
      return;
    }
    const verdict = `${peer.name} is missing: ${missing.join(", ")} (${peer.install})`;
    if (!arePeersRequired) {
      it.skip(verdict, () => {});
      return;
    }
    it(verdict, () => {
      throw new Error(verdict);
    });
  });
}

/** A cell: `body` rejects if the peer, in the role `side`, or we do not do what the title says. */
export function cell(peer: Peer, side: Side, title: string, body: () => unknown, timeout = 30_000): void {
  const row = CELLS[side].find((each) => each.title === title)?.row;
  if (!row) throw new Error(`cells.ts does not know: ${title}`);
  const known = knownFailure(peer.name, side, title);
  it(title, { timeout }, async ({ task }) => {
    const record = (outcome: CellFact["outcome"]) => {
      task.meta.cell = { peer: peer.name, side, row, outcome };
    };
    record("failed");
    if (!known) {
      await body();
      record("passed");
      return;
    }
    if (!(await fails(body)) && !known.sometimes)
      throw new Error(`this is in known-failures.txt but passes: remove the line (${known.reason})`);
    record("known failure");
  });
}

async function fails(body: () => unknown): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), KNOWN_FAILURE_TIMEOUT);
  });
  try {
    await Promise.race([body(), late]);
    return false;
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}
