/** Writing messages to byte streams, at the pace of the stream. */

import { UsageError } from "../errors.js";
import type { MessageBuilder, MessageReader } from "../wire/index.js";
import { concatenate, encodeMessage, holdsOneMessage, type MessageFormat } from "./format.js";

/** A message to write: one built, or one read from elsewhere. */
export type OutgoingMessage = MessageBuilder | MessageReader;

export type OutgoingMessages = Iterable<OutgoingMessage> | AsyncIterable<OutgoingMessage>;

export interface WriteOptions {
  /** Default `binary`. Formats that hold one message take no second one: UsageError "one-message-format". */
  readonly format?: MessageFormat;
  /** Ends the writing: the stream is aborted and the signal's reason thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Leaves the stream open at the end. */
  readonly keepOpen?: boolean;
}

/** Where bytes go. `write` resolves when there is room for more. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void> | void;
  close(): Promise<void> | void;
  /** Gives up: what was written so far is incomplete. */
  abort(reason: unknown): Promise<void> | void;
}

/** What of a web WritableStream is used. */
export interface ByteWritable {
  getWriter(): {
    readonly ready: Promise<unknown>;
    write(bytes: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** Small messages that are at hand together leave in one chunk of this size. */
const CHUNK_BYTES = 64 * 1024;

/** The bytes of messages, in chunks: messages that come at once are put together, messages that are waited for leave one by one. */
export async function* encodeMessages(
  messages: OutgoingMessages,
  options?: WriteOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { format = "binary", signal } = options ?? {};
  const isWaitedFor = Symbol.asyncIterator in messages;
  let pieces: Uint8Array[] = [];
  let length = 0;
  let count = 0;
  for await (const message of messages) {
    signal?.throwIfAborted();
    checkCount(format, ++count);
    const bytes = encodeMessage(message, format);
    pieces.push(bytes);
    length += bytes.byteLength;
    if (length < CHUNK_BYTES && !isWaitedFor) continue;
    yield concatenate(pieces);
    pieces = [];
    length = 0;
  }
  if (pieces.length > 0) yield concatenate(pieces);
}

/** Writes all messages to a web WritableStream or a sink, and closes it. If anything fails, it is aborted and the error thrown. */
export async function writeMessages(
  target: ByteWritable | ByteSink,
  messages: OutgoingMessages,
  options?: WriteOptions,
): Promise<void> {
  const sink = sinkOf(target);
  try {
    for await (const bytes of encodeMessages(messages, options)) {
      await orAborted(sink.write(bytes), options?.signal);
    }
    options?.signal?.throwIfAborted();
  } catch (error) {
    await sink.abort(error);
    throw error;
  }
  if (options?.keepOpen) sink.release?.();
  else await sink.close();
}

/** Writes messages one by one to a web WritableStream or a sink. */
export class MessageWriter {
  readonly #sink: ByteSink;
  readonly #format: MessageFormat;
  #count = 0;

  constructor(target: ByteWritable | ByteSink, options?: Pick<WriteOptions, "format">) {
    this.#sink = sinkOf(target);
    this.#format = options?.format ?? "binary";
  }

  /** Writes a message; its bytes are copied at once. Resolves when the stream has room for more. */
  async write(message: OutgoingMessage): Promise<void> {
    checkCount(this.#format, ++this.#count);
    await this.#sink.write(encodeMessage(message, this.#format));
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }

  /** Gives up; the stream fails with `reason`. */
  async abort(reason?: unknown): Promise<void> {
    await this.#sink.abort(reason);
  }
}

function checkCount(format: MessageFormat, count: number): void {
  if (count === 1 || !holdsOneMessage(format)) return;
  throw new UsageError("one-message-format", `A stream in ${format} format holds one message only`);
}

function sinkOf(target: ByteWritable | ByteSink): ByteSink & { release?(): void } {
  if (!("getWriter" in target)) return target;
  const writer = target.getWriter();
  let failure: { error: unknown } | null = null;
  return {
    write: async (bytes) => {
      await writer.ready;
      // Whether there is room for more is what is waited for, not that these bytes are out.
      writer.write(bytes).catch((error: unknown) => {
        failure ??= { error };
      });
    },
    close: async () => {
      try {
        await writer.close();
      } catch (error) {
        // Closing a stream that has failed says no more than that it is closed.
        throw failure ? failure.error : error;
      }
    },
    abort: (reason) => writer.abort(reason).catch(() => {}),
    release: () => writer.releaseLock(),
  };
}

/** Waits for `done`, or throws the signal's reason. */
async function orAborted(done: Promise<void> | void, signal: AbortSignal | undefined): Promise<void> {
  if (!done || !signal) return done;
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
