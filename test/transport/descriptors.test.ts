/**
 * Real descriptors over real Unix sockets: both ends are ours here, test/interop/descriptors.test.ts has C++ at the other. That the sockets are
 * as good as others for messages is in node-streams.test.ts (the contract).
 */

import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, rmSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { dup, pipe, socketpair } from "capwire/transport/descriptors";
import { connectTransport, descriptorTransport, listenTransport } from "capwire/transport/node";
import { afterAll, describe, expect, it } from "vitest";
import { fileDescriptor, getFd } from "../../src/cap/index.js";
import { send } from "../../src/transport/node/descriptors/ancillary.js";
import { MessageBuilder, Text } from "../../src/wire/index.js";
import { Desk, type Holder } from "../schemas/file-descriptors.capnp.js";
import { eventually } from "./contract.js";
import { passesDescriptors } from "./passes-descriptors.js";
import { drain, Held, openDescriptors, PipeDesk, readAll, source, textOf } from "./pipes.js";

const directory = mkdtempSync(join(tmpdir(), "capwire-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let sockets = 0;
const freePath = () => join(directory, `${++sockets}.sock`);

const SIZES = [1024 * 1024, 65_536, 8_192, 0];

/** A server of `desk` and a client, over a Unix socket with an address. */
async function served(maxFdsPerMessage = 2, desk: Desk.Server = new PipeDesk()) {
  const address = { path: freePath(), maxFdsPerMessage };
  const server = new TwoPartyServer(Desk, desk);
  await server.listen(address);
  const client = await TwoPartyClient.connect(address);
  const close = async () => {
    client.close();
    await server.close();
  };
  return { client, server, desk: client.bootstrap(Desk), close };
}

/** The same over a socketpair whose ends are adopted. */
function paired(maxFdsPerMessage = 2) {
  const [left, right] = socketpair();
  const server = new TwoPartyServer(Desk, new PipeDesk());
  server.accept(descriptorTransport(right, { maxFdsPerMessage }));
  const client = new TwoPartyClient(descriptorTransport(left, { maxFdsPerMessage }));
  const close = async () => {
    client.close();
    await server.close();
  };
  return { client, desk: client.bootstrap(Desk), close };
}

describe.skipIf(!passesDescriptors)("file descriptors over a Unix socket", () => {
  for (const [how, connected] of [
    ["with an address", () => served()],
    ["that was connected before", () => paired()],
  ] as const) {
    it(`${how} arrive in both directions and pipelined, with messages of every size`, async () => {
      const { desk, close } = await connected();
      for (const size of SIZES) {
        const [first, second] = [drain(), drain()];
        const call = desk.write({ first: first.holder, second: second.holder, fill: new Uint8Array(size) });
        expect(await textOf(call.third)).toBe("baz");
        const results = await call;
        expect(results.secondPresent).toBe(true);
        results[Symbol.dispose]();
        expect(await Promise.all([first.text(), second.text()])).toEqual(["foo", "bar"]);
      }
      await close();
    });
  }

  it("beyond the limit are dropped, and the rest work", async () => {
    const { desk, close } = await served(1);
    const [first, second] = [drain(), drain()];
    using results = await desk.write({ first: first.holder, second: second.holder });
    expect(results.secondPresent).toBe(false);
    expect(await textOf(results.third)).toBe("baz");
    await close();
    expect(await Promise.all([first.text(), second.text()])).toEqual(["foo", ""]);
  });

  it("come with the Resolve of a promise", async () => {
    const { desk, close } = await served();
    expect(await textOf(desk.later().holder)).toBe("baz");
    await close();
  });

  it("are sockets, too: a connection is handed over, and serves on", async () => {
    const { client, close } = await served(1, new PipeDesk());
    const [ours, theirs] = socketpair();
    using results = await client.bootstrap(Desk).reflect({ holder: new Held(theirs) });
    const socket = new Socket({ fd: dup((await getFd(results.holder)) as number) });
    writeSync(ours, "through it");
    expect(String(await new Promise((resolve) => socket.once("data", resolve)))).toBe("through it");
    socket.destroy();
    closeSync(ours);
    await close();
  });

  it("are 253 with one message at most", async () => {
    const { desk, close } = await served(253);
    using results = await desk.many({ count: 260 });
    const texts = await Promise.all([...results.holders].map(textOf));
    expect(texts).toEqual([...Array(253).fill("baz"), ...Array(7).fill(null)]);
    await close();
    expect(() => descriptorTransport(0, { maxFdsPerMessage: 254 })).toThrow("0 to 253");
  });

  it("do not leak: two hundred calls, some cancelled, leave none behind", async () => {
    const { desk, client, server, close } = await served(4);
    await desk.count({ holders: [] });
    const before = openDescriptors();
    for (let round = 0; round < 200; round++) {
      const call = desk.many({ count: 5 });
      const sent = desk.count({ holders: [source("one"), source("two"), source("three")] });
      if (round % 3 === 0) call[Symbol.dispose]();
      else (await call)[Symbol.dispose]();
      expect((await sent).present.toArray()).toEqual([true, true, true]);
    }
    await eventually(() => openDescriptors() === before);
    expect(client.stats.imports).toBe(1);
    expect(server.connections.size).toBe(1);
    await close();
  });

  it("do not leak when the connection is cut with many on their way", async () => {
    const before = openDescriptors();
    for (let round = 0; round < 20; round++) {
      const { desk, client, server, close } = await served(8);
      for (let index = 0; index < 20; index++) {
        desk.many({ count: 8 }).then(
          (results) => results[Symbol.dispose](),
          () => {},
        );
        desk.count({ holders: [source("one"), source("two")] }).catch(() => {});
      }
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round / 4));
      if (round % 4 < 2) client.close();
      else for (const session of server.connections) session.close();
      await close();
    }
    // The thread that watches, its epoll set and what stops it stay for a moment.
    await eventually(() => openDescriptors() <= before + THREAD_DESCRIPTORS);
  });

  it("that their owner has closed are not sent, and the message arrives all the same", async () => {
    const { desk, close } = await served();
    // The server has accepted us by then, and so does not take the number that gets free.
    await desk.count({ holders: [] });
    const [reading, writing] = pipe();
    closeSync(writing);
    const results = await desk.count({ holders: [{ [fileDescriptor]: writing } as Holder.Server, null] });
    expect(results.present.toArray()).toEqual([false, false]);
    closeSync(reading);
    await close();
  });
});

