/** Every case of the C++ suites has a test of ours that exists, or a reason why not. */

import { describe, expect, test } from "vitest";
import { CASES } from "./checklist.js";
import { hasTest } from "./named-test.js";

describe("the cases of the C++ suites", () => {
  test("are all there", () => {
    expect(CASES).toHaveLength(124);
  });

  test("have a test of ours that exists, or a reason why not", () => {
    const missing: string[] = [];
    for (const { number, name, tests, without } of CASES) {
      if (tests.length === 0 && !without) missing.push(`${number} ${name} has neither test nor reason`);
      for (const named of tests) if (!hasTest(named)) missing.push(`${number} ${name}: ${named}`);
    }
    expect(missing).toEqual([]);
  });
});
