/**
 * NodeByteStream: the ByteStream of any Node duplex (net.Socket, TLSSocket, a user's Duplex) or of a readable and a
 * writable side by side (stdin and stdout, a child's). Owns the stream from construction on: its errors end here, as
 * `failed`, and never as an unhandled 'error' event.
 *
 * Closing lingers: our direction is finished after what was written, and what the peer still sends is read and thrown
 * away until it finishes too. Destroying a socket with unread input makes the kernel send a reset, which can
 * overtake the last message (an Abort) on its way to the peer.
 */

import { Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import { TransportError } from "../errors.js";
import type { ByteStream, ByteStreamHandler } from "../stream.js";

/** A duplex, or the two halves of one. */
export type NodeStream = Duplex | { readonly readable: Readable; readonly writable: Writable };

export interface NodeByteStreamOptions {
  readonly peerName?: string;
  /** How long closing waits for a peer that takes nothing, and then for its end, in ms. */
  readonly lingerMs?: number;
}

const DEFAULT_LINGER_MS = 2_000;

/** What happened before `start`. */
type Ending = { readonly error: Error | null };

export class NodeByteStream implements ByteStream {
  readonly peerName: string;

  readonly #readable: Readable;
  readonly #writable: Writable;
  /** The stream, if readable and writable are one. */
  readonly #duplex: Duplex | null;
  readonly #lingerMs: number;
  /** The bytes given to `write` reach the kernel (or are encrypted) and no reader in this process. */
  readonly #copiesWrites: boolean;
  #handler: ByteStreamHandler | null = null;
  #ending: Ending | null = null;
  #closed = false;

  constructor(stream: NodeStream, options: NodeByteStreamOptions = {}) {
    this.#duplex = isPair(stream) ? null : stream;
    this.#readable = isPair(stream) ? stream.readable : stream;
    this.#writable = isPair(stream) ? stream.writable : stream;
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS;
    this.#copiesWrites = this.#writable instanceof Socket;
    this.peerName = options.peerName ?? describePeer(this.#readable);
    this.#watch();
  }

  start(handler: ByteStreamHandler): void {
    if (this.#closed) return;
    this.#handler = handler;
    this.#readable.on("data", this.#data);
    this.#writable.on("drain", this.#drained);
    // An ending that was before our time has no event any more.
    if (!this.#ending && this.#readable.readableEnded) this.#ending = { error: null };
    if (!this.#ending && (this.#readable.destroyed || this.#writable.destroyed)) this.#ending = { error: this.#torn() };
    const ending = this.#ending;
    if (ending) process.nextTick(() => this.#report(ending));
  }

  write(chunks: readonly Uint8Array[], written: () => void): boolean {
    const writable = this.#writable;
    if (this.#closed || writable.destroyed || writable.writableEnded) {
      written();
      return true;
    }
    if (!this.#copiesWrites) return this.#writeLater(chunks, written);
    const last = chunks.length - 1;
    if (last === 0) return writable.write(chunks[0], written);
    writable.cork();
    for (let index = 0; index < last; index++) writable.write(chunks[index]);
    const ready = writable.write(chunks[last], written);
    writable.uncork();
    return ready;
  }

  close(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = null;
    if (error) {
      this.#destroy();
      return;
    }
    this.#writable.off("drain", this.#drained);
    this.#readable.off("data", this.#data);
    this.#readable.resume();
    // The timeout of a socket counts from the last byte that moved, also inside one big write.
    if (this.#writable instanceof Socket) this.#writable.setTimeout(this.#lingerMs, () => this.#destroy());
    this.#writable.end(() => this.#finished());
  }

  /**
   * For a stream that may hand the very same buffer to a reader in this process, and do so before `write` returns: writes
   * a copy, and not from inside the sender's turn.
   */
  #writeLater(chunks: readonly Uint8Array[], written: () => void): boolean {
    const copy = Buffer.concat(chunks);
    written();
    this.#writable.cork();
    process.nextTick(() => this.#writable.uncork());
    return this.#writable.write(copy);
  }

  #watch(): void {
    const failed = (error: Error) => this.#report({ error: TransportError.from(error, this.peerName) });
    this.#readable.on("error", failed);
    if (!this.#duplex) this.#writable.on("error", failed);
    this.#readable.on("end", () => this.#report({ error: null }));
    // Without an end or an error before it, somebody destroyed the stream. After one, this is ignored.
    this.#readable.on("close", () => this.#report({ error: this.#torn() }));
  }

  readonly #data = (chunk: Uint8Array | string): void => {
    if (typeof chunk !== "string") this.#handler?.data(chunk);
    else this.#report({ error: new TransportError("not-bytes", `${this.peerName}: the stream has an encoding set`) });
  };

  readonly #drained = (): void => {
    this.#handler?.drained();
  };

  #report(ending: Ending): void {
    const handler = this.#handler;
    if (!handler) {
      this.#ending ??= ending;
    } else if (ending.error) {
      this.#handler = null;
      handler.failed(ending.error);
    } else {
      handler.ended();
    }
  }

  #torn(): TransportError {
    return new TransportError("closed", `${this.peerName}: the stream was destroyed`);
  }

  /** Everything is with the kernel. The peer gets a moment to finish too, for which the process need not stay. */
  #finished(): void {
    const duplex = this.#duplex;
    if (!duplex) {
      this.#readable.destroy();
      return;
    }
    if (duplex instanceof Socket) duplex.unref();
    const timer = setTimeout(() => this.#destroy(), this.#lingerMs);
    timer.unref();
    duplex.once("close", () => clearTimeout(timer));
  }

  #destroy(): void {
    this.#readable.destroy();
    this.#writable.destroy();
  }
}

function isPair(stream: NodeStream): stream is Exclude<NodeStream, Duplex> {
  return typeof stream.readable === "object";
}

function describePeer(stream: Readable): string {
  if (!(stream instanceof Socket)) return stream === process.stdin ? "stdio" : "stream";
  const { remoteAddress, remotePort, remoteFamily } = stream;
  if (remoteAddress === undefined) return "socket";
  return `${remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}
