/**
 * Segments: the contiguous pieces of memory a message consists of. A segment is a range of an ArrayBuffer that other
 * segments and messages may share; `view` and `bytes` cover the whole buffer, because making a DataView per message costs
 * more than reading most messages. Every offset in wire/ is therefore absolute: bytes from the start of the buffer.
 *
 * A segment being built also writes short text into itself: the hottest of all writes, and fast only here (BuilderSegment.writeText).
 *
 * Fields are declared, not defined: a class field initialiser would cost on every construction.
 */

import type { MessageBuilder, MessageReader } from "./message.js";
import { notString, pointToText, writeAnyText } from "./text.js";
import { encodeShort, MAX_BYTES_PER_UNIT, SHORT_ENCODE_UNITS } from "./utf8.js";
import { BYTE_ELEMENTS, LIST } from "./word.js";

// V8 takes a constant of the same module for a number, one of another module for a variable: here that is 3 % of encoding.
const SHORT = SHORT_ENCODE_UNITS;
const WORST_BYTES = MAX_BYTES_PER_UNIT;
const LIST_POINTER = LIST;
const BYTES = BYTE_ELEMENTS;

const NO_BYTES = /*@__PURE__*/ new Uint8Array(0);
const NO_VIEW = /*@__PURE__*/ new DataView(NO_BYTES.buffer);

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
  /** Covers the whole buffer; nothing once detached. */
  declare view: DataView;
  declare bytes: Uint8Array;
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

  /** Takes the memory away: whoever still has a builder of it must not write into what will lie there next. Setters throw RangeError or change nothing from now on. */
  detach(): void {
    this.view = NO_VIEW;
    this.bytes = NO_BYTES;
    this.end = this.pos;
  }

  /** Whether `bytes` more fit, growing the segment in place if its allocator can. */
  hasRoom(bytes: number): boolean {
    return this.pos + bytes <= this.end || this.message.extend(this, this.pos + bytes - this.end);
  }

  /**
   * Replaces what the pointer at `at` holds by `text`. Throws UsageError for anything but a string.
   *
   * Short text into a null pointer is written right here, four units at a time, each of one or two bytes. This is where messages full of
   * text spend most of their time, and its place matters: as a method it leaves the setters that call it so short that V8 inlines every
   * one, and it is itself too long to be taken along, so that the builders they belong to need not be made.
   */
  writeText(at: number, text: string): void {
    if (typeof text !== "string") throw notString(text);
    const { view, pos: start } = this;
    const { length } = text;
    // With room for the worst case, text is encoded in place and the rest given back; no need to count its bytes first.
    if (
      length > SHORT ||
      start + length * WORST_BYTES + 8 > this.end ||
      (view.getInt32(at, true) | view.getInt32(at + 4, true)) !== 0
    ) {
      writeAnyText(this, at, text);
      return;
    }
    const groups = length & ~3;
    // `| 0` below: offsets are small, and so V8 need not check that they stay so.
    let index = 0;
    let to = start;
    for (; index < groups; index += 4) {
      const first = text.charCodeAt(index);
      const second = text.charCodeAt(index + 1);
      const third = text.charCodeAt(index + 2);
      const fourth = text.charCodeAt(index + 3);
      const all = first | second | third | fourth;
      if (all < 0x80) {
        view.setInt32(to, first | (second << 8) | (third << 16) | (fourth << 24), true);
        to = (to + 4) | 0;
      } else if (all < 0x800) {
        // Spelt out four times: a function for it costs 2 % of encoding.
        if (first < 0x80) view.setUint8(to++, first);
        else {
          view.setUint16(to, 0x80c0 | (first >> 6) | ((first & 0x3f) << 8), true);
          to += 2;
        }
        if (second < 0x80) view.setUint8(to++, second);
        else {
          view.setUint16(to, 0x80c0 | (second >> 6) | ((second & 0x3f) << 8), true);
          to += 2;
        }
        if (third < 0x80) view.setUint8(to++, third);
        else {
          view.setUint16(to, 0x80c0 | (third >> 6) | ((third & 0x3f) << 8), true);
          to += 2;
        }
        if (fourth < 0x80) view.setUint8(to++, fourth);
        else {
          view.setUint16(to, 0x80c0 | (fourth >> 6) | ((fourth & 0x3f) << 8), true);
          to += 2;
        }
      } else {
        pointToText(this, at, start, encodeShort(text, index, view, this.bytes, to));
        return;
      }
    }
    if (index < length) {
      // One to three units, written as four: there is room, and what follows them is zero.
      const first = text.charCodeAt(index);
      const second = index + 1 < length ? text.charCodeAt(index + 1) : 0;
      const third = index + 2 < length ? text.charCodeAt(index + 2) : 0;
      if ((first | second | third) >= 0x80) {
        pointToText(this, at, start, encodeShort(text, index, view, this.bytes, to));
        return;
      }
      view.setInt32(to, first | (second << 8) | (third << 16), true);
      to = (to + length - index) | 0;
    }
    const size = (to - start + 1) | 0;
    this.pos = start + ((size + 7) & ~7);
    // The text lies behind its pointer: the offset is positive, and its bytes over two are the offset in words times four.
    view.setInt32(at, ((start - at - 8) >>> 1) + LIST_POINTER, true);
    view.setInt32(at + 4, (size << 3) | BYTES, true);
  }

  /** This segment as readers see it: up to date until something more is allocated. */
  reader(): ReaderSegment {
    return this.message.asReader().segment(this.id)!;
  }
}
