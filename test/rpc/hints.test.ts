/** Hints of rpc.capnp: peers that always set them and peers that never do, in every combination, and what §2.6 asks of odd peers. */

import { describe, expect, test } from "vitest";
import type { Finish, Return } from "../../src/std/rpc.js";
import { Friend$GetHeldResults } from "../schemas/rpc-stories.capnp.js";
import { acquainted, outcome, say } from "./acquainted.js";
import { Counting, Friend, serveFriend, TestFriend } from "./friend.js";
import { EMPTY, Story, settled } from "./pair.js";

const BOTH = [false, true] as const;

/** Bob is ours and serves a friend; Alice is played by the test, and has bootstrapped under question 0 (export 0). */
async function served(server = new TestFriend()) {
  const story = new Story();
  using friend = serveFriend(server);
  const [alice, bob] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => friend.$hook.addRef() });
  say(bob.connection, (message) => {
    message.initBootstrap().questionId = 0;
  });
  story.settleAll();
  await settled();
  const hook = friend.$hook.addRef();
  const finish = (id: number, fill: (finish: Finish.Builder) => void = () => {}) =>
    say(bob.connection, (message) => {
      const finish = message.initFinish();
      finish.questionId = id;
      fill(finish);
    });
  return { story, alice, bob, server, finish, done: () => hook.release() };
}

describe("a caller that does and does not set hints", () => {
  for (const noPromisePipelining of BOTH) {
    for (const onlyPromisePipeline of BOTH) {
      for (const yourself of BOTH) {
        const name = [
          noPromisePipelining ? "noPromisePipelining" : "",
          onlyPromisePipeline ? "onlyPromisePipeline" : "",
          yourself ? "sendResultsTo.yourself" : "",
        ].filter((hint) => hint !== "");
        test(`is answered as it asked: ${name.join(", ") || "none"}`, async () => {
          const { story, alice, bob, server, finish, done } = await served();
          const before = alice.waiting.length;
          say(bob.connection, (message) => {
            const call = message.initCall();
            call.questionId = 5;
            call.interfaceId = Friend.id;
            call.methodId = 5; // make
            call.initTarget().importedCap = 0;
            call.noPromisePipelining = noPromisePipelining;
            call.onlyPromisePipeline = onlyPromisePipeline;
            if (yourself) call.sendResultsTo.yourself = null;
          });
          story.settleAll();
          await settled();
          // `yourself` wins over `onlyPromisePipeline` (rpc.capnp Call.onlyPromisePipeline).
          const expected = yourself
            ? ["return q5 resultsSentElsewhere"]
            : onlyPromisePipeline
              ? []
              : ["return q5 results caps [senderHosted 1, senderHosted 1, senderHosted 1]"];
          expect(alice.waiting.slice(before)).toEqual(expected);
          expect(server.made).toHaveLength(1);
          finish(5, (finish) => {
            finish.releaseResultCaps = true;
          });
          finish(0);
          story.settleAll();
          expect(bob.connection.closedBy).toBeNull();
          expect(server.made[0]?.disposed).toBe(1);
          expect(bob.connection.stats).toEqual(EMPTY);
          done();
        });
      }
    }
  }

  test("pipelining on a call that promised not to be pipelined on fails, and only that", async () => {
    const { story, alice, bob, done } = await served();
    say(bob.connection, (message) => {
      const call = message.initCall();
      call.questionId = 5;
      call.interfaceId = Friend.id;
      call.methodId = 6; // never
      call.initTarget().importedCap = 0;
      call.noPromisePipelining = true;
    });
    say(bob.connection, (message) => {
      const call = message.initCall();
      call.questionId = 6;
      call.initTarget().initPromisedAnswer().questionId = 5;
    });
    story.settleAll();
    expect(alice.waiting.at(-1)).toMatch(/^return q6 exception failed: .*noPromisePipelining/);
    expect(bob.connection.closedBy).toBeNull();
    done();
  });
});

