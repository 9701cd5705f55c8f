/** TwoPartyServer and TwoPartyClient over every kind of address: calls, lifetimes, endings. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { turns } from "../../src/cap/turn.js";
import { TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import {
  type ConnectAddress,
  connectTransport,
  type ListenAddress,
  type Listener,
  socketPair,
  streamTransport,
} from "../../src/transport/node/index.js";
import type { Session } from "../../src/vat/index.js";
import { Friend, TestCallee, TestFriend } from "../rpc/friend.js";
import { eventually } from "../transport/contract.js";
import { settle } from "../transport/messages.js";
import { CERTIFICATE, PRIVATE_KEY } from "../transport/tls-fixture.js";

const directory = mkdtempSync(join(tmpdir(), "capwire-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a test opened; closed after it, whatever became of the test. */
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

function opening<T extends { close(): unknown }>(resource: T): T {
  opened.push(resource);
  return resource;
}

/** A server of `friend` on loopback TCP, and how to reach it. */
async function serving(friend: TestFriend | ((session: Session) => TestFriend) = new TestFriend()) {
  const server = opening(new TwoPartyServer(Friend, friend));
  const listener = await server.listen({ port: 0, host: "127.0.0.1" });
  const address = { port: listener.port!, host: "127.0.0.1" };
  return { server, listener, connect: async () => opening(await TwoPartyClient.connect(address)) };
}

const ADDRESSES: [name: string, listen: ListenAddress, connect: (listener: Listener) => ConnectAddress][] = [
  ["TCP", { port: 0, host: "127.0.0.1" }, ({ port }) => ({ port: port!, host: "127.0.0.1" })],
  ["a Unix socket", { path: join(directory, "friend.sock") }, () => ({ path: join(directory, "friend.sock") })],
  [
    "TLS",
    { port: 0, host: "127.0.0.1", tls: { key: PRIVATE_KEY, cert: CERTIFICATE } },
    ({ port }) => ({ port: port!, host: "127.0.0.1", tls: { ca: CERTIFICATE, servername: "localhost" } }),
  ],
  ["a WebSocket", { webSocket: { port: 0, host: "127.0.0.1" } }, ({ port }) => ({ url: `ws://127.0.0.1:${port}/` })],
];

describe.each(ADDRESSES)("over %s", (_name, listen, connect) => {
  it("a client calls, pipelines, passes objects and is called back", async () => {
    const friend = new TestFriend();
    const server = opening(new TwoPartyServer(Friend, friend));
    const listener = await server.listen(listen);
    const client = opening(await TwoPartyClient.connect(connect(listener)));
    const remote = client.bootstrap(Friend);

    expect((await remote.next({ expected: 0 })).number).toBe(0);
    expect((await remote.make().inner.deeper.cap.next({ expected: 0 })).number).toBe(0);

    const mine = new TestFriend();
    await remote.hold({ cap: mine });
    expect((await remote.callHeld({ expected: 0 })).number).toBe(0);
    expect(mine.calls).toBe(1);
  });

  it("messages of a megabyte arrive whole", async () => {
    const server = opening(new TwoPartyServer(Friend, new TestFriend()));
    const listener = await server.listen(listen);
    const client = opening(await TwoPartyClient.connect(connect(listener)));
    const reason = "long ".repeat(300_000);
    await expect(client.bootstrap(Friend).fail({ reason })).rejects.toThrow(reason);
  });

  it("a client learns that its server has gone, and its calls fail with kind disconnected", async () => {
    const server = opening(new TwoPartyServer(Friend, new TestFriend()));
    const listener = await server.listen(listen);
    const client = opening(await TwoPartyClient.connect(connect(listener)));
    const remote = client.bootstrap(Friend);
    await remote.next({ expected: 0 });
    const hanging = remote.never({});
    hanging.catch(() => {});
    await server.close();
    await expect(hanging).rejects.toMatchObject({ kind: "disconnected" });
    expect(await client.disconnected).toMatchObject({ kind: "disconnected" });
    await expect(remote.next({ expected: 1 })).rejects.toMatchObject({ kind: "disconnected" });
  });

  it("a server forgets a client that has gone, and releases what it held", async () => {
    const friend = new TestFriend();
    const server = opening(new TwoPartyServer(Friend, friend));
    const listener = await server.listen(listen);
    const client = await TwoPartyClient.connect(connect(listener));
    const remote = client.bootstrap(Friend);
    const object = (await remote.make()).cap;
    await object.next({ expected: 0 });
    const hanging = remote.never({});
    hanging.catch(() => {});
    await remote.next({ expected: 0 });
    expect(server.connections.size).toBe(1);
    client.close();
    await eventually(() => server.connections.size === 0);
    await eventually(() => friend.made[0]!.disposed === 1 && friend.cancelled === 1);
    expect(friend.disposed).toBe(0);
  });
});

