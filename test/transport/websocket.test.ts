/** The contract over WebSockets of `ws`, and what is particular to WebSockets: frames, close codes, standard objects. */

import { createServer, get } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type WebSocketLike, WebSocketTransport } from "../../src/transport/index.js";
import { connectTransport, type Listener, listenTransport } from "../../src/transport/node/index.js";
import type { Transport } from "../../src/transport/transport.js";
import { eventually, runTransportContract } from "./contract.js";
import { frameOf, noise, record, sendPayload, settle } from "./messages.js";

let listener: Listener;
let waiting: ((transport: Transport) => void)[] = [];

beforeAll(async () => {
  listener = await listenTransport({ webSocket: { port: 0, host: "127.0.0.1" } }, (transport) =>
    waiting.shift()!(transport),
  );
});

afterAll(() => listener.close());

const url = () => `ws://127.0.0.1:${listener.port}/`;

function accepted(): Promise<Transport> {
  return new Promise((resolve) => waiting.push(resolve));
}

/** A plain client of `ws`, whose messages are collected. */
async function rawClient() {
  const arriving = accepted();
  const socket = new WebSocket(url(), { perMessageDeflate: false });
  const received: Uint8Array[] = [];
  socket.on("message", (data) => received.push(data as Buffer));
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("open", resolve));
  return { transport: await arriving, socket, received };
}

runTransportContract({
  name: "a WebSocket",
  pair: async () => {
    const right = accepted();
    const left = await connectTransport({ url: url() });
    return { left, right: await right };
  },
  raw: async () => {
    const { transport, socket, received } = await rawClient();
    return {
      transport,
      peer: {
        write: (bytes) => socket.send(bytes),
        end: () => socket.close(),
        destroy: () => socket.terminate(),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        received: () => Buffer.concat(received),
      },
    };
  },
  messageOriented: true,
});

describe("a WebSocket", () => {
  it("carries one message per binary frame, segment table included", async () => {
    const { transport, socket, received } = await rawClient();
    const seen = record(transport);
    const frames = [frameOf("one"), frameOf("two")];
    transport.send([[frames[0]!], [frames[1]!.slice(0, 8), frames[1]!.slice(8)]], () => {});
    await eventually(() => received.length === 2);
    expect(received.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(
      frames.map((bytes) => Buffer.from(bytes).toString("hex")),
    );
    socket.send(frames[0]!);
    await seen.until((record) => record.payloads.length === 1);
    expect(seen.texts).toEqual(["one"]);
    transport.close();
  });

  it("refuses text frames", async () => {
    const { transport, socket } = await rawClient();
    const seen = record(transport);
    socket.send("hello");
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "text-frame" });
    expect(seen.payloads).toEqual([]);
    socket.close();
  });

  it("ignores a trailing partial word", async () => {
    const { transport, socket } = await rawClient();
    const seen = record(transport);
    socket.send(Buffer.concat([frameOf("word by word"), Buffer.from([1, 2, 3])]));
    await seen.until((record) => record.payloads.length === 1);
    expect(seen.texts).toEqual(["word by word"]);
    transport.close();
  });

  it("reports a frame that ends inside its message as an error", async () => {
    const { transport, socket } = await rawClient();
    const seen = record(transport);
    const frame = frameOf("half of it");
    socket.send(frame.subarray(0, frame.byteLength - 8));
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "premature-end" });
    socket.close();
  });

  it("takes a close without a code, as C++ peers send it, for a clean end", async () => {
    const { transport, socket } = await rawClient();
    const seen = record(transport);
    socket.close();
    await seen.ended();
    expect(seen.ending).toBeNull();
  });

  it("reports a close code that tells of an error", async () => {
    const { transport, socket } = await rawClient();
    const seen = record(transport);
    socket.close(4321, "no thanks");
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "rejected" });
    expect(seen.ending!.message).toContain("4321: no thanks");
  });

  it("closes with 1000, and with 4000 and the reason when there is an error", async () => {
    for (const [error, code, reason] of [
      [undefined, 1000, ""],
      [new Error(`that went wrong: ü ${"x".repeat(200)}`), 4000, `that went wrong: ? ${"x".repeat(104)}`],
    ] as const) {
      const { transport, socket } = await rawClient();
      record(transport);
      const closed = new Promise<[number, string]>((resolve) =>
        socket.once("close", (code, reason) => resolve([code, reason.toString()])),
      );
      transport.close(error);
      expect(await closed).toEqual([code, reason]);
    }
  });

  it("sends what was given to it before it was open", async () => {
    const right = accepted();
    const transport = new WebSocketTransport(new WebSocket(url()));
    record(transport);
    const releases = [sendPayload(transport, "early"), sendPayload(transport, "bird")];
    const seen = record(await right);
    await seen.until((record) => record.payloads.length === 2);
    expect(seen.texts).toEqual(["early", "bird"]);
    await Promise.all(releases);
    transport.close();
  });

  it("closed before it is open raises nothing and releases everything", async () => {
    const right = accepted();
    const transport = new WebSocketTransport(new WebSocket(url()));
    record(transport);
    const release = sendPayload(transport, "never sent");
    transport.close();
    await release;
    await settle();
    waiting = [];
    right.then((late) => late.close());
  });

  it("that cannot be opened is reported once", async () => {
    const transport = new WebSocketTransport(new WebSocket("ws://127.0.0.1:1/"));
    const seen = record(transport);
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "failed" });
    await settle();
  });

  it("refuses a frame beyond the message limit", async () => {
    const small = await listenTransport(
      { webSocket: { port: 0, host: "127.0.0.1" } },
      (transport) => waiting.shift()!(transport),
      { reader: { traversalLimitInWords: 100 } },
    );
    const right = accepted();
    const left = await connectTransport({ url: `ws://127.0.0.1:${small.port}` });
    record(left);
    const seen = record(await right);
    sendPayload(left, noise(10_000));
    await seen.ended();
    expect(seen.ending).toBeInstanceOf(Error);
    left.close();
    await small.close();
  });
});

