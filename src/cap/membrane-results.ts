/** Results that cross a membrane: the same content, with every capability wrapped. */

import type { AnyPointerReader } from "../wire/any-pointer.js";
import type { CapTableReader } from "../wire/cap-table.js";
import type { CallResults, CapabilityHook } from "./hook.js";

export class MembraneResults implements CallResults, CapTableReader {
  readonly inner: CallResults;
  readonly content: AnyPointerReader;
  /** Owned. */
  readonly #hooks: (CapabilityHook | null)[] = [];

  /** Takes `results`. `wrap` takes a capability and returns its wrapper, owned. */
  constructor(results: CallResults, wrap: (hook: CapabilityHook) => CapabilityHook) {
    this.inner = results;
    this.content = results.content;
    for (let index = 0; index < results.size; index++) {
      const hook = results.take(index);
      this.#hooks.push(hook && wrap(hook));
    }
    // Whoever copies the content finds the wrappers.
    results.content.segment.message.capTable = this;
  }

  get size(): number {
    return this.#hooks.length;
  }

  capability(index: number): CapabilityHook | null {
    return this.#hooks[index] ?? null;
  }

  take(index: number): CapabilityHook | null {
    const hook = this.#hooks[index] ?? null;
    this.#hooks[index] = null;
    return hook;
  }

  release(): void {
    for (const hook of this.#hooks.splice(0)) hook?.release();
    this.inner.release();
  }
}
