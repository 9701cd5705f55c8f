/** ReceivedResults: the results of a call as they came from the peer, a reader over the read buffer and the capabilities of its cap table. */

import type { CallResults, CapabilityHook } from "../cap/hook.js";
import type { Payload } from "../std/rpc.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";
import type { CapTableReader } from "../wire/cap-table.js";
import type { Connection } from "./connection.js";
import { type ReceivedCapability, readCapTable } from "./descriptor.js";

/** A received cap table; the content's capability pointers refer to it. Owns its capabilities. */
export class ReceivedCapTable implements CapTableReader {
  #slots: (ReceivedCapability | null)[];

  constructor(slots: (ReceivedCapability | null)[]) {
    this.#slots = slots;
  }

  capability(index: number): CapabilityHook | null {
    return this.#slots[index]?.hook ?? null;
  }

  /** Whether the capability in slot `index` is the peer's own, reached through us. */
  reflected(index: number): boolean {
    return this.#slots[index]?.reflected ?? false;
  }

  /** Owned: the capability in slot `index`, which is empty afterwards. */
  take(index: number): CapabilityHook | null {
    const slot = this.#slots[index];
    if (!slot) return null;
    this.#slots[index] = null;
    return slot.hook;
  }

  /** Puts `hook` (taken) into slot `index` instead of what it holds. */
  replace(index: number, hook: CapabilityHook): void {
    const slot = this.#slots[index];
    if (!slot) return hook.release();
    this.#slots[index] = { hook, reflected: slot.reflected };
    slot.hook.release();
  }

  get size(): number {
    return this.#slots.length;
  }

  release(): void {
    const slots = this.#slots;
    this.#slots = [];
    for (const slot of slots) slot?.hook.release();
  }
}

/** What settles a question: results with what an embargo must know of each capability. */
export interface SettledResults extends CallResults {
  reflected(index: number): boolean;
  replace(index: number, hook: CapabilityHook): void;
}

export class ReceivedResults implements SettledResults {
  readonly content: AnyPointerReader;
  readonly #table: ReceivedCapTable | null;

  constructor(content: AnyPointerReader, table: ReceivedCapTable | null) {
    this.content = content;
    this.#table = table;
  }

  get size(): number {
    return this.#table?.size ?? 0;
  }

  capability(index: number): CapabilityHook | null {
    return this.#table?.capability(index) ?? null;
  }

  take(index: number): CapabilityHook | null {
    return this.#table?.take(index) ?? null;
  }

  reflected(index: number): boolean {
    return this.#table?.reflected(index) ?? false;
  }

  replace(index: number, hook: CapabilityHook): void {
    if (this.#table) this.#table.replace(index, hook);
    else hook.release();
  }

  release(): void {
    this.#table?.release();
  }
}

/** Reads a payload and makes its message's capability pointers refer to the received capabilities. */
export function readPayload(connection: Connection, payload: Payload.Reader): ReceivedResults {
  const slots = readCapTable(connection, payload);
  const { content } = payload;
  if (!slots) return new ReceivedResults(content, null);
  const table = new ReceivedCapTable(slots);
  content.segment.message.capTable = table;
  return new ReceivedResults(content, table);
}
