/**
 * File descriptors that travel with a message (rpc.capnp CapDescriptor.attachedFd), as far as a sans-I/O core must know them: numbers on
 * the way out, which their owner keeps open until they were sent, and on the way in descriptors of our own, each to be closed
 * once. What carries them, and what closing means, is the transport's affair.
 */

import type { OutgoingFrame } from "./slab.js";

/** The operating system's limit on what one message carries (Linux SCM_MAX_FD); an index also has to fit into `attachedFd`, where 255 is none. */
export const MAX_FDS_PER_MESSAGE = 253;

/** A descriptor of this process's own. */
export interface OwnedFd {
  readonly fd: number;
  /** Called once, by whoever owns it. Never throws. */
  close(): void;
}

/** The descriptors of outgoing frames, by frame; those without have no entry. They stay open until the frame's `release`. */
export type AttachedFds = ReadonlyMap<OutgoingFrame, { readonly fds: readonly number[] }>;

/** The descriptors that came with one message. Owns those that nobody has taken. */
export class ReceivedFds {
  #fds: (OwnedFd | null)[];

  /** Takes `fds`. */
  constructor(fds: readonly OwnedFd[]) {
    this.#fds = [...fds];
  }

  /** How many came, taken ones included. */
  get length(): number {
    return this.#fds.length;
  }

  /** Owned: number `index`; null if there is none, or it was taken. */
  take(index: number): OwnedFd | null {
    const fd = this.#fds[index] ?? null;
    if (fd) this.#fds[index] = null;
    return fd;
  }

  /** Takes what `later` holds, behind what is here. */
  append(later: ReceivedFds): void {
    this.#fds.push(...later.#fds);
    later.#fds = [];
  }

  /** Closes those from `count` on. */
  limit(count: number): void {
    for (const fd of this.#fds.splice(count)) fd?.close();
  }

  /** Closes those that nobody has taken. Idempotent. */
  close(): void {
    this.limit(0);
  }
}
