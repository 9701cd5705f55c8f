/** What one peer may make us hold, and what we may make a peer hold (rpc/limits.ts; checklist 56, §2.6). */

import { describe, expect, test } from "vitest";
import { acquainted, outcome, say, sentBy } from "./acquainted.js";
import { Callee, CancellableFriend, Counting, Sequence, TestCallee, TestFriend } from "./friend.js";
import { Story } from "./pair.js";

describe("limits", () => {
  test("a call over the limit on questions fails here with kind overloaded, and there is room again when one ends", async () => {
    const { story, friend, end } = await acquainted({
      alice: { limits: { maxQuestions: 2 } },
      server: new CancellableFriend(),
    });
    const calls = [friend.never({ cap: null }), friend.never({ cap: null })] as const;
    const refused = friend.next({ expected: 0 });
    await expect(refused).rejects.toMatchObject({ kind: "overloaded" });
    await expect(friend.next({ expected: 0 })).rejects.toThrow(/maxQuestions/);
    calls[0][Symbol.dispose]();
    await story.run();
    const admitted = friend.next({ expected: 0 });
    await story.run();
    expect((await admitted).number).toBe(0);
    calls[1][Symbol.dispose]();
    await end();
  });

  test("calls of a peer over the limit on answers are refused with kind overloaded, those in progress go on", async () => {
    const { story, friend, end } = await acquainted({
      bob: { limits: { maxAnswers: 2 } },
      server: new CancellableFriend(),
    });
    const running = [friend.never({ cap: null }), friend.never({ cap: new Counting() })] as const;
    const refused = friend.never({ cap: new Counting() });
    const heard = outcome(refused);
    await story.run();
    expect(await heard).toMatch(/maxAnswers/);
    for (const call of running) call[Symbol.dispose]();
    await story.run();
    const admitted = friend.next({ expected: 0 });
    await story.run();
    expect((await admitted).number).toBe(0);
    await end();
  });

  test("a refused call is forgotten at once, so that refusing costs no memory", async () => {
    const { story, bob } = await acquainted({ bob: { limits: { maxAnswers: 1 } } });
    for (let id = 10; id < 60; id++) {
      say(bob.connection, (message) => {
        const call = message.initCall();
        call.questionId = id;
        call.methodId = 6;
        call.interfaceId = 0n;
        call.initTarget().initPromisedAnswer().questionId = 10;
      });
    }
    story.settleAll();
    expect(bob.connection.stats.answers).toBeLessThanOrEqual(1);
    expect(bob.connection.closedBy).toBeNull();
  });

  test("a call with a capability over the limit on exports fails alone and exports nothing", async () => {
    const { story, alice, friend, end } = await acquainted({ alice: { limits: { maxExports: 1 } } });
    const first = friend.hold({ cap: new Counting() });
    await story.run();
    await first;
    const refused = friend.hold({ cap: new Counting() });
    await expect(refused).rejects.toMatchObject({ kind: "overloaded" });
    expect(alice.connection.stats).toMatchObject({ exports: 1, questions: 0 });
    const emptied = friend.hold({ cap: null });
    await story.run();
    await emptied;
    await end();
  });

  test("a Return over the limit on exports becomes an exception, so that the table can empty itself", async () => {
    const server = new TestFriend();
    const { story, friend, end } = await acquainted({ server, bob: { limits: { maxExports: 1 } } });
    const heard = outcome(friend.make());
    await story.run();
    expect(await heard).toMatch(/maxExports/);
    expect(server.made[0]?.disposed).toBe(1);
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    await end();
  });

  test("a tail call refused by the limits of the vat that makes it fails its call once, and gives back its target", async () => {
    const callee = new TestCallee();
    using served = Callee.serve(callee);
    const { story, alice, friend, end } = await acquainted({ bob: { limits: { maxQuestions: 0 } } });
    using sequence = served.castAs(Sequence);
    const held = friend.hold({ cap: sequence });
    await story.run();
    await held;
    const heard = outcome(friend.tail({ callee: served, number: 1 }));
    await story.run();
    expect(await heard).toMatch(/maxQuestions/);
    // What else Bob holds of the target is not given back with it.
    expect(alice.connection.exports.size).toBe(1);
    const emptied = friend.hold({ cap: null });
    await story.run();
    await emptied;
    expect(alice.connection.exports.size).toBe(0);
    await end();
    expect(callee.calls).toBe(0);
  });

  test("a tail call refused by the vat it returns to fails the call it belongs to, and not the connection", async () => {
    using callee = Callee.serve(new TestCallee());
    const { story, alice, friend, end } = await acquainted({ alice: { limits: { maxAnswers: 0 } } });
    const heard = outcome(friend.tail({ callee, number: 1 }));
    await story.run();
    expect(await heard).toMatch(/maxAnswers/);
    expect(alice.connection.closedBy).toBeNull();
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    await end();
  });

  test("params larger than a peer accepts fail their call here, and the connection goes on", async () => {
    const { story, friend, end } = await acquainted({ alice: { limits: { maxOutgoingWords: 1000 } } });
    await expect(friend.fail({ reason: "x".repeat(10_000) })).rejects.toThrow(/maxOutgoingWords/);
    const alive = friend.next({ expected: 0 });
    await story.run();
    expect((await alive).number).toBe(0);
    expect(sentBy(story, "alice").filter((text) => text.startsWith("call"))).toHaveLength(1);
    await end();
  });

  test("results larger than a peer accepts become an exception, and what they held is given back", async () => {
    class Verbose extends TestCallee {
      override called(params: Callee.CalledParams): Callee.CalledResults.Init {
        return { ...super.called(params), text: "x".repeat(10_000) };
      }
    }
    const server = new Verbose();
    const story = new Story();
    using served = Callee.serve(server);
    const [alice] = story.link(
      { name: "alice" },
      { name: "bob", bootstrap: () => served.$hook.addRef(), limits: { maxOutgoingWords: 1000 } },
    );
    const callee = Callee.client(alice.connection.bootstrap());
    const heard = outcome(callee.called({ number: 1 }));
    await story.run();
    expect(await heard).toMatch(/maxOutgoingWords/);
    expect(server.sequence.disposed).toBe(1);
    const again = outcome(callee.called({ number: 2 }));
    await story.run();
    expect(await again).toMatch(/maxOutgoingWords/);
    callee[Symbol.dispose]();
    await story.finish();
  });
});
