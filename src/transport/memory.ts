/**
 * Two transports joined back to back in one process, for tests, examples and talking to oneself. Messages really go
 * through bytes: what is sent is copied, framed as on a stream, and decoded at the other end, in a later turn.
 *
 * Knobs make a network of it: a latency, a chunk size that splits frames anywhere, a backlog at which `send` holds back,
 * and stepping, where nothing moves until the test says so.
 */

import { delay } from "../timer.js";
import { type OwnedFd, ReceivedFds } from "../wire/fds.js";
import type { FrameOptions } from "../wire/framing.js";
import { afterTurn } from "./host.js";
import { type ByteStream, type ByteStreamHandler, StreamTransport } from "./stream.js";
import type { Transport } from "./transport.js";

export interface MemoryPairOptions {
  /** One-way delay in ms. 0: the next turn. */
  readonly latency?: number;
  /** Nothing moves until `step` or `run` is called. Excludes `latency`. */
  readonly stepping?: boolean;
  /** Splits what one write carries into chunks of at most this many bytes; Infinity keeps it together. */
  readonly chunkBytes?: number;
  /** Sending holds back while more than this many bytes are under way. */
  readonly highWaterMark?: number;
  /** Has file descriptors travel along. None do unless given. */
  readonly descriptors?: MemoryDescriptors;
  /** How the ends are called, left and right; each is the other's `peerName`. */
  readonly names?: readonly [left: string, right: string];
}

export interface MemoryDescriptors {
  /** Those of more capabilities in one message are left out. */
  readonly maxFdsPerMessage: number;
  /** Makes another descriptor for the same open file, which the receiver owns. */
  dup(fd: number): OwnedFd;
}

export interface MemoryTransportOptions extends MemoryPairOptions {
  /** Limits on incoming messages; wire/framing.ts has the defaults. */
  readonly reader?: FrameOptions;
}

/** What travels between two joined ends. */
export interface MemoryLink {
  /** Delivers the oldest thing under way, in either direction; false if there was none. */
  step(): boolean;
  /** Steps until nothing is under way, flushes included; returns how many steps that took. */
  run(): number;
}

export interface MemoryTransportPair extends MemoryLink {
  readonly left: Transport;
  readonly right: Transport;
}

export interface MemoryStreamPair extends MemoryLink {
  readonly left: MemoryStream;
  readonly right: MemoryStream;
}

/** Two transports: what one sends, the other receives. */
export function memoryTransportPair(options: MemoryTransportOptions = {}): MemoryTransportPair {
  const pair = memoryStreamPair(options);
  const end = (stream: MemoryStream) =>
    new StreamTransport(stream, {
      ...(options.reader && { reader: options.reader }),
      schedule: (callback) => stream.schedule(callback),
    });
  return { left: end(pair.left), right: end(pair.right), step: pair.step, run: pair.run };
}

/** The byte streams below memoryTransportPair, for tests that write bytes a transport would not. */
export function memoryStreamPair(options: MemoryPairOptions = {}): MemoryStreamPair {
  const link = new Link(options);
  const [leftName, rightName] = options.names ?? ["memory:left", "memory:right"];
  const left = new MemoryStream(link, rightName, options);
  const right = new MemoryStream(link, leftName, options);
  left.join(right);
  right.join(left);
  return { left, right, step: () => link.step(), run: () => link.run() };
}

/** Deliveries of both directions, in the order they were sent. */
class Link implements MemoryLink {
  readonly #underWay: (() => void)[] = [];
  readonly #latency: number;
  readonly #stepping: boolean;

  constructor(options: MemoryPairOptions) {
    this.#latency = options.latency ?? 0;
    this.#stepping = options.stepping ?? false;
  }

