/**
 * A message: segments, a root pointer at the start of the first, and a table of capabilities.
 * MessageReader reads bytes somebody else wrote; MessageBuilder makes new ones.
 */

import { UsageError } from "../errors.js";
import { AnyPointerBuilder, AnyPointerReader } from "./any-pointer.js";
import { heap, type SegmentAllocator } from "./arena.js";
import { CapTableBuilder, type CapTableReader } from "./cap-table.js";
import { WireError } from "./errors.js";
import { encodeFrame, frameInPlace } from "./framing-encode.js";
import { charge, DEFAULT_NESTING_LIMIT, DEFAULT_TRAVERSAL_LIMIT_IN_WORDS, type ReaderOptions } from "./limits.js";
import type { SpareSlot } from "./orphan.js";
import type { PointerType } from "./pointer-type.js";
import { BuilderSegment, ReaderSegment } from "./segment.js";
import { wholeBuffer } from "./whole-buffer.js";
import { BYTES_PER_WORD, roundUpToWord, UNLIMITED_NESTING } from "./word.js";

/** For messages whose segments are added one by one. */
export const NO_SEGMENTS: readonly Uint8Array[] = [];

/** A message being read. Nothing is looked at until it is accessed; then WireError says what is wrong with it. */
export class MessageReader {
  /** What the message's capability pointers refer to; null for a message that came without capabilities. */
  declare capTable: CapTableReader | null;
  /** Words that may still be visited. Charged by limits.ts. */
  declare remaining: number;
  declare readonly nestingLimit: number;
  /** Our own bytes: no traversal limit. */
  declare readonly trusted: boolean;
  declare private first: ReaderSegment;
  declare private others: ReaderSegment[] | null;

  /** Reads `segments` in place; trailing bytes that make no word are ignored. */
  constructor(segments: readonly Uint8Array[], options?: ReaderOptions, trusted = false) {
    this.capTable = null;
    this.remaining = options?.traversalLimitInWords ?? DEFAULT_TRAVERSAL_LIMIT_IN_WORDS;
    this.nestingLimit = trusted ? UNLIMITED_NESTING : (options?.nestingLimit ?? DEFAULT_NESTING_LIMIT);
    this.trusted = trusted;
    this.others = null;
    for (let id = 0; id < segments.length; id++) {
      const bytes = segments[id]!;
      const { view, bytes: all } = wholeBuffer(bytes);
      const start = bytes.byteOffset;
      this.addSegment(view, all, start, start + Math.floor(bytes.byteLength / BYTES_PER_WORD) * BYTES_PER_WORD);
    }
  }

  /** A message whose one segment is bytes [start, end) of `bytes` (of the array, not of its buffer); whole words. */
  static single(bytes: Uint8Array, start: number, end: number, options?: ReaderOptions): MessageReader {
    const { view, bytes: all } = wholeBuffer(bytes);
    const message = new MessageReader(NO_SEGMENTS, options);
    message.addSegment(view, all, bytes.byteOffset + start, bytes.byteOffset + end);
    return message;
  }

  /** Adds a segment: bytes [start, end) of a buffer. For framing and for builders' own readers. */
  addSegment(view: DataView, bytes: Uint8Array, start: number, end: number): ReaderSegment {
    if (this.first === undefined) {
      this.first = new ReaderSegment(this, 0, view, bytes, start, end);
      return this.first;
    }
    this.others ??= [];
    const segment = new ReaderSegment(this, this.others.length + 1, view, bytes, start, end);
    this.others.push(segment);
    return segment;
  }

  get segmentCount(): number {
    return this.first === undefined ? 0 : 1 + (this.others?.length ?? 0);
  }

  segment(id: number): ReaderSegment | undefined {
    return id === 0 ? this.first : this.others?.[id - 1];
  }

  /** Bytes of all segments. */
  get byteLength(): number {
    let length = 0;
    for (let id = 0; id < this.segmentCount; id++) {
      const { start, end } = this.segment(id)!;
      length += end - start;
    }
    return length;
  }

