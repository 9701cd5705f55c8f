/** The contract, over everything a Node program has for a byte stream: TCP, Unix sockets, TLS, pipes and a user's own Duplex. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex, PassThrough } from "node:stream";
import { connect as connectTls, TLSSocket } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { TransportError } from "../../src/transport/index.js";
import {
  type ConnectAddress,
  childTransport,
  connectTransport,
  type ListenAddress,
  type Listener,
  listenTransport,
  socketPair,
  streamTransport,
} from "../../src/transport/node/index.js";
import type { Transport } from "../../src/transport/transport.js";
import { eventually, type RawEnd, runTransportContract, type TransportHarness } from "./contract.js";
import { frameOf, record, sendPayload, settle } from "./messages.js";
import { passesDescriptors } from "./passes-descriptors.js";
import { CERTIFICATE, PRIVATE_KEY } from "./tls-fixture.js";

const directory = mkdtempSync(join(tmpdir(), "capwire-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A raw end over a socket. */
function rawSocket(socket: Socket): RawEnd {
  const received: Uint8Array[] = [];
  socket.on("data", (chunk) => received.push(chunk));
  socket.on("error", () => {});
  return {
    write: (bytes) => socket.write(bytes),
    end: () => socket.end(),
    // Only TCP has a reset; others are torn down with input unread.
    destroy: () =>
      socket instanceof TLSSocket || socket.remoteFamily === undefined ? socket.destroy() : socket.resetAndDestroy(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    received: () => Buffer.concat(received),
  };
}

/** A harness around an address to listen at, and how to reach it. */
function listening(
  name: string,
  address: ListenAddress,
  reach: (listener: Listener) => ConnectAddress,
  dial: (listener: Listener) => Promise<Socket>,
  rest: Partial<TransportHarness> = {},
): TransportHarness {
  const listeners: Listener[] = [];
  const accepting = async () => {
    let accept!: (transport: Transport) => void;
    const accepted = new Promise<Transport>((resolve) => {
      accept = resolve;
    });
    const listener = await listenTransport(address, accept);
    listeners.push(listener);
    return { listener, accepted };
  };
  return {
    name,
    pair: async () => {
      const { listener, accepted } = await accepting();
      const left = await connectTransport(reach(listener));
      return { left, right: await accepted };
    },
    raw: async () => {
      const { listener, accepted } = await accepting();
      const socket = await dial(listener);
      return { transport: await accepted, peer: rawSocket(socket) };
    },
    cleanUp: async () => {
      for (const listener of listeners.splice(0)) await listener.close();
    },
    halfClose: true,
    ...rest,
  };
}

function dialed(socket: Socket, event = "connect"): Promise<Socket> {
  return new Promise((resolve, reject) => socket.once(event, () => resolve(socket)).once("error", reject));
}

runTransportContract(
  listening(
    "TCP",
    { port: 0, host: "127.0.0.1" },
    (listener) => ({ port: listener.port!, host: "127.0.0.1" }),
    (listener) => dialed(connect({ port: listener.port!, host: "127.0.0.1", allowHalfOpen: true })),
  ),
);

const socketPath = join(directory, "service.sock");
runTransportContract(
  listening(
    "a Unix socket",
    { path: socketPath },
    () => ({ path: socketPath }),
    () => dialed(connect({ path: socketPath, allowHalfOpen: true })),
    // A Unix socket has no reset.
    { breaksQuietly: true },
  ),
);

if (passesDescriptors) {
  const path = join(directory, "descriptors.sock");
  runTransportContract(
    listening(
      "a Unix socket that passes descriptors",
      { path, maxFdsPerMessage: 4 },
      () => ({ path, maxFdsPerMessage: 4 }),
      () => dialed(connect({ path, allowHalfOpen: true })),
      { breaksQuietly: true },
    ),
  );
}

const dialOptions = { host: "127.0.0.1", ca: CERTIFICATE, servername: "localhost", allowHalfOpen: true };
const tls = { key: PRIVATE_KEY, cert: CERTIFICATE };
runTransportContract(
  listening(
    "TLS",
    { port: 0, host: "127.0.0.1", tls },
    (listener) => ({ port: listener.port!, host: "127.0.0.1", tls: { ca: CERTIFICATE, servername: "localhost" } }),
    (listener) => dialed(connectTls({ ...dialOptions, port: listener.port! }), "secureConnect"),
  ),
);

runTransportContract({
  name: "a connected pair of sockets",
  pair: async () => {
    const [left, right] = await socketPair();
    return { left: streamTransport(left), right: streamTransport(right) };
  },
  raw: async () => {
    const [left, right] = await socketPair();
    return { transport: streamTransport(left), peer: rawSocket(right) };
  },
  halfClose: true,
  breaksQuietly: true,
});

/** Two Duplexes of user land, joined by reference: what one writes is the very buffer the other reads. */
function duplexPair(): [Duplex, Duplex] {
  const there = new PassThrough({ highWaterMark: 1 << 16 });
  const back = new PassThrough({ highWaterMark: 1 << 16 });
  const end = (readable: PassThrough, writable: PassThrough) => Duplex.from({ readable, writable });
  return [end(back, there), end(there, back)];
}

runTransportContract({
  name: "a user's own Duplex",
  pair: async () => {
    const [left, right] = duplexPair();
    return { left: streamTransport(left), right: streamTransport(right, { peerName: "the left half" }) };
  },
  raw: async () => {
    const [left, right] = duplexPair();
    const received: Uint8Array[] = [];
    right.on("data", (chunk) => received.push(chunk));
    right.on("error", () => {});
    return {
      transport: streamTransport(left),
      peer: {
        write: (bytes) => right.write(bytes),
        end: () => right.end(),
        destroy: () => left.destroy(new Error("broken off")),
        pause: () => right.pause(),
        resume: () => right.resume(),
        received: () => Buffer.concat(received),
      },
    };
  },
  halfClose: true,
});

runTransportContract({
  name: "a readable and a writable side by side",
  pair: async () => {
    const there = new PassThrough();
    const back = new PassThrough();
    return {
      left: streamTransport({ readable: back, writable: there }),
      right: streamTransport({ readable: there, writable: back }),
    };
  },
  raw: async () => {
    const there = new PassThrough();
    const back = new PassThrough();
    const received: Uint8Array[] = [];
    there.on("data", (chunk) => received.push(chunk));
    return {
      transport: streamTransport({ readable: back, writable: there }),
      peer: {
        write: (bytes) => back.write(bytes),
        end: () => back.end(),
        destroy: () => {
          back.destroy(new Error("broken off"));
          there.destroy(new Error("broken off"));
        },
        pause: () => there.pause(),
        resume: () => there.resume(),
        received: () => Buffer.concat(received),
      },
    };
  },
  halfClose: true,
});

describe("a child's standard streams", () => {
  it("carry messages both ways", async () => {
    const child = spawn("cat", [], { stdio: ["pipe", "pipe", "inherit"] });
    const transport = childTransport(child);
    const seen = record(transport);
    for (let index = 0; index < 10; index++) sendPayload(transport, `echo ${index}`);
    await seen.until((record) => record.payloads.length === 10);
    expect(seen.texts[9]).toBe("echo 9");
    const exited = new Promise((resolve) => child.once("exit", resolve));
    transport.close();
    expect(await exited).toBe(0);
  });

  it("beyond the standard ones carry messages both ways", async () => {
    const echo = `const s = new (require("node:net").Socket)({ fd: 3 }); s.pipe(s);`;
    const child = spawn(process.execPath, ["-e", echo], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
    const transport = childTransport(child, { index: 3 });
    const seen = record(transport);
    sendPayload(transport, "through descriptor 3");
    await seen.until((record) => record.payloads.length === 1);
    expect(seen.texts).toEqual(["through descriptor 3"]);
    const exited = new Promise((resolve) => child.once("exit", resolve));
    transport.close();
    expect(await exited).toBe(0);
  });

  it("end in an error when the child dies inside a message", async () => {
    const child = spawn("head", ["-c", "12"], { stdio: ["pipe", "pipe", "inherit"] });
    const seen = record(childTransport(child));
    child.stdin.write(frameOf("never whole"));
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "premature-end" });
  });

  it("are refused when the child has none", () => {
    const child = spawn("true", [], { stdio: "ignore" });
    expect(() => childTransport(child)).toThrow(/no pipes/);
    expect(() => childTransport(child, { index: 3 })).toThrow(/not a duplex pipe/);
  });
});

