/**
 * Packed frames to messages: a byte stream in chunks of any size, each message unpacked into memory of its own. Stands
 * beside FrameDecoder, with the same limits; they hold for the unpacked message and are checked before anything is unpacked.
 */

import { WireError } from "./errors.js";
import { checkSegments, checkWords, type FrameOptions } from "./framing.js";
import { frameHeaderLength } from "./framing-encode.js";
import { MessageReader, NO_SEGMENTS } from "./message.js";
import { Unpacker } from "./unpacker.js";
import { BYTES_PER_WORD } from "./word.js";

/** The piece of a frame being unpacked. */
const FIRST_WORD = 0;
const REST_OF_TABLE = 1;
const SEGMENTS = 2;

/** A byte stream's packed frames. Give it chunks with `push`; or, for one message at a time, with `feed` and `next`. */
export class PackedFrameDecoder {
  readonly #options: FrameOptions | undefined;
  readonly #unpacker = new Unpacker();
  #piece = FIRST_WORD;
  #segmentCount = 0;
  /** Words of each segment, as far as the table was read. */
  #segmentWords: number[] = [];
  #lastFrameLength = 0;
  #failed: WireError | null = null;

  constructor(options?: FrameOptions) {
    this.#options = options;
    this.#unpacker.begin(BYTES_PER_WORD);
  }

  /** Whether the stream so far ends inside a frame. */
  get isInsideFrame(): boolean {
    return this.#unpacker.consumed > 0;
  }

  /** Packed bytes of the last frame decoded. */
  get lastFrameLength(): number {
    return this.#lastFrameLength;
  }

  /**
   * Decodes what `chunk` completes, in order. Nothing of `chunk` is kept. Throws WireError for bytes that are no packed
   * frame or one beyond the limits; every later call throws it again. What `onMessage` throws passes through, and the
   * rest of the chunk is lost.
   */
  push(chunk: Uint8Array, onMessage: (message: MessageReader) => void): void {
    this.feed(chunk);
    for (let message = this.next(); message; message = this.next()) onMessage(message);
  }

  /** Gives it a chunk, for `next` to decode; what is left of the last one is forgotten. The chunk must not change until `next` has returned null. */
  feed(chunk: Uint8Array): void {
    this.#unpacker.feed(chunk);
  }

  /** The next message that is complete; null when more bytes are needed. Throws like `push`. */
  next(): MessageReader | null {
    if (this.#failed) throw this.#failed;
    try {
      return this.#next();
    } catch (error) {
      if (error instanceof WireError) this.#failed = error;
      throw error;
    }
  }

  /** The stream ended. Throws WireError "premature-end" inside a frame. */
  end(): void {
    if (this.#failed) throw this.#failed;
    if (!this.isInsideFrame) return;
    throw new WireError("premature-end", "Bytes end inside a packed frame", 0, this.#unpacker.consumed);
  }

  #next(): MessageReader | null {
    const unpacker = this.#unpacker;
    while (unpacker.fill()) {
      switch (this.#piece) {
        case FIRST_WORD:
          this.#readFirstWord();
          break;
        case REST_OF_TABLE:
          this.#readRestOfTable();
          break;
        default: {
          const message = this.#message();
          this.#segmentWords = [];
          this.#begin(FIRST_WORD, BYTES_PER_WORD);
          this.#lastFrameLength = unpacker.consumed;
          unpacker.resetConsumed();
          return message;
        }
      }
    }
    return null;
  }

  #begin(piece: number, byteLength: number): void {
    this.#piece = piece;
    this.#unpacker.begin(byteLength);
  }

  #readFirstWord(): void {
    const { view, start } = this.#unpacker;
    const field = view.getUint32(start, true);
    checkSegments(field, this.#options);
    this.#segmentCount = field + 1;
    this.#segmentWords = [view.getUint32(start + 4, true)];
    if (field === 0) this.#beginSegments();
    else this.#begin(REST_OF_TABLE, frameHeaderLength(field + 1) - BYTES_PER_WORD);
  }

  #readRestOfTable(): void {
    const { view, start } = this.#unpacker;
    for (let id = 1; id < this.#segmentCount; id++) {
      this.#segmentWords.push(view.getUint32(start + (id - 1) * 4, true));
    }
    this.#beginSegments();
  }

  #beginSegments(): void {
    let words = 0;
    for (const each of this.#segmentWords) words += each;
    checkWords(words, this.#options);
    this.#begin(SEGMENTS, words * BYTES_PER_WORD);
  }

  #message(): MessageReader {
    const { view, bytes, start } = this.#unpacker;
    const message = new MessageReader(NO_SEGMENTS, this.#options);
    let at = start;
    for (const words of this.#segmentWords) {
      message.addSegment(view, bytes, at, at + words * BYTES_PER_WORD);
      at += words * BYTES_PER_WORD;
    }
    return message;
  }
}
