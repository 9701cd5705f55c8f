/** What pycapnp and we say to more than messages that are in order: schema nodes, AnyPointers, other versions of a schema, limits, cut bytes. */

import { readFileSync } from "node:fs";
import { encodeRequest } from "capwire/codegen";
import { compile } from "capwire/compiler";
import { DynamicTypes } from "capwire/dynamic";
import { MessageStreamError, messagesIn } from "capwire/streams";
import { parseText, printText } from "capwire/text";
import {
  type AnyPointerBuilder,
  AnyStruct,
  decodeFrame,
  encodeFrame,
  encodePackedFrame,
  type FrameOptions,
  Int32List,
  MessageBuilder,
  Text,
} from "capwire/wire";
import { expect, it } from "vitest";
import { SCHEMAS, structOf } from "../capnp-tool.js";
import { randomMessage } from "../random-message.js";
import { Point, Pointers } from "../schemas/all-types.capnp.js";
import { ask, askGood, base64, describeWithPycapnp, type Question } from "./python.js";
import { SAMPLES, taggedMessage } from "./samples.js";
import type { Tagged } from "./tagged.js";

describeWithPycapnp("pycapnp loads the nodes that our compiler makes, and reads messages by them:", () => {
  const files = [...new Set(SAMPLES.map(({ schema }) => schema))];
  it.each(files)("%s", (file) => {
    const readFile = (path: string) => readFileSync(SCHEMAS + path, "utf8");
    const compiled = compile({ files: [file], readFile });
    const request = base64(encodeRequest(compiled.request));
    const nodes = compiled.request.nodes.map(({ id, displayName, which }) => [String(id), displayName, which]);
    const samples = SAMPLES.filter(({ schema }) => schema === file);
    const answers = askGood(
      samples.map(({ schema, type, struct, messages }) => {
        const bytes = base64(Buffer.concat(messages.map(encodeFrame)));
        return { do: "load nodes", schema, type, request, id: String(struct.id), bytes };
      }),
    );
    for (const [index, { messages, struct }] of samples.entries()) {
      expect(answers[index]!.nodes).toEqual(nodes);
      const values = answers[index]!.messages!.map(({ value }) => value);
      expect(values).toEqual(messages.map((message) => taggedMessage(struct, message)));
    }
  });
});

describeWithPycapnp("pycapnp reads an AnyPointer that we set to", () => {
  const contents: readonly [what: string, set: (any: AnyPointerBuilder) => void, value: unknown][] = [
    ["text", (any) => any.set(Text, "caf\u00e9"), ["text", "caf\u00e9"]],
    [
      "List(Int32)",
      (any) => any.set(Int32List, [1, -2]),
      [
        "list",
        [
          ["int", "1"],
          ["int", "-2"],
        ],
      ],
    ],
    ["Point", (any) => any.set(Point, { x: 1, y: 2 }), ["struct", { x: ["int", "1"], y: ["int", "2"] }]],
  ];
  it.each(contents)("%s", (as, set, value) => {
    const message = new MessageBuilder();
    set(message.initRoot(Pointers).any);
    const bytes = base64(message.toBytes());
    const question = { do: "anything", schema: "all-types.capnp", type: "Pointers", field: "any", as, bytes } as const;
    expect(askGood([question])).toEqual([{ value }]);
  });
});

describeWithPycapnp("another version of the schema", () => {
  const schema = "evolution.capnp";
  const cases = [
    ["OldPerson", "NewPerson", "()"],
    [
      "OldPerson",
      "NewPerson",
      `(id = 7, name = "Ann", level = high, numbers = [1, -2], names = ["a", ""], blobs = ["", "b"], bytes = "abc",
        home = (x = -3, kind = (there = 1.5)), places = [(), (x = 1)], contact = "c", nothing = [void, void], longs = [5])`,
    ],
    [
      "NewPerson",
      "OldPerson",
      `(number = 7, fullName = "Ann", level = low, numbers = [(value = 1), (unit = "km")], names = [(text = "a")], bytes = [1, 2],
        home = (x = 4, y = 5, kind = (there = 1)), places = [(y = 3)], longs = [(value = 5)], nothing = [()], box = (value = "in"))`,
    ],
  ] as const;
  it.each(cases)("%s as %s is to pycapnp what it is to us: %s", (from, to, text) => {
    const bytes = encodeFrame(parseText(text, structOf(schema, from)));
    const [answer] = askGood([{ do: "read", schema, type: to, form: "binary", bytes: base64(bytes) }]);
    const struct = structOf(schema, to);
    const message = decodeFrame(bytes);
    expect(answer!.messages).toEqual([
      {
        value: taggedMessage(struct, message),
        text: printText(message.getRoot(AnyStruct), struct, { pretty: true }),
      },
    ]);
  });
});

