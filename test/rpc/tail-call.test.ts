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
});