/** epoll set, eventfd, and what Node has for a thread. */
const THREAD_DESCRIPTORS = 12;

describe.skipIf(!passesDescriptors)(
  "messages with descriptors and messages without, sent in a row before anybody reads",
  () => {
    const text = (value: string) => {
      const message = new MessageBuilder();
      message.root.set(Text, value);
      return message.toBytes();
    };

    it("keep theirs, whatever the writes", async () => {
      const [left, right] = socketpair();
      const large = "x".repeat(100_000);
      const plan: [message: string, fds: string[]][] = [
        ["a", []],
        ["b", ["one"]],
        ["c", []],
        ["d", ["two", "three"]],
        ["e", ["four"]],
        [large, ["five"]],
        ["f", []],
        ["g", ["six"]],
      ];
      for (const [value, files] of plan) {
        const bytes = text(value);
        const held = files.map(source);
        expect(
          send(
            left,
            [bytes],
            0,
            held.map((each) => each[fileDescriptor]),
          ),
        ).toBe(bytes.byteLength);
        for (const each of held) each[Symbol.dispose]();
      }
      closeSync(left);
      const transport = descriptorTransport(right, { maxFdsPerMessage: 4 });
      const seen: [string, string[]][] = [];
      await new Promise<void>((resolve) =>
        transport.start({
          message(message, fds) {
            const texts: string[] = [];
            for (let index = 0; index < (fds?.length ?? 0); index++) texts.push(readAll(fds!.take(index)!.fd));
            seen.push([message.getRoot(Text), texts]);
          },
          batchEnd() {},
          drained() {},
          closed: () => resolve(),
        }),
      );
      transport.close();
      expect(seen).toEqual(plan);
    });

    it("that are garbage cost the peer its connection and us no descriptor", async () => {
      const before = openDescriptors();
      const server = new TwoPartyServer(Desk, new PipeDesk());
      const [left, right] = socketpair();
      const session = server.accept(descriptorTransport(right, { maxFdsPerMessage: 2 }));
      const held = Array.from({ length: 200 }, () => source("spam"));
      send(
        left,
        [new Uint8Array(4)],
        0,
        held.map((each) => each[fileDescriptor]),
      );
      send(
        left,
        [new Uint8Array(100).fill(0xff)],
        0,
        held.map((each) => each[fileDescriptor]),
      );
      for (const each of held) each[Symbol.dispose]();
      expect((await session.disconnected)?.message).toContain("Frame announces");
      closeSync(left);
      await server.close();
      await eventually(() => openDescriptors() <= before + THREAD_DESCRIPTORS);
    });
  },
);

describe.skipIf(!passesDescriptors)("a socket that passes descriptors", () => {
  it("is listened at and connected to by its address, or the error names that", async () => {
    const path = freePath();
    await expect(connectTransport({ path, maxFdsPerMessage: 1 })).rejects.toThrow(
      `cannot connect to unix:${path}: ENOENT`,
    );
    const listener = await listenTransport({ path, maxFdsPerMessage: 1 }, (transport) => transport.close());
    await expect(listenTransport({ path, maxFdsPerMessage: 1 }, () => {})).rejects.toThrow(
      `cannot listen on unix:${path}: EADDRINUSE`,
    );
    await listener.close();
    await expect(connectTransport({ path: `/${"x".repeat(108)}`, maxFdsPerMessage: 1 })).rejects.toThrow("107 bytes");
  });

  it("takes over the file of a listener that died, and leaves none behind itself", async () => {
    const path = freePath();
    const dying = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    expect(spawnSync(process.execPath, ["-e", dying]).signal).toBe("SIGKILL");
    expect(existsSync(path)).toBe(true);
    const listener = await listenTransport({ path, maxFdsPerMessage: 1 }, (transport) => transport.close());
    await listener.close();
    await eventually(() => !existsSync(path));
  });

  it("holds up neither files nor timers, however many wait for something to read", async () => {
    const waiting = await Promise.all(Array.from({ length: 16 }, () => served()));
    const start = performance.now();
    await Promise.all(Array.from({ length: 16 }, () => readFile(fileURLToPath(import.meta.url))));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(performance.now() - start).toBeLessThan(2_000);
    await Promise.all(waiting.map(({ close }) => close()));
  });
});
