/** Where bytes come from, of any kind, as one kind of iterator that an AbortSignal can end. */

import { UsageError } from "../errors.js";

/** What of a web ReadableStream is used. */
export interface ByteReadable {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** Bytes, chunks of bytes, now or later: an array, any iterable of chunks (a Node Readable is one), a web ReadableStream. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ByteReadable;

/**
 * The chunks of `source`. When the consumer stops early, or `signal` aborts, the source is closed: a web stream is
 * cancelled, a Node stream destroyed, a generator returned. An abort throws the signal's reason, even while the source
 * keeps us waiting.
 */
export async function* chunksOf(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  const chunks = open(source);
  const abort = signal && abortOf(signal);
  let isDone = false;
  try {
    for (;;) {
      const next = chunks.next();
      const result = await (abort ? Promise.race([next, abort.promise]) : next);
      if (result.done) {
        isDone = true;
        return;
      }
      yield checked(result.value);
    }
  } finally {
    abort?.stop();
    // A source that failed or was aborted may never answer; nothing is left to learn from it.
    if (!isDone) await (signal?.aborted ? void chunks.close(signal.reason) : chunks.close(undefined));
  }
}

interface OpenSource {
  next(): Promise<{ done: boolean; value?: unknown }>;
  /** Gives up the source. Never rejects. */
  close(reason: unknown): Promise<void>;
}

function open(source: ByteSource): OpenSource {
  if (source instanceof Uint8Array) return openIterable([source]);
  if ("getReader" in source) return openReadable(source);
  return openIterable(source);
}

function openReadable(source: ByteReadable): OpenSource {
  const reader = source.getReader();
  return {
    next: () => reader.read(),
    close: (reason) => reader.cancel(reason).then(() => reader.releaseLock(), ignore),
  };
}

function openIterable(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): OpenSource {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return {
    next: async () => {
      const result = await iterator.next();
      return result.done ? { done: true } : { done: false, value: result.value };
    },
    close: async () => {
      try {
        // A Node stream that is waited for returns only when it is destroyed.
        if ("destroy" in source && typeof source.destroy === "function") source.destroy();
        await iterator.return?.();
      } catch {}
    },
  };
}

function ignore(): void {}

function checked(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new UsageError("bad-chunk", `A source of bytes gives Uint8Arrays, not a ${typeof chunk}`);
}

/** A promise that rejects when `signal` aborts, until it is stopped. */
function abortOf(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = ignore;
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    stop = () => signal.removeEventListener("abort", onAbort);
  });
  // Whether anybody waits when it happens is not known.
  promise.catch(ignore);
  return { promise, stop };
}
