/**
 * Segments: the contiguous pieces of memory a message consists of. A segment is a range of an ArrayBuffer that other
 * segments and messages may share; `view` and `bytes` cover the whole buffer, because making a DataView per message costs
 * more than reading most messages. Every offset in wire/ is therefore absolute: bytes from the start of the buffer.
 *
 * Fields are declared, not defined: a class field initialiser would cost on every construction.
 */

import type { MessageBuilder, MessageReader } from "./message.js";

/** One segment of a message being read: bytes [start, end). */
export class ReaderSegment {
  declare readonly message: MessageReader;
  declare readonly id: number;
  declare readonly view: DataView;
  declare readonly bytes: Uint8Array;
  declare readonly start: number;
  /** Grows only when the segment mirrors one that is still being built (MessageBuilder.asReader). */
  declare end: number;

  constructor(message: MessageReader, id: number, view: DataView, bytes: Uint8Array, start: number, end: number) {
    this.message = message;
    this.id = id;
    this.view = view;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

/** One segment of a message being built: bytes [start, pos) are in use, [pos, end) are zero and free. */
export class BuilderSegment {
  declare readonly message: MessageBuilder;
  declare readonly id: number;
  declare readonly view: DataView;
  declare readonly bytes: Uint8Array;
  declare readonly start: number;
  /** The next free byte; a multiple of 8 from `start`. */
  declare pos: number;
  declare end: number;

  constructor(message: MessageBuilder, id: number, view: DataView, bytes: Uint8Array, start: number, end: number) {
    this.message = message;
    this.id = id;
    this.view = view;
    this.bytes = bytes;
    this.start = start;
    this.pos = start;
    this.end = end;
  }

  /** Takes `bytes` (whole words) of zeroed space in this segment; its offset, or -1 when there is no room. */
  allocate(bytes: number): number {
    const at = this.pos;
    const next = at + bytes;
    if (next > this.end && !this.message.extend(this, next - this.end)) return -1;
    this.pos = next;
    return at;
  }

  /** Whether `bytes` more fit, growing the segment in place if its allocator can. */
  hasRoom(bytes: number): boolean {
    return this.pos + bytes <= this.end || this.message.extend(this, this.pos + bytes - this.end);
  }

  /** This segment as readers see it: up to date until something more is allocated. */
  reader(): ReaderSegment {
    return this.message.asReader().segment(this.id)!;
  }
}