describe("connecting", () => {
  it("fails with an error that names the address when nobody listens", async () => {
    const path = join(directory, "nobody.sock");
    await expect(connectTransport({ path })).rejects.toThrow(`cannot connect to unix:${path}`);
    await expect(connectTransport({ path })).rejects.toBeInstanceOf(TransportError);
  });

  it("gives up after its timeout", async () => {
    // A listener whose handshake never comes.
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const attempt = connectTransport({ port, host: "127.0.0.1", tls: true }, { timeout: 30 });
    await expect(attempt).rejects.toMatchObject({ code: "timeout" });
    server.close();
  });

  it("gives up with its signal's reason", async () => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const controller = new AbortController();
    const attempt = connectTransport({ port, host: "127.0.0.1", tls: true }, { signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await expect(attempt).rejects.toThrow("changed my mind");
    await expect(connectTransport({ port }, { signal: controller.signal })).rejects.toThrow("changed my mind");
    server.close();
  });

  it("reaches tcp: and unix: URLs, and refuses others", async () => {
    const accepted: Transport[] = [];
    const path = join(directory, "url.sock");
    const tcp = await listenTransport({ port: 0, host: "127.0.0.1" }, (transport) => accepted.push(transport));
    const unix = await listenTransport({ path }, (transport) => accepted.push(transport));
    const left = await connectTransport({ url: `tcp://127.0.0.1:${tcp.port}` });
    const right = await connectTransport({ url: `unix:${path}` });
    expect(left.peerName).toBe(`127.0.0.1:${tcp.port}`);
    for (const transport of [left, right, ...accepted]) transport.close();
    await tcp.close();
    await unix.close();
    await expect(connectTransport({ url: "ftp://example.com" })).rejects.toThrow(/ftp/);
  });
});

describe("listening", () => {
  it("fails with an error that names the address when it is taken", async () => {
    const first = await listenTransport({ port: 0, host: "127.0.0.1" }, () => {});
    const second = listenTransport({ port: first.port!, host: "127.0.0.1" }, () => {});
    await expect(second).rejects.toThrow(`cannot listen on 127.0.0.1:${first.port}`);
    await first.close();
  });

  it("takes over a Unix socket whose process died, and refuses one that is alive", async () => {
    const path = join(directory, "stale.sock");
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    await new Promise((resolve) => spawn(process.execPath, ["-e", script]).once("exit", resolve));
    const listener = await listenTransport({ path }, (transport) => transport.close());
    await expect(listenTransport({ path }, () => {})).rejects.toThrow(/cannot listen/);
    await listener.close();
  });

  it("survives a TLS handshake that is garbage, and reports it", async () => {
    const errors: Error[] = [];
    const accepted: Transport[] = [];
    const listener = await listenTransport(
      { port: 0, host: "127.0.0.1", tls },
      (transport) => accepted.push(transport),
      {
        onError: (error) => errors.push(error),
      },
    );
    const socket = connect({ port: listener.port!, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.write("GET / HTTP/1.0\r\n\r\n");
    await eventually(() => errors.length === 1);
    const good = await connectTransport({
      port: listener.port!,
      host: "127.0.0.1",
      tls: { ca: CERTIFICATE, servername: "localhost" },
    });
    await eventually(() => accepted.length === 1);
    good.close();
    accepted[0]!.close();
    socket.destroy();
    await listener.close();
  });
});

describe("a socket", () => {
  it("does not raise an unhandled error when it breaks before the transport starts", async () => {
    const [left, right] = await socketPair();
    const transport = streamTransport(left);
    left.destroy(new Error("too early"));
    await settle();
    const seen = record(transport);
    await seen.ended();
    expect(seen.ending!.message).toContain("too early");
    right.destroy();
  });

  it("that yields strings is refused", async () => {
    const [left, right] = await socketPair();
    left.setEncoding("latin1");
    const seen = record(streamTransport(left));
    right.write("text");
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "not-bytes" });
    left.destroy();
    right.destroy();
  });

  it("is destroyed when its peer never finishes after our close", async () => {
    const [left, right] = await socketPair();
    const transport = streamTransport(left, { lingerMs: 30 });
    record(transport);
    right.on("error", () => {});
    right.resume();
    transport.close();
    await eventually(() => left.destroyed);
    right.destroy();
  });

  it("sends adjacent frames in one write", async () => {
    const [left, right] = await socketPair();
    const transport = streamTransport(left);
    let writes = 0;
    const write = left.write.bind(left) as (...args: unknown[]) => boolean;
    left.write = ((...args: unknown[]) => {
      writes++;
      return write(...args);
    }) as typeof left.write;
    const frames = Buffer.concat([frameOf("one"), frameOf("two")]);
    const middle = frameOf("one").byteLength;
    const seen = record(streamTransport(right));
    transport.start({ message() {}, batchEnd() {}, drained() {}, closed() {} });
    transport.send([[frames.subarray(0, middle)], [frames.subarray(middle)]], () => {});
    await seen.until((record) => record.payloads.length === 2);
    expect(writes).toBe(1);
    transport.close();
    right.destroy();
  });
});
