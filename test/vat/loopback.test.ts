/** Bootstrap of the vat one is (checklist 25): its own object, without a message on the wire. */

import { afterEach, describe, expect, it } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import type { Session, TwoPartyClientOptions } from "../../src/vat/index.js";
import { Friend, TestFriend } from "../rpc/friend.js";
import { settle } from "../transport/messages.js";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** A client and the session at its server's end, and how many messages went between them in either direction. */
function link(options: TwoPartyClientOptions, factory: (session: Session) => TestFriend) {
  const { left, right } = memoryTransportPair();
  const server = new TwoPartyServer(Friend, factory);
  const session = server.accept(left);
  const wire = { messages: 0 };
  const client = new TwoPartyClient(right, { ...options, observer: { message: () => wire.messages++ } });
  opened.push(server, client);
  return { client, session, wire };
}

describe("bootstrap", () => {
  it("of a vat's own side: its own bootstrap, called without a message", async () => {
    const mine = new TestFriend();
    const theirs = new TestFriend();
    const { client, session, wire } = link({ bootstrap: Friend.serve(mine) }, () => theirs);

    using own = client.bootstrap(Friend, { vat: "client" });
    expect((await own.next({ expected: 0 })).number).toBe(0);
    using itsOwn = session.bootstrap(Friend, { vat: "server" });
    expect((await itsOwn.next({ expected: 0 })).number).toBe(0);
    expect(wire.messages).toBe(0);
    expect([mine.calls, theirs.calls]).toEqual([1, 1]);
    expect(client.stats).toEqual({ questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 });
  });

  it("of the other side is what it is without a side named", async () => {
    const mine = new TestFriend();
    const theirs = new TestFriend();
    const { client, session, wire } = link({ bootstrap: Friend.serve(mine) }, () => theirs);

    using remote = client.bootstrap(Friend, { vat: "server" });
    expect((await remote.next({ expected: 0 })).number).toBe(0);
    using remoteAgain = client.bootstrap(Friend);
    expect((await remoteAgain.next({ expected: 1 })).number).toBe(1);
    using ofClient = session.bootstrap(Friend, { vat: "client" });
    expect((await ofClient.next({ expected: 0 })).number).toBe(0);
    expect(wire.messages).toBeGreaterThan(0);
    expect([mine.calls, theirs.calls]).toEqual([1, 2]);
  });

  it("of a vat whose side was chosen goes by that side", async () => {
    const mine = new TestFriend();
    const theirs = new TestFriend();
    const { client, wire } = link({ side: "server", bootstrap: Friend.serve(mine) }, () => theirs);
    using own = client.bootstrap(Friend, { vat: "server" });
    await own.next({ expected: 0 });
    expect(wire.messages).toBe(0);
    using remote = client.bootstrap(Friend, { vat: "client" });
    await remote.next({ expected: 0 });
    expect([mine.calls, theirs.calls]).toEqual([1, 1]);
  });

  it("of a vat's own side fails as its peer's would where there is none", async () => {
    const { client, session, wire } = link({}, () => {
      throw RpcError.overloaded("come back later");
    });
    using own = client.bootstrap(Friend, { vat: "client" });
    await expect(own.next({ expected: 0 })).rejects.toMatchObject({
      kind: "failed",
      message: expect.stringContaining("this vat has no bootstrap capability"),
    });
    using itsOwn = session.bootstrap(Friend, { vat: "server" });
    await expect(itsOwn.next({ expected: 0 })).rejects.toMatchObject({
      kind: "overloaded",
      message: expect.stringContaining("come back later"),
    });
    expect(wire.messages).toBe(0);
  });

  it("of a vat's own side is the very object that the peer gives back; after the end there is none to be had", async () => {
    const mine = new TestFriend();
    const { client, wire } = link({ bootstrap: Friend.serve(mine) }, () => new TestFriend());
    using own = client.bootstrap(Friend, { vat: "client" });
    using remote = client.bootstrap(Friend);
    await remote.hold({ cap: own });
    using back = remote.getHeld();
    await back.cap.whenResolved();
    await settle();
    const before = wire.messages;
    expect((await back.cap.next({ expected: 0 })).number).toBe(0);
    expect(wire.messages).toBe(before);

    client.close();
    expect((await own.next({ expected: 1 })).number).toBe(1); // a reference of its own to an object of this process
    await expect(client.bootstrap(Friend, { vat: "client" }).next({ expected: 2 })).rejects.toMatchObject({
      kind: "disconnected",
    });
    await settle();
    expect(mine.disposed).toBe(0);
    own[Symbol.dispose]();
    back[Symbol.dispose]();
    await settle();
    expect(mine.disposed).toBe(1);
  });
});
