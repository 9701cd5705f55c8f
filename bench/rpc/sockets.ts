/**
 * Bare sockets: length-prefixed chunks of bytes echoed by a Node server, with no protocol at all. Not a peer anybody would use, but the line that
 * nothing built on Node's sockets can cross; what a library costs is its distance from it.
 */

import net from "node:net";
import type { EchoAnswer, RpcLibrary } from "./rpc-library.js";

const LENGTH_BYTES = 4;

/** Calls `onChunk` for every chunk that arrives whole. */
function receiveChunks(socket: net.Socket, onChunk: (chunk: Buffer) => void): void {
  let parts: Buffer[] = [];
  let received = 0;
  let needed = LENGTH_BYTES;
  socket.setNoDelay(true);
  socket.on("data", (part: Buffer) => {
    parts.push(part);
    received += part.length;
    if (received < needed) return;
    let bytes = parts.length === 1 ? part : Buffer.concat(parts);
    for (;;) {
      needed = bytes.length < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + bytes.readUInt32LE(0);
      if (bytes.length < needed) break;
      onChunk(bytes.subarray(0, needed));
      bytes = bytes.subarray(needed);
    }
    parts = bytes.length > 0 ? [bytes] : [];
    received = bytes.length;
  });
}

/** Writes of one turn leave in one system call, as any library worth measuring does it. */
function batchWrites(socket: net.Socket): (chunk: Uint8Array) => void {
  return (chunk) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(chunk);
  };
}

export const library: RpcLibrary = {
  listen() {
    const server = net.createServer((socket) => receiveChunks(socket, batchWrites(socket)));
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as net.AddressInfo).port));
    });
  },

  async connect(port) {
    const socket = net.connect(port, "127.0.0.1");
    const write = batchWrites(socket);
    const waiting: ((chunk: Buffer) => void)[] = [];
    let oldest = 0;
    receiveChunks(socket, (chunk) => {
      waiting[oldest++]!(chunk);
      if (oldest < waiting.length) return;
      waiting.length = 0;
      oldest = 0;
    });
    const send = <T>(chunk: Buffer, parse: (answer: Buffer) => T) =>
      new Promise<T>((resolve) => {
        chunk.writeUInt32LE(chunk.length - LENGTH_BYTES, 0);
        waiting.push((answer) => resolve(parse(answer)));
        write(chunk);
      });
    const unsupported = () => Promise.reject(new Error("sockets only echo"));

    return {
      echo(number, text) {
        const chunk = Buffer.allocUnsafe(LENGTH_BYTES + 4 + text.length);
        chunk.writeUInt32LE(number, LENGTH_BYTES);
        chunk.write(text, LENGTH_BYTES + 4, "latin1");
        return send(chunk, parseEcho);
      },
      echoData(data) {
        const chunk = Buffer.allocUnsafe(LENGTH_BYTES + data.length);
        chunk.set(data, LENGTH_BYTES);
        return send(chunk, (answer) => answer.subarray(LENGTH_BYTES));
      },
      liveCounters: async () => 0,
      chain: unsupported,
      makeCounter: unsupported,
    };
  },
};

function parseEcho(answer: Buffer): EchoAnswer {
  return { number: answer.readUInt32LE(LENGTH_BYTES), text: answer.toString("latin1", LENGTH_BYTES + 4) };
}
