/** Messages through JSON and text and back, hostile messages into either, and what they cost at their worst. */

import { CapwireError } from "capwire";
import { JsonCodec, JsonError } from "capwire/json";
import { parseText, printText, TextError } from "capwire/text";
import { AnyStruct, decodeFrame, encodeFrame, type MessageBuilder, MessageReader } from "capwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { structOf } from "../capnp-tool.js";
import { CORPUS } from "../corpus.js";
import { randomMessage } from "../random-message.js";

const ALL = [
  ...CORPUS,
  ["json-annotations.capnp", "Everything"],
  ["json-annotations.capnp", "Outer"],
  ["json-annotations.capnp", "Bound"],
] as const;

const corpus = fc.constantFrom(...ALL);

/** What no schema knows cannot be written by name. */
const READABLE = { isReadable: true, skip: ["innerJson"] };

function root(message: MessageBuilder) {
  return message.asReader().getRoot(AnyStruct);
}

describe("round trips", () => {
  test("a message that went through JSON says the same in JSON, in either layout", () => {
    fc.assert(
      fc.property(corpus, fc.integer(), fc.boolean(), ([file, name], seed, pretty) => {
        const schema = structOf(file, name);
        const codec = new JsonCodec({ pretty });
        const json = codec.encode(root(randomMessage(schema, seed, READABLE)), schema);
        expect(codec.encode(root(codec.decode(json, schema)), schema)).toBe(json);
      }),
      { numRuns: 500 },
    );
  });

  test("a message that went through text says the same in text, in either layout", () => {
    fc.assert(
      fc.property(corpus, fc.integer(), fc.boolean(), ([file, name], seed, pretty) => {
        const schema = structOf(file, name);
        const text = printText(root(randomMessage(schema, seed, READABLE)), schema, { pretty });
        expect(printText(root(parseText(text, schema)), schema, { pretty })).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("text and JSON of a message describe the same message", () => {
    fc.assert(
      fc.property(corpus, fc.integer(), ([file, name], seed) => {
        const schema = structOf(file, name);
        const codec = new JsonCodec();
        const message = randomMessage(schema, seed, READABLE);
        const viaText = parseText(printText(root(message), schema), schema);
        expect(codec.encode(root(viaText), schema)).toBe(codec.encode(root(message), schema));
      }),
      { numRuns: 300 },
    );
  });
});

const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g;

/** What reading a message that anybody may have sent may end in. */
function tolerates(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(CapwireError);
    expect(["WireError", "JsonError", "TextError"]).toContain((error as Error).name);
  }
}

describe("hostile JSON", () => {
  test("JSON that fits the schema nearly is decoded or refused", () => {
    fc.assert(
      fc.property(
        corpus,
        fc.integer(),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
        ([file, name], seed, swaps) => {
          const schema = structOf(file, name);
          const codec = new JsonCodec();
          const tokens = codec.encode(root(randomMessage(schema, seed)), schema).match(TOKENS)!;
          // Exchanging tokens keeps names and values that the schema knows, in places that it does not expect.
          for (const [a, b] of swaps) {
            const [from, to] = [a % tokens.length, b % tokens.length];
            [tokens[from], tokens[to]] = [tokens[to]!, tokens[from]!];
          }
          tolerates(() => codec.decode(tokens.join(""), schema));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("any JSON under names that the schema knows is decoded or refused", () => {
    fc.assert(
      fc.property(corpus, fc.jsonValue({ maxDepth: 3 }), fc.boolean(), ([file, name], value, rejectUnknownFields) => {
        const schema = structOf(file, name);
        const json = JSON.stringify(Object.fromEntries(schema.fields.map((field) => [field.name, value])));
        tolerates(() => new JsonCodec({ rejectUnknownFields }).decode(json, schema));
      }),
      { numRuns: 1000 },
    );
  });

  test("however deep it may nest, the stack holds", () => {
    const schema = structOf("all-types.capnp", "Pointers");
    const codec = new JsonCodec({ maxNesting: Infinity });
    const nested = (depth: number) => `${'{"self":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
    const message = codec.decode(nested(400), schema);
    expect(codec.encode(root(message), schema)).toBe(nested(400));
    expect(() => codec.decode(nested(401), schema)).toThrow(JsonError);
    const text = printText(root(message), schema);
    expect(printText(root(parseText(text, schema, { maxNesting: Infinity })), schema)).toBe(text);
    expect(() =>
      parseText(text.replaceAll("(self = ", "(self = (self = (self = "), schema, { maxNesting: Infinity }),
    ).toThrow(TextError);
  });
});

describe("hostile messages", () => {
  test("flipping any bit of a message leads to another message or to a WireError", () => {
    for (const [file, name] of ALL) {
      const schema = structOf(file, name);
      const frame = encodeFrame(randomMessage(schema, 7, { depth: 2 }));
      const codec = new JsonCodec();
      const count = Math.min(frame.length * 8, 4000);
      for (let bit = 64; bit < count; bit++) {
        const bytes = frame.slice();
        bytes[bit >>> 3]! ^= 1 << (bit & 7);
        tolerates(() => codec.encode(decodeFrame(bytes, { traversalLimitInWords: 10_000 }).getRoot(AnyStruct), schema));
        tolerates(() => printText(decodeFrame(bytes, { traversalLimitInWords: 10_000 }).getRoot(AnyStruct), schema));
      }
    }
  }, 120_000);

  test("random words are read as far as they go", () => {
    fc.assert(
      fc.property(corpus, fc.uint8Array({ minLength: 8, maxLength: 400 }), ([file, name], bytes) => {
        const schema = structOf(file, name);
        const words = bytes.slice(0, bytes.length & ~7);
        const open = () => new MessageReader([words], { traversalLimitInWords: 10_000 }).getRoot(AnyStruct);
        tolerates(() => new JsonCodec().encode(open(), schema));
        tolerates(() => printText(open(), schema, { pretty: true }));
      }),
      { numRuns: 2000 },
    );
  });

  test("eight million structs in three words stay within the limits", () => {
    const schema = structOf("all-types.capnp", "Lists");
    const words = bomb(15, 8_000_000);
    const open = () => new MessageReader([words]).getRoot(AnyStruct);
    expect(() => new JsonCodec().encode(open(), schema)).toThrow(JsonError);
    expect(() => new JsonCodec({ pretty: true }).encode(open(), schema)).toThrow(JsonError);
    expect(() => printText(open(), schema)).toThrow(TextError);
  }, 60_000);
});

/** A root struct whose pointer `index` leads to a list of `count` structs of no size. */
function bomb(index: number, count: number): Uint8Array {
  const bytes = new Uint8Array(8 * (index + 3));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, (index + 1) << 16, true);
  view.setUint32(8 + index * 8, 1, true);
  view.setUint32(12 + index * 8, 7, true);
  view.setUint32(16 + index * 8, count << 2, true);
  return bytes;
}
