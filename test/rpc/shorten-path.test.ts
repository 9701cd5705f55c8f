/** Objects that turn out to be a detour (Server::shortenPath in C++): what the peer is told, and what becomes of the calls. */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { type PathShortener, RpcError, ServerSet, sameCapability, shortenPath } from "../../src/cap/index.js";
import { Counting, Friend, Sequence, TestFriend } from "./friend.js";
import { pair, Story } from "./pair.js";

/** Passes calls on until its promise says to whom. */
class Detour extends Counting implements PathShortener {
  readonly target = pDefer<Sequence.Client>();

  [shortenPath](): Promise<Sequence.Client> {
    return this.target.promise;
  }
}

async function acquainted() {
  const server = new TestFriend();
  const detour = new Detour();
  server.getHeld = () => ({ cap: detour });
  const bootstrap = Friend.serve(server);
  const { story, alice, bob } = pair({ bob: bootstrap.$hook });
  const friend = Friend.client(alice.connection.bootstrap());
  await story.run();
  const end = async () => {
    friend[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  };
  return { story, alice, bob, friend, server, detour, end };
}

describe("an object that shortens paths", () => {
  test("is passed as a promise, and resolved when it knows where it leads", async () => {
    const { story, alice, friend, detour, end } = await acquainted();
    using call = friend.getHeld();
    const { cap } = call;
    await story.run();
    expect(story.transcript.some((line) => line.includes("caps [senderPromise"))).toBe(true);
    const early = cap.next({ expected: 0 });
    await story.run();
    expect((await early).number).toBe(0);
    expect(detour.calls).toBe(1);
    const mine = new Counting();
    detour.target.resolve(Sequence.serve(mine));
    await story.run();
    expect(story.transcript.some((line) => line.startsWith("bob → alice: resolve"))).toBe(true);
    const late = cap.next({ expected: 1 });
    await story.run();
    await late;
    expect([detour.calls, mine.calls]).toEqual([1, 1]);
    expect(alice.connection.stats.embargoes).toBe(0);
    call[Symbol.dispose]();
    await end();
    expect(mine.disposed).toBe(1);
    expect(detour.disposed).toBe(1);
  });

  test("that leads back to the caller is left out, in order", async () => {
    const { story, friend, server, detour, end } = await acquainted();
    const mine = new Counting();
    using home = Sequence.serve(mine);
    const held = friend.hold({ cap: home });
    using call = friend.getHeld();
    const { cap } = call;
    await story.run();
    await held;
    detour.target.resolve((server.held as Sequence.Client).dup());
    await story.run();
    await story.run();
    expect(await sameCapability(cap, home)).toBe(true);
    expect(mine.calls).toBe(0);
    const direct = cap.next({ expected: 0 });
    await story.run();
    expect((await direct).number).toBe(0);
    call[Symbol.dispose]();
    home[Symbol.dispose]();
    server.held?.[Symbol.dispose]();
    await end();
  });

  test("that fails to find its end is broken", async () => {
    const { story, friend, detour, end } = await acquainted();
    using call = friend.getHeld();
    const { cap } = call;
    await story.run();
    detour.target.reject(RpcError.failed("nowhere to go"));
    await story.run();
    const late = cap.next({ expected: 0 });
    await story.run();
    await expect(late).rejects.toThrow("nowhere to go");
    call[Symbol.dispose]();
    await end();
  });

  test("and never says where it leads keeps calls in order over two hops, whether the way is known or not", async () => {
    // Alice – Bob – Carol; Bob's bootstrap is Carol's friend, whose echo gives back a detour that never resolves.
    const carolServer = new TestFriend();
    const detour = new Detour();
    carolServer.echo = ({ cap }) => {
      void cap;
      return { cap: detour };
    };
    const story = new Story();
    using carol = Friend.serve(carolServer);
    const [bobToCarol] = story.link({ name: "bob" }, { name: "carol", bootstrap: () => carol.$hook.addRef() });
    const proxied = Friend.client(bobToCarol.connection.bootstrap());
    const [alice] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => proxied.$hook.addRef() });
    const friend = Friend.client(alice.connection.bootstrap());
    using call = friend.echo({ cap: new Counting() });
    const { cap } = call;
    const calls = [0, 1, 2].map((expected) => cap.next({ expected }));
    await story.run();
    for (const expected of [3, 4, 5]) calls.push(cap.next({ expected }));
    await story.run();
    expect((await Promise.all(calls)).map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(detour.order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cap.$hook.isUnresolvedPromise || cap.$hook.resolution?.isUnresolvedPromise).toBe(true);
    for (const each of [call, friend, proxied, carol]) each[Symbol.dispose]();
    await story.finish();
    expect(detour.disposed).toBe(1);
  });

  test("is found by its set while it is still a promise", async () => {
    const set = new ServerSet<Sequence.Client, Sequence.Server>(Sequence);
    const detour = new Detour();
    using client = set.serve(detour);
    expect(set.serverNow(client)).toBe(detour);
    expect(await set.server(client)).toBe(detour);
  });

  test("with a client that was disposed, or none at all, is broken and says so", async () => {
    for (const [made, message] of [
      ["disposed", "used after it was disposed"],
      ["none", "shortenPath must make a client, or a promise of one, not a number"],
    ] as const) {
      const { story, friend, detour, end } = await acquainted();
      using call = friend.getHeld();
      const { cap } = call;
      await story.run();
      const client = Sequence.serve(new Counting());
      client[Symbol.dispose]();
      detour.target.resolve(made === "disposed" ? client : (42 as unknown as Sequence.Client));
      await story.run();
      const failed = expect(cap.next()).rejects.toThrow(message);
      await story.run();
      await failed;
      call[Symbol.dispose]();
      await end();
    }
  });

  test("may pass itself on while it is asked where it leads", async () => {
    class Asking extends Detour {
      override [shortenPath](): Promise<Sequence.Client> {
        using self = Sequence.serve(this);
        expect(self.$isNull).toBe(false);
        return super[shortenPath]();
      }
    }
    const asking = new Asking();
    using client = Sequence.serve(asking);
    asking.target.resolve(Sequence.serve(new Counting()));
    await client.whenResolved();
    expect((await client.next()).number).toBe(0);
    expect(asking.calls).toBe(0);
  });

  test("that throws when it is asked is broken like one that fails later, wherever it was passed", async () => {
    class Throwing extends Detour {
      override [shortenPath](): never {
        throw RpcError.overloaded("no way");
      }
    }
    using client = Sequence.serve(new Throwing());
    await expect(client.whenResolved()).rejects.toMatchObject({ kind: "overloaded", reason: "no way" });
    await expect(client.next()).rejects.toMatchObject({ kind: "overloaded", reason: "no way" });
  });
});
