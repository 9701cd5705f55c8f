/**
 * One source file: its bytes, its path, and the map from byte offsets to lines and columns.
 *
 * Everything in the compiler speaks in byte offsets into the UTF-8 text, because that is what the schema's own source info
 * records. Only diagnostics, made for people and editors, need lines and columns.
 */

/** A piece of a source file; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place in a source file as an editor shows it. */
export interface Position {
  /** Byte offset into the file. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units (so a JavaScript string of the line can be indexed with `column - 1`). */
  readonly column: number;
}

const LF = 0x0a;
const CR = 0x0d;

/** How many arguments a call may have and be fast. */
const MAX_SPREAD = 64;

export class SourceFile {
  /** Where it was read, for people. */
  readonly path: string;
  readonly bytes: Uint8Array;
  #lineStarts: number[] | undefined;
  /** The whole text if it is ASCII, so that byte offsets are offsets into it; null if it is not; undefined until asked. */
  #ascii: string | null | undefined;

  constructor(path: string, content: string | Uint8Array) {
    this.path = path;
    this.bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  }

  /** The line and column of a byte offset; an offset past the end is the end. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.bytes.length));
    const line = this.#lineAt(at);
    const start = this.#starts()[line] as number;
    return { offset: at, line: line + 1, column: this.#decode(start, at).length + 1 };
  }

  /** The text of a line (from 1), without its line ending. */
  line(number: number): string {
    const starts = this.#starts();
    const start = starts[number - 1];
    if (start === undefined) return "";
    let end = starts[number] ?? this.bytes.length;
    while (end > start && (this.bytes[end - 1] === LF || this.bytes[end - 1] === CR)) end--;
    return this.#decode(start, end);
  }

  text(span: Span): string {
    return this.#decode(span.start, span.end);
  }

  /** A run of ASCII characters, such as a name. */
  asciiText(start: number, end: number): string {
    if (end - start > MAX_SPREAD) return this.#decode(start, end);
    return this.#wholeAscii()?.slice(start, end) ?? String.fromCharCode(...this.bytes.subarray(start, end));
  }

  #decode(start: number, end: number): string {
    const ascii = this.#wholeAscii();
    if (ascii !== null) return ascii.slice(start, end);
    // `ignoreBOM` keeps a byte-order mark as the character it is, so that columns stay true.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes.subarray(start, end));
  }

  #wholeAscii(): string | null {
    if (this.#ascii === undefined) {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes);
      // Any other character takes more bytes than code units, and a byte that is none becomes one that would.
      this.#ascii = text.length === this.bytes.length && !text.includes("\ufffd") ? text : null;
    }
    return this.#ascii;
  }

  #lineAt(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** A line ends with LF, CR LF or a lone CR. */
  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let i = 0; i < this.bytes.length; i++) {
        const byte = this.bytes[i];
        if (byte === LF || (byte === CR && this.bytes[i + 1] !== LF)) starts.push(i + 1);
      }
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
