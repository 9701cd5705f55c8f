/** Objects with real file descriptors: ends of pipes, and the Desk of the stories that writes to some and reads from others. */

import { closeSync, readdirSync, readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { text as toText } from "node:stream/consumers";
import { dup, pipe } from "capwire/transport/descriptors";
import { fileDescriptor, getFd } from "../../src/cap/index.js";
import type { Desk, Holder } from "../schemas/file-descriptors.capnp.js";

/** A server object that owns a descriptor. */
export class Held implements Holder.Server {
  readonly #fd: number;

  /** Takes `fd`. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  get [fileDescriptor](): number {
    return this.#fd;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** The writing end of a pipe to give away, and what was written to it once everybody has closed it. */
export function drain(): { holder: Held; text(): Promise<string> } {
  const [reading, writing] = pipe();
  return {
    holder: new Held(writing),
    text: () => toText(new Socket({ fd: reading, readable: true, writable: false })),
  };
}

/** The reading end of a pipe that holds `text`. */
export function source(text: string): Held {
  const [reading, writing] = pipe();
  writeSync(writing, text);
  closeSync(writing);
  return new Held(reading);
}

/** Everything up to the end. Closes `fd`. */
export function readAll(fd: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(1024);
    const count = readSync(fd, chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
  }
  closeSync(fd);
  return Buffer.concat(chunks).toString();
}

/** What can be read from the descriptor of `holder`, which may be gone afterwards. */
export async function textOf(holder: Holder.Client): Promise<string | null> {
  const fd = await getFd(holder);
  return fd === null ? null : readAll(dup(fd));
}

/** How many descriptors this process has. */
export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

export class PipeDesk implements Desk.Server {
  async write({ first, second }: Desk.WriteParams): Promise<Desk.WriteResults.Init> {
    const [one, two] = [await getFd(first), await getFd(second)];
    if (one !== null) writeSync(one, "foo");
    if (two !== null) writeSync(two, "bar");
    return { third: source("baz"), secondPresent: two !== null };
  }

  reflect({ holder }: Desk.ReflectParams): Desk.ReflectResults.Init {
    return { holder };
  }

  later(): Desk.LaterResults.Init {
    return { holder: new Promise((resolve) => setTimeout(() => resolve(source("baz")), 20)) };
  }

  many({ count }: Desk.ManyParams): Desk.ManyResults.Init {
    return { holders: Array.from({ length: count }, () => source("baz")) };
  }

  open(): Desk.OpenResults.Init {
    return { count: openDescriptors() };
  }

  async count({ holders }: Desk.CountParams): Promise<Desk.CountResults.Init> {
    return { present: await Promise.all([...holders].map(async (holder) => (await getFd(holder)) !== null)) };
  }
}
