/** What people get wrong about addresses, ports and protocols, and the words they get for it. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, get } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { RpcError } from "../../src/cap/rpc-error.js";
import { type ConnectAddress, type ListenAddress, TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { TestThing, Thing } from "../cap/domain.js";
import { CERTIFICATE, PRIVATE_KEY } from "../transport/tls-fixture.js";

const folder = mkdtempSync(join(tmpdir(), "capwire-addresses-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const LOCAL = { host: "127.0.0.1", port: 0 };

/** A server and what it hears: of connections that ended, and of what never became one. */
function serving() {
  const ended: Promise<RpcError | null>[] = [];
  const errors: string[] = [];
  const server = new TwoPartyServer(Thing, new TestThing("there"), {
    onConnection: (session) => ended.push(session.disconnected),
    onError: (error) => errors.push(error.message),
  });
  closing.push(() => server.close());
  return { server, ended, errors };
}

async function calling(address: ConnectAddress): Promise<string> {
  using client = await TwoPartyClient.connect(address);
  using thing = client.bootstrap(Thing);
  return (await thing.passThrough()).text;
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe("an address that is none", () => {
  test.each<[what: string, ConnectAddress, string]>([
    ["a port too high", { port: 99_999 }, "cannot connect to localhost:99999: Port should be >= 0 and < 65536"],
    ["no port", {} as ConnectAddress, "cannot connect to localhost:undefined: "],
    ["no URL", { url: "garbage" }, "cannot connect to garbage: Invalid URL"],
    ["a URL without a port", { url: "tcp://127.0.0.1" }, "cannot connect to tcp://127.0.0.1: it has no port"],
    ["a WebSocket's URL with a fragment", { url: "ws://127.0.0.1/#here" }, "cannot connect to ws://127.0.0.1/#here: "],
    ["a path too long", { path: join(folder, "x".repeat(108)) }, "a socket's path has 107 bytes at most, and not "],
    ["a path with a NUL inside", { path: join(folder, "a\0b") }, "no NUL inside"],
    ["an empty path for descriptors", { path: "", maxFdsPerMessage: 1 }, "is not empty"],
  ])("is the program's mistake, and named when connecting: %s", async (_what, address, message) => {
    const failure = calling(address);
    await expect(failure).rejects.toMatchObject({ name: "UsageError", code: "bad-address" });
    await expect(failure).rejects.toThrow(process.platform === "darwin" ? message.replace("107", "103") : message);
  });

  test.each<[what: string, ListenAddress, string, string]>([
    ["a port too high", { port: 99_999 }, "UsageError", "cannot listen on *:99999: "],
    [
      "keys that are none",
      { ...LOCAL, tls: { key: "x", cert: "y" } },
      "TransportError",
      "cannot listen on 127.0.0.1:0: no start line",
    ],
    ["a path too long", { path: join(folder, "x".repeat(108)) }, "UsageError", "a socket's path has "],
    ["a path that Node would cut off", { path: join(folder, "a\0b") }, "UsageError", "no NUL inside"],
  ])("is named when listening: %s", async (_what, address, name, message) => {
    const failure = serving().server.listen(address);
    await expect(failure).rejects.toMatchObject({ name });
    await expect(failure).rejects.toThrow(message);
  });
});

describe("listening", () => {
  test("at the path of a file leaves the file alone", async () => {
    const path = join(folder, "precious.txt");
    writeFileSync(path, "years of work");
    await expect(serving().server.listen({ path })).rejects.toThrow(`cannot listen on unix:${path}: `);
    expect(readFileSync(path, "utf8")).toBe("years of work");
  });

  test("at a port in use says so to who listens, and to nobody else", async () => {
    const { server, errors } = serving();
    const { port } = await server.listen(LOCAL);
    const inUse = /^cannot listen on (ws:\/\/)?127\.0\.0\.1:\d+\/?: .*EADDRINUSE/;
    await expect(server.listen({ host: "127.0.0.1", port })).rejects.toThrow(inUse);
    await expect(server.listen({ webSocket: { host: "127.0.0.1", port } })).rejects.toThrow(inUse);
    expect(errors).toEqual([]);
  });

  test("on a server that is closing is refused, instead of coming to a listener that hears nobody", async () => {
    const { server } = serving();
    const during = expect(server.listen(LOCAL)).rejects.toMatchObject({ code: "server-closed" });
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toThrow("cannot listen on *:0: the server is closing");
    await during;
  });
});

describe("a peer that speaks another protocol", () => {
  test("is told by its first bytes: a browser at a TCP port", async () => {
    const { server, ended } = serving();
    const { port } = await server.listen(LOCAL);
    get({ host: "127.0.0.1", port }).on("error", () => {});
    await until(() => ended.length > 0);
    expect((await ended[0])?.message).toMatch(
      /^127\.0\.0\.1:\d+ broke the protocol: .* it begins with the text "GET "/,
    );
  });

  test("is told by its first bytes: a TLS client at a TCP port", async () => {
    const { server, ended } = serving();
    const { port } = await server.listen(LOCAL);
    await expect(calling({ host: "127.0.0.1", port, tls: true })).rejects.toThrow(
      "wrong version number (SSL routines)",
    );
    expect((await ended[0])?.message).toContain("it looks like TLS");
  });

  test("is named when its TLS handshake fails", async () => {
    const { server, errors } = serving();
    const { port } = await server.listen({ ...LOCAL, tls: { key: PRIVATE_KEY, cert: CERTIFICATE } });
    await expect(calling({ host: "127.0.0.1", port })).rejects.toMatchObject({ kind: "disconnected" });
    await until(() => errors.length > 0);
    expect(errors[0]).toMatch(/^no TLS handshake with 127\.0\.0\.1:\d+: wrong version number \(SSL routines\)$/);
  });

  test("is named to the calls of a client: a web server", async () => {
    const web = createHttpServer();
    web.on("clientError", (_error, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    closing.push(() => web.close());
    const { port } = web.address() as AddressInfo;
    await expect(calling({ host: "127.0.0.1", port })).rejects.toThrow(
      /^Thing\.passThrough: 127\.0\.0\.1:\d+ broke the protocol: .* it begins with the text "HTTP"/,
    );
  });

  test("hears why its WebSocket was closed when it sends text", async () => {
    const { server } = serving();
    const { port } = await server.listen({ webSocket: LOCAL });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    socket.on("open", () => socket.send("hello"));
    const [code, reason] = await new Promise<[number, string]>((resolve) =>
      socket.on("close", (code, reason) => resolve([code, String(reason)])),
    );
    expect([code, reason]).toEqual([4000, expect.stringContaining("sent a text frame; messages are binary frames")]);
  });

  test("is named when it leaves in the middle of a message", async () => {
    const { server, ended } = serving();
    const { port } = await server.listen(LOCAL);
    connect(port as number, "127.0.0.1").end(new Uint8Array([0, 0, 0, 0, 100]));
    await until(() => ended.length > 0);
    expect((await ended[0])?.message).toMatch(/^127\.0\.0\.1:\d+ disconnected in the middle of a message$/);
  });
});
