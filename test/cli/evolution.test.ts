/** Data of one version of a schema, read by another: what capwire makes of it in every format is what the C++ tool makes of it. */

import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/cli/format.js";
import { hasCapnp } from "../codegen/capnp-tool.js";
import { convert, show, tool } from "./converting.js";

const schema = "evolution.capnp";

const OLD = `(id = 7, name = "Ann", level = high, numbers = [1, -2, 2147483647], names = ["a", "", "\u2603"], blobs = ["", 0x"00 ff"],
  bytes = 0x"01 02 ff", home = (x = -3, kind = (there = 1.5)), places = [(), (x = 1), (kind = (there = -0.25))], contact = "a@b",
  nothing = [void, void, void], longs = [0, 18446744073709551615])`;

const NEW = `(number = 7, fullName = "Ann", level = high, numbers = [(value = 1), (value = -2, unit = "km")], names = [(text = "a"), (weight = 2)],
  blobs = [(bytes = "x"), ()], bytes = [1, 2, 255], home = (x = 4, y = 5, kind = (there = 1)), places = [(y = 3), (x = 1, kind = (here = void))],
  contact = "a@b", nothing = [(), (something = 1)], longs = [(value = 5), (more = 6)], ratio = 2, flag = false, tags = [], box = (value = "in"))`;

/** Things that only the newer version can say. */
const BEYOND = [
  "(level = highest, number = 1)",
  '(phone = 123456789012, home = (kind = (elsewhere = (name = "far", distance = -1))))',
  '(places = [(kind = (elsewhere = (name = "x"))), (kind = (there = 2))], phone = 0)',
];

const PAIRS: readonly (readonly [from: string, to: string, ...texts: string[]])[] = [
  ["OldPerson", "NewPerson", "()", OLD, '(contact = "")', "(extra = (x = 2), numbers = [])"],
  ["NewPerson", "OldPerson", "()", NEW, ...BEYOND],
  ["OldBox", "CountedBox(Text)", "()", '(value = "v", count = 0)'],
  ["CountedBox(Text)", "OldBox", "()", '(value = "v", count = 1, others = (value = "w"))'],
  ["OldBox", "CountedBox(Data)", '(value = "bytes")'],
  ["OldBox", "CountedBox(List(UInt8))", '(value = "bytes")'],
  ["OldEmpty", "NewEmpty", "()"],
  ["NewEmpty", "OldEmpty", "()", '(value = 1, text = "x")'],
];

describe.skipIf(!hasCapnp)("data of one version read by another", () => {
  for (const [from, to, ...texts] of PAIRS) {
    it.each(texts)(`${from} as ${to}, in every pair of formats: %s`, async (text) => {
      const writer = { schema, type: from };
      const reader = { schema, type: to };
      const binary = tool(writer, "text", "binary", Buffer.from(text));
      for (const stored of FORMATS.filter((format) => format !== "text" && format !== "json")) {
        const input = tool(writer, "binary", stored, binary);
        for (const shown of FORMATS) {
          // An AnyPointer, which the newer version has there, has no JSON in C++, and with us has no place in it either.
          if (shown === "json" && text.includes("extra")) continue;
          const expected = tool(reader, stored, shown, input);
          const made = await convert(reader, stored, shown, input);
          expect(show(made, shown), `${stored}:${shown}`).toBe(show(expected, shown));
        }
      }
    });
  }
});
