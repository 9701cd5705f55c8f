/** Tail calls: results that go straight to whoever asked first (checklist 7–9). */

import { describe, expect, test } from "vitest";
import { Callee, Friend, serveFriend, TestCallee, TestFriend } from "./friend.js";
import { pair, settled } from "./pair.js";

/** Alice asks Bob's friend, whose tail calls go back to Alice's callee. */
async function acquainted() {
  const server = new TestFriend();
  using bootstrap = serveFriend(server);
  const bobHook = bootstrap.$hook.addRef();
  const { story, alice, bob } = pair({ bob: bobHook });
  const friend = Friend.client(alice.connection.bootstrap());
  await story.run();
  story.transcript.length = 0;
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

describe("tail call", () => {
  test("the results of a call tail-called back to its caller never travel", async () => {
    const { story, alice, bob, friend, end } = await acquainted();
    const callee = new TestCallee();
    const call = friend.tail({ callee, number: 456 });
    const { cap } = call;
    const first = cap.next({ expected: 0 });
    bob.receive("call q0 on export 0 method 8 caps [senderHosted 0]");
    bob.receive("call q1 on q0.1 method 0");
    // Bob's tail call, his Return that points to it, and the pipelined call on the same way.
    alice.receive("call q0 on export 0 method 0 to yourself");
    await settled();
    alice.receive("return q0 take from q0");
    alice.receive("release 0 × 1");
    alice.receive("call q1 on q0.1 method 0");
    await story.run();
    const second = cap.next({ expected: 1 });
    await story.run();
    using results = await call;
    const third = results.cap.next({ expected: 2 });
    await story.run();
    expect(results.number).toBe(456);
    expect(results.text).toBe("callee");
    expect((await Promise.all([first, second, third])).map(({ number }) => number)).toEqual([0, 1, 2]);
    expect(callee.calls).toBe(1);
    expect(story.transcript.some((text) => text.includes("return q0 resultsSentElsewhere"))).toBe(true);
    results[Symbol.dispose]();
    await end();
  });

  test("a tail call to an object of the same vat looks like an ordinary call", async () => {
    const { story, friend, end } = await acquainted();
    const remote = friend.promise();
    await story.run();
    using gone = await remote;
    gone[Symbol.dispose]();
    const callee = Callee.serve(new TestCallee());
    const server = new TestFriend();
    using local = serveFriend(server);
    const call = local.tail({ callee, number: 7 });
    await settled();
    using results = await call;
    expect(results.number).toBe(7);
    callee[Symbol.dispose]();
    results[Symbol.dispose]();
    await end();
  });

  test("cancelling the outer call cancels the callee", async () => {
    const { story, friend, end } = await acquainted();
    const callee = new TestCallee();
    const abort = new AbortController();
    const call = friend.neverTail({ callee }, { signal: abort.signal });
    const outcome = Promise.allSettled([call]);
    await story.run();
    expect(callee.calls).toBe(1);
    abort.abort();
    await story.run();
    expect(callee.cancelled).toBe(1);
    expect((await outcome)[0]?.status).toBe("rejected");
    await end();
  });

  test("cancelling while the tail call is on its way cancels the callee too", async () => {
    const { story, alice, bob, friend, end } = await acquainted();
    const callee = new TestCallee();
    const abort = new AbortController();
    const outcome = Promise.allSettled([friend.neverTail({ callee }, { signal: abort.signal })]);
    bob.receive("call q0");
    // The tail call waits at Alice's door when she cancels the call it belongs to.
    expect(alice.waiting[0]).toMatch(/^call q0 on export 0 method 1 .*to yourself$/);
    abort.abort();
    expect(bob.waiting.at(-1)).toBe("finish q0 release results");
    await story.run();
    expect(callee.calls - callee.cancelled).toBe(0);
    expect((await outcome)[0]?.status).toBe("rejected");
    await end();
  });

  for (const when of ["as it is made", "when it was made before"]) {
    test(`a call tail-called ${when}, for calls pipelined on one already cancelled, ends with them`, async () => {
      const { story, bob, friend, server, end } = await acquainted();
      const made = friend.promise();
      await story.run();
      if (when === "when it was made before")
        server.neverTail = ({ callee }, context) => context.tailCall(callee.never({}));
      // The call waits for a promise of Bob's. It is cancelled, but what it would return is called.
      const promised = made.cap.castAs(Friend);
      const callee = new TestCallee();
      const call = promised.neverTail({ callee });
      const pipelined = call.cap.next({ expected: 0 });
      const outcomes = Promise.allSettled([call, pipelined]);
      call[Symbol.dispose]();
      await story.run();
      expect(story.transcript).toContain("bob → alice: return q0 canceled");
      using itself = serveFriend(server);
      server.promises[0]?.resolve(itself);
      await story.run();
      expect([callee.calls, callee.cancelled]).toEqual([1, 0]);
      pipelined[Symbol.dispose]();
      await story.run();
      expect([callee.calls, callee.cancelled]).toEqual([1, 1]);
      expect(bob.connection.stats.questions).toBe(0);
      await outcomes;
      for (const each of [made, promised]) each[Symbol.dispose]();
      await end();
    });
  }
});
