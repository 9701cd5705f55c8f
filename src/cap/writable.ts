/**
 * Streaming methods as the platform's streams: a WritableStream whose backpressure is that of the calls, and a loop that sends
 * what an iterable gives as fast as the other side takes it.
 */

import { UsageError } from "../errors.js";

/** What each end of a stream is to its capability: generated clients' methods fit. */
export interface StreamTarget<T> {
  /**
   * Sends one chunk by a streaming method; the promise says when the next may follow: `(bytes) => sink.write({ bytes })`. The signal
   * is that of the stream being aborted: `(bytes, options) => sink.write({ bytes }, options)` takes back what is under way then.
   */
  write(chunk: T, options: { readonly signal?: AbortSignal }): PromiseLike<unknown>;
  /** Everything was written: `() => sink.end()`. Its failure is that of the first write that failed. */
  close?(): PromiseLike<unknown>;
  /** The writer gave up. */
  abort?(reason: unknown): PromiseLike<unknown> | undefined;
}

/** The platform's WritableStream, as far as its users need to name it; assignable to that of lib "DOM" and of Node. */
export interface WritableStreamOf<T> {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): WriterOf<T>;
}

export interface WriterOf<T> {
  readonly closed: Promise<undefined>;
  readonly desiredSize: number | null;
  readonly ready: Promise<undefined>;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  releaseLock(): void;
  write(chunk?: T): Promise<void>;
}

interface Platform {
  readonly WritableStream?: new (sink: object, strategy: { highWaterMark: number }) => unknown;
}

/**
 * A WritableStream that writes to `target`. A chunk is accepted when the window of its calls has room for the next: `await writer.ready`
 * waits for that. Aborting it waits for nothing; a `pipeTo` that is aborted waits for its last write, as it does with every WritableStream,
 * unless `write` gives its call the same signal. As with every one, too, a `write` that nobody awaits is an unhandled rejection if it fails.
 */
export function writableStream<T>(target: StreamTarget<T>): WritableStreamOf<T> {
  const { WritableStream } = globalThis as Platform;
  if (!WritableStream) throw new UsageError("no-writable-stream", "this platform has no WritableStream");
  let options: { readonly signal?: AbortSignal } = {};
  const sink = {
    start(controller: { readonly signal?: AbortSignal }) {
      const { signal } = controller;
      if (signal) options = { signal };
    },
    write: async (chunk: T) => {
      await unlessAborted(target.write(chunk, options), options.signal);
    },
    close: async () => {
      if (target.close) await unlessAborted(target.close(), options.signal);
    },
    abort: async (reason: unknown) => {
      await target.abort?.(reason);
    },
  };
  return new WritableStream(sink, { highWaterMark: 1 }) as WritableStreamOf<T>;
}

/**
 * Sends what `source` gives through `write`, waiting each time until more may be sent: `sendAll(file, (bytes) => sink.write({ bytes }))`.
 * Returns when the last was sent, not when it was taken: a call behind it, such as `sink.done()`, tells. Rejects as the stream breaks or
 * `source` does, and ends the iteration then. When `signal` aborts it rejects at once, whatever it waits for; what was sent is not
 * taken back unless `write` passes the signal on to its call.
 */
export async function sendAll<T>(
  source: AsyncIterable<T> | Iterable<T>,
  write: (chunk: T) => PromiseLike<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  await unlessAborted(pump(source, write, signal), signal);
}

/** What `promise` becomes, unless `signal` aborts first: then rejects with its reason, and nobody hears of `promise`. */
async function unlessAborted<T>(promise: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let stop!: () => void;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Once `signal` has aborted it ends the iteration as soon as it can. */
async function pump<T>(
  source: AsyncIterable<T> | Iterable<T>,
  write: (chunk: T) => PromiseLike<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  for await (const chunk of source) {
    if (!signal?.aborted) await write(chunk);
    if (signal?.aborted) return;
  }
}
