/** The formats of `convert`: every way to read a stream of messages, and every way to write one message. */

import { JsonCodec, JsonError } from "../json/index.js";
import type { StructSchema } from "../schema/index.js";
import { MESSAGE_FORMATS, type MessageFormat, readMessages } from "../streams/index.js";
import { parseText, printText, TextError } from "../text/index.js";
import {
  AnyStruct,
  canonicalize,
  encodeFrame,
  encodePackedFrame,
  MessageBuilder,
  pack,
  type SegmentAllocator,
  type SegmentSpace,
  type StructReader,
  totalSize,
} from "../wire/index.js";
import { splitMessages, type TextPiece } from "./splitter.js";
import { excerpt } from "./terminal.js";
import { BadInput } from "./usage.js";

export type Format = MessageFormat | "text" | "json";

export const FORMATS: readonly Format[] = [...MESSAGE_FORMATS, "text", "json"];

export const FORMAT_HELP = `Formats:
  binary        the standard stream format: segment table and segments
  packed        the same, packed (zeros deflated)
  flat          one segment without a table; one message
  flat-packed   the same, packed
  canonical     one segment in canonical form, without a table
  text          the notation of values in schema files: (name = "x", list = [1, 2])
  json          JSON, by the conventions and annotations of /capnp/json.capnp`;

/** Whether messages of this format cannot be read or written without their schema. */
export function needsSchema(format: Format): boolean {
  return format === "text" || format === "json";
}

/** This is a tool for one's own data: a message may be as large as one segment can be. */
const LIMITS = { nestingLimit: 500, maxMessageWords: 0x1fff_ffff };
/** How often each word of a message may be visited: objects may be shared, and are copied and measured. */
const VISITS = 16;

export interface WriteOptions {
  /** Text and JSON on one line. */
  readonly short: boolean;
  /** Words of each segment of binary output. */
  readonly segmentWords: number | undefined;
}

/** The root structs of a stream's messages, one at a time. Throws MessageStreamError, BadInput. */
export async function* readStructs(
  chunks: AsyncIterable<Uint8Array>,
  format: Format,
  schema: StructSchema | undefined,
): AsyncGenerator<StructReader, void, undefined> {
  if (format !== "text" && format !== "json") {
    for await (const message of readMessages(chunks, { ...LIMITS, format })) {
      // Grows with the message; a few bytes that say "half a billion voids" still end in an error, not in as much text.
      message.remaining = Math.max(message.remaining, (VISITS * message.byteLength) / 8);
      yield message.getRoot(AnyStruct);
    }
    return;
  }
  const json = new JsonCodec(LIMITS);
  let index = 0;
  for await (const piece of splitMessages(chunks, format)) {
    yield parsePiece(piece, index++, () =>
      format === "json" ? json.decode(piece.bytes, schema!) : parseText(piece.bytes, schema!, LIMITS),
    );
  }
}

function parsePiece(piece: TextPiece, index: number, parse: () => MessageBuilder): StructReader {
  try {
    return parse().asReader().getRoot(AnyStruct);
  } catch (error) {
    if (!(error instanceof JsonError || error instanceof TextError)) throw error;
    const { line, column } = error;
    if (line === undefined || column === undefined) throw new BadInput(`message ${index}: ${error.message}`);
    const source = Buffer.from(piece.bytes).toString().split("\n")[line - 1] ?? "";
    const reason = error.message.replace(/ \(line \d+, column \d+\)$/, "");
    throw new BadInput(
      `standard input, line ${piece.line + line}, column ${column} (message ${index}): ${reason}\n${excerpt(source, column)}`,
    );
  }
}

/** Makes the function that turns a struct into the bytes of one message. */
export function structWriter(
  format: Format,
  schema: StructSchema | undefined,
  options: WriteOptions,
): (struct: StructReader) => Uint8Array {
  // As for reading, the input is the user's own: no limits.
  const print = { pretty: !options.short, maxValues: Infinity };
  const json = new JsonCodec(print);
  switch (format) {
    case "binary":
      return (struct) => encodeFrame(copy(struct, options.segmentWords));
    case "packed":
      return (struct) => encodePackedFrame(copy(struct, options.segmentWords));
    case "flat":
      return flat;
    case "flat-packed":
      return (struct) => pack(flat(struct));
    case "canonical":
      return canonicalize;
    case "text":
      return (struct) => Buffer.from(`${printText(struct, schema!, print)}\n`);
    case "json":
      return (struct) => Buffer.from(`${json.encode(struct, schema!)}\n`);
  }
}

function flat(struct: StructReader): Uint8Array {
  const message = new MessageBuilder({ firstSegmentWords: totalSize(struct).words + 1 });
  message.setRoot(AnyStruct, struct);
  return message.segments()[0]!;
}

/** The struct in a message with the same segments as the C++ tool makes. */
function copy(struct: StructReader, segmentWords: number | undefined): MessageBuilder {
  const firstSegmentWords = totalSize(struct).words + 1;
  // One that fits into the first segment is the same in a segment of just its size, which costs less.
  const isSmall = !segmentWords && firstSegmentWords <= FIRST_SEGMENT_WORDS;
  const message = new MessageBuilder(isSmall ? { firstSegmentWords } : { allocator: new ToolAllocator(segmentWords) });
  message.setRoot(AnyStruct, struct);
  return message;
}

/** SUGGESTED_FIRST_SEGMENT_WORDS of the C++ tool. */
const FIRST_SEGMENT_WORDS = 1024;

/** 1024 words by default, each further segment as large as all before together; or a fixed size. */
class ToolAllocator implements SegmentAllocator {
  #nextBytes: number;
  readonly #grows: boolean;
  #isFirst = true;

  constructor(segmentWords: number | undefined) {
    this.#grows = !segmentWords;
    this.#nextBytes = (segmentWords || FIRST_SEGMENT_WORDS) * 8;
  }

  allocate(minBytes: number): SegmentSpace {
    const bytes = Math.max(minBytes, this.#nextBytes);
    if (this.#grows) this.#nextBytes = this.#isFirst ? bytes : this.#nextBytes + bytes;
    this.#isFirst = false;
    const buffer = new ArrayBuffer(bytes);
    return { view: new DataView(buffer), bytes: new Uint8Array(buffer), start: 0, end: bytes };
  }
}