describe("a server", () => {
  it("gives every connection the same object", async () => {
    const friend = new TestFriend();
    const { connect } = await serving(friend);
    const first = (await connect()).bootstrap(Friend);
    const second = (await connect()).bootstrap(Friend);
    expect((await first.next({ expected: 0 })).number).toBe(0);
    expect((await second.next({ expected: 1 })).number).toBe(1);
    expect(friend.calls).toBe(2);
  });

  it("with a factory gives each connection its own object, disposed when that ends", async () => {
    const made: TestFriend[] = [];
    const peers: string[] = [];
    const { connect } = await serving((session) => {
      peers.push(session.peerName);
      made.push(new TestFriend());
      return made.at(-1)!;
    });
    const first = await connect();
    const second = await connect();
    expect((await first.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    expect((await second.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    expect((await second.bootstrap(Friend).next({ expected: 1 })).number).toBe(1);
    expect(peers[0]).toMatch(/^127\.0\.0\.1:\d+$/);
    first.close();
    await eventually(() => made[0]!.disposed === 1);
    expect(made[1]!.disposed).toBe(0);
  });

  it("whose factory throws fails the bootstrap of that connection, and reports it", async () => {
    const errors: Error[] = [];
    let calls = 0;
    const factory = () => {
      if (++calls === 1) throw RpcError.overloaded("come back later");
      return new TestFriend();
    };
    const server = opening(new TwoPartyServer(Friend, factory, { onError: (error) => errors.push(error) }));
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    const unlucky = opening(await TwoPartyClient.connect({ port: port!, host: "127.0.0.1" }));
    await expect(unlucky.bootstrap(Friend).next({ expected: 0 })).rejects.toMatchObject({ kind: "overloaded" });
    const lucky = opening(await TwoPartyClient.connect({ port: port!, host: "127.0.0.1" }));
    expect((await lucky.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    expect(errors.map((error) => error.message)).toEqual(["come back later"]);
  });

  it("of a capability keeps a reference of its own", async () => {
    const friend = new TestFriend();
    const capability = Friend.serve(friend);
    const server = new TwoPartyServer(capability);
    capability[Symbol.dispose]();
    const { left, right } = memoryTransportPair();
    server.accept(left);
    const client = opening(new TwoPartyClient(right));
    expect((await client.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    await server.close();
    await eventually(() => friend.disposed === 1);
  });

  it("disposes its object when it has closed", async () => {
    const friend = new TestFriend();
    const { server, connect } = await serving(friend);
    const client = await connect();
    await client.bootstrap(Friend).next({ expected: 0 });
    await server.close();
    await eventually(() => friend.disposed === 1);
  });

  it("accepts sockets, pairs of streams and transports it did not listen for", async () => {
    const { server } = await serving();
    const [left, right] = await socketPair();
    server.accept(left);
    const overSocket = opening(new TwoPartyClient(streamTransport(right)));
    expect((await overSocket.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    const pair = memoryTransportPair();
    server.accept(pair.left);
    const overMemory = opening(new TwoPartyClient(pair.right));
    expect((await overMemory.bootstrap(Friend).next({ expected: 1 })).number).toBe(1);
    expect(server.connections.size).toBe(2);
  });

  it("asks its client for the client's own bootstrap", async () => {
    const sessions: Session[] = [];
    const server = opening(
      new TwoPartyServer(Friend, new TestFriend(), { onConnection: (each) => sessions.push(each) }),
    );
    const { left, right } = memoryTransportPair();
    server.accept(left);
    const mine = new TestFriend();
    const client = opening(new TwoPartyClient(right, { bootstrap: Friend.serve(mine) }));
    expect((await sessions[0]!.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    expect(mine.calls).toBe(1);
    client.close();
    await eventually(() => mine.disposed === 1);
  });

  it("turns away more connections than it may have, and says so", async () => {
    const errors: Error[] = [];
    const server = opening(
      new TwoPartyServer(Friend, new TestFriend(), { maxConnections: 1, onError: (error) => errors.push(error) }),
    );
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    const first = opening(await TwoPartyClient.connect({ port: port!, host: "127.0.0.1" }));
    await first.bootstrap(Friend).next({ expected: 0 });
    const second = opening(await TwoPartyClient.connect({ port: port!, host: "127.0.0.1" }));
    await expect(second.bootstrap(Friend).next({ expected: 0 })).rejects.toMatchObject({
      kind: "disconnected",
      reason: "turned away: 1 connections live (limit maxConnections)",
    });
    expect(errors[0]!.message).toContain("maxConnections");
    expect((await first.bootstrap(Friend).next({ expected: 1 })).number).toBe(1);
  });

  it("hears nothing of a client whose options are refused", async () => {
    const { server, listener } = await serving();
    const refused = TwoPartyClient.connect({ port: listener.port, host: "127.0.0.1" }, { heartbeat: { interval: 0 } });
    await expect(refused).rejects.toThrow("heartbeat.interval");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.connections.size).toBe(0);
  });

  it("goes on when its callbacks throw", async () => {
    const thrown: string[] = [];
    const { onError } = turns;
    turns.onError = (error) => thrown.push(String(error));
    const fails = (what: string) => () => {
      throw new Error(what);
    };
    const options = { maxConnections: 1, onConnection: fails("onConnection"), onError: fails("onError") };
    const server = opening(new TwoPartyServer(Friend, new TestFriend(), options));
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    const first = opening(await TwoPartyClient.connect({ port, host: "127.0.0.1" }));
    expect((await first.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
    const second = opening(await TwoPartyClient.connect({ port, host: "127.0.0.1" }));
    await second.disconnected;
    expect((await first.bootstrap(Friend).next({ expected: 1 })).number).toBe(1);
    turns.onError = onError;
    expect(thrown).toEqual(["Error: onError", "Error: onError"]);
  });

  it("listens at several addresses and frees all of them when it closes", async () => {
    const server = new TwoPartyServer(Friend, new TestFriend());
    const first = await server.listen({ port: 0, host: "127.0.0.1" });
    const second = await server.listen({ port: 0, host: "127.0.0.1" });
    await server.close();
    await server.close();
    for (const { port } of [first, second]) {
      await expect(TwoPartyClient.connect({ port: port!, host: "127.0.0.1" })).rejects.toThrow(/cannot connect/);
    }
    expect(() => server.accept(memoryTransportPair().left)).toThrow(/closing/);
  });

  it("lets calls in progress finish while its grace lasts", async () => {
    const friend = new TestFriend();
    const { server, connect } = await serving(friend);
    const remote = (await connect()).bootstrap(Friend);
    const mine = new TestFriend();
    await remote.hold({ cap: mine });
    // The call comes back to us before it can end, so it is in progress when close is called.
    let release!: () => void;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    mine.next = (async () => {
      await gate;
      return { number: 42 };
    }) as never;
    const call = remote.callHeld({ expected: 0 });
    call.catch(() => {});
    await eventually(() => [...server.connections][0]!.stats.questions === 1);
    const closing = server.close({ grace: 5_000 });
    release();
    expect((await call).number).toBe(42);
    await closing;
  });

  it("cuts calls off when its grace is over", async () => {
    const friend = new TestFriend();
    const { server, connect } = await serving(friend);
    const remote = (await connect()).bootstrap(Friend);
    const hanging = remote.never({});
    hanging.catch(() => {});
    await remote.next({ expected: 0 });
    await server.close({ grace: 30 });
    await expect(hanging).rejects.toMatchObject({ kind: "disconnected" });
    expect(friend.cancelled).toBe(1);
  });

  it("can be disposed of with `await using`", async () => {
    let kept: TwoPartyServer;
    {
      await using server = new TwoPartyServer(Friend, new TestFriend());
      await server.listen({ port: 0, host: "127.0.0.1" });
      kept = server;
    }
    expect(kept.isClosing).toBe(true);
  });
});

describe("a client", () => {
  it("that closes with nothing held ends in order on both sides", async () => {
    const sessions: Session[] = [];
    const server = opening(
      new TwoPartyServer(Friend, new TestFriend(), { onConnection: (each) => sessions.push(each) }),
    );
    const { left, right } = memoryTransportPair();
    server.accept(left);
    const client = new TwoPartyClient(right);
    {
      using remote = client.bootstrap(Friend);
      await remote.next({ expected: 0 });
    }
    client.close();
    expect(await client.disconnected).toBeNull();
    expect(await sessions[0]!.disconnected).toBeNull();
    expect(client.isClosed).toBe(true);
  });

  it("delivers what was called right before it closes", async () => {
    const friend = new TestFriend();
    const { connect } = await serving(friend);
    const client = await connect();
    const remote = client.bootstrap(Friend);
    for (let expected = 0; expected < 10; expected++) remote.next({ expected }).catch(() => {});
    client.close();
    await eventually(() => friend.calls === 10);
    expect(friend.order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("fails calls that it closed upon, and later ones, without blaming the server", async () => {
    const { connect } = await serving();
    const client = await connect();
    const remote = client.bootstrap(Friend);
    const running = remote.never({});
    client.close();
    const reason = expect.stringMatching(/^the connection to .* was closed on this side$/);
    for (const call of [running, remote.next({ expected: 0 }), client.bootstrap(Friend).next({ expected: 0 })]) {
      await expect(call).rejects.toMatchObject({ kind: "disconnected", reason });
    }
  });

  it("is closed by `using`", async () => {
    const { server, connect } = await serving();
    {
      using client = await connect();
      await client.bootstrap(Friend).next({ expected: 0 });
    }
    await eventually(() => server.connections.size === 0);
  });

  it("sends the calls of one turn in one write, and a chain of pipelined calls in one round trip", async () => {
    const { left, right, step } = memoryTransportPair({ stepping: true });
    const server = new TwoPartyServer(Friend, new TestFriend());
    server.accept(left);
    const client = new TwoPartyClient(right);
    const number = client.bootstrap(Friend).make().inner.deeper.cap.next({ expected: 0 });
    let settled = false;
    const done = number.then(() => {
      settled = true;
    });
    await settle(1);
    // The client's flush; its one chunk; the server's answer, one chunk too.
    let steps = 0;
    while (!settled && steps < 20) {
      step();
      steps++;
      await settle(1);
    }
    expect(steps).toBe(3);
    await done;
    client.close();
    void server.close();
    while (step());
  });

  it("cannot connect where nobody listens", async () => {
    await expect(TwoPartyClient.connect({ port: 1, host: "127.0.0.1" })).rejects.toThrow(
      "cannot connect to 127.0.0.1:1",
    );
  });

  it("is told which peer it lost", async () => {
    const { left, right } = memoryTransportPair({ names: ["server", "client"] });
    const server = new TwoPartyServer(Friend, new TestFriend());
    server.accept(left);
    const client = new TwoPartyClient(right);
    const remote = client.bootstrap(Friend);
    await remote.next({ expected: 0 });
    await server.close();
    expect((await client.disconnected)!.message).toContain("server");
  });
});

it("a server takes an implementation of its interface only", () => {
  // @ts-expect-error A Callee does not implement Friend.
  expect(() => new TwoPartyServer(Friend, new TestCallee())).not.toThrow();
  // @ts-expect-error Nor does what this factory makes.
  expect(() => new TwoPartyServer(Friend, () => new TestCallee())).not.toThrow();
});

it("a server object without its interface is refused, in words that help", () => {
  expect(() => new TwoPartyServer(new TestFriend() as never)).toThrow("needs its interface");
});

it("a connected transport can be handed to a client", async () => {
  const { listener } = await serving();
  const transport = await connectTransport({ port: listener.port!, host: "127.0.0.1" });
  const client = opening(new TwoPartyClient(transport));
  expect((await client.bootstrap(Friend).next({ expected: 0 })).number).toBe(0);
});

it("options that no connection can have leave none behind", async () => {
  const { server, connect, listener } = await serving();
  const address = { port: listener.port!, host: "127.0.0.1" };
  await expect(TwoPartyClient.connect(address, { streamWindow: Number.NaN })).rejects.toThrow(/streamWindow/);
  await (await connect()).bootstrap(Friend).next({ expected: 0 });
  expect(server.connections.size).toBe(1);
});
