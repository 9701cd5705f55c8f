/** What is exchanged with pycapnp: the command line's corpus of texts, and random messages of the codecs' corpus. */

import { DynamicTypes } from "capwire/dynamic";
import type { StructSchema } from "capwire/schema";
import { parseTextSequence } from "capwire/text";
import { AnyStruct, MessageBuilder, type MessageReader } from "capwire/wire";
import { structOf } from "../capnp-tool.js";
import { CORPUS as TEXTS } from "../cli/corpus.js";
import { CORPUS } from "../corpus.js";
import { randomMessage } from "../random-message.js";
import { SmallAllocator } from "../wire/allocators.js";
import { type Tagged, taggedStruct } from "./tagged.js";

const RANDOM_MESSAGES = 60;

export interface Samples {
  readonly title: string;
  readonly schema: string;
  readonly type: string;
  readonly struct: StructSchema;
  readonly messages: readonly MessageBuilder[];
}

export const SAMPLES: readonly Samples[] = [...randomSamples(), ...textSamples()];

function* randomSamples(): Generator<Samples> {
  for (const [schema, type] of CORPUS) {
    const struct = structOf(schema, type);
    // Enum values and union members that the schema does not know have no place in a dict of pycapnp's.
    const make = (_: unknown, seed: number) => randomMessage(struct, seed, { isReadable: true });
    const messages = Array.from({ length: RANDOM_MESSAGES }, make);
    yield { title: `${RANDOM_MESSAGES} random ${schema} ${type}`, schema, type, struct, messages };
  }
}

function* textSamples(): Generator<Samples> {
  for (const { schema, type, text } of TEXTS) {
    // pycapnp knows no type by a name with arguments, and does not bring json.capnp.
    if (type.includes("(") || schema === "json-annotations.capnp") continue;
    const struct = structOf(schema, type);
    const title = `${schema} ${type} ${text.slice(0, 40).replace(/\s+/g, " ")}`;
    yield { title, schema, type, struct, messages: [...parseTextSequence(text, struct)] };
  }
}

/** The same message in segments of `words` each. */
export function inSegments(message: MessageBuilder, words: number): MessageBuilder {
  const copy = new MessageBuilder({ allocator: new SmallAllocator(words) });
  copy.setRoot(AnyStruct, message.asReader().getRoot(AnyStruct));
  return copy;
}

/** A message as plain tagged data, through `toObject`. */
export function taggedMessage(struct: StructSchema, message: MessageBuilder | MessageReader): Tagged {
  const reader = message instanceof MessageBuilder ? message.asReader() : message;
  const root = reader.getRoot(DynamicTypes.of(struct.loader).struct(struct));
  return taggedStruct(struct, root.toObject({ unset: "omit" }));
}
