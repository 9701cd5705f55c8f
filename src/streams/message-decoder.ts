/**
 * Bytes to messages in any format, one message at a time: so that a chunk that unpacks to very much is unpacked no faster
 * than its messages are taken. Knows where in the stream each message lies.
 */

import { frameLengthIn } from "../wire/framing.js";
import { frameHeaderLength } from "../wire/framing-encode.js";
import {
  DEFAULT_TRAVERSAL_LIMIT_IN_WORDS,
  decodeFrame,
  FrameDecoder,
  type FrameOptions,
  isCanonical,
  MessageReader,
  PackedFrameDecoder,
  unpack,
  WireError,
} from "../wire/index.js";
import { concatenate, type MessageFormat } from "./format.js";
import { MessageStreamError } from "./stream-error.js";

export interface DecodeOptions extends FrameOptions {
  /** Default `binary`. */
  readonly format?: MessageFormat;
}

/** What decodes one format. `offset` counts bytes from the start of the stream. */
interface FormatDecoder {
  /** Where the message that comes next starts. */
  readonly offset: number;
  feed(chunk: Uint8Array): void;
  next(): MessageReader | null;
  /** The stream ended: the last message, if only the end makes one. */
  end(): MessageReader | null;
}

/** A stream's messages. Give it a chunk with `feed`, then call `next` until it returns null; at the stream's end, `end`. */
export class MessageDecoder {
  readonly #decoder: FormatDecoder;
  #count = 0;

  constructor(options?: DecodeOptions) {
    this.#decoder = decoderOf(options);
  }

  /** Messages decoded so far. */
  get messageCount(): number {
    return this.#count;
  }

  /** Adds bytes; messages may alias them. */
  feed(chunk: Uint8Array): void {
    this.#decoder.feed(chunk);
  }

  /** The next message that is complete, or null. Throws MessageStreamError. */
  next(): MessageReader | null {
    return this.#counted(() => this.#decoder.next());
  }

  /** The message that the stream's end completes, or null. Throws MessageStreamError, "premature-end" inside a message. */
  end(): MessageReader | null {
    return this.#counted(() => this.#decoder.end());
  }

  #counted(action: () => MessageReader | null): MessageReader | null {
    try {
      const message = action();
      if (message) this.#count++;
      return message;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new MessageStreamError(error, this.#count, this.#decoder.offset);
    }
  }
}

function decoderOf(options: DecodeOptions | undefined): FormatDecoder {
  switch (options?.format ?? "binary") {
    case "binary":
      return new BinaryDecoder(options);
    case "packed":
      return new PackedDecoder(options);
    default:
      return new WholeDecoder(options!);
  }
}

/** How much of a chunk is looked at when it completes a message that began before. */
const SLICE_BYTES = 64 * 1024;

/** Frames: in place where they lie in one chunk, put together where they straddle two. */
class BinaryDecoder implements FormatDecoder {
  offset = 0;
  readonly #options: FrameOptions | undefined;
  readonly #straddling: FrameDecoder;
  #ready: MessageReader[] = [];
  /** What came behind the messages that are ready. */
  #failure: WireError | null = null;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(options: FrameOptions | undefined) {
    this.#options = options;
    this.#straddling = new FrameDecoder(options);
  }

  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  next(): MessageReader | null {
    const message = this.#ready.shift() ?? this.#decode();
    if (message) this.offset += frameHeaderLength(message.segmentCount) + message.byteLength;
    return message;
  }

  end(): null {
    this.#straddling.end();
    return null;
  }

  #decode(): MessageReader | null {
    if (this.#failure) throw this.#failure;
    const chunk = this.#chunk;
    while (this.#at < chunk.byteLength) {
      if (this.#straddling.isInsideFrame) {
        this.#straddle(chunk.subarray(this.#at, this.#at + SLICE_BYTES));
        const first = this.#ready.shift();
        if (first) return first;
        if (this.#failure) throw this.#failure;
        continue;
      }
      const rest = chunk.subarray(this.#at);
      const length = frameLengthIn(rest, this.#options);
      if (length !== undefined) {
        this.#at += length;
        return decodeFrame(rest, this.#options);
      }
      this.#straddle(rest);
    }
    return null;
  }

  #straddle(bytes: Uint8Array): void {
    this.#at += bytes.byteLength;
    try {
      this.#straddling.push(bytes, (message) => this.#ready.push(message));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#failure = error;
    }
  }
}

/** Packed frames. */
class PackedDecoder implements FormatDecoder {
  offset = 0;
  readonly #decoder: PackedFrameDecoder;

  constructor(options: FrameOptions | undefined) {
    this.#decoder = new PackedFrameDecoder(options);
  }

  feed(chunk: Uint8Array): void {
    this.#decoder.feed(chunk);
  }

  next(): MessageReader | null {
    const message = this.#decoder.next();
    if (message) this.offset += this.#decoder.lastFrameLength;
    return message;
  }

  end(): null {
    this.#decoder.end();
    return null;
  }
}

/** Formats in which the whole stream is one message. */
class WholeDecoder implements FormatDecoder {
  readonly offset = 0;
  readonly #options: DecodeOptions;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(options: DecodeOptions) {
    this.#options = options;
    const words = options.maxMessageWords ?? options.traversalLimitInWords ?? DEFAULT_TRAVERSAL_LIMIT_IN_WORDS;
    // A packed word has ten bytes at most.
    this.#maxBytes = words * (options.format === "flat-packed" ? 10 : 8);
  }

  feed(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  next(): null {
    if (this.#length <= this.#maxBytes) return null;
    this.#chunks = [];
    throw new WireError("frame-too-large", "Message is larger than its limit", 0, this.#maxBytes);
  }

  end(): MessageReader | null {
    this.next();
    if (this.#length === 0) return null;
    const bytes = concatenate(this.#chunks);
    this.#chunks = [];
    const { format } = this.#options;
    const message = new MessageReader([format === "flat-packed" ? unpack(bytes, this.#options) : bytes], this.#options);
    if (message.byteLength === 0) throw new WireError("premature-end", "Bytes make no word", 0, bytes.byteLength);
    if (format === "canonical" && !(bytes.byteLength % 8 === 0 && isCanonical(message))) {
      throw new WireError("not-canonical", "Message is not in canonical form", 0, 0);
    }
    return message;
  }
}
