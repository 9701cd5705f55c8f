/** The end of a connection, wanted or not, and when it is idle (checklist 23, 33, 34, 52; §2.6 "after local shutdown"). */

import { describe, expect, test } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { acquainted, outcome, say } from "./acquainted.js";
import { Counting, type TestFriend } from "./friend.js";
import { EMPTY, settled } from "./pair.js";

describe("ending a connection", () => {
  test("it is idle before anything was asked and after the last release, and not in between", async () => {
    const { story, alice, bob, friend } = await acquainted();
    expect([alice.connection.isIdle, bob.connection.isIdle]).toEqual([false, false]);
    friend[Symbol.dispose]();
    await story.run();
    expect([alice.connection.isIdle, bob.connection.isIdle]).toEqual([true, true]);
    const again = alice.connection.bootstrap();
    expect(alice.connection.isIdle).toBe(false);
    again.release();
    await story.run();
    expect([alice.connection.isIdle, bob.connection.isIdle]).toEqual([true, true]);
  });

  test("closing an idle one sends nothing and is no error, at either side", async () => {
    const closed: (RpcError | null)[] = [];
    const onClosed = (error: RpcError | null) => closed.push(error);
    const { story, alice, bob, friend } = await acquainted({ alice: { onClosed }, bob: { onClosed } });
    friend[Symbol.dispose]();
    await story.run();
    story.transcript.length = 0;
    alice.connection.disconnect(RpcError.disconnected("closed"), true);
    story.settleAll();
    expect(bob.waiting).toEqual([]);
    bob.connection.disconnect(RpcError.disconnected("end of stream"), true);
    story.settleAll();
    expect(alice.waiting).toEqual([]);
    expect(closed).toEqual([null, null]);
  });

  test("closing one in use tells the peer why, fails its calls and cancels what runs for it", async () => {
    const { story, alice, bob, friend, server } = await acquainted();
    const call = friend.never({ cap: new Counting() });
    const failed = outcome(call);
    const pipelined = outcome(call.cap.next({ expected: 0 }));
    await story.run();
    alice.connection.disconnect(RpcError.failed("enough"), true);
    await settled();
    expect(bob.waiting).toEqual(["abort: enough"]);
    expect(await failed).toContain("enough");
    expect(await pipelined).toContain("enough");
    bob.receiveNext();
    expect(bob.connection.closedBy).toMatchObject({ kind: "disconnected" });
    expect((server as TestFriend).cancelled).toBe(1);
    for (const { connection } of story.ends) expect(connection.stats).toEqual(EMPTY);
  });

  test("calls made afterwards fail with kind disconnected, pipelined ones too", async () => {
    const { alice, friend } = await acquainted();
    alice.connection.disconnect(RpcError.disconnected("gone"));
    const call = friend.make();
    const outcomes = [outcome(call), outcome(call.cap.next({ expected: 0 })), outcome(friend.next({ expected: 0 }))];
    await settled();
    for (const each of outcomes) expect(await each).toContain("gone");
    expect(alice.connection.stats).toEqual(EMPTY);
    const late = alice.connection.bootstrap();
    expect(late.isUnresolvedPromise).toBe(false);
    late.release();
    friend[Symbol.dispose]();
  });

  test("a message that arrives afterwards is not looked at, and nothing is sent any more", async () => {
    const { story, alice, bob } = await acquainted();
    alice.connection.disconnect(RpcError.disconnected("gone"));
    story.settleAll();
    const before = bob.waiting.length;
    say(alice.connection, (message) => {
      message.initBootstrap().questionId = 0;
    });
    say(alice.connection, (message) => {
      message.initReturn().answerId = 99;
    });
    story.settleAll();
    expect(bob.waiting).toHaveLength(before);
    expect(alice.connection.stats).toEqual(EMPTY);
  });

  test("a promise the peer had not resolved is broken, and one already given on says so to its next holder", async () => {
    const { story, alice, friend } = await acquainted();
    const promised = friend.promise();
    await story.run();
    using results = await promised;
    const waiting = outcome(results.cap.next({ expected: 0 }));
    alice.connection.disconnect(RpcError.disconnected("gone"));
    expect(await waiting).toContain("gone");
    expect(await outcome(results.cap.whenResolved())).toContain("gone");
    friend[Symbol.dispose]();
  });

  test("calls an embargo holds back fail when its echo can no longer come", async () => {
    const { story, alice, bob, friend } = await acquainted();
    const mine = new Counting();
    const echoed = friend.echo({ cap: mine });
    const early = outcome(echoed.cap.next({ expected: 0 }));
    bob.receiveNext();
    bob.receiveNext();
    alice.receive("return q0 results caps [receiverHosted 0]");
    const held = outcome(echoed.cap.next({ expected: 1 }));
    expect(alice.connection.stats.embargoes).toBe(1);
    alice.connection.disconnect(RpcError.disconnected("gone"));
    await settled();
    expect(await early).toContain("gone");
    expect(await held).toContain("gone");
    expect(mine.order).toEqual([]);
    echoed[Symbol.dispose]();
    friend[Symbol.dispose]();
    story.settleAll();
    await settled();
    expect(mine.disposed).toBe(1);
  });

  test("a Return for a question nobody asked is answered by one Abort, after which nothing follows", async () => {
    const { story, alice, bob } = await acquainted();
    say(bob.connection, (message) => {
      message.initReturn().answerId = 1234;
    });
    story.settleAll();
    expect(alice.waiting).toEqual([expect.stringMatching(/^abort: .*question 1234/)]);
  });
});
