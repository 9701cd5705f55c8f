/**
 * WebSocketTransport: messages over a WebSocket object with the standard interface, a browser's or that of `ws`. One
 * binary frame is one message with its segment table, exactly as the C++ implementation does it (compat/websocket-rpc).
 * A text frame ends the connection with an error; a trailing partial word is ignored.
 *
 * Only codes a browser may pass to `close()` are used: 1000, and 4000 when the connection ends because of an error.
 */

import { delay } from "../timer.js";
import { decodeFrame, type FrameOptions } from "../wire/framing.js";
import { TransportError } from "./errors.js";
import { afterTurn } from "./host.js";
import type { OutgoingFrame, Transport, TransportHandler } from "./transport.js";

/** What the transport uses of a WebSocket object. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly url?: string;
  /** The second argument is an extension of `ws`. */
  send(data: Uint8Array, sent?: (error?: Error) => void): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  /** Extensions of `ws`, by which its objects are told from the standard ones. */
  on?: unknown;
  terminate?(): void;
}

export interface WebSocketTransportOptions {
  /** Limits on incoming messages; wire/framing.ts has the defaults. */
  readonly reader?: FrameOptions;
  readonly peerName?: string;
  /** Replaces the flush policy (host.ts `afterTurn`). */
  readonly schedule?: (callback: () => void) => void;
  /** `send` returns false while the socket buffers more than this many bytes. */
  readonly highWaterMark?: number;
}

interface MessageEventLike {
  readonly data: unknown;
}

interface ErrorEventLike {
  readonly error?: unknown;
  readonly message?: string;
}

interface CloseEventLike {
  readonly code: number;
  readonly reason: string;
}

/** WebSocket.readyState (RFC 6455 objects). */
const CONNECTING = 0;
const OPEN = 1;

/** Close codes (RFC 6455 §7.4): all that tell of an orderly end. 1005 is "no code given", which is what C++ peers send. */
const ORDERLY_CODES: readonly number[] = [1000, 1001, 1005];
const CLOSE_NORMAL = 1000;
const CLOSE_ERROR = 4000;
/** A close reason may have 123 bytes; ASCII is kept to be sure of their number. */
const MAX_REASON = 123;

const DEFAULT_HIGH_WATER_MARK = 1 << 20;
/** How often a backlog is looked at, in ms; the standard object has no event for it. */
const BACKLOG_POLL = 5;

export class WebSocketTransport implements Transport {
  readonly peerName: string;
  readonly schedule: (callback: () => void) => void;

  readonly #socket: WebSocketLike;
  readonly #reader: FrameOptions;
  readonly #highWaterMark: number;
  /** `ws` may hold on to the bytes after `send` and tells when it has let go; a standard object copies them. */
  readonly #sendsLater: boolean;
  /** What the peer sent that no vat sends: the socket's last words. */
  #refused: Error | null = null;
  /** Null before `start` and once nothing may be delivered. */
  #handler: TransportHandler | null = null;
  /** What was sent while the socket was still connecting; null once it is open. */
  #unsent: { frames: Uint8Array[]; release: () => void }[] | null = [];
  #closed = false;
  #heldBack = false;
  /** Messages that arrived before `start`; null once those are delivered. */
  #early: unknown[] | null = [];
  /** How the socket ended, if it did before `start`. */
  #ended: { error: Error | null } | null = null;

  constructor(socket: WebSocketLike, options: WebSocketTransportOptions = {}) {
    this.#socket = socket;
    this.#reader = options.reader ?? {};
    this.#highWaterMark = options.highWaterMark ?? DEFAULT_HIGH_WATER_MARK;
    this.#sendsLater = typeof socket.on === "function" && typeof socket.terminate === "function";
    this.peerName = options.peerName ?? (socket.url || "websocket");
    this.schedule = options.schedule ?? afterTurn;
    // A view of the bytes as they came in, where there is such a thing, instead of a copy.
    socket.binaryType = this.#sendsLater ? "nodebuffer" : "arraybuffer";
    if (socket.readyState !== CONNECTING) this.#unsent = null;
    this.#listen();
  }

