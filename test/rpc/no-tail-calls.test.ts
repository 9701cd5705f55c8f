/** Peers without rpc.capnp Call.sendResultsTo.yourself, such as go-capnp: they are known as such, or refuse the first tail call. */

import { describe, expect, test } from "vitest";
import type { CapDescriptor } from "../../src/std/rpc.js";
import { Friend$TailParams, type Sequence } from "../schemas/rpc-stories.capnp.js";
import { say } from "./acquainted.js";
import { Friend, serveFriend, TestCallee, TestFriend } from "./friend.js";
import { EMPTY, type End, pair, Story, settled } from "./pair.js";

describe("a peer that is known to have no tail calls", () => {
  test("gets the results of a call to itself through us, and they keep their order", async () => {
    using bootstrap = serveFriend(new TestFriend());
    const story = new Story();
    const [alice] = story.link(
      { name: "alice" },
      { name: "bob", tailCalls: false, bootstrap: () => bootstrap.$hook.addRef() },
    );
    const friend = Friend.client(alice.connection.bootstrap());
    const callee = new TestCallee();
    const call = friend.tail({ callee, number: 456 });
    const numbers = [0, 1].map((expected) => call.cap.next({ expected }));
    await story.run();
    using results = await call;
    expect(results).toMatchObject({ number: 456, text: "callee" });
    numbers.push(...[2, 3].map((expected) => results.cap.next({ expected })));
    await story.run();
    expect((await Promise.all(numbers)).map(({ number }) => number)).toEqual([0, 1, 2, 3]);
    expect(callee.sequence.order).toEqual([0, 1, 2, 3]);
    expect(story.transcript.filter((text) => /yourself|take from/.test(text))).toEqual([]);
    results[Symbol.dispose]();
    friend[Symbol.dispose]();
    await story.finish();
  });

  test("is told when a call to itself is cancelled", async () => {
    using bootstrap = serveFriend(new TestFriend());
    const story = new Story();
    const [alice] = story.link(
      { name: "alice" },
      { name: "bob", tailCalls: false, bootstrap: () => bootstrap.$hook.addRef() },
    );
    const friend = Friend.client(alice.connection.bootstrap());
    const callee = new TestCallee();
    const abort = new AbortController();
    const outcome = Promise.allSettled([friend.neverTail({ callee }, { signal: abort.signal })]);
    await story.run();
    expect(callee.calls).toBe(1);
    abort.abort();
    await story.run();
    expect(callee.cancelled).toBe(1);
    expect((await outcome)[0]?.status).toBe("rejected");
    friend[Symbol.dispose]();
    await story.finish();
  });
});

describe("a peer that refuses a tail call", () => {
  test("loses that call but not the connection, and is not asked for another", async () => {
    const { alice, bob, end } = await refuser();
    await askForTail(bob, 1);
    expect(alice.waiting.slice(-3)).toEqual([
      "call q0 on export 5 method 0 to yourself",
      "return q1 take from q0",
      "release 5 × 1",
    ]);
    refuse(bob, 0);
    expect(bob.connection.closedBy).toBeNull();
    expect(bob.connection.stats.questions).toBe(0);
    finish(bob, 1);

    await askForTail(bob, 2);
    expect(alice.waiting.slice(-2)).toEqual(["call q0 on export 5 method 0", "release 5 × 1"]);
    say(bob.connection, (message) => {
      message.initReturn().initException().reason = "no such thing";
    });
    await settled();
    expect(alice.waiting).toContain("return q2 exception failed: no such thing");
    finish(bob, 2);
    await end();
  });

  test("has taken nothing that came with it", async () => {
    const { alice, bob, server, end } = await refuser();
    // A promise of Bob's becomes Alice's object 5.
    ask(bob, 1, 0, 2, { senderHosted: 5 });
    ask(bob, 2, 0, 10);
    await settled();
    expect(alice.waiting.at(-1)).toBe("return q2 results caps [senderPromise 1]");
    server.promises[0]?.resolve(server.held as Sequence.Client);
    await settled();
    expect(alice.waiting.at(-1)).toBe("resolve e1 to receiverHosted 5");
    // She calls it, and gives it Bob's friend along.
    ask(bob, 3, 1, 2, { receiverHosted: 0 });
    await settled();
    expect(alice.waiting.slice(-2)).toEqual([
      "call q0 on export 5 method 2 caps [senderHosted 0] to yourself",
      "return q3 take from q0",
    ]);
    expect(bob.connection.dump()).toContainEqual(expect.objectContaining({ label: "e0", state: "2 out" }));
    refuse(bob, 0);
    expect(bob.connection.dump()).toContainEqual(expect.objectContaining({ label: "e0", state: "1 out" }));
    for (const id of [2, 3]) finish(bob, id);
    release(bob, 1);
    server.held?.[Symbol.dispose]();
    await end();
  });

  test("may do so when the call has been cancelled", async () => {
    const { alice, bob, end } = await refuser();
    await askForTail(bob, 1);
    finish(bob, 1);
    expect(alice.waiting.at(-1)).toBe("finish q0 release results");
    refuse(bob, 0);
    expect(bob.connection.closedBy).toBeNull();
    await end();
  });

  test.each([
    ["a question that does not exist", 7, true],
    ["a call that asked for nothing of the kind", 0, false],
  ])("breaks the protocol when it means %s", async (_, questionId, yourself) => {
    const { bob } = await refuser();
    await askForTail(bob, 1);
    refuse(bob, questionId, yourself);
    expect(bob.connection.closedBy?.message).toContain("does not implement call");
    expect(bob.connection.stats).toEqual(EMPTY);
  });
});

/** Bob, whose friend (export 0) tail-calls what it is given. Alice is played by the story. */
async function refuser() {
  const server = new TestFriend();
  const friend = serveFriend(server);
  const { alice, bob } = pair({ bob: friend.$hook });
  say(bob.connection, (message) => {
    message.initBootstrap().questionId = 0;
  });
  finish(bob, 0);
  return {
    alice,
    bob,
    server,
    end: async () => {
      release(bob, 0);
      await settled();
      expect(bob.connection.stats).toEqual(EMPTY);
      friend[Symbol.dispose]();
    },
  };
}

/** Alice calls an export of Bob's, with a capability as the only parameter or none. */
function ask(bob: End, questionId: number, exported: number, methodId: number, capability?: CapDescriptor.Init): void {
  say(bob.connection, (message) => {
    const call = message.initCall();
    call.questionId = questionId;
    call.interfaceId = Friend.id;
    call.methodId = methodId;
    call.initTarget().importedCap = exported;
    if (!capability) return;
    const params = call.initParams();
    params.capTable = [capability];
    // The first pointer of the content is capability 0 of the table.
    const content = params.content.init(Friend$TailParams);
    content.$segment.view.setUint32(content.$pointers, 3, true);
  });
}

/** Alice asks for a tail call of her object 5. */
async function askForTail(bob: End, questionId: number): Promise<void> {
  ask(bob, questionId, 0, 8, { senderHosted: 5 });
  await settled();
}

function refuse(bob: End, questionId: number, yourself = true): void {
  say(bob.connection, (message) => {
    const call = message.initUnimplemented().initCall();
    call.questionId = questionId;
    if (yourself) call.sendResultsTo.yourself = null;
  });
}

function finish(bob: End, questionId: number): void {
  say(bob.connection, (message) => {
    const finish = message.initFinish();
    finish.questionId = questionId;
    finish.releaseResultCaps = false;
  });
}

function release(bob: End, id: number): void {
  say(bob.connection, (message) => {
    const release = message.initRelease();
    release.id = id;
    release.referenceCount = 1;
  });
}
