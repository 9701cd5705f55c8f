/** JSON beside the `capnp` tool: random messages of the corpus, encoded and decoded by both. */

import { JsonCodec } from "capwire/json";
import { AnyStruct, encodeFrame } from "capwire/wire";
import { expect, test } from "vitest";
import { convert, convertToText, copied, describeWithCapnp, structOf } from "../capnp-tool.js";
import { CORPUS } from "../corpus.js";
import { randomMessage } from "../random-message.js";

const MESSAGES = 60;

/**
 * Without what 0.9.2 reads wrong: letters in the digits of `\\u000b`; and slashes, which its splitting of several messages takes for
 * comments.
 */
const TEXTS = [
  "",
  "a",
  "plain text",
  "caf\u00e9 \u2603 \u{1f600}",
  "tab\tline\nquote'\"\\",
  "\0\x01\x10\x7f",
  "x".repeat(60),
];

const ANNOTATED: readonly (readonly [string, string])[] = [
  ["json-annotations.capnp", "Everything"],
  ["json-annotations.capnp", "External"],
  ["json-annotations.capnp", "Outer"],
  ["json-annotations.capnp", "Bound"],
];

/** `List(Box(Box(T)))` in a `Box(T)`: C++ looks for the annotations of ever larger types until it crashes. */
const RECURSIVE = "Uses";

/** Of capnp.json.Value C++ 0.9.2 knows no `raw`, and writes numbers that are none as if JSON had them. */
const OPTIONS = { texts: TEXTS, skip: ["innerJson"] };

describeWithCapnp("JSON, beside capnp convert", () => {
  const codec = new JsonCodec();
  const pretty = new JsonCodec({ pretty: true });
  for (const [file, name] of [...CORPUS.filter(([, type]) => type !== RECURSIVE), ...ANNOTATED]) {
    const schema = structOf(file, name);
    const messages = Array.from({ length: MESSAGES }, (_, seed) => randomMessage(schema, seed, OPTIONS));
    const frames = Buffer.concat(messages.map(encodeFrame));
    const roots = messages.map((message) => message.asReader().getRoot(AnyStruct));

    test(`${file} ${name} is encoded without spaces as C++ does`, () => {
      const theirs = convertToText("binary:json", file, name, frames, { short: true }).split("\n");
      expect(roots.map((root) => codec.encode(root, schema))).toEqual(theirs);
    });

    test(`${file} ${name} is encoded in lines as C++ does`, () => {
      const theirs = convertToText("binary:json", file, name, frames);
      expect(roots.map((root) => pretty.encode(root, schema)).join("\n")).toBe(theirs);
    });

    test(`${file} ${name} is decoded to the message that C++ decodes it to`, () => {
      const texts = roots.map((root) => codec.encode(root, schema));
      const theirs = convert("json:binary", file, name, texts.join("\n"));
      expect(Buffer.concat(texts.map((text) => copied(codec.decode(text, schema))))).toEqual(Buffer.from(theirs));
    });
  }
});