  start(handler: TransportHandler): void {
    if (this.#closed) return;
    this.#handler = handler;
    if (this.#early?.length || this.#ended) afterTurn(() => this.#catchUp());
    else this.#early = null;
  }

  send(frames: readonly OutgoingFrame[], release: () => void): boolean {
    if (this.#closed || frames.length === 0) release();
    else if (this.#unsent) this.#unsent.push({ frames: frames.map(onePiece), release });
    else this.#sendNow(frames.map(onePiece), release);
    return !this.#heldBack;
  }

  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = null;
    if (this.#socket.readyState === CONNECTING) this.#dropUnsent();
    // The frames handed to the socket go out first, unless we are to abort and can.
    const why = error ?? this.#refused;
    if (why) this.#socket.close(CLOSE_ERROR, closeReason(why));
    else this.#socket.close(CLOSE_NORMAL);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => {
      const { data } = event as MessageEventLike;
      if (this.#early) this.#early.push(data);
      else this.#message(data);
    });
    socket.addEventListener("error", (event) => {
      const { error, message } = event as ErrorEventLike;
      this.#finish(TransportError.from(error ?? (message || "the WebSocket failed"), this.peerName));
    });
    socket.addEventListener("close", (event) => {
      this.#dropUnsent();
      this.#finish(closeError(event as CloseEventLike, this.peerName));
    });
  }

  /** Delivers what came before `start`. */
  #catchUp(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const data of early) this.#message(data);
    if (this.#ended) this.#finish(this.#ended.error);
  }

  #opened(): void {
    const unsent = this.#unsent ?? [];
    this.#unsent = null;
    for (const { frames, release } of unsent) this.#sendNow(frames, release);
  }

  #message(data: unknown): void {
    const handler = this.#handler;
    if (!handler) return;
    let failure: Error;
    try {
      handler.message(decodeFrame(wholeWords(data, this.peerName), this.#reader));
      this.#handler?.batchEnd();
      return;
    } catch (error) {
      failure = error as Error;
    }
    if (failure instanceof TransportError) this.#refused = failure;
    this.#finish(failure);
  }

  #sendNow(frames: readonly Uint8Array[], release: () => void): void {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) {
      release();
      return;
    }
    const last = frames.length - 1;
    for (let index = 0; index <= last; index++) {
      const frame = frames[index]!;
      if (!this.#sendsLater) socket.send(frame);
      else socket.send(frame, index === last ? () => this.#sent(release) : ignore);
    }
    if (socket.bufferedAmount > this.#highWaterMark) this.#holdBack();
    if (!this.#sendsLater) release();
  }

  #sent(release: () => void): void {
    release();
    this.#lookAtBacklog();
  }

  #holdBack(): void {
    if (this.#heldBack) return;
    this.#heldBack = true;
    if (!this.#sendsLater) this.#poll();
  }

  #poll(): void {
    delay(BACKLOG_POLL, () => {
      this.#lookAtBacklog();
      if (this.#heldBack && this.#handler) this.#poll();
    });
  }

  #lookAtBacklog(): void {
    if (!this.#heldBack || this.#socket.bufferedAmount > this.#highWaterMark) return;
    this.#heldBack = false;
    this.#handler?.drained();
  }

  #dropUnsent(): void {
    for (const { release } of this.#unsent ?? []) release();
    this.#unsent = null;
  }

  #finish(error: Error | null): void {
    if (this.#early) {
      this.#ended ??= { error };
      return;
    }
    const handler = this.#handler;
    this.#handler = null;
    handler?.closed(error);
  }
}

/** The bytes of one binary frame, a trailing partial word left out. */
function wholeWords(data: unknown, peerName: string): Uint8Array {
  if (typeof data === "string") {
    throw new TransportError("text-frame", `${peerName} sent a text frame; messages are binary frames`);
  }
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer);
  return bytes.subarray(0, bytes.byteLength & ~7);
}

/** A WebSocket frame is sent in one piece; only a message of several segments needs a copy for that. */
function onePiece(frame: OutgoingFrame): Uint8Array {
  if (frame.length === 1) return frame[0]!;
  const whole = new Uint8Array(frame.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of frame) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function closeError(event: CloseEventLike, peerName: string): Error | null {
  if (ORDERLY_CODES.includes(event.code)) return null;
  if (event.code === 1006) return new TransportError("closed", `${peerName}: the WebSocket broke off`);
  const reason = event.reason ? `: ${event.reason}` : "";
  return new TransportError("rejected", `${peerName} closed the WebSocket with code ${event.code}${reason}`);
}

function closeReason(error: Error): string {
  return error.message.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_REASON);
}

function ignore(): void {}
