/**
 * Slabs: pooled memory for outgoing messages. Each message is built with a word reserved in front of its first segment,
 * so that a one-segment message becomes a frame by writing its table in place; consecutive messages lie side by side, and
 * a turn's small messages can leave in one write without having been copied.
 *
 * Life of a slab's range: open (a message is being built) → sent (finish; the transport reads it) → recycled. When no
 * range of a slab is open or sent, what was used of it is zeroed and it starts over.
 */

import { UsageError } from "../errors.js";
import { ownSpace, type SegmentAllocator, type SegmentSpace, withHeaderRoom } from "./arena.js";
import { frameHeader, frameInPlace } from "./framing-encode.js";
import { MessageBuilder } from "./message.js";
import { BYTES_PER_WORD, roundUpToWord } from "./word.js";

/** The pieces of one frame, in order; one piece for a message that fit into its slab. Same type as transport/'s. */
export type OutgoingFrame = readonly Uint8Array[];

export interface SlabOptions {
  /** Bytes of one slab. Default 64 KiB. */
  readonly slabBytes?: number;
  /** How many unused slabs are kept. Default 4. */
  readonly maxIdleSlabs?: number;
}

const DEFAULT_SLAB_BYTES = 64 * 1024;
const DEFAULT_MAX_IDLE_SLABS = 4;
/** A slab with less left is not begun in: a message that outgrows its slab costs more than the waste. */
const LEAST_ROOM_BYTES = 4096;
/** How many slabs are looked at for room: more than one, as messages may be open in some. */
const MAX_SEARCHED_SLABS = 4;
/** Segments behind the first grow with the message, up to this. */
const MAX_GROWTH_BYTES = 16 * 1024 * 1024;

interface Slab {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Everything before is in use or was. */
  used: number;
  /** The message being built here, if any. */
  open: MessageBuilder | null;
  /** Frames finished here and not recycled yet. */
  sent: number;
}

/** Builds outgoing messages. */
export class MessageSlab {
  readonly #slabBytes: number;
  readonly #maxIdle: number;
  #idle: Slab[] = [];
  /** Slabs in use; the last is filled next. */
  #busy: Slab[] = [];

  constructor(options?: SlabOptions) {
    this.#slabBytes = roundUpToWord(options?.slabBytes ?? DEFAULT_SLAB_BYTES);
    this.#maxIdle = options?.maxIdleSlabs ?? DEFAULT_MAX_IDLE_SLABS;
  }

  /** Begins a message. `sizeHintBytes` is a guess of its size: one larger than a slab gets memory of its own. Ended by `finish` or `abandon`. */
  begin(sizeHintBytes = 0): MessageBuilder {
    const needed = Math.max(
      Math.min(LEAST_ROOM_BYTES, this.#slabBytes),
      roundUpToWord(sizeHintBytes) + 2 * BYTES_PER_WORD,
    );
    const slab = this.#slabWithRoom(needed);
    const { view, bytes, used } = slab;
    const space = withHeaderRoom({ view, bytes, start: used, end: bytes.byteLength });
    const message = new MessageBuilder({ allocator: new SlabAllocator(space) });
    slab.open = message;
    return message;
  }

  /** Ends a message begun here: its frame. The memory stays untouched until `recycle`; the builder must not be used any more. Throws UsageError for any other message. */
  finish(message: MessageBuilder): OutgoingFrame {
    const slab = this.#slabOf(message);
    if (!slab)
      throw new UsageError("message-not-of-slab", "This message was not begun in this slab, or has ended already");
    slab.used = message.builderSegment(0).pos;
    slab.open = null;
    slab.sent++;
    const frame = frameOf(message);
    message.builderSegment(0).detach();
    return frame;
  }

  /** Ends a message begun here that will not be sent: its memory is zeroed and used again. Its capabilities are the caller's business. Ignored for a message that has ended already. */
  abandon(message: MessageBuilder): void {
    const slab = this.#slabOf(message);
    if (!slab) return;
    const { start, pos } = message.builderSegment(0);
    slab.bytes.fill(0, start, pos);
    message.builderSegment(0).detach();
    slab.open = null;
    this.#retireIfUnused(slab);
  }

  /** A message begun here will not be sent, but whoever builds it may still write to it: nothing else will ever lie there. Ignored for a message that has ended already. */
  disown(message: MessageBuilder): void {
    const slab = this.#slabOf(message);
    // Frames sent from it are not missed: nothing waits for their being recycled.
    if (slab) this.#busy.splice(this.#busy.indexOf(slab), 1);
  }

  /** The frames' bytes are no longer needed. Every finished frame comes here once. */
  recycle(frames: readonly OutgoingFrame[]): void {
    for (const frame of frames) this.#recycleFrame(frame);
  }

  #recycleFrame(frame: OutgoingFrame): void {
    for (const piece of frame) {
      const slab = this.#busy.find(({ bytes }) => bytes.buffer === piece.buffer);
      if (!slab) continue;
      slab.sent--;
      this.#retireIfUnused(slab);
      return;
    }
  }

  #slabOf(message: MessageBuilder): Slab | undefined {
    for (let index = this.#busy.length - 1; index >= 0; index--) {
      if (this.#busy[index]!.open === message) return this.#busy[index];
    }
    return undefined;
  }

  #slabWithRoom(bytes: number): Slab {
    // Older slabs are full, or as good as: there may be many while a peer is slow, and they are not searched.
    const oldest = Math.max(0, this.#busy.length - MAX_SEARCHED_SLABS);
    for (let index = this.#busy.length - 1; index >= oldest; index--) {
      const slab = this.#busy[index]!;
      if (!slab.open && slab.bytes.byteLength - slab.used >= bytes) return slab;
    }
    const slab = (bytes <= this.#slabBytes && this.#idle.pop()) || newSlab(Math.max(bytes, this.#slabBytes));
    this.#busy.push(slab);
    return slab;
  }

  #retireIfUnused(slab: Slab): void {
    if (slab.sent > 0 || slab.open) return;
    this.#busy.splice(this.#busy.indexOf(slab), 1);
    if (slab.bytes.byteLength > this.#slabBytes || this.#idle.length >= this.#maxIdle) return;
    slab.bytes.fill(0, 0, slab.used);
    slab.used = 0;
    this.#idle.push(slab);
  }
}

function frameOf(message: MessageBuilder): OutgoingFrame {
  if (message.segmentCount === 1) return [frameInPlace(message)];
  const segments = message.segments();
  return [frameHeader(segments.map((segment) => segment.byteLength)), ...segments];
}

function newSlab(byteLength: number): Slab {
  const { view, bytes } = ownSpace(byteLength);
  return { view, bytes, used: 0, open: null, sent: 0 };
}

/** Gives one message its place in a slab, then buffers of its own. */
class SlabAllocator implements SegmentAllocator {
  #first: SegmentSpace | null;

  constructor(first: SegmentSpace) {
    this.#first = first;
  }

  allocate(minBytes: number, usedBytes: number): SegmentSpace {
    const first = this.#first;
    if (first) {
      this.#first = null;
      return first;
    }
    return ownSpace(Math.max(minBytes, Math.min(roundUpToWord(usedBytes), MAX_GROWTH_BYTES)));
  }
}
