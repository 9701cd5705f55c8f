/** Descriptors, paths and object names as an older, newer or odder peer may write them. */

import { describe, expect, test } from "vitest";
import type { Observer } from "../../src/rpc/observe.js";
import { Friend$GetHeldResults } from "../schemas/rpc-stories.capnp.js";
import { acquainted, outcome, say } from "./acquainted.js";
import { Counting, Friend, serveFriend, TestFriend } from "./friend.js";
import { Story, settled } from "./pair.js";

/** Bob serves a friend; Alice is played. */
async function served() {
  const story = new Story();
  const friend = serveFriend(new TestFriend());
  const [alice, bob] = story.link({ name: "alice" }, { name: "bob", bootstrap: () => friend.$hook.addRef() });
  return { story, alice, bob, done: () => friend[Symbol.dispose]() };
}

describe("what a peer names", () => {
  test("a Bootstrap that asks for an object by name is refused as unimplemented", async () => {
    const { story, alice, bob, done } = await served();
    say(bob.connection, (message) => {
      const bootstrap = message.initBootstrap();
      bootstrap.questionId = 0;
      bootstrap.deprecatedObjectId.init(Friend$GetHeldResults);
    });
    story.settleAll();
    expect(alice.waiting).toEqual([expect.stringMatching(/^return q0 exception unimplemented: /)]);
    expect(bob.connection.closedBy).toBeNull();
    done();
  });

  test("a path with noops is the path without them", async () => {
    const { story, alice, bob, done } = await served();
    say(bob.connection, (message) => {
      message.initBootstrap().questionId = 0;
    });
    say(bob.connection, (message) => {
      const call = message.initCall();
      call.questionId = 1;
      call.interfaceId = Friend.id;
      call.methodId = 5; // make
      call.initTarget().initPromisedAnswer().questionId = 0;
    });
    say(bob.connection, (message) => {
      const call = message.initCall();
      call.questionId = 2;
      call.interfaceId = 0xdeadn;
      const answer = call.initTarget().initPromisedAnswer();
      answer.questionId = 1;
      const transform = answer.initTransform(3);
      transform.at(0)!.noop = null;
      transform.at(1)!.getPointerField = 0;
      transform.at(2)!.noop = null;
    });
    story.settleAll();
    await settled();
    // It arrived at the object made: that is what does not know the interface.
    expect(alice.waiting.at(-1)).toMatch(/^return q2 exception unimplemented: .*Counting/);
    done();
  });

  test("a path into a bootstrap capability, which is no struct, is a broken capability", async () => {
    const { story, alice, bob, done } = await served();
    say(bob.connection, (message) => {
      message.initBootstrap().questionId = 0;
    });
    say(bob.connection, (message) => {
      const call = message.initCall();
      call.questionId = 1;
      const answer = call.initTarget().initPromisedAnswer();
      answer.questionId = 0;
      answer.initTransform(1).at(0)!.getPointerField = 0;
    });
    story.settleAll();
    expect(alice.waiting.at(-1)).toMatch(/^return q1 exception failed: /);
    expect(bob.connection.closedBy).toBeNull();
    done();
  });

  test("a file descriptor said to come with a capability is ignored where none came, and ours say that none does", async () => {
    const sent: number[] = [];
    const observer: Observer = {
      message(direction, message) {
        if (direction === "outgoing" && message.which === "call")
          for (const descriptor of message.call.params.capTable) sent.push(descriptor.attachedFd);
      },
    };
    const { story, alice, bob, friend } = await acquainted({ alice: { observer } });
    const call = friend.getHeld();
    story.settleAll();
    say(alice.connection, (message) => {
      const returned = message.initReturn();
      returned.answerId = 0;
      const results = returned.initResults();
      const content = results.content.init(Friend$GetHeldResults);
      content.$segment.view.setUint32(content.$pointers, 3, true);
      const descriptor = results.initCapTable(1).at(0)!;
      descriptor.senderHosted = 9;
      descriptor.attachedFd = 0;
    });
    story.settleAll();
    const results = await call;
    const calls = [outcome(results.cap.next({ expected: 0 })), outcome(friend.hold({ cap: new Counting() }))];
    story.settleAll();
    expect(bob.waiting.filter((text) => text.startsWith("call")).at(-2)).toMatch(/^call q\d on export 9 method 0/);
    expect(sent).toEqual([0xff]);
    results[Symbol.dispose]();
    alice.connection.disconnect();
    await Promise.all(calls);
    friend[Symbol.dispose]();
  });

  test("an object hosted by a third party is reached through its vine, and the vine is released", async () => {
    const { story, alice, bob, friend } = await acquainted();
    const call = friend.getHeld();
    story.settleAll();
    say(alice.connection, (message) => {
      const returned = message.initReturn();
      returned.answerId = 0;
      const results = returned.initResults();
      const content = results.content.init(Friend$GetHeldResults);
      content.$segment.view.setUint32(content.$pointers, 3, true);
      results.initCapTable(1).at(0)!.initThirdPartyHosted().vineId = 9;
    });
    story.settleAll();
    const results = await call;
    const next = outcome(results.cap.next({ expected: 0 }));
    story.settleAll();
    expect(bob.waiting.at(-1)).toMatch(/^call q\d on export 9 method 0/);
    results[Symbol.dispose]();
    story.settleAll();
    expect(bob.waiting.at(-1)).toBe("release 9 × 1");
    alice.connection.disconnect();
    await next;
    friend[Symbol.dispose]();
  });
});
