/** The list of clauses is complete, and the tests it names exist. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { CLAUSES } from "./clauses.js";
import { hasTest } from "./named-test.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every field and choice of the structs in `schema`, as `Struct.group.field`. Enumerants belong to the field of their enum. */
function fieldNames(schema: string): string[] {
  const names: string[] = [];
  /** Names of what is open; null for what has no fields. */
  const open: (string | null)[] = [];
  for (const raw of schema.split("\n")) {
    const text = raw.replace(/#.*/, "").trim();
    const named = /^(struct|enum) (\w+)/.exec(text) ?? /^(\w+) :(?:union|group) \{/.exec(text);
    const field = /^(\w+) @\d+/.exec(text);
    if (named) open.push(named[1] === "enum" ? null : (named[2] ?? named[1] ?? ""));
    else if (/^union \{/.test(text)) open.push("");
    else if (field && !open.includes(null)) names.push([...open.filter((name) => name !== ""), field[1]].join("."));
    if (text === "}") open.pop();
  }
  return names;
}

describe("rpc.capnp", () => {
  test("has a clause in the list for each of its fields, in order", () => {
    const schema = readFileSync(`${root}src/std/rpc.capnp`, "utf8");
    expect(CLAUSES.map(({ clause }) => clause)).toEqual(fieldNames(schema));
  });

  test("is held by tests that exist", () => {
    const missing: string[] = [];
    for (const { clause, status, tests } of CLAUSES) {
      if (status === "held" && tests.length === 0) missing.push(`${clause} has no test`);
      for (const named of tests) if (!hasTest(named)) missing.push(`${clause}: ${named}`);
    }
    expect(missing).toEqual([]);
  });
});
