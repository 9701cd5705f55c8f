/** Files of messages. */

import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import type { MessageReader } from "../../wire/index.js";
import type { DecodeOptions } from "../message-decoder.js";
import { messagesIn, type ReadOptions, readMessages } from "../read.js";
import { type OutgoingMessages, type WriteOptions, writeMessages } from "../write.js";
import { writableSink } from "./writable-sink.js";

/** Larger than Node's default: fewer messages straddle two chunks. */
const CHUNK_BYTES = 256 * 1024;

/** The messages of a file of any length, in constant memory. Leaving the loop closes it. Throws MessageStreamError, or why the file cannot be read. */
export function readMessageFile(
  path: string | URL,
  options?: ReadOptions,
): AsyncGenerator<MessageReader, void, undefined> {
  return readMessages(createReadStream(path, { highWaterMark: CHUNK_BYTES }), options);
}

/** The messages of a file that is read whole, at once; each decoded in place when asked for. */
export function readMessageFileSync(
  path: string | URL,
  options?: DecodeOptions,
): Generator<MessageReader, void, undefined> {
  return messagesIn(readFileSync(path), options);
}

/** Writes a file of messages, replacing what was there. */
export function writeMessageFile(
  path: string | URL,
  messages: OutgoingMessages,
  options?: WriteOptions,
): Promise<void> {
  return writeMessages(writableSink(createWriteStream(path)), messages, options);
}
