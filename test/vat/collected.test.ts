/** Connections nobody closed: what was dropped by everyone goes, and what somebody still uses stays. With the real collector (`--expose-gc`). */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { leaks } from "../../src/cap/index.js";
import { TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { connectTransport } from "../../src/transport/node/index.js";
import type { Session } from "../../src/vat/index.js";
import { reconnecting } from "../../src/vat/index.js";
import { CancellableFriend, Counting, Friend, TestFriend } from "../rpc/friend.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Collects until `done`, giving finalizers and sockets time to run; false if that takes more than about two seconds. */
async function collectUntil(done: () => boolean, rounds = 100): Promise<boolean> {
  for (let round = 0; round < rounds && !done(); round++) {
    // A job of its own: what a WeakRef was asked for stays until the end of the job.
    await new Promise((resolve) => setTimeout(resolve, 20));
    leaks.settle();
    collectGarbage();
  }
  return done();
}

let running: TwoPartyServer | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

async function serving(friend: TestFriend | ((session: Session) => TestFriend) = new TestFriend()) {
  const server = new TwoPartyServer(Friend, friend);
  running = server;
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return { server, address: { port, host: "127.0.0.1" } };
}

type Address = Awaited<ReturnType<typeof serving>>["address"];

/** References to what a connection is made of, which do not keep it. */
interface Remains {
  readonly client: WeakRef<TwoPartyClient>;
  readonly transport: WeakRef<object>;
}

async function connected(address: Address): Promise<{ client: TwoPartyClient; remains: Remains }> {
  const transport = await connectTransport(address);
  const client = new TwoPartyClient(transport);
  return { client, remains: { client: new WeakRef(client), transport: new WeakRef(transport) } };
}

const gone = ({ client, transport }: Remains) => client.deref() === undefined && transport.deref() === undefined;

describe("a client that was dropped instead of closed", () => {
  it("is closed and collected with its capabilities, results, pipelines and failed calls", async () => {
    const { server, address } = await serving();
    const remains = await (async () => {
      const { client, remains } = await connected(address);
      const friend = client.bootstrap(Friend);
      await friend.next({ expected: 0 });
      const results = await friend.make();
      await results.inner.deeper.cap.next({ expected: 0 });
      await friend.make().inner.cap.next({ expected: 0 });
      await friend.echo({ cap: friend });
      await expect(friend.fail({ reason: "no" })).rejects.toThrow("no");
      friend.getHeld();
      return remains;
    })();
    expect(server.connections.size).toBe(1);
    expect(await collectUntil(() => gone(remains) && server.connections.size === 0)).toBe(true);
  });

  it("is closed when the last call that nobody waits for has returned", async () => {
    const friend = new TestFriend();
    const { server, address } = await serving(friend);
    await (async () => {
      const { client } = await connected(address);
      for (let expected = 0; expected < 10; expected++) client.bootstrap(Friend).next({ expected });
    })();
    expect(await collectUntil(() => server.connections.size === 0 && friend.calls > 0)).toBe(true);
    expect(friend.calls).toBe(10);
  });

  it("stays as long as a capability of its server is held, and works", async () => {
    const { server, address } = await serving();
    const { held, remains } = await (async () => {
      const { client, remains } = await connected(address);
      return { held: await (await client.bootstrap(Friend).make()).cap.dup(), remains };
    })();
    expect(await collectUntil(() => remains.client.deref() === undefined)).toBe(true);
    expect(server.connections.size).toBe(1);
    expect((await held.next({ expected: 0 })).number).toBe(0);
    held[Symbol.dispose]();
    expect(await collectUntil(() => gone(remains) && server.connections.size === 0)).toBe(true);
  });

  it("stays as long as a call is in progress that somebody waits for", async () => {
    const friend = new TestFriend();
    const { server, address } = await serving(friend);
    const waiting = await (async () => {
      const { client } = await connected(address);
      const { cap } = await client.bootstrap(Friend).promise();
      return { resolved: cap.whenResolved() };
    })();
    expect(await collectUntil(() => server.connections.size === 0, 15)).toBe(false);
    friend.promises[0]?.resolve(Friend.serve(new TestFriend()));
    await waiting.resolved;
    expect(await collectUntil(() => server.connections.size === 0)).toBe(true);
  });

  it("stays as long as the server holds an object of its, which may be called at any time", async () => {
    const friend = new TestFriend();
    const { server, address } = await serving(friend);
    const callback = new Counting();
    await (async () => {
      const { client } = await connected(address);
      await client.bootstrap(Friend).hold({ cap: callback });
    })();
    expect(await collectUntil(() => server.connections.size === 0, 15)).toBe(false);
    await friend.held?.next({ expected: 0 });
    expect(callback.calls).toBe(1);
    friend.held?.[Symbol.dispose]();
    expect(await collectUntil(() => server.connections.size === 0)).toBe(true);
    expect(callback.disposed).toBe(1);
  });

  it("stays if it has a bootstrap capability of its own, which the server may ask for", async () => {
    const { server, address } = await serving();
    const offered = new TestFriend();
    await (async () => {
      new TwoPartyClient(await connectTransport(address), { bootstrap: Friend.serve(offered) });
    })();
    expect(await collectUntil(() => server.connections.size === 0, 15)).toBe(false);
    const [session] = server.connections;
    using theirs = (session as Session).bootstrap(Friend);
    await theirs.next({ expected: 0 });
    expect(offered.calls).toBe(1);
  });

  it("goes with the capability that reconnects over it", async () => {
    const { server, address } = await serving();
    const again = reconnecting(Friend, async () => (await TwoPartyClient.connect(address)).bootstrap(Friend));
    await again.client.next({ expected: 0 });
    expect(await collectUntil(() => server.connections.size === 0, 15)).toBe(false);
    await again.client.next({ expected: 1 });
    expect(again.generation).toBe(1);
    again.client[Symbol.dispose]();
    expect(await collectUntil(() => server.connections.size === 0)).toBe(true);
  });
});

describe("a call for its pipeline only", () => {
  it("whose promise was dropped instead of disposed is finished when the last thing pipelined from it goes", async () => {
    const friend = new TestFriend();
    const { address } = await serving(friend);
    using client = await TwoPartyClient.connect(address);
    using remote = client.bootstrap(Friend);
    await (async () => {
      using cap = remote.make({}, { pipelineOnly: true }).cap;
      expect((await cap.next({ expected: 0 })).number).toBe(0);
      remote.make({}, { pipelineOnly: true });
    })();
    expect(await collectUntil(() => client.stats.questions === 0)).toBe(true);
    expect(await collectUntil(() => friend.made.every(({ disposed }) => disposed === 1))).toBe(true);
  });
});

describe("the server's end of a connection", () => {
  it("is collected after the client has gone, with the object made for it and what it held of the client's", async () => {
    const made: WeakRef<TestFriend>[] = [];
    const sessions: WeakRef<Session>[] = [];
    let disposed = 0;
    const { server, address } = await serving((session) => {
      const friend = new CancellableFriend();
      friend[Symbol.dispose] = () => {
        disposed++;
      };
      made.push(new WeakRef(friend));
      sessions.push(new WeakRef(session));
      return friend;
    });
    await (async () => {
      const { client } = await connected(address);
      const friend = client.bootstrap(Friend);
      await friend.hold({ cap: new Counting() });
      friend.never({ cap: new Counting() });
      await friend.next({ expected: 0 });
      client.close();
      await client.disconnected;
    })();
    const collected = () => made[0]?.deref() === undefined && sessions[0]?.deref() === undefined;
    expect(await collectUntil(collected)).toBe(true);
    expect(server.connections.size).toBe(0);
    expect(disposed).toBe(1);
  });
});
