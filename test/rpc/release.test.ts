/** References: who holds what of whom, and that all of it is given back (checklist 5, 6, 12–14, 31, 53, 66). */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { innermost } from "../../src/cap/hook.js";
import { acquainted, outcome, say, sentBy } from "./acquainted.js";
import { CancellableFriend, Counting, type Friend, Sequence, TestFriend } from "./friend.js";
import { EMPTY, settled } from "./pair.js";

describe("releasing", () => {
  test("a returned capability lives as long as its client or the results that hold it", async () => {
    const { story, friend, server, end } = await acquainted();
    const making = [friend.make(), friend.make()] as const;
    await story.run();
    const [first, second] = [await making[0], await making[1]];
    const { made } = server as TestFriend;
    const kept = first.cap.dup();
    first[Symbol.dispose]();
    await story.run();
    expect(made.map(({ disposed }) => disposed)).toEqual([0, 0]);
    kept[Symbol.dispose]();
    await story.run();
    expect(made.map(({ disposed }) => disposed)).toEqual([1, 0]);
    second[Symbol.dispose]();
    await story.run();
    expect(made.map(({ disposed }) => disposed)).toEqual([1, 1]);
    // C++'s "release capability", but for one Release with a count: three slots of a Return name one export.
    expect(sentBy(story, "alice").filter((text) => text.startsWith("release"))).toEqual([
      "release 1 × 3",
      "release 2 × 3",
    ]);
    await end();
  });

  test("capabilities in a Return that crosses the caller's Finish leak on neither side", async () => {
    const { story, alice, bob, friend, server, end } = await acquainted();
    const call = friend.make();
    bob.receive("call q0");
    expect(alice.waiting).toEqual(["return q0 results caps [senderHosted 1, senderHosted 1, senderHosted 1]"]);
    call[Symbol.dispose]();
    expect(bob.waiting).toEqual(["finish q0 release results"]);
    await story.run();
    // As C++: the Finish releases what came, no Release is sent.
    expect(sentBy(story, "alice")).toEqual(["call q0 on export 0 method 5", "finish q0 release results"]);
    expect((server as TestFriend).made[0]?.disposed).toBe(1);
    await end();
  });

  test("an object the peer held and gives back is the caller's own, and calling it makes no message", async () => {
    const { story, alice, friend, server, end } = await acquainted();
    const mine = new Counting();
    const held = friend.hold({ cap: mine });
    await story.run();
    await held;
    const calling = friend.callHeld({ expected: 0 });
    await story.run();
    expect((await calling).number).toBe(0);
    const getting = friend.getHeld();
    await story.run();
    using results = await getting;
    expect(story.transcript.at(-2)).toBe("bob → alice: return q0 results caps [receiverHosted 0]");
    story.transcript.length = 0;
    const direct = results.cap.next({ expected: 1 });
    await story.run();
    expect((await direct).number).toBe(1);
    expect(story.transcript).toEqual([]);
    expect(mine.disposed).toBe(0);
    (server as TestFriend).held?.[Symbol.dispose]();
    (server as TestFriend).held = null;
    await story.run();
    expect(story.transcript).toEqual(["bob → alice: release 0 × 1"]);
    results[Symbol.dispose]();
    await settled();
    expect(mine.disposed).toBe(1);
    expect(alice.connection.exports.size).toBe(0);
    await end();
  });

  test("cancelling a call releases the capabilities in its params", async () => {
    const { story, friend, end } = await acquainted({ server: new CancellableFriend() });
    const mine = new Counting();
    const call = friend.never({ cap: mine });
    await story.run();
    expect(mine.disposed).toBe(0);
    call[Symbol.dispose]();
    await story.run();
    // C++'s "cancel releases params".
    expect(story.transcript).toEqual([
      "alice → bob: call q0 on export 0 method 6 caps [senderHosted 0]",
      "alice → bob: finish q0 release results",
      "bob → alice: return q0 canceled",
      expect.stringMatching(/^bob → alice: release 0 × 1/),
    ]);
    expect(mine.disposed).toBe(1);
    await end();
  });

  test("one capability sent in two calls is one export with two references, given back in any portions", async () => {
    const { story, alice, bob, friend, end } = await acquainted({ server: new CancellableFriend() });
    const mine = new Counting();
    using served = Sequence.serve(mine);
    const calls = [friend.never({ cap: served }), friend.never({ cap: served })] as const;
    await story.run();
    expect(alice.connection.dump().filter(({ label }) => label.startsWith("e"))).toEqual([
      { label: "e0", state: "2 out", what: "Counting (Sequence)" },
    ]);
    // The other side can tell which method its callers wait for.
    const never = { state: "running → caller", what: expect.stringMatching(/^interface @0x[0-9a-f]+ method @\d+$/) };
    expect(bob.connection.dump().filter(({ label }) => label.startsWith("a"))).toMatchObject([never, never]);
    // A peer may release one of them at a time (C++ gives both back at once).
    say(alice.connection, (message) => {
      const release = message.initRelease();
      release.id = 0;
      release.referenceCount = 1;
    });
    expect(alice.connection.dump().filter(({ label }) => label.startsWith("e"))).toEqual([
      { label: "e0", state: "1 out", what: "Counting (Sequence)" },
    ]);
    expect(mine.disposed).toBe(0);
    // Bob doesn't know of that Release: leave him the reference he counts with.
    alice.connection.exports.add(innermost(served.$hook));
    for (const call of calls) call[Symbol.dispose]();
    served[Symbol.dispose]();
    await story.run();
    expect(sentBy(story, "bob").filter((text) => text.startsWith("release"))).toEqual(["release 0 × 2"]);
    expect(mine.disposed).toBe(1);
    await end();
  });

  test("what only the last message referred to is released without waiting for more traffic", async () => {
    const { story, friend, end } = await acquainted();
    const mine = new Counting();
    const call = friend.fail({ reason: "no" });
    const last = friend.echo({ cap: mine });
    const outcomes = [outcome(call), outcome(last)];
    await story.run();
    await Promise.all(outcomes);
    last[Symbol.dispose]();
    await story.run();
    expect(mine.disposed).toBe(1);
    await end();
  });

  test("an object whose last reference goes while a call on it runs is disposed when the call ends", async () => {
    const gate = pDefer<void>();
    class Maker extends TestFriend {
      override async callHeld({ expected }: Friend.CallHeldParams): Promise<Friend.CallHeldResults.Init> {
        await gate.promise;
        return { number: expected };
      }
    }
    const server = new Maker();
    const { story, friend, end } = await acquainted({ server });
    const call = friend.callHeld({ expected: 7 });
    await story.run();
    friend[Symbol.dispose]();
    await story.run();
    expect(server.disposed).toBe(0);
    gate.resolve();
    await settled();
    await story.run();
    expect((await call).number).toBe(7);
    await end();
    expect(server.disposed).toBe(1);
  });

  test("a call refused for its size gives back the exports it had taken, and the next export has their id", async () => {
    const { story, alice, friend, end } = await acquainted({ alice: { limits: { maxOutgoingWords: 40 } } });
    const mine = new Counting();
    using served = Sequence.serve(mine);
    const before = alice.connection.stats;
    // The text is in the params of fail; hold carries the capability. Both in one message: a capability beside many words.
    const request = friend.$hook.newCall(0n, 0, {});
    request.params.setCapability(served.$hook.addRef());
    let error = "";
    const big = friend.$hook.newCall(0n, 0, {});
    big.params.setAny(request.params);
    for (let words = 0; words < 50; words++) big.params.segment.message.capTable.add(served.$hook.addRef());
    big.send({ returned: (results) => results.release(), failed: (failure) => (error = failure.message) }).release();
    expect(error).toMatch(/maxOutgoingWords/);
    request.abandon();
    expect(alice.connection.stats).toEqual(before);
    const held = friend.hold({ cap: served });
    await story.run();
    await held;
    expect(story.transcript.at(0)).toBe(
      "alice → bob: call q0 on export 0 method 2 caps [senderHosted 0] no pipelining",
    );
    const emptied = friend.hold({ cap: null });
    await story.run();
    await emptied;
    served[Symbol.dispose]();
    await end();
    expect(alice.connection.stats).toEqual(EMPTY);
  });
});
