/** A bounded number of randomised runs; `npm run fuzz` goes on for as long as it is let. FUZZ_SEED=n repeats one. */

import { afterEach, describe, expect, test } from "vitest";
import { localRules } from "../../src/cap/local-rules.js";
import { rules } from "../../src/rpc/rules.js";
import type { FuzzFact } from "../report/facts.js";
import { printTest, type RunOptions, run, shorten } from "./run.js";

const { FUZZ_SEED } = process.env;

/** Plays `count` runs from seed `first` on; fails with the first failing one, as a test to be put into found.test.ts. */
function playMany(first: number, count: number, options: RunOptions): FuzzFact {
  let steps = 0;
  for (let seed = first; seed < first + count; seed++) {
    const { failure, actions } = run(seed, options);
    steps += actions;
    if (failure) throw new Error(`seed ${seed}\n${printTest(shorten(failure, Date.now() + 5_000))}`);
  }
  return { what: "vats that talk to each other: actions", seeds: count, steps };
}

describe("random vats keep every rule", () => {
  const stages: [string, RunOptions][] = [
    ["two of them", { vats: 2, evil: false, cuts: false }],
    ["three of them", { vats: 3, evil: false, cuts: false }],
    ["five of them", { vats: 5, evil: false, cuts: false }],
    ["with objects that shorten paths", { evil: false, cuts: false, detours: true }],
    ["through membranes", { evil: false, cuts: false, membranes: true }],
    ["in streaming calls", { evil: false, cuts: false, streams: true }],
    [
      "with all of these, while links are cut",
      { evil: false, cuts: true, detours: true, membranes: true, streams: true },
    ],
    ["while links are cut", { evil: false, cuts: true }],
    ["though tables overflow", { evil: false, cuts: false, scarce: true }],
    ["although one more is malicious", { evil: true, cuts: false }],
  ];
  for (const [name, options] of stages) {
    test(name, ({ task }) => {
      task.meta.fuzz = FUZZ_SEED ? playMany(Number(FUZZ_SEED), 1, options) : playMany(1, 40, options);
    });
  }
});

/** What can be switched off. */
const SETS: readonly Record<string, boolean>[] = [rules, localRules];

describe("a rule switched off is noticed", () => {
  afterEach(() => {
    for (const set of SETS) for (const rule of Object.keys(set)) set[rule] = true;
  });

  for (const [set, rule] of SETS.flatMap((each) => Object.keys(each).map((rule) => [each, rule] as const))) {
    test(rule, ({ task }) => {
      set[rule] = false;
      let failed = false;
      for (let seed = 1; seed <= 1000 && !failed; seed++) failed = run(seed).failure !== null;
      expect(failed).toBe(true);
      task.meta.mutation = { rule, noticedBy: "random vats" };
    });
  }
});

test("the same seed is the same run", () => {
  const { actions, messages } = run(7);
  expect(run(7)).toMatchObject({ actions, messages });
});
