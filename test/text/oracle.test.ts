/** The text format beside the `capnp` tool: random messages of the corpus, printed and parsed by both. */

import { parseText, printText } from "capwire/text";
import { AnyStruct, encodeFrame } from "capwire/wire";
import { expect, test } from "vitest";
import { convert, convertToText, copied, describeWithCapnp, structOf } from "../capnp-tool.js";
import { CORPUS } from "../corpus.js";
import { randomMessage } from "../random-message.js";

const MESSAGES = 60;

describeWithCapnp("the text format, beside capnp convert", () => {
  for (const [file, name] of CORPUS) {
    const schema = structOf(file, name);
    const messages = Array.from({ length: MESSAGES }, (_, seed) => randomMessage(schema, seed));
    const frames = Buffer.concat(messages.map(encodeFrame));
    const roots = messages.map((message) => message.asReader().getRoot(AnyStruct));

    test(`${file} ${name} is printed in one line as C++ prints it`, () => {
      const theirs = convertToText("binary:text", file, name, frames, { short: true }).split("\n");
      expect(roots.map((root) => printText(root, schema))).toEqual(theirs);
    });

    test(`${file} ${name} is printed in lines as C++ prints it`, () => {
      const theirs = convertToText("binary:text", file, name, frames);
      expect(roots.map((root) => printText(root, schema, { pretty: true })).join("\n")).toBe(theirs);
    });

    test(`${file} ${name} is parsed to the message that C++ parses it to`, () => {
      const texts = Array.from({ length: MESSAGES }, (_, seed) => {
        const message = randomMessage(schema, seed, { isReadable: true });
        return printText(message.asReader().getRoot(AnyStruct), schema, { pretty: seed % 2 === 0 });
      }).filter(isSplittable);
      expect(texts.length).toBeGreaterThan(MESSAGES / 3);
      const theirs = convert("text:binary", file, name, texts.join("\n"));
      expect(Buffer.concat(texts.map((text) => copied(parseText(text, schema))))).toEqual(Buffer.from(theirs));
    });
  }
});

/** C++'s tool takes brackets in strings for those around messages when several follow each other. */
function isSplittable(text: string): boolean {
  return ![...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].some(([literal]) => /[()#]/.test(literal));
}
