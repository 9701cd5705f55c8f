/** Standard output for streams of any length: small pieces are put together, and a slow reader slows us down. */

const CHUNK_BYTES = 64 * 1024;

export class StandardOutput {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #isClosed = false;

  constructor() {
    // Whoever reads may have had enough, as `head` has: that is no error of ours.
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.#isClosed = true;
    });
  }

  /** Whether nobody reads any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds bytes, which must not change any more. Waits when there is no room. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes);
    this.#length += bytes.byteLength;
    if (this.#length >= CHUNK_BYTES) await this.flush();
  }

  /** Waits until everything is out. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    if (bytes.length === 0 || this.#isClosed) return;
    if (process.stdout.write(bytes)) return;
    await roomOrEnd();
  }
}

/** Resolves when standard output takes more, or never will. */
function roomOrEnd(): Promise<void> {
  const events = ["drain", "close", "error"];
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) process.stdout.off(event, done);
      resolve();
    };
    for (const event of events) process.stdout.on(event, done);
  });
}
