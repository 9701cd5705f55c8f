/** The capabilities of results that have arrived at their caller, apart from the message they came in. */

import type { AnyPointerReader } from "../wire/any-pointer.js";
import type { CapTableReader } from "../wire/cap-table.js";
import type { CallResults, CapabilityHook } from "./hook.js";

/** The capabilities of results, taken out of their table. Knows nothing of the message, so that the leak registry may hold it. */
export class Slots {
  readonly hooks: (CapabilityHook | null)[] = [];
  /** How many have not been taken. */
  #left = 0;

  /** Takes `results` but for their content. */
  constructor(results: CallResults | null) {
    if (!results) return;
    for (let index = 0; index < results.size; index++) {
      const hook = results.take(index);
      this.hooks.push(hook);
      if (hook) this.#left++;
    }
    results.release();
  }

  /** Whether everything has been taken. */
  get isEmpty(): boolean {
    return this.#left === 0;
  }

  take(index: number): CapabilityHook | null {
    const hook = this.hooks[index];
    if (!hook) return null;
    this.hooks[index] = null;
    this.#left--;
    return hook;
  }

  /** Fills an empty slot with `hook` (taken). */
  put(index: number, hook: CapabilityHook | null): void {
    this.hooks[index] = hook;
    if (hook) this.#left++;
  }

  release(): void {
    this.#left = 0;
    for (const hook of this.hooks.splice(0)) hook?.release();
  }
}

/** Results on their way on, after they had arrived here. */
export class RegainedResults implements CallResults, CapTableReader {
  readonly content: AnyPointerReader;
  readonly #slots: Slots;

  constructor(content: AnyPointerReader, slots: Slots) {
    this.content = content;
    this.#slots = slots;
  }

  get size(): number {
    return this.#slots.hooks.length;
  }

  capability(index: number): CapabilityHook | null {
    return this.#slots.hooks[index] ?? null;
  }

  take(index: number): CapabilityHook | null {
    return this.#slots.take(index);
  }

  release(): void {
    this.#slots.release();
  }
}
