/**
 * Streams of text messages, cut into messages: parenthesized text, or JSON objects, one behind the other. Strings and comments
 * are recognised, so that a bracket in a string is no bracket (the C++ tool trips over that). Holds one message at a time.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BACKTICK = 0x60;
const HASH = 0x23;
const LINE_FEED = 0x0a;

interface Brackets {
  readonly open: readonly number[];
  readonly close: readonly number[];
  /** Whether `#` begins a comment, and a backtick a string that ends with the line. */
  readonly isText: boolean;
}

const TEXT: Brackets = { open: [0x28, 0x5b], close: [0x29, 0x5d], isText: true };
const JSON_BRACKETS: Brackets = { open: [0x7b, 0x5b], close: [0x7d, 0x5d], isText: false };

/** One message's text. */
export interface TextPiece {
  readonly bytes: Uint8Array;
  /** Where it starts: bytes and lines of the stream, both from 0. */
  readonly offset: number;
  readonly line: number;
}

/** Cuts chunks into messages. What stands behind the last is given at the end, unless it is blank. */
export async function* splitMessages(
  chunks: AsyncIterable<Uint8Array>,
  format: "text" | "json",
): AsyncGenerator<TextPiece, void, undefined> {
  const splitter = new Splitter(format === "text" ? TEXT : JSON_BRACKETS);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  const last = splitter.end();
  if (last) yield last;
}

class Splitter {
  readonly #brackets: Brackets;
  /** What was read of the message before the current chunk. */
  #pending: Uint8Array[] = [];
  #offset = 0;
  #line = 0;
  #lines = 0;
  #depth = 0;
  #state: "normal" | "string" | "escape" | "line" = "normal";

  constructor(brackets: Brackets) {
    this.#brackets = brackets;
  }

  *push(chunk: Uint8Array): Generator<TextPiece, void, undefined> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (!this.#step(chunk[at]!)) continue;
      yield this.#take(chunk.subarray(start, at + 1));
      start = at + 1;
    }
    if (start < chunk.length) this.#pending.push(chunk.subarray(start));
  }

  end(): TextPiece | undefined {
    const rest = this.#take(new Uint8Array(0));
    return this.#isBlank(rest.bytes) ? undefined : rest;
  }

  /** Takes one byte; whether it ends a message. */
  #step(byte: number): boolean {
    if (byte === LINE_FEED) this.#lines++;
    switch (this.#state) {
      case "escape":
        this.#state = "string";
        return false;
      case "string":
        if (byte === QUOTE) this.#state = "normal";
        else if (byte === BACKSLASH) this.#state = "escape";
        return false;
      case "line":
        if (byte === LINE_FEED) this.#state = "normal";
        return false;
    }
    const { open, close, isText } = this.#brackets;
    if (byte === QUOTE) this.#state = "string";
    else if (isText && (byte === HASH || byte === BACKTICK)) this.#state = "line";
    else if (open.includes(byte)) this.#depth++;
    else if (close.includes(byte) && this.#depth > 0) return --this.#depth === 0;
    return false;
  }

  #take(end: Uint8Array): TextPiece {
    const bytes = this.#pending.length === 0 ? end : Buffer.concat([...this.#pending, end]);
    const piece = { bytes, offset: this.#offset, line: this.#line };
    this.#pending = [];
    this.#offset += bytes.length;
    this.#line = this.#lines;
    return piece;
  }

  #isBlank(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString("latin1");
    return (this.#brackets.isText ? text.replace(/#.*/g, "") : text).trim() === "";
  }
}