describe("a WebSocket listener", () => {
  it("attaches to a server of the application's, at a path", async () => {
    const server = createServer((_request, response) => response.end("a web page")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const attached = await listenTransport({ webSocket: { server, path: "/rpc" } }, (transport) =>
      waiting.shift()!(transport),
    );
    const right = accepted();
    const left = await connectTransport({ url: `ws://127.0.0.1:${attached.port}/rpc` });
    const seen = record(await right);
    record(left);
    sendPayload(left, "beside the page");
    await seen.until((record) => record.payloads.length === 1);
    await expect(connectTransport({ url: `ws://127.0.0.1:${attached.port}/other` })).rejects.toThrow(/400/);
    await attached.close();
    left.close();
    server.close();
  });

  it("lets in only whom it is told to", async () => {
    const guarded = await listenTransport(
      { webSocket: { port: 0, host: "127.0.0.1", verify: (request) => request.headers["x-key"] === "42" } },
      (transport) => transport.close(),
    );
    const url = `ws://127.0.0.1:${guarded.port}/`;
    await expect(connectTransport({ url })).rejects.toThrow(/401/);
    const transport = await connectTransport({ url, headers: { "x-key": "42" } });
    transport.close();
    await guarded.close();
  });

  it("answers plain HTTP with a hint instead of hanging", async () => {
    const status = await new Promise((resolve) =>
      get(`http://127.0.0.1:${listener.port}/`, (response) => {
        response.resume();
        resolve(response.statusCode);
      }),
    );
    expect(status).toBe(426);
  });

  it("survives requests that are not WebSocket handshakes", async () => {
    const errors: Error[] = [];
    const sturdy = await listenTransport(
      { webSocket: { port: 0, host: "127.0.0.1" } },
      (transport) => waiting.shift()!(transport),
      { onError: (error) => errors.push(error) },
    );
    await new Promise<void>((resolve) => {
      const request = get(`http://127.0.0.1:${sturdy.port}/`, {
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "7",
          "sec-websocket-key": "?",
        },
      });
      request.on("error", () => resolve());
      request.on("response", () => resolve());
    });
    expect(errors).toHaveLength(1);
    const right = accepted();
    const left = await connectTransport({ url: `ws://127.0.0.1:${sturdy.port}` });
    left.close();
    (await right).close();
    await sturdy.close();
  });
});

