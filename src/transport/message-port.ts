/**
 * MessagePortStream: a byte stream over a MessagePort, so that frames pass between a page and its workers, frames or
 * tabs, or between worker threads of Node. What one `send` carries crosses as one ArrayBuffer, which is transferred, not
 * cloned. `null` is the end of a direction; ports have no other that every host reports.
 */

import { delay } from "../timer.js";
import { TransportError } from "./errors.js";
import { type ByteStream, type ByteStreamHandler, StreamTransport, type StreamTransportOptions } from "./stream.js";

/** What is used of a MessagePort, or of a Worker and a worker's own scope, which need no `start` and have no `close`. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
  start?(): void;
  close?(): void;
}

export interface MessagePortTransportOptions extends StreamTransportOptions {
  readonly peerName?: string;
}

/** A transport over `port`, which it takes: nobody else may post to it or listen. */
export function messagePortTransport(
  port: MessagePortLike,
  options: MessagePortTransportOptions = {},
): StreamTransport {
  return new StreamTransport(new MessagePortStream(port, options.peerName), options);
}

/** How long a closed port stays open, so that what was posted last gets through, in ms. */
const CLOSE_DELAY = 50;

class MessagePortStream implements ByteStream {
  readonly peerName: string;
  readonly #port: MessagePortLike;
  #handler: ByteStreamHandler | null = null;
  #closed = false;

  constructor(port: MessagePortLike, peerName = "port") {
    this.#port = port;
    this.peerName = peerName;
  }

  start(handler: ByteStreamHandler): void {
    this.#handler = handler;
    this.#port.addEventListener("message", this.#received);
    this.#port.addEventListener("messageerror", this.#unreadable);
    // Reported by Node and by newer browsers; elsewhere a port that just vanishes is silent.
    this.#port.addEventListener("close", this.#vanished);
    this.#port.start?.();
  }

  write(chunks: readonly Uint8Array[], written: () => void): boolean {
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    written();
    if (!this.#closed) this.#port.postMessage(bytes.buffer, [bytes.buffer]);
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handler = null;
    this.#port.removeEventListener("message", this.#received);
    this.#port.removeEventListener("messageerror", this.#unreadable);
    this.#port.removeEventListener("close", this.#vanished);
    this.#port.postMessage(null, []);
    if (this.#port.close) delay(CLOSE_DELAY, () => this.#port.close?.(), { unref: true });
  }

  readonly #received = (event: object): void => {
    const { data } = event as { readonly data: unknown };
    if (data === null) this.#handler?.ended();
    else if (data instanceof ArrayBuffer) this.#handler?.data(new Uint8Array(data));
    else
      this.#handler?.failed(
        new TransportError("not-bytes", `${this.peerName} sent something other than an ArrayBuffer`),
      );
  };

  readonly #unreadable = (): void => {
    this.#handler?.failed(new TransportError("not-bytes", `${this.peerName} sent something that cannot be received`));
  };

  readonly #vanished = (): void => {
    this.#handler?.failed(new TransportError("closed", `${this.peerName}: the port was closed`));
  };
}
