/**
 * AnyPointer: a pointer whose type is left open. Read or built as any pointer type; copied whole from message to message.
 */

import type { CapabilityReference } from "./cap-table.js";
import { builtCapability, readCapability, readCapabilityIndex, writeCapability } from "./capability-pointer.js";
import { copyPointer, replaceByCopy } from "./copy.js";
import { clearPointer } from "./layout.js";
import { Orphan } from "./orphan.js";
import { isNull, type PointerKind, pointerKind } from "./pointer.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { OTHER, UNLIMITED_NESTING } from "./word.js";

/** A pointer being read. */
export class AnyPointerReader {
  declare readonly segment: ReaderSegment;
  /** Offset of the pointer word. */
  declare readonly at: number;
  /** How many pointers may still be followed in depth. */
  declare readonly nesting: number;

  constructor(segment: ReaderSegment, at: number, nesting: number) {
    this.segment = segment;
    this.at = at;
    this.nesting = nesting;
  }

  get isNull(): boolean {
    return isNull(this.segment.view, this.at);
  }

  /** What the pointer holds. Throws WireError if it is of no known kind. */
  get kind(): PointerKind {
    return pointerKind(this.segment, this.at);
  }

  /** Reads the pointer as `type`. */
  as<R, B, I>(type: PointerType<R, B, I>): R {
    return type.read(this.segment, this.at, this.nesting);
  }

  /** The cap table index; -1 for null. Throws WireError if the pointer is neither null nor a capability. */
  get capabilityIndex(): number {
    return readCapabilityIndex(this.segment, this.at);
  }

  /** Borrowed: the capability; null for a null pointer or an empty slot. Throws WireError for other pointers. */
  get capability(): CapabilityReference | null {
    return readCapability(this.segment, this.at);
  }
}

/** A pointer being built. */
export class AnyPointerBuilder {
  declare readonly segment: BuilderSegment;
  /** Offset of the pointer word. */
  declare readonly at: number;

  constructor(segment: BuilderSegment, at: number) {
    this.segment = segment;
    this.at = at;
  }

  get isNull(): boolean {
    return isNull(this.segment.view, this.at);
  }

  get kind(): PointerKind {
    if (this.segment.view.getInt32(this.at, true) === OTHER) return "capability";
    return pointerKind(this.segment.reader(), this.at);
  }

  /** What the pointer holds, for changing in place. */
  as<R, B, I>(type: PointerType<R, B, I>): B {
    return type.get(this.segment, this.at);
  }

  /** Replaces what the pointer holds by a zeroed object of `type`; `count` is the length of a list, text or data. */
  init<R, B, I>(type: PointerType<R, B, I>, count?: number): B {
    return type.init(this.segment, this.at, count);
  }

  /** Replaces what the pointer holds by a copy of `value`. */
  set<R, B, I>(type: PointerType<R, B, I>, value: I): void {
    type.set(this.segment, this.at, value);
  }

  /** Replaces what the pointer holds by a deep copy of what `value` holds, whatever that is; capabilities get references of their own. Throws WireError for a bad source. */
  setAny(value: AnyPointerReader | AnyPointerBuilder): void {
    const source = value instanceof AnyPointerBuilder ? value.asReader() : value;
    if (source.segment.bytes === this.segment.bytes && source.at === this.at) return;
    replaceByCopy(this.segment, this.at, source.segment, (segment, at) => {
      copyPointer(segment, at, source.segment, source.at, source.nesting);
    });
  }

  /** Erases what the pointer holds. */
  clear(): void {
    clearPointer(this.segment, this.at);
  }

  /** Borrowed: the capability; null for any other pointer. */
  get capability(): CapabilityReference | null {
    return builtCapability(this.segment, this.at);
  }

  /** Replaces what the pointer holds by `reference`, which it takes. */
  setCapability(reference: CapabilityReference | null): void {
    writeCapability(this.segment, this.at, reference);
  }

  /** Takes what the pointer holds off the message's tree, leaving null. */
  disown(): Orphan {
    return Orphan.take(this.segment, this.at);
  }

  /** Replaces what the pointer holds by `orphan`, which is used up. */
  adopt(orphan: Orphan): void {
    orphan.adoptInto(this.segment, this.at);
  }

  /** The pointer as readers see it; sees what is built until something more is allocated. */
  asReader(): AnyPointerReader {
    return new AnyPointerReader(this.segment.reader(), this.at, UNLIMITED_NESTING);
  }
}
