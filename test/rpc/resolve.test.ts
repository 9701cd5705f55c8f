/** Promises sent to the peer, and what it is told of them (checklist 11, 22, 32; §2.6 Resolve). */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { acquainted, outcome, say, sentBy } from "./acquainted.js";
import { CancellableFriend, Counting, type Friend, Sequence, TestFriend } from "./friend.js";
import { settled } from "./pair.js";

/** Bob lets go of what he holds. */
async function letGo(friend: Friend.Client, story: { run(): Promise<void> }): Promise<void> {
  const emptied = friend.hold({ cap: null });
  await story.run();
  await emptied;
}

describe("resolving", () => {
  test("calls made on a promise before it resolves are passed on, and later ones go to what it became", async () => {
    const { story, friend, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const held = friend.hold({ cap: promised.promise });
    await story.run();
    await held;
    const early = [friend.callHeld({ expected: 0 }), friend.callHeld({ expected: 1 })];
    await story.run();
    const mine = new Counting();
    promised.resolve(Sequence.serve(mine));
    await story.run();
    const late = friend.callHeld({ expected: 2 });
    await story.run();
    expect((await Promise.all([...early, late])).map(({ number }) => number)).toEqual([0, 1, 2]);
    // C++'s "resolve promise": the object comes as an export of its own, and the promise is released at once.
    const bobs = sentBy(story, "bob");
    expect(sentBy(story, "alice")).toContain("resolve e0 to senderHosted 1");
    expect(bobs.filter((text) => text.startsWith("call"))).toEqual([
      "call q0 on export 0 method 0 no pipelining",
      "call q1 on export 0 method 0 no pipelining",
      "call q0 on export 1 method 0 no pipelining",
    ]);
    expect(bobs).toContain("release 0 × 1");
    await letGo(friend, story);
    await end();
  });

  test("calls on a promise that is rejected fail with its reason, and the connection goes on", async () => {
    const { story, friend, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const held = friend.hold({ cap: promised.promise });
    await story.run();
    await held;
    const calling = outcome(friend.callHeld({ expected: 0 }));
    await story.run();
    promised.reject(RpcError.failed("foo"));
    await story.run();
    expect(await calling).toContain("foo");
    // C++'s "call promise that later rejects" sends the Resolve first. Ours ends what was queued before anybody hears of the resolution.
    expect(sentBy(story, "alice").filter((text) => text.includes("foo"))).toEqual([
      "return q0 exception failed: foo",
      "resolve e0 to exception: foo",
    ]);
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    await letGo(friend, story);
    await end();
  });

  test("a promise that turns out to be null has resolved, fails calls as null does, and is null when it comes back", async () => {
    const server = new TestFriend();
    const { story, friend, end } = await acquainted({ server });
    const promised = pDefer<Sequence.Client | null>();
    const held = friend.hold({ cap: promised.promise });
    await story.run();
    await held;
    const early = outcome(friend.callHeld({ expected: 0 }));
    await story.run();
    const resolved = outcome((server.held as Sequence.Client).whenResolved());
    promised.resolve(null);
    await story.run();
    // As C++ says it: a Resolve without a capability would be refused there.
    expect(sentBy(story, "alice")).toContain("resolve e0 to senderHosted 1");
    expect(await resolved).toBe("fulfilled");
    const late = outcome(friend.callHeld({ expected: 0 }));
    const back = friend.getHeld();
    await story.run();
    for (const call of [early, late]) expect(await call).toContain("called null capability");
    using results = await back;
    expect(results.cap.$isNull).toBe(true);
    results[Symbol.dispose]();
    await letGo(friend, story);
    await end();
  });

  test("an unresolved promise sent twice is one export, another promise another, and a settled one is sent as its object", async () => {
    const { story, bob, friend, end } = await acquainted({ server: new CancellableFriend() });
    const [one, other] = [pDefer<Sequence.Client>(), pDefer<Sequence.Client>()];
    using first = Sequence.client(Sequence.hook(one.promise)!);
    using second = Sequence.client(Sequence.hook(other.promise)!);
    const calls = [friend.never({ cap: first }), friend.never({ cap: first }), friend.never({ cap: second })];
    expect(bob.waiting).toEqual([
      "call q0 on export 0 method 6 caps [senderPromise 0]",
      "call q1 on export 0 method 6 caps [senderPromise 0]",
      "call q2 on export 0 method 6 caps [senderPromise 1]",
    ]);
    await story.run();
    one.resolve(Sequence.serve(new Counting()));
    other.resolve(Sequence.serve(new Counting()));
    await settled();
    await story.run();
    calls.push(friend.never({ cap: first }));
    expect(bob.waiting).toEqual(["call q3 on export 0 method 6 caps [senderHosted 2]"]);
    await story.run();
    for (const call of calls) call[Symbol.dispose]();
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    await end();
  });

  test("a promise that becomes another promise of ours keeps its export, and nothing is sent", async () => {
    const { story, friend, end } = await acquainted();
    const [outer, inner] = [pDefer<Sequence.Client>(), pDefer<Sequence.Client>()];
    const held = friend.hold({ cap: outer.promise });
    await story.run();
    await held;
    story.transcript.length = 0;
    outer.resolve(Sequence.client(Sequence.hook(inner.promise)!));
    await settled();
    await story.run();
    expect(story.transcript).toEqual([]);
    inner.resolve(Sequence.serve(new Counting()));
    await settled();
    await story.run();
    expect(sentBy(story, "alice")).toEqual(["resolve e0 to senderHosted 1"]);
    await letGo(friend, story);
    await end();
  });

  test("a Resolve that crosses the promise's Release gives back what it carries", async () => {
    const { story, alice, friend, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const held = friend.hold({ cap: promised.promise });
    await story.run();
    await held;
    const emptied = friend.hold({ cap: null });
    const mine = new Counting();
    promised.resolve(Sequence.serve(mine));
    await settled();
    await story.run();
    await emptied;
    expect(sentBy(story, "alice")).toContain("resolve e0 to senderHosted 1");
    expect(sentBy(story, "bob")).toContain("release 1 × 1");
    expect(alice.connection.exports.size).toBe(0);
    await end();
  });

  test("a Resolve of a promise never heard of is received and dropped", async () => {
    const { story, alice, bob, end } = await acquainted();
    say(alice.connection, (message) => {
      const resolve = message.initResolve();
      resolve.promiseId = 77;
      resolve.initCap().senderHosted = 78;
    });
    story.settleAll();
    expect(alice.connection.closedBy).toBeNull();
    // The import it brought is given back at once.
    expect(bob.waiting).toEqual(["release 78 × 1"]);
    bob.receiveNext();
    // That was a Release of nothing, for Bob never sent it: his end of the link is over, as it must be.
    expect(bob.connection.closedBy).toMatchObject({ cause: { code: "release-of-unknown-export" } });
    void end;
  });

  test("a peer that does not implement Resolve gives back the capability in it, and calls still reach the promise", async () => {
    const { story, alice, friend, end } = await acquainted();
    const promised = pDefer<Sequence.Client>();
    const held = friend.hold({ cap: promised.promise });
    await story.run();
    await held;
    const mine = new Counting();
    promised.resolve(Sequence.serve(mine));
    await settled();
    expect(alice.connection.stats.exports).toBe(2);
    // Played for Bob: he echoes the Resolve instead of handling it.
    say(alice.connection, (message) => {
      const { cap } = echoed(message);
      cap.senderHosted = 1;
    });
    expect(alice.connection.stats.exports).toBe(1);
    expect(alice.connection.closedBy).toBeNull();
    expect(mine.disposed).toBe(0);
    void friend;
    void end;
  });
});

function echoed(message: Parameters<Parameters<typeof say>[1]>[0]) {
  const resolve = message.initUnimplemented().initResolve();
  resolve.promiseId = 0;
  return { cap: resolve.initCap() };
}
