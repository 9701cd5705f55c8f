/**
 * MessageFds: the file descriptors that go with one outgoing message. They are borrowed from hooks, which are kept until the message was
 * sent: a descriptor closed too early would be another file's number by then.
 */

import type { CapabilityHook } from "../cap/hook.js";

export class MessageFds {
  readonly fds: number[] = [];
  /** Owned: whose they are, by index. */
  #hooks: CapabilityHook[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The index of the descriptor of `hook` (borrowed); -1 if it has none, or there is no room for more. */
  add(hook: CapabilityHook): number {
    const known = this.#hooks.indexOf(hook);
    if (known >= 0) return known;
    if (this.fds.length >= this.#max) return -1;
    const { fd } = hook;
    if (fd === null) return -1;
    this.#hooks.push(hook.addRef());
    return this.fds.push(fd) - 1;
  }

  /** They were sent, or will not be. Idempotent. */
  release(): void {
    for (const hook of this.#hooks.splice(0)) hook.release();
  }
}
