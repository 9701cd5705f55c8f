/** What one peer may make us hold, and what we may make a peer hold (rpc/limits.ts; checklist 56, §2.6). */

import { describe, expect, test } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import type { AnswerId } from "../../src/rpc/ids.js";
import { Refusals } from "../../src/rpc/refusals.js";
import { acquainted, outcome, say, sentBy } from "./acquainted.js";
import { Callee, CancellableFriend, Counting, Friend, Sequence, TestCallee, TestFriend } from "./friend.js";
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

  test("calls for their pipeline only and bootstraps are questions like any others", async () => {
    const { story, alice, friend, end } = await acquainted({ alice: { limits: { maxQuestions: 2 } } });
    const pipelines = [friend.make({}, { pipelineOnly: true })];
    pipelines.push(friend.make({}, { pipelineOnly: true }));
    expect(alice.connection.stats.questions).toBe(2);
    await expect(friend.next({ expected: 0 })).rejects.toMatchObject({ kind: "overloaded" });
    const refused = friend.make({}, { pipelineOnly: true });
    await expect(refused.cap.next({ expected: 0 })).rejects.toThrow(/maxQuestions/);
    const bootstrap = Friend.client(alice.connection.bootstrap());
    await expect(bootstrap.next({ expected: 0 })).rejects.toThrow(/maxQuestions/);
    for (const each of [...pipelines, refused, bootstrap]) each[Symbol.dispose]();
    await story.run();
    const admitted = friend.next({ expected: 0 });
    await story.run();
    expect((await admitted).number).toBe(0);
    await end();
  });

  test("of one peer are no limits of another", async () => {
    const server = new CancellableFriend();
    const shared = Friend.serve(server);
    const story = new Story();
    const limits = { maxAnswers: 1, maxCallBytes: 4096, maxExports: 2 };
    const bob = { name: "bob", limits, bootstrap: () => shared.$hook.addRef() };
    const friends = ["alice", "carol"].map((name) => {
      const [end] = story.link({ name }, bob);
      return Friend.client(end.connection.bootstrap());
    });
    const [alices, carols] = friends as [Friend.Client, Friend.Client];
    await story.run();
    const held = alices.never({});
    held.then(undefined, () => {});
    const refused = outcome(alices.next({ expected: 0 }));
    await story.run();
    expect(await refused).toMatch(/maxAnswers/);
    const served = carols.next({ expected: 0 });
    await story.run();
    expect((await served).number).toBe(0);
    held[Symbol.dispose]();
    for (const friend of friends) friend[Symbol.dispose]();
    shared[Symbol.dispose]();
    await story.finish();
  });

  test("never hold back a Return: calls answered while every table is full come through, and empty the tables", async () => {
    const limits = { maxQuestions: 2, maxAnswers: 2, maxExports: 2 };
    const server = new CancellableFriend();
    const { story, alice, bob, friend, end } = await acquainted({ server, alice: { limits }, bob: { limits } });
    const mine = [new Counting(), new Counting()] as const;
    const held = mine.map((cap) => friend.never({ cap }));
    const heard = held.map((call) => outcome(call));
    await story.run();
    expect(alice.connection.stats).toMatchObject({ questions: 2, exports: 2 });
    expect(bob.connection.stats).toMatchObject({ answers: 2, imports: 2 });
    expect(await outcome(friend.next({ expected: 0 }))).toMatch(/maxQuestions/);
    // Full on both sides; what ends it are Finishes, Returns and Releases.
    for (const call of held) call[Symbol.dispose]();
    await story.run();
    await Promise.all(heard);
    expect(alice.connection.stats.questions).toBe(0);
    expect(bob.connection.stats.answers).toBe(0);
    const admitted = friend.next({ expected: 0 });
    await story.run();
    expect((await admitted).number).toBe(0);
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

  test("a call pipelined on a refused one fails in the same words, although there is room for it", async () => {
    const { story, friend, end } = await acquainted({
      bob: { limits: { maxAnswers: 1 } },
      server: new CancellableFriend(),
    });
    const running = friend.never({ cap: null });
    const refused = friend.make();
    running[Symbol.dispose]();
    const pipelined = outcome(refused.cap.next({ expected: 0 }));
    await story.run();
    expect(await outcome(refused)).toMatch(/maxAnswers/);
    expect(await pipelined).toMatch(/more than 1 calls of one peer in progress \(limit maxAnswers\)/);
    const admitted = friend.next({ expected: 0 });
    await story.run();
    expect((await admitted).number).toBe(0);
    await end();
  });

  test("what refused calls failed with is forgotten after a while, and when their id means another call", () => {
    const refusals = new Refusals();
    const error = RpcError.overloaded("too many");
    for (let id = 0; id < 1000; id++) refusals.add(id as AnswerId, error);
    const kept = Array.from({ length: 1000 }, (_, id) => refusals.get(id as AnswerId)).filter(Boolean).length;
    expect(kept).toBe(256);
    expect(refusals.get(999 as AnswerId)).toBe(error);
    refusals.forget(999 as AnswerId);
    expect(refusals.get(999 as AnswerId)).toBeUndefined();
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

  test("an error too long for the peer is cut short, its details and trace too, and the connection goes on", async () => {
    class Verbose extends TestFriend {
      override fail(): never {
        const details = [8, 100_000, 16].map((length, id) => ({ id: BigInt(id), data: new Uint8Array(length) }));
        throw RpcError.failed(`begins; ${"é".repeat(10_000_000)}`, { details });
      }
    }
    const { story, bob, friend, end } = await acquainted({
      server: new Verbose(),
      bob: { limits: { maxOutgoingWords: 4096 }, encodeTrace: () => "at ".repeat(10_000_000) },
    });
    const failed = friend.fail({}).then(
      () => null,
      (error: unknown) => error as RpcError,
    );
    await story.run();
    const error = (await failed) as RpcError;
    expect(error.reason).toMatch(/^begins; é+…$/);
    expect(error.reason.length).toBeLessThan(12_000);
    expect(error.details.map(({ data }) => data.length)).not.toContain(100_000);
    expect(bob.connection.closedBy).toBeNull();
    const next = friend.next({ expected: 0 });
    await story.run();
    expect((await next).number).toBe(0);
    await end();
  });

  test("an error of ordinary length travels whole, with what came with it", async () => {
    const reason = "é".repeat(60_000);
    class Verbose extends TestFriend {
      override fail(): never {
        throw RpcError.failed(reason, { details: [{ id: 7n, data: new Uint8Array(1_000_000) }] });
      }
    }
    const { story, friend, end } = await acquainted({ server: new Verbose(), bob: { encodeTrace: () => "a trace" } });
    const failed = friend.fail({}).then(
      () => null,
      (error: unknown) => error as RpcError,
    );
    await story.run();
    expect(await failed).toMatchObject({ reason, remoteTrace: "a trace", details: [{ id: 7n }] });
    await end();
  });
});
