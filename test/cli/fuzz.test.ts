/** Damaged input of every format: converted, or refused with an error of capwire's own; never a crash, never without end. */

import { fileURLToPath } from "node:url";
import { CapwireError } from "capwire";
import { describe, expect, it } from "vitest";
import { FORMATS, type Format, readStructs, structWriter } from "../../src/cli/format.js";
import { plausibility } from "../../src/cli/plausible.js";
import { loadType } from "../../src/cli/root-type.js";
import { random } from "../wire/random.js";
import { CORPUS } from "./corpus.js";

const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function convertAll(from: Format, to: Format, schema: ReturnType<typeof loadType>, bytes: Uint8Array) {
  const write = structWriter(to, schema, { short: true, segmentWords: undefined });
  const written: Uint8Array[] = [];
  for await (const struct of readStructs(once(bytes), from, schema)) written.push(write(struct));
  return Buffer.concat(written);
}

describe("damaged input", () => {
  it.each(FORMATS)("in %s format ends in output or in an error that says what is wrong", async (from) => {
    const { below, pick } = random(FORMATS.indexOf(from) + 1);
    const samples = CORPUS.filter(({ text }) => text.length < 1500 && !text.includes(") ("));
    let refused = 0;
    const started = performance.now();
    for (const { schema, type, text } of samples) {
      const struct = loadType({ file: `${schemas}${schema}`, importPath: [], standardImports: true }, type);
      const good = await convertAll("text", from, struct, Buffer.from(text));
      for (let run = 0; run < 60; run++) {
        const bytes = Uint8Array.from(good.subarray(0, run % 5 === 0 ? below(good.length + 1) : good.length));
        for (let hits = 1 + below(4); hits > 0 && bytes.length > 0; hits--) bytes[below(bytes.length)] = below(256);
        plausibility(from, bytes, struct);
        try {
          await convertAll(from, pick(FORMATS), struct, bytes);
        } catch (error) {
          if (!(error instanceof CapwireError)) throw error;
          expect(error.message).not.toBe("");
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