  /** The root pointer. Throws WireError "no-root" if the first segment is empty. */
  get root(): AnyPointerReader {
    return new AnyPointerReader(this.rootSegment(), this.first.start, this.nestingLimit);
  }

  /** Reads the root as `type`. */
  getRoot<R, B, I>(type: PointerType<R, B, I>): R {
    const segment = this.rootSegment();
    return type.read(segment, segment.start, this.nestingLimit);
  }

  private rootSegment(): ReaderSegment {
    const segment = this.first;
    if (segment === undefined || segment.end - segment.start < BYTES_PER_WORD) {
      throw new WireError("no-root", "Message has no root pointer", 0, 0);
    }
    charge(segment, segment.start, 1);
    return segment;
  }
}

export interface BuilderOptions {
  /** Words to begin with; a good guess of the message's size saves moves. */
  readonly firstSegmentWords?: number;
  /** Where segments come from; the default is pooled heap memory. */
  readonly allocator?: SegmentAllocator;
}

/** A message being built. Its memory only grows; what is overwritten is zeroed and stays as a gap. */
export class MessageBuilder {
  /** The word before the first segment is this message's too; see encodeFrame. */
  declare readonly hasHeaderRoom: boolean;
  declare private readonly allocator: SegmentAllocator;
  declare private readonly first: BuilderSegment;
  declare private last: BuilderSegment;
  declare private others: BuilderSegment[] | null;
  declare private caps: CapTableBuilder | null;
  declare private mirror: MessageReader | null;
  declare private spareSlots: SpareSlot[] | null;
  /** Segments in memory that is not the message's own. */
  declare private externals: Set<BuilderSegment> | null;

  constructor(options?: BuilderOptions) {
    this.allocator = options?.allocator ?? heap;
    this.others = null;
    this.caps = null;
    this.mirror = null;
    this.spareSlots = null;
    this.externals = null;
    const firstBytes = Math.max(BYTES_PER_WORD, (options?.firstSegmentWords ?? 1) * BYTES_PER_WORD);
    const space = this.allocator.allocate(firstBytes, 0);
    const { view, bytes, start, end } = space;
    this.hasHeaderRoom = space.hasHeaderRoom === true;
    this.first = new BuilderSegment(this, 0, view, bytes, start, end);
    this.first.pos = start + BYTES_PER_WORD;
    this.last = this.first;
  }

  /** The root pointer. */
  get root(): AnyPointerBuilder {
    return new AnyPointerBuilder(this.first, this.first.start);
  }

  /** Makes a new root, erasing the old one. */
  initRoot<R, B, I>(type: PointerType<R, B, I>, count?: number): B {
    return type.init(this.first, this.first.start, count);
  }

  /** The root as it is, allocated if it is a null struct. */
  getRoot<R, B, I>(type: PointerType<R, B, I>): B {
    return type.get(this.first, this.first.start);
  }

  /** Copies `value` to be the root. */
  setRoot<R, B, I>(type: PointerType<R, B, I>, value: I): void {
    type.set(this.first, this.first.start, value);
  }

  /** The capabilities in this message; owns a reference to each. */
  get capTable(): CapTableBuilder {
    if (!this.caps) {
      this.caps = new CapTableBuilder();
      if (this.mirror) this.mirror.capTable = this.caps;
    }
    return this.caps;
  }

  /** Slots of the cap table, empty ones included; asking does not make a table. */
  get capabilityCount(): number {
    return this.caps?.slots.length ?? 0;
  }

  get segmentCount(): number {
    return 1 + (this.others?.length ?? 0);
  }

  builderSegment(id: number): BuilderSegment {
    const segment = id === 0 ? this.first : this.others?.[id - 1];
    if (!segment) throw new UsageError("unknown-segment", `Message has no segment ${id}`);
    return segment;
  }

  /** Bytes in use in all segments. */
  get byteLength(): number {
    let length = this.first.pos - this.first.start;
    if (this.others) for (const { pos, start } of this.others) length += pos - start;
    return length;
  }

  /** Words in use in all segments, without the segment table. */
  get sizeInWords(): number {
    return this.byteLength / BYTES_PER_WORD;
  }

