/** Capabilities that lead back to where they came from, and what keeps calls in order then (checklist 16–19, 68). */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { type CallContext, type CallHints, CapabilityHook, innermost } from "../../src/cap/hook.js";
import type { Client } from "../../src/cap/index.js";
import { LocalHook } from "../../src/cap/local.js";
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

/** The object of this process that `client` turns out to be, once every promise and embargo in front of it is settled. */
async function localServer(client: Client): Promise<object | null> {
  await client.whenResolved();
  const hook = innermost(client.$hook);
  return hook instanceof LocalHook ? hook.server : null;
}

describe("a capability that comes home", () => {
  test("is recognised as the local object only when calls made before have arrived", async () => {
    const { story, friend, end } = await acquainted();
    const mine = new Counting();
    const echoed = friend.echo({ cap: mine });
    const { cap } = echoed;
    const early = [0, 1, 2].map((expected) => cap.next({ expected }));
    let callsAtUnwrap = -1;
    const unwrapped = localServer(cap).then((server) => {
      callsAtUnwrap = mine.calls;
      return server;
    });
    await story.run();
    expect(await unwrapped).toBe(mine);
    expect(callsAtUnwrap).toBe(3);
    expect((await Promise.all(early)).map(({ number }) => number)).toEqual([0, 1, 2]);
    echoed[Symbol.dispose]();
    cap[Symbol.dispose]();
    await end();
  });

  test("is recognised after being reflected twice, as an export", async () => {
    const { story, friend, server, end } = await acquainted();
    const mine = new Counting();
    // Bob answers with a promise that he resolves to Alice's own object.
    const promised = friend.promise();
    const held = friend.hold({ cap: mine });
    await story.run();
    const again = friend.echo({ cap: promised.cap });
    server.promises[0]?.resolve(server.held as Sequence.Client);
    await story.run();
    using first = await promised;
    using second = await again;
    const found = Promise.all([localServer(first.cap), localServer(second.cap)]);
    await story.run();
    expect(await found).toEqual([mine, mine]);
    await held;
    await letGo(friend, story);
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    await end();
  });

  test("is recognised after being reflected twice, as a pipelined answer", async () => {
    const { story, bob, friend, end } = await acquainted();
    const mine = new Counting();
    const first = friend.echo({ cap: mine });
    const second = friend.echo({ cap: first.cap });
    expect(bob.waiting.at(-1)).toContain("receiverAnswer q0.0");
    await story.run();
    using results = await second;
    const found = localServer(results.cap);
    await story.run();
    expect(await found).toBe(mine);
    first.cap[Symbol.dispose]();
    first[Symbol.dispose]();
    results[Symbol.dispose]();
    await end();
  });

  test("a promise the peer echoes and we resolve to the peer's own object is not reached before earlier calls", async () => {
    const { story, alice, bob, friend, server, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const echoed = friend.echo({ cap: promised.promise });
    const { cap } = echoed;
    bob.receive("call q0 on export 0 method 0 caps [senderPromise 0]");
    // Bob's Return is under way when Alice resolves her promise to Bob's object, so he does not know of it.
    expect(alice.waiting).toEqual(
      ["return q0 results caps [receiverHosted 0]", "finish q0"].slice(0, alice.waiting.length),
    );
    promised.resolve(friend);
    await settled();
    expect(bob.waiting[0]).toBe("resolve e0 to receiverHosted 0");
    const first = cap.next({ expected: 0 });
    expect(bob.waiting[1]).toMatch(/^call q1 on q0\.0/);
    while (alice.receiveNext());
    // The echo names Alice's export, which points back at Bob by now: this call must not go there directly.
    expect(bob.waiting.some((text) => text.startsWith("disembargo senderLoopback m0 on q0.0"))).toBe(true);
    const second = cap.next({ expected: 1 });
    expect(bob.waiting.filter((text) => text.startsWith("call"))).toHaveLength(1);
    await story.run();
    expect((await Promise.all([first, second])).map(({ number }) => number)).toEqual([0, 1]);
    expect(server.order).toEqual([0, 1]);
    echoed[Symbol.dispose]();
    cap[Symbol.dispose]();
    await end();
  });
});

/** A capability that answers calls but presents itself as a promise that never resolves. */
class EndlessPromise extends CapabilityHook {
  readonly #inner: CapabilityHook;

  constructor(inner: CapabilityHook) {
    super();
    this.#inner = inner;
  }

  override get isUnresolvedPromise(): boolean {
    return true;
  }

  override whenResolved(): () => void {
    return () => {};
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints) {
    return this.#inner.newCall(interfaceId, methodId, hints);
  }

  call(context: CallContext) {
    return this.#inner.call(context);
  }

  protected dispose(): void {
    this.#inner.release();
  }
}

describe("two hops", () => {
  for (const [name, wrap] of [
    ["an object", (hook: CapabilityHook) => hook],
    ["a promise that never resolves", (hook: CapabilityHook) => new EndlessPromise(hook)],
  ] as const) {
    for (const steps of [0, 1, 2, 3, 4, 5, 6, 8, 10, 12]) {
      test(`an echo of ${name} through a proxy keeps its calls in order, ${steps} steps apart`, async () => {
        const carolServer = new TestFriend();
        const story = new Story();
        using carolBootstrap = serveFriend(carolServer);
        const carolHook = carolBootstrap.$hook.addRef();
        const [bobToCarol] = story.link({ name: "bob" }, { name: "carol", bootstrap: () => carolHook.addRef() });
        const carol = Friend.client(bobToCarol.connection.bootstrap());
        const [alice] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => carol.$hook.addRef() });
        const friend = Friend.client(alice.connection.bootstrap());
        const mine = new Counting();
        const served = Sequence.serve(mine);
        const given = Sequence.client(wrap(served.$hook.addRef()));
        const early = friend.next({ expected: 0 });
        const echoed = friend.echo({ cap: given });
        const { cap } = echoed;
        const calls = [0, 1].map((expected) => cap.next({ expected }));
        for (let step = 0; step < steps; step++) {
          for (const end of story.ends) end.receiveNext();
          await settled();
        }
        calls.push(cap.next({ expected: 2 }));
        await settled();
        for (const end of story.ends) end.receiveNext();
        for (const expected of [3, 4, 5]) calls.push(cap.next({ expected }));
        await story.run();
        expect(
          (await Promise.all(calls)).map(({ number }) => number),
          story.describe(),
        ).toEqual([0, 1, 2, 3, 4, 5]);
        expect(mine.order).toEqual([0, 1, 2, 3, 4, 5]);
        expect((await early).number).toBe(0);
        for (const each of [echoed, cap, friend, carol, given, served]) each[Symbol.dispose]();
        carolHook.release();
        await story.finish();
        expect(mine.disposed).toBe(1);
      });
    }
  }
});

/** Makes the friend hold nothing. */
async function letGo(friend: Friend.Client, story: Story): Promise<void> {
  const emptied = friend.hold({ cap: null });
  await story.run();
  await emptied;
}
