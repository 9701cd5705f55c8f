/** Peers that send garbage, break off, do not read or ask for too much: their connection ends, the process and the others live on. */

import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { Message } from "../../src/std/rpc.js";
import { memoryStreamPair, memoryTransportPair, StreamTransport } from "../../src/transport/index.js";
import type { Session, TwoPartyServerOptions } from "../../src/vat/index.js";
import { decodeFrame, encodeFrame, FrameDecoder } from "../../src/wire/framing.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { Friend, TestFriend } from "../rpc/friend.js";
import { eventually } from "../transport/contract.js";
import { noise, settle } from "../transport/messages.js";

let server: TwoPartyServer | null = null;
const clients: TwoPartyClient[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
  server = null;
});

async function serving(options: TwoPartyServerOptions = {}): Promise<{ port: number; sessions: Session[] }> {
  const sessions: Session[] = [];
  const made = new TwoPartyServer(Friend, new TestFriend(), {
    ...options,
    onConnection: (each) => sessions.push(each),
  });
  server = made;
  const { port } = await made.listen({ port: 0, host: "127.0.0.1" });
  return { port: port!, sessions };
}

async function goodClient(port: number): Promise<Friend.Client> {
  const client = await TwoPartyClient.connect({ port, host: "127.0.0.1" });
  clients.push(client);
  return client.bootstrap(Friend);
}

