/** BuiltResults: results we built ourselves, read back in place: for pipelines resolved before a Return is sent, and for results claimed by our own question. */

import type { CapabilityHook } from "../cap/hook.js";
import type { AnyPointerBuilder, AnyPointerReader } from "../wire/any-pointer.js";
import type { MessageBuilder } from "../wire/message.js";
import type { SettledResults } from "./results.js";

export class BuiltResults implements SettledResults {
  readonly content: AnyPointerReader;
  readonly #message: MessageBuilder;

  /** Takes the capabilities of `message` when `release` is called; until then they are the message's. */
  constructor(message: MessageBuilder, content: AnyPointerBuilder) {
    this.#message = message;
    this.content = content.asReader();
  }

  get size(): number {
    return this.#message.capabilityCount;
  }

  capability(index: number): CapabilityHook | null {
    return this.#message.capTable.capability(index) as CapabilityHook | null;
  }

  take(index: number): CapabilityHook | null {
    const { slots } = this.#message.capTable;
    const hook = slots[index] ?? null;
    slots[index] = null;
    return hook as CapabilityHook | null;
  }

  /** Calls made earlier took the way through the peer, whatever the capability is. */
  reflected(): boolean {
    return true;
  }

  replace(index: number, hook: CapabilityHook): void {
    const { slots } = this.#message.capTable;
    const old = slots[index];
    slots[index] = hook;
    old?.release();
  }

  release(): void {
    if (this.#message.capabilityCount > 0) this.#message.capTable.release();
  }
}
