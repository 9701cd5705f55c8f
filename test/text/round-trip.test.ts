/** Messages of every kind, printed and parsed: they come back as they were, and so does their text. */

import { DynamicTypes } from "capwire/dynamic";
import { parseText, printText } from "capwire/text";
import { AnyStruct, canonicalize, MessageBuilder, type MessageReader } from "capwire/wire";
import { describe, expect, test } from "vitest";
import { structOf } from "../capnp-tool.js";
import { CORPUS } from "../corpus.js";
import { randomMessage } from "../random-message.js";

const MESSAGES = 200;

function canonical(message: MessageReader): string {
  return Buffer.from(canonicalize(message.getRoot(AnyStruct))).toString("hex");
}

describe.each(CORPUS)("random messages of %s %s", (file, name) => {
  const schema = structOf(file, name);
  // A float that is a negative zero is printed as -0, which is an integer's zero.
  const messages = Array.from({ length: MESSAGES }, (_, seed) => randomMessage(schema, seed, { isReadable: true }));

  test.each([true, false])("are what their text says (in lines: %s)", (pretty) => {
    for (const message of messages) {
      const text = printText(message.asReader().getRoot(AnyStruct), schema, { pretty });
      const parsed = parseText(text, schema).asReader();
      expect(printText(parsed.getRoot(AnyStruct), schema, { pretty })).toBe(text);
    }
  });

  test("are, as text has them, what their plain objects say", () => {
    const type = DynamicTypes.of(schema.loader).struct(schema);
    for (const message of messages) {
      const fromText = parseText(printText(message.asReader().getRoot(AnyStruct), schema), schema).asReader();
      const object = fromText.getRoot(type).toObject({ unset: "omit" });
      expect(canonical(type.fromObject(object).$segment.message.asReader())).toBe(canonical(fromText));
    }
  });

  test("are their canonical form, which is its own", () => {
    for (const message of messages) {
      const bytes = canonicalize(message.asReader().getRoot(AnyStruct));
      const copy = new MessageBuilder();
      copy.setRoot(AnyStruct, message.asReader().getRoot(AnyStruct));
      expect(canonicalize(copy.asReader().getRoot(AnyStruct))).toEqual(bytes);
    }
  });
});
