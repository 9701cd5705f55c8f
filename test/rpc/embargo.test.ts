/** Order across resolution: embargoes, reflections and Tribble's race (checklist 15–22, 67, 68). */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { Counting, Friend, Sequence, serveFriend, TestFriend } from "./friend.js";
import { pair, Story, settled } from "./pair.js";

/** Alice holds Bob's friend; the bootstrap is done. */
async function acquainted() {
  const server = new TestFriend();
  using bootstrap = serveFriend(server);
  const bobHook = bootstrap.$hook.addRef();
  const { story, alice, bob } = pair({ bob: bobHook });
  const friend = Friend.client(alice.connection.bootstrap());
  await story.run();
  return {
    story,
    alice,
    bob,
    friend,
    server,
    end: async () => {
      friend[Symbol.dispose]();
      bobHook.release();
      await story.finish();
    },
  };
}

describe("embargo", () => {
  test("calls through an echoed capability stay in order when later ones could go direct", async () => {
    const { story, alice, bob, friend, end } = await acquainted();
    const mine = new Counting();
    const echoed = friend.echo({ cap: mine });
    const { cap } = echoed;
    const early = [cap.next({ expected: 0 }), cap.next({ expected: 1 })];
    bob.receive("call q0 on export 0 method 0 caps [senderHosted 0]");
    bob.receive("call q1 on q0.0 method 0");
    bob.receive("call q2 on q0.0 method 0");
    // Bob has returned Alice's own object and is reflecting her calls; she has not heard yet.
    expect(alice.waiting[0]).toBe("return q0 results caps [receiverHosted 0]");
    alice.receive("return q0 results caps [receiverHosted 0]");
    // Now she knows it is her own. Direct calls would overtake the reflected ones, so they wait for the disembargo.
    const late = [cap.next({ expected: 2 }), cap.next({ expected: 3 })];
    expect(bob.waiting[0]).toBe("disembargo senderLoopback m0 on q0.0");
    expect(mine.order).toEqual([]);
    await story.run();
    expect(mine.order).toEqual([0, 1, 2, 3]);
    const numbers = (await Promise.all([...early, ...late])).map(({ number }) => number);
    expect(numbers).toEqual([0, 1, 2, 3]);
    const last = cap.next({ expected: 4 });
    await settled();
    expect((await last).number).toBe(4);
    expect(bob.waiting.filter((text) => text.startsWith("call"))).toEqual([]);
    echoed[Symbol.dispose]();
    cap[Symbol.dispose]();
    await end();
    expect(mine.disposed).toBe(1);
  });

  test("without earlier calls there is no embargo", async () => {
    const { story, friend, end } = await acquainted();
    const mine = new Counting();
    const echoed = friend.echo({ cap: mine });
    await story.run();
    using results = await echoed;
    const call = results.cap.next({ expected: 0 });
    await settled();
    expect((await call).number).toBe(0);
    expect(story.transcript.filter((text) => text.includes("disembargo"))).toEqual([]);
    results[Symbol.dispose]();
    await end();
  });

  test("a promise that is rejected after its calls were embargoed fails them all and leaves the connection usable", async () => {
    const { story, friend, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const echoed = friend.echo({ cap: promised.promise });
    const { cap } = echoed;
    const calls = [cap.next({ expected: 0 }), cap.next({ expected: 1 })];
    await story.run();
    calls.push(cap.next({ expected: 2 }));
    promised.reject(RpcError.failed("foo"));
    const outcomes = Promise.allSettled(calls);
    await story.run();
    for (const outcome of await outcomes) {
      expect(outcome.status).toBe("rejected");
      expect(String((outcome as PromiseRejectedResult).reason)).toContain("foo");
    }
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    echoed[Symbol.dispose]();
    cap[Symbol.dispose]();
    await end();
  });

  test("a null capability is never embargoed", async () => {
    const { story, friend, end } = await acquainted();
    const nothing = friend.getNull();
    const call = nothing.cap.next({ expected: 0 });
    const outcome = Promise.allSettled([call]);
    await story.run();
    expect((await outcome)[0]?.status).toBe("rejected");
    expect(story.transcript.filter((text) => text.includes("disembargo"))).toEqual([]);
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    nothing[Symbol.dispose]();
    await end();
  });

  test("calls on a promise the peer later rejects fail with its reason", async () => {
    const { story, friend, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const held = friend.hold({ cap: promised.promise });
    await story.run();
    await held;
    const calling = Promise.allSettled([friend.callHeld({ expected: 0 })]);
    await story.run();
    promised.reject(RpcError.failed("foo"));
    await story.run();
    expect(String(((await calling)[0] as PromiseRejectedResult).reason)).toContain("foo");
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    // Bob still holds the broken capability.
    await releaseHeld(friend, story);
    await end();
  });

  test("Tribble: calls keep to the way the peer was told although a shorter one is known", async () => {
    // Alice and Bob each hold a promise that resolves to the other's promise.
    const { story, alice, bob, friend, server, end } = await acquainted();
    const mine = pDefer<Sequence.Client>();
    // Bob's echo of Alice's promise is a promise in his vat as well.
    const echoed = friend.echo({ cap: mine.promise });
    const { cap } = echoed;
    const made = friend.promise();
    await story.run();
    const first = cap.next({ expected: 0 });
    // Alice's promise becomes Bob's promise, which becomes an object of Alice's.
    const target = new Counting();
    mine.resolve(made.cap);
    await settled();
    server.promises[0]?.resolve(await reflectTo(server));
    const second = cap.next({ expected: 1 });
    await story.run();
    const third = cap.next({ expected: 2 });
    await story.run();
    const numbers = await Promise.all([first, second, third]);
    expect(numbers.map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(server.made[0]?.order).toEqual([0, 1, 2]);
    expect([alice, bob, target.calls]).toHaveLength(3);
    for (const each of [echoed, cap, made]) each[Symbol.dispose]();
    await end();
  });

  test("calls that left again for a promise of the peer's are not overtaken when it turns out to be ours", async () => {
    const { story, alice, bob, friend, server, end } = await acquainted();
    const target = new Counting();
    const held = friend.hold({ cap: target });
    const made = friend.promise();
    await story.run();
    using promised = await made;
    const mine = pDefer<Sequence.Client>();
    const echoed = friend.echo({ cap: mine.promise });
    const { cap } = echoed;
    const calls = [cap.next({ expected: 0 }), cap.next({ expected: 1 })];
    bob.receive("call");
    bob.receive("call");
    bob.receive("call");
    // Alice is told that it is her own promise, and asks when her calls are back. Her promise becomes a promise of Bob's.
    alice.receive("return");
    bob.receive("disembargo senderLoopback m0");
    mine.resolve(promised.cap);
    await settled();
    // So her calls, now back, leave again; then she hears that there are no more of them.
    while (!alice.receiveNext()?.startsWith("disembargo receiverLoopback m0")) await settled();
    expect(bob.waiting.filter((text) => text.startsWith("call"))).toHaveLength(2);
    // Bob's promise becomes her object, which she learns while they are on their way.
    server.promises[0]?.resolve(server.held as Sequence.Client);
    await settled();
    while (!alice.receiveNext()?.startsWith("resolve")) await settled();
    calls.push(cap.next({ expected: 2 }));
    await settled();
    expect(target.order).toEqual([]);
    await story.run();
    expect(target.order).toEqual([0, 1, 2]);
    expect((await Promise.all(calls)).map(({ number }) => number)).toEqual([0, 1, 2]);
    for (const each of [held, made, echoed, cap, promised]) each[Symbol.dispose]();
    await releaseHeld(friend, story);
    await end();
  });
});

/** An object in Bob's vat, as a client. */
async function reflectTo(server: TestFriend): Promise<Sequence.Client> {
  const object = new Counting();
  server.made.push(object);
  return Sequence.serve(object);
}

/** Makes the friend let go of what it holds by holding nothing instead. */
async function releaseHeld(friend: Friend.Client, story: Story): Promise<void> {
  const emptied = friend.hold({ cap: null });
  await story.run();
  await emptied;
}

describe("two hops", () => {
  /** Alice – Bob – Carol: Bob's bootstrap is Carol's, reached through him. */
  async function chain(wrap: (carol: Friend.Client) => Promise<Friend.Client> | Friend.Client) {
    const carolServer = new TestFriend();
    const story = new Story();
    using carolBootstrap = serveFriend(carolServer);
    const carolHook = carolBootstrap.$hook.addRef();
    const [bobToCarol] = story.link({ name: "bob" }, { name: "carol", bootstrap: () => carolHook.addRef() });
    const carol = Friend.client(bobToCarol.connection.bootstrap());
    const proxied = await wrap(carol);
    const [alice] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => proxied.$hook.addRef() });
    const friend = Friend.client(alice.connection.bootstrap());
    await story.run();
    return {
      story,
      friend,
      end: async () => {
        friend[Symbol.dispose]();
        proxied[Symbol.dispose]();
        carol[Symbol.dispose]();
        carolHook.release();
        await story.finish();
      },
    };
  }

  test("an echo through a proxy keeps its calls in order", async () => {
    const { story, friend, end } = await chain((carol) => carol.dup());
    const mine = new Counting();
    const echoed = friend.echo({ cap: mine });
    const { cap } = echoed;
    const calls = [0, 1, 2].map((expected) => cap.next({ expected }));
    for (let steps = 0; steps < 6; steps++) {
      for (const end of story.ends) end.receiveNext();
      await settled();
    }
    for (const expected of [3, 4, 5]) calls.push(cap.next({ expected }));
    await story.run();
    expect(
      (await Promise.all(calls)).map(({ number }) => number),
      story.describe(),
    ).toEqual([0, 1, 2, 3, 4, 5]);
    expect(mine.order).toEqual([0, 1, 2, 3, 4, 5]);
    echoed[Symbol.dispose]();
    cap[Symbol.dispose]();
    await end();
  });
});
