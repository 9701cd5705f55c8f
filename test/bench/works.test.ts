/** The benches compare work, so the work must be the same: every contender's gives the same sums and checksums, whatever it is written in. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codec as capwire } from "../../bench/codec/capwire.js";
import { bookSum, makeContacts, makeReading, readingSum, touch } from "../../bench/codec/content.js";
import { codec as dynamic } from "../../bench/codec/dynamic.js";
import { codec as json } from "../../bench/codec/json.js";
import { codecWorks } from "../../bench/codec/work.js";
import { FIELDS } from "../../bench/compile/schema.js";
import { compileHere, compileWorks, FILE, writeSchema } from "../../bench/compile/work.js";
import { dynamicWorks } from "../../bench/dynamic/work.js";
import { checksum, makeRandom, makeText, makeZeros } from "../../bench/packing/data.js";
import { packingWorks } from "../../bench/packing/work.js";
import type { Works } from "../../bench/work.js";
import { arePeersRequired, hasCapnp } from "../has-capnp.js";

const bench = fileURLToPath(new URL("../../bench/", import.meta.url));
const schema = `${bench}schema/bench.capnp`;
const python = fileURLToPath(new URL("../interop/python/build/venv/bin/python", import.meta.url));
const book = bookSum(makeContacts(100));

/** What each work gives, by bench. */
function checks(works: Works): Record<string, number> {
  return Object.fromEntries(Object.entries(works).map(([name, make]) => [name, make().check()]));
}

/** What a contender's process answers to `check`, by bench. */
function ask(program: string, args: readonly string[], benches: readonly string[]): Record<string, number> {
  const input = benches.map((name) => `check ${name}\n`).join("");
  const { stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  const answers = stdout.split("\n").slice(1, -1);
  if (answers.length !== benches.length) throw new Error(`${program}: ${stderr}`);
  return Object.fromEntries(answers.map((line, i) => [benches[i]!, (JSON.parse(line) as { value: number }).value]));
}

describe("the codec benches", () => {
  const expected = {
    "book-encode": book,
    "book-decode": book,
    "numeric-encode": readingSum(makeReading()),
    "numeric-decode": readingSum(makeReading()),
    "random-access": touch(makeContacts(10_000).at(-1)!.email),
  };

  it.each(Object.entries({ capwire, dynamic, json }))("touch every field with %s", (_, codec) => {
    expect(checks(codecWorks(codec as typeof capwire))).toEqual(expected);
  });

  it("have a sum of numbers in which each counts", () => {
    const sum = readingSum(makeReading());
    for (const [name, value] of Object.entries(makeReading())) {
      const other = typeof value === "boolean" ? !value : typeof value === "bigint" ? value + 1n : value + 1;
      expect(readingSum({ ...makeReading(), [name]: other }), name).not.toBe(sum);
    }
  });
});

describe("the dynamic benches", () => {
  it("read and build the whole address book in each way", () => {
    const sums = checks(dynamicWorks(schema));
    expect(sums).toEqual(Object.fromEntries(Object.keys(sums).map((name) => [name, book])));
  });

  it.skipIf(!existsSync(python) && !arePeersRequired)("are the same in pycapnp", () => {
    const sums = checks(dynamicWorks(schema));
    expect(ask(python, [`${bench}python/dynamic.py`, schema], Object.keys(sums))).toEqual(sums);
  });
});

describe("the packing benches", () => {
  it("unpack what was packed", () => {
    const given = checks(packingWorks);
    expect(given["unpack-zeros"]).toBe(checksum(makeZeros()));
    expect(given["unpack-text"]).toBe(checksum(makeText()));
    expect(given["unpack-random"]).toBe(checksum(makeRandom()));
    expect([given["packed-encode"], given["packed-decode"]]).toEqual([book, book]);
  });
});

describe("the compile benches", () => {
  const directory = writeSchema();
  const text = readFileSync(join(directory, FILE));
  afterAll(() => rmSync(directory, { recursive: true }));

  it("have a schema with as many fields as they say", () => {
    expect(text.toString().match(/^ +\w+ @\d+ :/gm)).toHaveLength(FIELDS);
  });

  it.skipIf(!hasCapnp)("compile to the same nodes as C++'s", () => {
    const works = compileWorks(directory, ["capnp"], () => compileHere(text));
    expect(works["compile-call"]!().check()).toBe(works["compile-command"]!().check());
  });
});

const cpp = (program: string) => `${bench}build/cpp/${program}`;

describe.skipIf(!existsSync(cpp("packing")) && !arePeersRequired)("the C++ programs (make -C bench/cpp)", () => {
  beforeAll(() => {
    const { status, stderr } = spawnSync("make", ["-s", "-C", `${bench}cpp`], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }, 300_000);

  it.each([
    ["codec", codecWorks(capwire), []],
    ["packing", packingWorks, []],
    ["dynamic", dynamicWorks(schema), [schema]],
  ] as const)("do the same work: %s", (program, works, args) => {
    const given = checks(works);
    // C++ has no plain objects.
    for (const name of Object.keys(given)) if (name.endsWith("-object")) delete given[name];
    const theirs = ask(cpp(program), args, Object.keys(given));
    for (const [name, value] of Object.entries(given)) expect(theirs[name], name).toBeCloseTo(value, 6);
  });
});
