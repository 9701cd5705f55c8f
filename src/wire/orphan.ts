/**
 * Orphans: objects of a message being built that no pointer of the message's tree leads to, until they are adopted by
 * one. An orphan lives in its message's memory like any object, reached by a spare pointer word that later orphans reuse.
 * One that is never adopted stays in the message's bytes; `discard` zeroes it.
 */

import { UsageError } from "../errors.js";
import { clearPointer, transfer } from "./layout.js";
import type { MessageBuilder } from "./message.js";
import { isNull } from "./pointer.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment } from "./segment.js";
import { UNLIMITED_NESTING } from "./word.js";

/** A pointer word outside the message's tree. */
export interface SpareSlot {
  readonly segment: BuilderSegment;
  readonly at: number;
}

/** An object taken off the tree, or made outside it. Used up by adopting it. */
export class Orphan {
  #slot: SpareSlot | null;

  private constructor(slot: SpareSlot) {
    this.#slot = slot;
  }

  /** Takes what the pointer at `at` holds, leaving null. */
  static take(segment: BuilderSegment, at: number): Orphan {
    const slot = segment.message.takeSlot(segment);
    transfer(slot.segment, slot.at, segment, at);
    return new Orphan(slot);
  }

  /** An orphan of `message` that holds null so far. */
  static empty(message: MessageBuilder): Orphan {
    return new Orphan(message.takeSlot(message.builderSegment(0)));
  }

  /** The pointer to the object. For what is done to orphans elsewhere in wire/; becomes stale when the orphan is adopted. */
  get slot(): SpareSlot {
    return this.#live();
  }

  get isNull(): boolean {
    const { segment, at } = this.#live();
    return isNull(segment.view, at);
  }

  /** The object, for changing in place. */
  as<R, B, I>(type: PointerType<R, B, I>): B {
    const { segment, at } = this.#live();
    return type.get(segment, at);
  }

  /** Replaces the object by a zeroed one of `type`. */
  init<R, B, I>(type: PointerType<R, B, I>, count?: number): B {
    const { segment, at } = this.#live();
    return type.init(segment, at, count);
  }

  /** Replaces the object by a copy of `value`. */
  set<R, B, I>(type: PointerType<R, B, I>, value: I): void {
    const { segment, at } = this.#live();
    type.set(segment, at, value);
  }

  /** The object as readers see it. */
  read<R, B, I>(type: PointerType<R, B, I>): R {
    const { segment, at } = this.#live();
    return type.read(segment.reader(), at, UNLIMITED_NESTING);
  }

  /** Replaces what the pointer at `at` holds by this object, which is used up. Throws UsageError for a pointer of another message: copy instead. */
  adoptInto(segment: BuilderSegment, at: number): void {
    const slot = this.#live();
    if (slot.segment.message !== segment.message) {
      throw new UsageError(
        "orphan-of-another-message",
        "An orphan can only be adopted in its own message; copy it instead",
      );
    }
    clearPointer(segment, at);
    transfer(segment, at, slot.segment, slot.at);
    this.#release(slot);
  }

  /** Zeroes the object and gives back its capabilities. Idempotent. */
  discard(): void {
    if (!this.#slot) return;
    clearPointer(this.#slot.segment, this.#slot.at);
    this.#release(this.#slot);
  }

  #live(): SpareSlot {
    if (!this.#slot) throw new UsageError("orphan-used-up", "This orphan was adopted or discarded already");
    return this.#slot;
  }

  #release(slot: SpareSlot): void {
    slot.segment.message.giveSlot(slot);
    this.#slot = null;
  }
}