describe("a callee that does and does not set hints", () => {
  for (const noFinishNeeded of BOTH) {
    for (const releaseParamCaps of BOTH) {
      for (const kind of ["results", "results with a capability", "exception"] as const) {
        const name = [noFinishNeeded ? "noFinishNeeded" : "", releaseParamCaps ? "releaseParamCaps" : ""].filter(
          (hint) => hint !== "",
        );
        test(`is finished and released as it said, with ${kind}: ${name.join(", ") || "none"}`, async () => {
          const { story, alice, bob, friend } = await acquainted();
          const mine = new Counting();
          const call = friend.echo({ cap: mine });
          const ended = outcome(call);
          story.settleAll();
          const before = bob.waiting.length;
          say(alice.connection, (message) => {
            const returned = message.initReturn();
            returned.answerId = 0;
            returned.noFinishNeeded = noFinishNeeded;
            returned.releaseParamCaps = releaseParamCaps;
            fill(returned, kind);
          });
          story.settleAll();
          await settled();
          expect(await ended).toMatch(kind === "exception" ? /as played/ : /fulfilled/);
          expect(bob.waiting.slice(before)).toEqual(noFinishNeeded ? [] : ["finish q0"]);
          // What the peer has taken back with the Return is gone; otherwise it has a Release to send yet.
          expect(alice.connection.stats).toMatchObject({ questions: 0, exports: releaseParamCaps ? 0 : 1 });
          call[Symbol.dispose]();
          story.settleAll();
          expect(bob.waiting.slice(before).includes("release 9 × 1")).toBe(kind === "results with a capability");
          if (!releaseParamCaps) {
            expect(mine.disposed).toBe(0);
            say(alice.connection, (message) => {
              const release = message.initRelease();
              release.id = 0;
              release.referenceCount = 1;
            });
          }
          story.settleAll();
          expect(mine.disposed).toBe(1);
          expect(alice.connection.closedBy).toBeNull();
          friend[Symbol.dispose]();
          expect(alice.connection.isIdle).toBe(true);
        });
      }
    }
  }

  test("one that does not know onlyPromisePipeline and returns all the same is not asked for it again", async () => {
    const { story, alice, bob, friend } = await acquainted();
    friend.make({}, { pipelineOnly: true });
    expect(bob.waiting.at(-1)).toContain("q2147483648");
    say(alice.connection, (message) => {
      const returned = message.initReturn();
      returned.answerId = 0x8000_0000;
      fill(returned, "results");
    });
    story.settleAll();
    expect(alice.connection.closedBy).toBeNull();
    expect(alice.connection.peerIgnoresPipelineOnly).toBe(true);
  });
});

describe("a Finish from an old peer and from a new one", () => {
  for (const requireEarlyCancellationWorkaround of BOTH) {
    test(`in one batch with its Call, workaround ${requireEarlyCancellationWorkaround ? "asked for" : "waived"}`, async () => {
      const { story, alice, bob, server, finish, done } = await served();
      say(bob.connection, (message) => {
        const call = message.initCall();
        call.questionId = 5;
        call.interfaceId = Friend.id;
        call.methodId = 5;
        call.initTarget().importedCap = 0;
      });
      finish(5, (finish) => {
        finish.requireEarlyCancellationWorkaround = requireEarlyCancellationWorkaround;
      });
      story.settleAll();
      await settled();
      // An old peer means the call to run; a new one has cancelled it before it was delivered.
      expect(server.made).toHaveLength(requireEarlyCancellationWorkaround ? 1 : 0);
      expect(alice.waiting.at(-1)).toBe("return q5 canceled");
      expect(bob.connection.stats.answers).toBe(1);
      done();
    });
  }
});

describe("params and results that lack parts", () => {
  test("null params and an empty cap table are a call with defaults", async () => {
    const { story, alice, bob, server, done } = await served();
    say(bob.connection, (message) => {
      const call = message.initCall();
      call.questionId = 5;
      call.interfaceId = Friend.id;
      call.methodId = 0; // echo of nothing
      call.initTarget().importedCap = 0;
      call.initParams().initCapTable(0);
    });
    story.settleAll();
    await settled();
    expect(alice.waiting.at(-1)).toBe("return q5 results no finish needed");
    expect(server.calls).toBe(0);
    done();
  });

  test("a capability pointer beyond the cap table is null, and a call on it fails alone", async () => {
    const { story, alice, friend } = await acquainted();
    const call = friend.getHeld();
    const pipelined = outcome(call.cap.next({ expected: 0 }));
    story.settleAll();
    say(alice.connection, (message) => {
      const returned = message.initReturn();
      returned.answerId = 0;
      const content = returned.initResults().content.init(Friend$GetHeldResults);
      const { view } = content.$segment;
      view.setUint32(content.$pointers, 3, true);
      view.setUint32(content.$pointers + 4, 17, true);
      returned.results.initCapTable(1).at(0)!.senderHosted = 9;
    });
    story.settleAll();
    expect(alice.connection.closedBy).toBeNull();
    using results = await call;
    expect(await outcome(results.cap.next({ expected: 0 }))).toContain("null capability");
    void pipelined;
  });

  test("a receiverHosted and a receiverAnswer that name nothing are broken capabilities, not the end", async () => {
    for (const which of ["receiverHosted", "receiverAnswer"] as const) {
      const { story, alice, friend } = await acquainted();
      const call = friend.getHeld();
      story.settleAll();
      say(alice.connection, (message) => {
        const returned = message.initReturn();
        returned.answerId = 0;
        fill(returned, "results with a capability");
        const descriptor = returned.results.capTable.at(0)!;
        if (which === "receiverHosted") descriptor.receiverHosted = 55;
        else descriptor.initReceiverAnswer().questionId = 55;
      });
      story.settleAll();
      expect(alice.connection.closedBy).toBeNull();
      using results = await call;
      expect(await outcome(results.cap.next({ expected: 0 }))).toMatch(/55/);
    }
  });
});

/** Fills a Return of a method that returns one capability in pointer 0: the peer's export 9. */
function fill(returned: Return.Builder, kind: "results" | "results with a capability" | "exception"): void {
  if (kind === "exception") {
    returned.initException().reason = "as played";
    return;
  }
  const results = returned.initResults();
  const content = results.content.init(Friend$GetHeldResults);
  if (kind === "results") return;
  content.$segment.view.setUint32(content.$pointers, 3, true);
  results.initCapTable(1).at(0)!.senderHosted = 9;
}
