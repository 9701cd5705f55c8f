/** pycapnp reads what we write: the same values and the same text, from every form of a message. */

import { encodeMessage } from "capwire/streams";
import { printText } from "capwire/text";
import { AnyStruct, type MessageBuilder } from "capwire/wire";
import { expect, it } from "vitest";
import { structOf } from "../capnp-tool.js";
import { CORPUS } from "../corpus.js";
import { randomMessage } from "../random-message.js";
import { type Answer, askGood, base64, describeWithPycapnp, type Form, type Question } from "./python.js";
import { inSegments, SAMPLES, type Samples, taggedMessage } from "./samples.js";

/** Words of each segment, from one for every object to one for all. */
const SEGMENT_WORDS = [1, 3, 16];

function ours({ struct }: Samples, message: MessageBuilder): NonNullable<Answer["messages"]>[number] {
  const root = message.asReader().getRoot(AnyStruct);
  return { value: taggedMessage(struct, message), text: printText(root, struct, { pretty: true }) };
}

function joined(messages: readonly MessageBuilder[], format: "binary" | "packed"): string {
  return base64(Buffer.concat(messages.map((message) => encodeMessage(message, format))));
}

/** One question for each message, in turn in one segment and in many. */
function single(samples: Samples, form: "binary" | "packed" | "segments"): Question[] {
  const { schema, type, messages } = samples;
  return messages.map((message, index) => {
    const words = SEGMENT_WORDS[index % (SEGMENT_WORDS.length + 1)];
    const written = words === undefined ? message : inSegments(message, words);
    const question = { do: "read", schema, type, form } as const;
    if (form === "segments") return { ...question, segments: written.segments().map(base64) };
    return { ...question, bytes: base64(encodeMessage(written, form)) };
  });
}

describeWithPycapnp("pycapnp reads what we write:", () => {
  for (const samples of SAMPLES) {
    const { schema, type, messages } = samples;

    it(`${samples.title}, unpacked, packed and as segments`, () => {
      const expected = messages.map((message) => ours(samples, message));
      for (const form of ["binary", "packed", "segments"] as const) {
        const answers = askGood(single(samples, form)).flatMap((answer) => answer.messages!);
        expect(answers, form).toEqual(expected);
      }
    });

    it(`${samples.title}, one behind the other, in memory and in files`, () => {
      const expected = messages.map((message) => ours(samples, message));
      const forms: readonly Form[] = ["binary stream", "packed stream", "binary file", "packed file"];
      const question = (form: Form): Question => {
        const bytes = joined(messages, form.startsWith("binary") ? "binary" : "packed");
        return { do: "read", schema, type, form, bytes };
      };
      const answers = askGood(forms.map(question));
      for (const [index, answer] of answers.entries()) expect(answer.messages, forms[index]!).toEqual(expected);
    });
  }
});

describeWithPycapnp("pycapnp prints as we print", () => {
  it.each(CORPUS)("values of %s %s that are not in the schema, and every kind of zero", (schema, type) => {
    const struct = structOf(schema, type);
    const messages = Array.from({ length: 100 }, (_, seed) => randomMessage(struct, 1000 + seed));
    const bytes = joined(messages, "binary");
    const [answer] = askGood([{ do: "read", schema, type, form: "binary stream", bytes, textOnly: true }]);
    const texts = messages.map((each) => printText(each.asReader().getRoot(AnyStruct), struct, { pretty: true }));
    expect(answer!.messages!.map(({ text }) => text)).toEqual(texts);
  });
});
