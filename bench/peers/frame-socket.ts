/**
 * Cap'n Proto stream framing over TCP for the peers that come without a TCP transport (capnp-ts, capnp-es). Frames sent in one turn leave
 * in one write; a frame split over several chunks is put together once.
 */

import net from "node:net";

export class FrameSocket {
  onFrame: (frame: Uint8Array) => void = () => {};
  onClose: (error?: Error) => void = () => {};
  readonly #socket: net.Socket;
  /** Chunks of a frame that is not complete, their length, and the length from which it pays to look again. */
  #pending: Buffer[] = [];
  #pendingLength = 0;
  #neededLength = 0;
  #corked = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    let error: Error | undefined;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#received(chunk));
    socket.on("error", (reason) => {
      error = reason;
    });
    socket.on("close", () => this.onClose(error));
  }

  send(frame: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }

  close(): void {
    this.#socket.destroySoon();
  }

  #received(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#pendingLength > 0) {
      this.#pending.push(chunk);
      this.#pendingLength += chunk.length;
      if (this.#pendingLength < this.#neededLength) return;
      bytes = Buffer.concat(this.#pending);
      this.#pending = [];
      this.#pendingLength = 0;
    }
    let start = 0;
    while (start < bytes.length) {
      const length = frameLength(bytes, start);
      if (bytes.length - start < length) {
        this.#pending = [bytes.subarray(start)];
        this.#pendingLength = bytes.length - start;
        this.#neededLength = length;
        return;
      }
      this.onFrame(bytes.subarray(start, start + length));
      start += length;
    }
  }
}

/** Length of the frame at `start`, or of as much of its header as must come before the length can be told. */
function frameLength(bytes: Buffer, start: number): number {
  if (bytes.length - start < 8) return 8;
  const segments = bytes.readUInt32LE(start) + 1;
  let length = (4 + 4 * segments + 7) & ~7;
  if (bytes.length - start < length) return length;
  for (let i = 0; i < segments; i++) length += 8 * bytes.readUInt32LE(start + 4 + 4 * i);
  return length;
}

/** Listens on a free port of 127.0.0.1; returns the port. */
export function listen(accept: (socket: FrameSocket) => void): Promise<number> {
  const server = net.createServer((socket) => accept(new FrameSocket(socket)));
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as net.AddressInfo).port));
  });
}

export function connect(port: number): Promise<FrameSocket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve(new FrameSocket(socket)));
    socket.once("error", reject);
  });
}
