/**
 * Reading messages from bytes and streams. Nothing is read ahead of what is asked for beyond the chunk at hand, so that the
 * consumer's pace is the source's.
 */

import { UsageError } from "../errors.js";
import type { MessageReader } from "../wire/index.js";
import { type ByteSource, chunksOf } from "./byte-source.js";
import { type DecodeOptions, MessageDecoder } from "./message-decoder.js";

export interface ReadOptions extends DecodeOptions {
  /** Ends the reading: the source is closed and the signal's reason thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The messages of a source of bytes. Those that lie in one chunk are read in place (packed ones are unpacked); a chunk must not
 * change while its messages are used. Leaving the loop closes the source. Throws MessageStreamError, or what the source throws.
 */
export async function* readMessages(
  source: ByteSource,
  options?: ReadOptions,
): AsyncGenerator<MessageReader, void, undefined> {
  const decoder = new MessageDecoder(options);
  for await (const chunk of chunksOf(source, options?.signal)) {
    decoder.feed(chunk);
    for (let message = decoder.next(); message; message = decoder.next()) {
      yield message;
      options?.signal?.throwIfAborted();
    }
  }
  const last = decoder.end();
  if (last) yield last;
}

/** The messages in `bytes`, decoded when asked for, in place (packed ones are unpacked). For a Buffer, a mapped file, a received blob. Throws MessageStreamError. */
export function* messagesIn(bytes: Uint8Array, options?: DecodeOptions): Generator<MessageReader, void, undefined> {
  const decoder = new MessageDecoder(options);
  decoder.feed(bytes);
  for (let message = decoder.next(); message; message = decoder.next()) yield message;
  const last = decoder.end();
  if (last) yield last;
}

/** The one message of a source. Throws UsageError "not-one-message" if there is none, or another behind it; MessageStreamError. */
export async function readMessage(source: ByteSource, options?: ReadOptions): Promise<MessageReader> {
  let only: MessageReader | undefined;
  for await (const message of readMessages(source, options)) {
    if (only) throw new UsageError("not-one-message", "There is more than one message");
    only = message;
  }
  if (!only) throw new UsageError("not-one-message", "There is no message");
  return only;
}
