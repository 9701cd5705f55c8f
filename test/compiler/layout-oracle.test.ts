/** Field offsets in made-up structs against C++: many shapes of gaps, unions in unions, and ordinals out of order. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeRequest } from "../../src/codegen/decode-request.js";
import { compile, formatDiagnostics } from "../../src/compiler/index.js";
import { capnpCompile, hasCapnp, INSTALL_CAPNP } from "./capnp-tool.js";
import { comparableNodes } from "./comparable.js";
import { randomStructs } from "./random-schema.js";

/** Set CAPWIRE_LAYOUT_SEEDS to look further than every test run can. */
const { CAPWIRE_LAYOUT_SEEDS = "10" } = process.env;
const SEEDS = Number(CAPWIRE_LAYOUT_SEEDS);

describe.skipIf(!hasCapnp)(`Struct layout agrees with C++ (needs: ${INSTALL_CAPNP})`, () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(`${tmpdir()}/capwire-layout-`);
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it.for(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "puts every field of random structs (seed %i) at the same place",
    (seed, { task }) => {
      const text = randomStructs(seed, 40, 30);
      task.meta.fuzz = { what: "layout of structs, compared with C++: structs", seeds: 1, steps: 40 };
      writeFileSync(`${directory}/random.capnp`, text);
      // Unions in unions were laid out wrongly before 0.5, so by default C++ refuses the schemas that meant.
      const theirs = capnpCompile([`--src-prefix=${directory}`, `${directory}/random.capnp`], {
        CAPNP_IGNORE_ISSUE_344: "1",
      });
      expect(theirs.errors).toBe("");
      const ours = compile({ files: ["random.capnp"], readFile: () => text });
      expect(formatDiagnostics(ours.diagnostics)).toBe("");
      expect(comparableNodes(ours.request)).toEqual(comparableNodes(decodeRequest(theirs.output)));
    },
  );
});
