/** Text → messages, by schema. */

import { rawTypes } from "../schema/raw-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { DEFAULT_TRAVERSAL_LIMIT_IN_WORDS } from "../wire/limits.js";
import { MessageBuilder } from "../wire/message.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import { TextError } from "./errors.js";
import { Filler } from "./fill.js";
import { ExpressionParser, textBytes } from "./parse.js";

export interface TextParseOptions {
  /** How deep brackets may nest. Default 500, at most 1000, for the stack's sake. */
  readonly maxNesting?: number;
  /** How large the message may become, in words. Default 8 Mi (64 MiB), which is what readers visit by default. */
  readonly maxMessageWords?: number;
}

/** The message that text describes, with the struct as its root. Throws TextError. */
export function parseText(
  source: string | Uint8Array,
  schema: StructSchema,
  options: TextParseOptions = {},
): MessageBuilder {
  const message = new MessageBuilder();
  parseTextInto(source, schema, message.initRoot(rawTypes.struct(schema)), options);
  return message;
}

/** Fills a new struct from text. Throws TextError; the struct is then filled in part. */
export function parseTextInto(
  source: string | Uint8Array,
  schema: StructSchema,
  struct: StructBuilder,
  options: TextParseOptions = {},
): void {
  const bytes = textBytes(source);
  const parser = new ExpressionParser(bytes, options);
  const expression = parser.next();
  if (!expression) throw new TextError("syntax", "there is no value", bytes, bytes.length);
  parser.finish();
  filler(bytes, options).root(schema, expression, struct);
}

/** The messages that text describes one behind the other. Throws TextError. */
export function* parseTextSequence(
  source: string | Uint8Array,
  schema: StructSchema,
  options: TextParseOptions = {},
): IterableIterator<MessageBuilder> {
  const bytes = textBytes(source);
  const parser = new ExpressionParser(bytes, options);
  for (let expression = parser.next(); expression; expression = parser.next()) {
    const message = new MessageBuilder();
    filler(bytes, options).root(schema, expression, message.initRoot(rawTypes.struct(schema)));
    yield message;
  }
}

function filler(bytes: Uint8Array, options: TextParseOptions): Filler {
  return new Filler(bytes, options.maxMessageWords ?? DEFAULT_TRAVERSAL_LIMIT_IN_WORDS);
}
