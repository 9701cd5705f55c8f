/** Calls on what is not there yet (checklist 1–4, 63). Message sequences follow the golden traces of the C++ tests of the same topics. */

import { describe, expect, test } from "vitest";
import { NO_HINTS } from "../../src/cap/hook.js";
import { QueuedHook } from "../../src/cap/queued.js";
import { acquainted, outcome, sentBy } from "./acquainted.js";
import { Counting, type Friend, Sequence, TestFriend } from "./friend.js";
import { settled } from "./pair.js";

describe("pipelining", () => {
  test("three calls on a bootstrap nobody waited for: two succeed, the one its object lacks is unimplemented", async () => {
    class Lacking extends TestFriend {
      override getNull = undefined as never;
    }
    const { story, friend, server, end } = await acquainted({ server: new Lacking(), met: false });
    const calls = [friend.next({ expected: 0 }), friend.getNull(), friend.next({ expected: 1 })] as const;
    const outcomes = calls.map(outcome);
    expect((server as TestFriend).calls).toBe(0);
    await story.run();
    expect(await outcomes[0]).toBe("fulfilled");
    expect(await outcomes[1]).toMatch(/getNull.*not implemented/);
    expect(await outcomes[2]).toBe("fulfilled");
    // As C++'s "basics", except that our Returns without capabilities need no Finish and so are the last of their calls.
    expect(sentBy(story, "alice")).toEqual([
      "bootstrap q0",
      "call q1 on q0 method 0 no pipelining",
      "call q2 on q0 method 1",
      "call q3 on q0 method 0 no pipelining",
      "finish q0",
      "finish q2",
    ]);
    expect(sentBy(story, "bob")).toEqual([
      "return q0 results caps [senderHosted 0]",
      "return q1 results no finish needed",
      "return q2 exception unimplemented: Friend.getNull is not implemented by Lacking (Friend)",
      "return q3 results no finish needed",
    ]);
    await end();
  });

  test("calls on a path through structs of future results arrive, also when the results themselves are dropped", async () => {
    const { story, friend, server, end } = await acquainted();
    const made = friend.make();
    using deep = made.inner.deeper.cap.dup();
    const calls = [deep.next({ expected: 0 }), deep.next({ expected: 1 })];
    made[Symbol.dispose]();
    await story.run();
    expect((await Promise.all(calls)).map(({ number }) => number)).toEqual([0, 1]);
    // C++'s "pipelining": the calls name the path, and the Finish releases the results although pipelined calls go on.
    expect(story.transcript.filter((text) => text.includes("alice → bob")).slice(0, 3)).toEqual([
      "alice → bob: call q0 on export 0 method 5",
      "alice → bob: call q1 on q0.1.1.0 method 0 no pipelining",
      "alice → bob: call q2 on q0.1.1.0 method 0 no pipelining",
    ]);
    deep[Symbol.dispose]();
    await end();
    expect((server as TestFriend).made[0]?.disposed).toBe(1);
  });

  test("a call for its pipeline only has an id without Return, and gets none", async () => {
    const { story, friend, end } = await acquainted();
    const made = friend.make({}, { pipelineOnly: true });
    const call = made.cap.next({ expected: 0 });
    await story.run();
    expect((await call).number).toBe(0);
    made[Symbol.dispose]();
    await story.run();
    // C++'s "sendForPipeline()". Its Finish says releaseResultCaps = false, ours true: no Return came that could have brought any.
    expect(story.transcript).toEqual([
      "alice → bob: call q2147483648 on export 0 method 5 pipeline only",
      "alice → bob: call q0 on q2147483648.0 method 0 no pipelining",
      "bob → alice: return q0 results no finish needed",
      "alice → bob: finish q2147483648 release results",
    ]);
    await end();
  });

  test("a pipeline set before the method returns serves calls although it never does", async () => {
    const object = new Counting();
    class Early extends TestFriend {
      override never(_params: Friend.NeverParams, context: Parameters<Friend.Server["never"]>[1]) {
        context.setPipeline({ cap: object });
        return new Promise<Friend.NeverResults.Init>(() => {});
      }
    }
    const { story, friend, end } = await acquainted({ server: new Early() });
    const call = friend.never({ cap: null });
    const pipelined = [call.cap.next({ expected: 0 }), call.cap.next({ expected: 1 })];
    await story.run();
    expect((await Promise.all(pipelined)).map(({ number }) => number)).toEqual([0, 1]);
    // C++'s "context.setPipeline": the outer call is finished by its caller, never returned.
    call[Symbol.dispose]();
    await story.run();
    expect(story.transcript.slice(-2)).toEqual([
      "alice → bob: finish q0 release results",
      "bob → alice: return q0 canceled",
    ]);
    friend[Symbol.dispose]();
    await story.run();
    // The method that never returns keeps its object, as the application wanted; only the connection is done with it.
    expect(story.ends.map(({ connection }) => connection.isIdle)).toEqual([true, true]);
    void end;
  });

  test("a request begun before its promise resolved and sent afterwards keeps its place, and goes where the promise went", async () => {
    const { story, friend, end } = await acquainted();
    const promise = new QueuedHook();
    const before = Sequence.client(promise.addRef());
    const early = before.next({ expected: 0 });
    const request = promise.newCall(Sequence.id, 0, NO_HINTS);
    promise.resolve(friend.$hook.addRef());
    promise.release();
    const sent = request.send(null);
    const late = before.next({ expected: 2 });
    await story.run();
    expect((await Promise.all([early, late])).map(({ number }) => number)).toEqual([0, 2]);
    expect(story.transcript.filter((text) => text.includes("call q")).every((text) => text.includes("export 0"))).toBe(
      true,
    );
    sent.release();
    before[Symbol.dispose]();
    await end();
  });

  test("a capability that resolves to another between starting a request on it and sending it is followed", async () => {
    const { story, alice, bob, friend, end } = await acquainted();
    const made = friend.make();
    const promised = made.cap.$hook;
    const request = promised.newCall(Sequence.id, 0, NO_HINTS);
    await story.run();
    expect(promised.isUnresolvedPromise).toBe(false);
    request.send(null).release();
    // Not on the question, which may have been finished by now.
    expect(bob.waiting.at(0)).toBe("call q0 on export 1 method 0");
    made[Symbol.dispose]();
    await settled();
    expect(alice.connection.stats.questions).toBe(1);
    await end();
  });

  test("a path that leads through no struct is null, and only calls on it fail", async () => {
    const { story, bob, friend, end } = await acquainted();
    const nothing = friend.getNull();
    const failing = outcome(nothing.cap.next({ expected: 0 }));
    const alive = outcome(friend.next({ expected: 0 }));
    await story.run();
    expect(await failing).toMatch(/null capability|not in progress/);
    expect(await alive).toBe("fulfilled");
    expect(bob.connection.closedBy).toBeNull();
    nothing[Symbol.dispose]();
    await end();
  });
});