/** A WebSocket object as browsers have it: no callbacks, ArrayBuffers in, bytes copied by `send`. */
class StandardWebSocket extends EventTarget implements WebSocketLike {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  readonly url = "wss://example.com/rpc";
  readonly sent: Uint8Array[] = [];
  closedWith: [number | undefined, string | undefined] | null = null;

  send(data: Uint8Array): void {
    if (this.readyState === 0) throw new Error("InvalidStateError");
    this.sent.push(data.slice());
    this.bufferedAmount += data.byteLength;
  }

  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) throw new Error("InvalidAccessError");
    if (new TextEncoder().encode(reason ?? "").byteLength > 123) throw new Error("SyntaxError");
    this.closedWith = [code, reason];
    this.readyState = 2;
  }

  emit(type: string, properties: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), properties));
  }
}

describe("a standard WebSocket object", () => {
  function opened() {
    const socket = new StandardWebSocket();
    const transport = new WebSocketTransport(socket, { highWaterMark: 1000 });
    const seen = record(transport);
    socket.readyState = 1;
    socket.emit("open");
    return { socket, transport, seen };
  }

  it("is asked for ArrayBuffers and delivers them as messages", () => {
    const { socket, seen } = opened();
    expect(socket.binaryType).toBe("arraybuffer");
    socket.emit("message", { data: frameOf("from afar").slice().buffer });
    expect(seen.texts).toEqual(["from afar"]);
    expect(seen.events).toEqual(["message", "batchEnd"]);
  });

  it("gets bytes it has copied released at once", () => {
    const { socket, transport } = opened();
    let released = false;
    transport.send([[frameOf("outgoing")]], () => {
      released = true;
    });
    expect(released).toBe(true);
    expect(socket.sent).toHaveLength(1);
  });

  it("holds back above the high-water mark until the buffer has drained", async () => {
    const { socket, transport, seen } = opened();
    expect(transport.send([[frameOf("small")]], () => {})).toBe(true);
    expect(transport.send([[frameOf(noise(2000))]], () => {})).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.events).toEqual([]);
    socket.bufferedAmount = 0;
    await seen.until((record) => record.events.includes("drained"));
    expect(seen.events).toEqual(["drained"]);
  });

  it("is closed with codes a browser permits only", () => {
    const clean = opened();
    clean.transport.close();
    expect(clean.socket.closedWith).toEqual([1000, undefined]);
    const failed = opened();
    failed.transport.close(new Error(`€ ${"y".repeat(300)}`));
    expect(failed.socket.closedWith![0]).toBe(4000);
  });

  it("reports the error event only once although a close event follows", () => {
    const { socket, seen } = opened();
    socket.emit("error");
    socket.emit("close", { code: 1006, reason: "" });
    expect(seen.events).toEqual(["closed"]);
    expect(seen.ending).toMatchObject({ code: "failed" });
  });

  it("names its peer by URL", () => {
    expect(opened().transport.peerName).toBe("wss://example.com/rpc");
  });
});

it("accepts sockets of a WebSocketServer the application runs itself", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const right = new Promise<Transport>((resolve) =>
    server.once("connection", (socket) => resolve(new WebSocketTransport(socket))),
  );
  const left = await connectTransport({ url: `ws://127.0.0.1:${port}` });
  record(left);
  const seen = record(await right);
  sendPayload(left, "own server");
  await seen.until((record) => record.payloads.length === 1);
  left.close();
  await seen.ended();
  server.close();
});