describeWithPycapnp("limits", () => {
  const samples = [
    { schema: "all-types.capnp", type: "Shape", text: `${"(inner = ".repeat(20)}(label = "deep")${")".repeat(20)}` },
    { schema: "all-types.capnp", type: "Lists", text: '(matrix = [[1, 2], [3]], colorLists = [[red]], texts = ["a"])' },
    // The elements of a struct list lie a level below it.
    { schema: "all-types.capnp", type: "Lists", text: '(pointLists = [[(x = 1, name = "one")]], points = [(x = 2)])' },
  ];

  function isReadByUs(bytes: Uint8Array, type: ReturnType<typeof structOf>, options: FrameOptions): boolean {
    try {
      decodeFrame(bytes, options).getRoot(DynamicTypes.of(type.loader).struct(type)).toObject({ unset: "omit" });
      return true;
    } catch {
      return false;
    }
  }

  it.each(samples)("of nesting stop pycapnp and us at the same depth: $type", ({ schema, type, text }) => {
    const struct = structOf(schema, type);
    const bytes = encodeFrame(parseText(text, struct));
    const depths = Array.from({ length: 26 }, (_, index) => index + 1);
    const answers = ask(
      depths.map((depth) => ({
        do: "read",
        schema,
        type,
        form: "binary",
        bytes: base64(bytes),
        limits: { nesting_limit: depth },
      })),
    );
    const theirs = answers.map(({ error }) => error === undefined);
    expect(depths.map((nestingLimit) => isReadByUs(bytes, struct, { nestingLimit }))).toEqual(theirs);
    expect(new Set(theirs).size).toBe(2);
  });

  it.each(samples)("of traversal stop both of us: $type", ({ schema, type, text }) => {
    const struct = structOf(schema, type);
    const bytes = encodeFrame(parseText(text, struct));
    const limit = bytes.length / 8 / 2;
    const limits = { traversal_limit_in_words: limit };
    const [answer] = ask([{ do: "read", schema, type, form: "binary", bytes: base64(bytes), limits }]);
    expect(answer!.error).toMatch(/traversal limit|too large/);
    expect(isReadByUs(bytes, struct, { traversalLimitInWords: Math.floor(limit) })).toBe(false);
  });
});

describeWithPycapnp("a stream that is cut", () => {
  it.each(["binary", "packed"] as const)(
    "gives both the messages before the cut, and only us an error: %s",
    (format) => {
      const struct = structOf("all-types.capnp", "Person");
      const messages = [0, 1, 2].map((seed) => randomMessage(struct, seed, { isReadable: true, depth: 1 }));
      const encode = format === "binary" ? encodeFrame : encodePackedFrame;
      const whole = Buffer.concat(messages.map(encode));
      const lengths = Array.from({ length: whole.length + 1 }, (_, length) => length);
      const questions = lengths.map((length): Question => {
        const bytes = base64(whole.subarray(0, length));
        return { do: "read", schema: "all-types.capnp", type: "Person", form: `${format} file`, bytes };
      });
      let cuts = 0;
      for (const [length, { messages: theirs }] of askGood(questions).entries()) {
        const ours: Tagged[] = [];
        try {
          for (const each of messagesIn(whole.subarray(0, length), { format })) ours.push(taggedMessage(struct, each));
        } catch (error) {
          expect(error).toBeInstanceOf(MessageStreamError);
          cuts++;
        }
        expect(ours, `${length} bytes`).toEqual(theirs!.map(({ value }) => value));
      }
      // But for the ends of the three messages, and nothing at all.
      expect(cuts).toBe(whole.length + 1 - 4);
    },
  );
});