  /** Delivers after the latency, in order. */
  travel(delivery: () => void): void {
    this.#underWay.push(delivery);
    if (this.#stepping) return;
    if (this.#latency > 0) delay(this.#latency, () => this.step());
    else afterTurn(() => this.step());
  }

  /** Runs `callback` in a later turn whatever the latency; on a stepped link, as a step. */
  soon(callback: () => void): void {
    if (this.#stepping) this.#underWay.push(callback);
    else afterTurn(callback);
  }

  step(): boolean {
    const delivery = this.#underWay.shift();
    delivery?.();
    return delivery !== undefined;
  }

  run(): number {
    let steps = 0;
    while (this.step()) steps++;
    return steps;
  }
}

/** One end of a joined pair of byte streams. Made by memoryStreamPair. */
export class MemoryStream implements ByteStream {
  readonly peerName: string;
  readonly maxFdsPerMessage?: number;
  /** What was written so far. */
  readonly sent = { writes: 0, bytes: 0 };

  readonly #link: Link;
  readonly #chunkBytes: number;
  readonly #highWaterMark: number;
  #other: MemoryStream | null = null;
  #handler: ByteStreamHandler | null = null;
  /** What arrived before `start`; null from then on. */
  #early: Arrival[] | null = [];
  readonly #descriptors: MemoryDescriptors | null;
  #writable = true;
  #closed = false;
  /** Bytes written that the other end has not received yet. */
  #underWay = 0;
  #heldBack = false;

  constructor(link: Link, peerName: string, options: MemoryPairOptions) {
    this.#link = link;
    this.peerName = peerName;
    this.#chunkBytes = options.chunkBytes ?? Number.POSITIVE_INFINITY;
    this.#highWaterMark = options.highWaterMark ?? Number.POSITIVE_INFINITY;
    this.#descriptors = options.descriptors ?? null;
    if (options.descriptors) this.maxFdsPerMessage = options.descriptors.maxFdsPerMessage;
  }

  /** Names the other end. Called once. */
  join(other: MemoryStream): void {
    this.#other = other;
  }

  start(handler: ByteStreamHandler): void {
    this.#handler = handler;
    const early = this.#early ?? [];
    this.#early = null;
    for (const arrival of early) this.#link.soon(() => this.arrive(arrival));
  }

  write(chunks: readonly Uint8Array[], written: () => void, fds: readonly number[] = []): boolean {
    const bytes = joined(chunks);
    const descriptors = this.#writable ? this.#descriptors : null;
    let sent = descriptors && fds.length > 0 ? new ReceivedFds(fds.map((fd) => descriptors.dup(fd))) : undefined;
    written();
    if (!this.#writable) return true;
    this.sent.writes++;
    this.sent.bytes += bytes.byteLength;
    const size = Math.min(this.#chunkBytes, bytes.byteLength);
    for (let start = 0; start < bytes.byteLength; start += size) {
      this.#send(bytes.subarray(start, start + size), sent);
      sent = undefined;
    }
    this.#heldBack = this.#underWay > this.#highWaterMark;
    return !this.#heldBack;
  }

  /** Finishes this direction only. Idempotent. */
  end(): void {
    if (!this.#writable) return;
    this.#writable = false;
    this.#link.travel(() => this.#other?.arrive((handler) => handler?.ended()));
  }

  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const arrival of this.#early?.splice(0) ?? []) arrival(null);
    if (error && this.#writable) {
      this.#writable = false;
      this.#link.travel(() => this.#other?.arrive((handler) => handler?.failed(error)));
    }
    this.end();
  }

  /** Runs `callback` in a later turn of this link. */
  schedule(callback: () => void): void {
    this.#link.soon(callback);
  }

  /** What the other end sent has travelled. */
  arrive(arrival: Arrival): void {
    if (this.#early && !this.#closed) this.#early.push(arrival);
    else arrival(this.#closed ? null : this.#handler);
  }

  #send(chunk: Uint8Array, fds: ReceivedFds | undefined): void {
    this.#underWay += chunk.byteLength;
    this.#link.travel(() => {
      this.#underWay -= chunk.byteLength;
      this.#other?.arrive((handler) => (handler ? handler.data(chunk, fds) : fds?.close()));
      if (this.#heldBack && this.#underWay <= this.#highWaterMark) {
        this.#heldBack = false;
        if (!this.#closed) this.#handler?.drained();
      }
    });
  }
}

/** Something that has come to an end of the link; told null if that has been closed. */
type Arrival = (handler: ByteStreamHandler | null) => void;

/** A copy of `chunks`, end to end. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