  /** The used part of every segment; aliases the message. */
  segments(): Uint8Array[] {
    const parts: Uint8Array[] = [];
    for (let id = 0; id < this.segmentCount; id++) {
      const { bytes, start, pos } = this.builderSegment(id);
      parts.push(bytes.subarray(start, pos));
    }
    return parts;
  }

  /** The message as readers see it: shares memory and capabilities, has no limits. One object, brought up to date by each call. */
  asReader(): MessageReader {
    let mirror = this.mirror;
    if (!mirror) {
      mirror = new MessageReader(NO_SEGMENTS, undefined, true);
      mirror.capTable = this.caps;
      this.mirror = mirror;
    }
    for (let id = 0; id < this.segmentCount; id++) {
      const { view, bytes, start, pos } = this.builderSegment(id);
      const segment = mirror.segment(id) ?? mirror.addSegment(view, bytes, start, pos);
      segment.end = pos;
    }
    return mirror;
  }

  /** Whether `reader` reads this very message. */
  isMirror(reader: MessageReader): boolean {
    return reader === this.mirror;
  }

  /** A copy of the message as a frame: segment table, then segments. Capabilities are not in it. A small copy is part of a larger buffer. */
  toBytes(): Uint8Array {
    this.trim();
    return encodeFrame(this);
  }

  /**
   * Ends the message: the same frame, in the message's own memory if it stayed in one segment, copied otherwise. The builder
   * must not be used afterwards. The frame is part of a larger buffer, other messages beside it.
   */
  finish(): Uint8Array {
    this.trim();
    return this.segmentCount === 1 && this.hasHeaderRoom ? frameInPlace(this) : encodeFrame(this);
  }

  /** Gives back the room a one-segment message has not used; it may take it again if nobody else has. */
  private trim(): void {
    const { first } = this;
    if (this.segmentCount === 1 && this.allocator.giveBack?.(first.view, first.end, first.pos)) first.end = first.pos;
  }

  /** A null pointer word outside the tree, near `segment` if one must be made. For orphans. */
  takeSlot(segment: BuilderSegment): SpareSlot {
    const spare = this.spareSlots?.pop();
    if (spare) return spare;
    const at = segment.allocate(BYTES_PER_WORD);
    if (at >= 0) return { segment, at };
    const other = this.segmentWithRoom(BYTES_PER_WORD);
    return { segment: other, at: other.allocate(BYTES_PER_WORD) };
  }

  /** Gives back a slot that holds null again. */
  giveSlot(slot: SpareSlot): void {
    this.spareSlots ??= [];
    this.spareSlots.push(slot);
  }

  /** Adds `bytes`, whole words, as a segment that is full. */
  addExternal(bytes: Uint8Array): BuilderSegment {
    const { view, bytes: all } = wholeBuffer(bytes);
    const end = bytes.byteOffset + bytes.byteLength;
    this.others ??= [];
    const segment = new BuilderSegment(this, this.segmentCount, view, all, bytes.byteOffset, end);
    segment.pos = end;
    this.others.push(segment);
    this.externals ??= new Set();
    this.externals.add(segment);
    return segment;
  }

  /** Whether the memory of `segment` is not the message's to change. */
  isExternal(segment: BuilderSegment): boolean {
    return this.externals?.has(segment) === true;
  }

  /** Tries to give `segment` at least `moreBytes` in place. For BuilderSegment. */
  extend(segment: BuilderSegment, moreBytes: number): boolean {
    if (this.isExternal(segment)) return false;
    const end = this.allocator.extend?.(segment.view, segment.end, moreBytes) ?? -1;
    if (end < 0) return false;
    segment.end = end;
    return true;
  }

  /** A segment with room for `bytes`: the newest, or a new one. */
  segmentWithRoom(bytes: number): BuilderSegment {
    if (this.last.hasRoom(bytes)) return this.last;
    const space = this.allocator.allocate(roundUpToWord(bytes), this.byteLength);
    this.others ??= [];
    const segment = new BuilderSegment(this, this.segmentCount, space.view, space.bytes, space.start, space.end);
    this.others.push(segment);
    this.last = segment;
    return segment;
  }
}
