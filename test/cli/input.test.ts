/** What the command line makes of its input before it is parsed: streams of text cut into messages, and guesses of the format. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/cli/format.js";
import { guessFormat, plausibility } from "../../src/cli/plausible.js";
import { loadType } from "../../src/cli/root-type.js";
import { splitMessages } from "../../src/cli/splitter.js";
import { capnp, hasCapnp } from "../codegen/capnp-tool.js";
import { random } from "../wire/random.js";
import { CORPUS } from "./corpus.js";

const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));

async function split(text: string, format: "text" | "json", size: number): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const pieces: string[] = [];
  for await (const piece of splitMessages(chunks(), format)) {
    expect(bytes.subarray(piece.offset, piece.offset + piece.bytes.length).equals(piece.bytes)).toBe(true);
    expect(piece.line).toBe(bytes.subarray(0, piece.offset).toString().split("\n").length - 1);
    pieces.push(Buffer.from(piece.bytes).toString().trim());
  }
  return pieces;
}

describe("a stream of text", () => {
  it.each([1, 2, 3, 1000])("is cut where a message ends, with chunks of %i bytes", async (size) => {
    const text = '# (\n(a = 1, b = (c = [1, 2])) (d = ")(\\"(")\n\n(e = `)(\n ) # )\n(f = "\u{1F600}")  # the end\n';
    expect(await split(text, "text", size)).toEqual([
      "# (\n(a = 1, b = (c = [1, 2]))",
      '(d = ")(\\"(")',
      "(e = `)(\n )",
      '# )\n(f = "\u{1F600}")',
    ]);
    const json = ' {"a": {"b": [1, "}{"]}}{"c": "\\"}"}\n{"d": "\\\\"} ';
    expect(await split(json, "json", size)).toEqual(['{"a": {"b": [1, "}{"]}}', '{"c": "\\"}"}', '{"d": "\\\\"}']);
  });

  it("gives what is left at its end, which may be no message", async () => {
    expect(await split("(a = 1) nonsense", "text", 5)).toEqual(["(a = 1)", "nonsense"]);
    expect(await split('(a = "', "text", 5)).toEqual(['(a = "']);
    expect(await split("  # only a remark", "text", 5)).toEqual([]);
    expect(await split(")))", "text", 1)).toEqual([")))"]);
    expect(await split("", "json", 1)).toEqual([]);
  });

  it("loses nothing, whatever it is", async () => {
    const { below, pick } = random(3);
    for (let run = 0; run < 300; run++) {
      const text = Array.from({ length: below(40) }, () =>
        pick(["(", ")", "[", "]", '"', "\\", "#", "`", "\n", "a"]),
      ).join("");
      const pieces = await split(text, "text", 1 + below(5));
      expect(text.replace(/\s/g, "").startsWith(pieces.join("").replace(/\s/g, ""))).toBe(true);
    }
  });
});

describe.skipIf(!hasCapnp)("a guess of the format", () => {
  // Samples that are long enough to say something, and not an empty struct: the C++ tool compares its pointer with ff ff ff ff
  // where it is fc ff ff ff, and refuses flat and binary messages with one as impossible.
  const samples = CORPUS.filter(
    ({ type, text }) => ["Defaults", "Lists", "Person", "Shape"].includes(type) && text !== "()",
  );

  it.each(samples.map((sample) => [`${sample.type} ${sample.text.slice(0, 30)}`, sample] as const))(
    "is the C++ tool's: %s",
    (_, { schema, type, text }) => {
      const struct = loadType({ file: `${schemas}${schema}`, importPath: [], standardImports: true }, type)!;
      for (const actual of FORMATS) {
        const input = capnp(["convert", "--quiet", `text:${actual}`, schema, type], text);
        for (const claimed of FORMATS) {
          const run = spawnSync("capnp", ["convert", `${claimed}:canonical`, schema, type], { cwd: schemas, input });
          const says = run.stderr.toString().replace(/\s+/g, " ");
          const impossible = /The input is not in "[\w-]+" format\.( It looks like it is in "([\w-]+)")?/.exec(says);
          const implausible = /does not appear to be in "[\w-]+" format[.,]/.test(says);
          const wrongType = /does not appear to (match the schema|be the type)/.test(says);
          const expected = impossible
            ? "impossible"
            : implausible
              ? "implausible"
              : wrongType
                ? "wrong-type"
                : "plausible";
          const prefix = input.subarray(0, 8192);
          expect([actual, claimed, plausibility(claimed, prefix, struct)]).toEqual([actual, claimed, expected]);
          if (impossible) expect(guessFormat(prefix, struct)).toBe(impossible[2]);
        }
      }
    },
  );
});

it("an empty struct is a plausible message", () => {
  const flat = Uint8Array.from([0xfc, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  expect(plausibility("flat", flat, undefined)).toBe("plausible");
  expect(plausibility("binary", Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, ...flat]), undefined)).toBe("plausible");
});