/** A bare socket whose input is collected. */
async function rawPeer(port: number): Promise<{ socket: Socket; received: () => Buffer; ended: () => boolean }> {
  const socket = connect({ port, host: "127.0.0.1" });
  sockets.push(socket);
  const chunks: Buffer[] = [];
  let ended = false;
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  socket.on("end", () => {
    ended = true;
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, received: () => Buffer.concat(chunks), ended: () => ended };
}

/** The kinds of the messages in `bytes`. */
function kinds(bytes: Uint8Array): string[] {
  const found: string[] = [];
  new FrameDecoder().push(bytes, (message) => found.push(String(message.getRoot(Message).which)));
  return found;
}

function bootstrapFrame(questionId = 0): Uint8Array {
  const message = new MessageBuilder();
  message.initRoot(Message).initBootstrap().questionId = questionId;
  return encodeFrame(message);
}

describe("a server", () => {
  it("tells a peer that sends garbage so with an Abort, then ends that connection only", async () => {
    const { port, sessions } = await serving();
    const friend = await goodClient(port);
    await friend.next({ expected: 0 });
    const { socket, received, ended } = await rawPeer(port);
    socket.write(new Uint8Array(64).fill(0xff));
    await eventually(ended);
    expect(kinds(received())).toEqual(["abort"]);
    expect((await sessions[1]!.disconnected)!.kind).toBe("disconnected");
    expect((await friend.next({ expected: 1 })).number).toBe(1);
    expect(server!.connections.size).toBe(1);
  });

  it("answers what came before the garbage", async () => {
    const { port } = await serving();
    const { socket, received, ended } = await rawPeer(port);
    socket.write(Buffer.concat([bootstrapFrame(), new Uint8Array(64).fill(0xff)]));
    await eventually(ended);
    expect(kinds(received())).toEqual(["return", "abort"]);
  });

  it("survives a peer that breaks off inside a message, or at once", async () => {
    const { port } = await serving();
    for (const bytes of [bootstrapFrame().subarray(0, 11), bootstrapFrame().subarray(0, 3), new Uint8Array(0)]) {
      const { socket } = await rawPeer(port);
      socket.end(bytes);
      const { socket: resetting } = await rawPeer(port);
      resetting.write(bytes);
      resetting.resetAndDestroy();
    }
    const friend = await goodClient(port);
    expect((await friend.next({ expected: 0 })).number).toBe(0);
    await eventually(() => server!.connections.size === 1);
  });

  it("survives a message that names things it never had", async () => {
    const { port } = await serving();
    const message = new MessageBuilder();
    message.initRoot(Message).initRelease().id = 12345;
    const { socket, ended } = await rawPeer(port);
    socket.write(encodeFrame(message));
    await eventually(ended);
    const friend = await goodClient(port);
    expect((await friend.next({ expected: 0 })).number).toBe(0);
  });

  it("survives a WebSocket peer that sends text", async () => {
    await serving();
    const { port } = await server!.listen({ webSocket: { port: 0, host: "127.0.0.1" } });
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    socket.once("open", () => socket.send("hello"));
    await closed;
    await eventually(() => server!.connections.size === 0);
  });

  it("ends the connection of a peer that sends calls but does not take the answers", async () => {
    const { port, sessions } = await serving({ limits: { maxBacklogBytes: 200_000 } });
    const friend = await goodClient(port);
    await friend.next({ expected: 0 });
    const { socket } = await rawPeer(port);
    socket.pause();
    let question = 0;
    // Each bootstrap costs the server a Return; each is finished at once, so that only bytes pile up.
    const finish = (questionId: number) => {
      const message = new MessageBuilder();
      message.initRoot(Message).initFinish().questionId = questionId;
      return encodeFrame(message);
    };
    const flood = () => {
      const frames: Uint8Array[] = [];
      for (let index = 0; index < 2_000; index++, question++) frames.push(bootstrapFrame(question), finish(question));
      if (!socket.destroyed) socket.write(Buffer.concat(frames));
    };
    for (let round = 0; round < 400 && !sessions[1]!.isClosed; round++) {
      flood();
      await settle(3);
    }
    const error = await sessions[1]!.disconnected;
    expect(error!.message).toContain("maxBacklogBytes");
    expect((await friend.next({ expected: 1 })).number).toBe(1);
  });

  it("refuses messages beyond its reader limits", async () => {
    const { port } = await serving({ reader: { maxMessageWords: 1000 } });
    const friend = await goodClient(port);
    await expect(friend.fail({ reason: "x".repeat(9_000) })).rejects.toMatchObject({ kind: "disconnected" });
    const other = await goodClient(port);
    await expect(other.fail({ reason: "short" })).rejects.toThrow("short");
  });
});

describe("a client", () => {
  it("gets a call too large for the peer refused at home, and keeps its connection", async () => {
    const { left, right } = memoryTransportPair();
    server = new TwoPartyServer(Friend, new TestFriend());
    server.accept(left);
    const client = new TwoPartyClient(right, { limits: { maxOutgoingWords: 1000 } });
    clients.push(client);
    const friend = client.bootstrap(Friend);
    await expect(friend.fail({ reason: "x".repeat(9_000) })).rejects.toThrow(/maxOutgoingWords/);
    expect((await friend.next({ expected: 0 })).number).toBe(0);
  });

  it("fails with the server's reason when it is aborted", async () => {
    const { left, right } = memoryStreamPair();
    const client = new TwoPartyClient(new StreamTransport(left));
    clients.push(client);
    const friend = client.bootstrap(Friend);
    const call = friend.next({ expected: 0 });
    call.catch(() => {});
    right.start({ data() {}, drained() {}, ended() {}, failed() {} });
    const message = new MessageBuilder();
    const abort = message.initRoot(Message).initAbort();
    abort.reason = "I have had enough";
    right.write([encodeFrame(message)], () => {});
    await expect(call).rejects.toThrow("I have had enough");
    expect((await client.disconnected)!.kind).toBe("disconnected");
  });

  it("survives garbage from its server", async () => {
    const { left, right } = memoryStreamPair();
    const client = new TwoPartyClient(new StreamTransport(left));
    clients.push(client);
    const call = client.bootstrap(Friend).next({ expected: 0 });
    call.catch(() => {});
    const sent: Uint8Array[] = [];
    right.start({ data: (chunk) => sent.push(chunk), drained() {}, ended() {}, failed() {} });
    right.write([noise(512, 3)], () => {});
    await expect(call).rejects.toMatchObject({ kind: "disconnected" });
    await settle();
    expect(kinds(Buffer.concat(sent)).at(-1)).toBe("abort");
  });
});

describe("with random input", () => {
  /** What a well-behaved client sends, recorded. */
  async function recording(): Promise<Uint8Array> {
    const { left, right } = memoryStreamPair();
    const sent: Uint8Array[] = [];
    const inner = memoryStreamPair();
    // A tap between client and server.
    right.start({
      data: (chunk) => {
        sent.push(chunk);
        inner.left.write([chunk], () => {});
      },
      drained() {},
      ended() {},
      failed() {},
    });
    inner.left.start({ data: (chunk) => right.write([chunk], () => {}), drained() {}, ended() {}, failed() {} });
    const recorded = new TwoPartyServer(Friend, new TestFriend());
    recorded.accept(new StreamTransport(inner.right));
    const client = new TwoPartyClient(new StreamTransport(left));
    const friend = client.bootstrap(Friend);
    await friend.hold({ cap: new TestFriend() });
    await friend.callHeld({ expected: 0 });
    await friend.make().inner.cap.next({ expected: 0 });
    await friend.echo({ cap: friend });
    await friend.fail({ reason: "on purpose" }).catch(() => {});
    client.close();
    await recorded.close();
    return Buffer.concat(sent);
  }

  /** Sends `bytes` to a server of their own and lets it chew. */
  async function attack(target: TwoPartyServer, bytes: Uint8Array, chunkBytes: number): Promise<void> {
    const { left, right } = memoryStreamPair({ chunkBytes });
    const session = target.accept(new StreamTransport(left));
    right.start({ data() {}, drained() {}, ended() {}, failed() {} });
    right.write([bytes], () => {});
    await settle(2);
    session.check();
    right.end();
    await session.disconnected;
    session.check();
  }

  it("a server lives through a session with bits flipped, and serves others", async ({ task }) => {
    task.meta.fuzz = { what: "damaged sessions to a server: sessions", seeds: 300, steps: 300 };
    const good = await recording();
    expect(kinds(good).length).toBeGreaterThan(5);
    const friend = new TestFriend();
    const target = new TwoPartyServer(Friend, friend);
    server = target;
    for (let seed = 1; seed <= 300; seed++) {
      const bytes = good.slice();
      const dice = new DataView(noise(64, seed).buffer);
      for (let flip = 0; flip < 1 + (seed % 8); flip++) {
        const bit = dice.getUint32(flip * 4) % (bytes.byteLength * 8);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
      await attack(target, bytes, seed % 3 === 0 ? 7 : 100_000);
    }
    expect(target.connections.size).toBe(0);
    const { left, right } = memoryTransportPair();
    target.accept(left);
    const client = new TwoPartyClient(right);
    clients.push(client);
    const { number } = await client.bootstrap(Friend).next({ expected: 0 });
    expect(number).toBe(friend.calls - 1);
  });

  it("a server lives through a session cut short, shuffled or repeated", async ({ task }) => {
    task.meta.fuzz = { what: "damaged sessions to a server: sessions", seeds: 100, steps: 200 };
    const good = await recording();
    const frames: Uint8Array[] = [];
    for (let at = 0; at < good.byteLength; ) {
      const words = new DataView(good.buffer, good.byteOffset + at).getUint32(4, true);
      const length = 8 + 8 * words;
      decodeFrame(good.subarray(at, at + length));
      frames.push(good.subarray(at, at + length));
      at += length;
    }
    const target = new TwoPartyServer(Friend, new TestFriend());
    server = target;
    for (let seed = 1; seed <= 100; seed++) {
      const dice = noise(64, seed);
      const mixed = Array.from({ length: 12 }, (_, index) => frames[dice[index]! % frames.length]!);
      await attack(target, Buffer.concat(mixed), 100_000);
      await attack(target, good.subarray(0, (seed * 37) % good.byteLength), 13);
    }
    expect(target.connections.size).toBe(0);
  });

  it("a server lives through noise", async ({ task }) => {
    task.meta.fuzz = { what: "damaged sessions to a server: sessions", seeds: 100, steps: 100 };
    const target = new TwoPartyServer(Friend, new TestFriend());
    server = target;
    for (let seed = 1; seed <= 100; seed++) {
      const bytes = noise(400, seed);
      // A plausible header, so that the noise gets as far as the protocol.
      if (seed % 2 === 0) bytes.set([0, 0, 0, 0, 20, 0, 0, 0]);
      await attack(target, bytes, 100_000);
    }
    expect(target.connections.size).toBe(0);
  });
});
