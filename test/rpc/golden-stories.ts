/** The stories of the C++ implementation's RPC tests, played on our stack step for step. golden.ts has the messages that C++ sends in them. */

import pDefer from "p-defer";
import type { CapabilityInit } from "../../src/cap/index.js";
import { outcome } from "./acquainted.js";
import { aRoot, Order, Root, type Stage, TestOrder, TestTailCallee } from "./golden-objects.js";

type RootInit = CapabilityInit<Root.Client, Root.Server>;
type OrderInit = CapabilityInit<Order.Client, Order.Server>;

/** What happens, by the name of the C++ test. Whoever waits there, runs here. */
export const STORIES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async basics({ root, run }) {
    const calls = [outcome(root.foo({ i: 123, j: true })), outcome(root.bar()), outcome(root.baz({ text: "x" }))];
    await run();
    await Promise.all(calls);
    root[Symbol.dispose]();
    await run();
  },

  async pipelining({ root, run }) {
    const got = root.pipeline();
    const pipeline = got.cap.dup();
    got[Symbol.dispose]();
    root[Symbol.dispose]();
    const call = pipeline.getCap({ n: 234, inCap: aRoot() });
    const cap = call.outBox.cap.dup();
    const calls = [outcome(cap.foo({ i: 321, j: false })), outcome(cap.baz())];
    cap[Symbol.dispose]();
    call[Symbol.dispose]();
    await run();
    await Promise.all(calls);
    pipeline[Symbol.dispose]();
    await run();
  },

  async "sendForPipeline()"({ root, run }) {
    const got = root.pipeline();
    const pipeline = got.cap.dup();
    got[Symbol.dispose]();
    root[Symbol.dispose]();
    const call = pipeline.getCap({ n: 234, inCap: aRoot() }, { pipelineOnly: true });
    const cap = call.outBox.cap.dup();
    call[Symbol.dispose]();
    const calls = [outcome(cap.foo({ i: 321, j: false })), outcome(cap.baz())];
    cap[Symbol.dispose]();
    await run();
    await Promise.all(calls);
    pipeline[Symbol.dispose]();
    await run();
  },

  async "context.setPipeline"({ root, run }) {
    const got = root.pipeline();
    const pipeline = got.cap.dup();
    got[Symbol.dispose]();
    root[Symbol.dispose]();
    const call = pipeline.getCapPipelineOnly();
    const { cap } = call.outBox;
    const calls = [outcome(cap.foo({ i: 321, j: false })), outcome(cap.baz())];
    await run();
    await Promise.all(calls);
    call[Symbol.dispose]();
    pipeline[Symbol.dispose]();
    await run();
  },

  async "release capability"({ more, run }) {
    const client = more();
    const first = client.getHandle();
    await run();
    const held = (await first).handle.dup();
    first[Symbol.dispose]();
    const second = client.getHandle();
    await run();
    await second;
    held[Symbol.dispose]();
    await run();
    second[Symbol.dispose]();
    await run();
    client[Symbol.dispose]();
    await run();
  },

  async "release capabilities when canceled during return"({ more, run, bob, story }) {
    const client = more();
    await run();
    const call = client.getHandle();
    call.then(undefined, () => {});
    story.settleAll();
    call[Symbol.dispose]();
    while (bob.receiveNext() !== null);
    await run();
    client[Symbol.dispose]();
    await run();
  },

  async "tail call"({ root, run }) {
    const got = root.tailCaller();
    const caller = got.cap.dup();
    got[Symbol.dispose]();
    root[Symbol.dispose]();
    const call = caller.foo({ i: 456, callee: new TestTailCallee() });
    const early = call.c.next({ expected: 0 });
    await run();
    await early;
    (await call)[Symbol.dispose]();
    caller[Symbol.dispose]();
    await run();
  },

  async "cancel tail call"({ root, run }) {
    const got = root.tailCaller();
    const caller = got.cap.dup();
    got[Symbol.dispose]();
    root[Symbol.dispose]();
    const call = caller.foo({ i: 0, callee: new TestTailCallee(true) });
    const ended = outcome(call);
    await run();
    call[Symbol.dispose]();
    await ended;
    caller[Symbol.dispose]();
    await run();
  },

  async cancellation({ more, run, bob }) {
    const client = more();
    const call = client.never({ cap: aRoot() });
    const ended = outcome(call);
    // Delivered, not answered: the cancellation crosses the Return of what came before.
    for (let count = 0; count < 4; count++) bob.receiveNext();
    call[Symbol.dispose]();
    await ended;
    await run();
    client[Symbol.dispose]();
    await run();
  },

  async "resolve promise"({ more, run }) {
    const client = more();
    const later = pDefer<Root.Client>();
    const cap = later.promise as RootInit;
    const shared = Root.client(Root.hook(cap)!);
    const calls = [outcome(client.callFoo({ cap: shared }))];
    calls.push(outcome(client.callFooWhenResolved({ cap: later.promise.then((it) => it.dup()) as RootInit })));
    calls.push(outcome(client.next({ expected: 0 })));
    await run();
    later.resolve(Root.serve(aRoot()));
    await run();
    await Promise.all(calls);
    shared[Symbol.dispose]();
    (await later.promise)[Symbol.dispose]();
    client[Symbol.dispose]();
    await run();
  },

  async "retain and release"({ more, run, server }) {
    const client = more();
    const cap = Root.serve(aRoot());
    const step = async (call: PromiseLike<unknown>) => {
      const ended = outcome(call);
      await run();
      await ended;
    };
    await step(client.hold({ cap }));
    await step(client.next({ expected: 0 }));
    await step(client.callHeld());
    const held = client.getHeld();
    await run();
    const mine = (await held).cap.dup();
    held[Symbol.dispose]();
    await step(mine.foo());
    mine[Symbol.dispose]();
    await step(client.callFoo({ cap }));
    for (let count = 0; count < 3; count++) await step(client.next({ expected: 0 }));
    cap[Symbol.dispose]();
    client[Symbol.dispose]();
    await run();
    server.moreServer.held?.[Symbol.dispose]();
    await run();
  },

  async "cancel releases params"({ more, run }) {
    const client = more();
    const call = client.never({ cap: aRoot() });
    const ended = outcome(call);
    const first = outcome(client.next({ expected: 0 }));
    await run();
    await first;
    const second = outcome(client.next({ expected: 1 }));
    await run();
    await second;
    call[Symbol.dispose]();
    await ended;
    await run();
    client[Symbol.dispose]();
    await run();
  },

  async "send same cap twice"({ more, run }) {
    const client = more();
    const cap = Root.serve(aRoot());
    const first = outcome(client.callFoo({ cap }));
    await run();
    await first;
    const between = outcome(client.next({ expected: 0 }));
    await run();
    await between;
    const both = [outcome(client.callFoo({ cap })), outcome(client.callFoo({ cap }))];
    cap[Symbol.dispose]();
    await run();
    await Promise.all(both);
    client[Symbol.dispose]();
    await run();
  },

  embargo: (stage) => echoed(stage, new TestOrder()),
  "embargos block CapabilityServerSet": (stage) => echoed(stage, new TestOrder()),

  async "embargo error"(stage) {
    const { run } = stage;
    const client = stage.more();
    const later = pDefer<Order.Client>();
    const first = outcome(client.next({ expected: 0 }));
    const echo = client.echo({ cap: later.promise as OrderInit });
    const { cap } = echo;
    const calls = [0, 1].map((expected) => outcome(cap.next({ expected })));
    for (let count = 0; count < 7; count++) stage.bob.receiveNext();
    for (let count = 0; count < 3; count++) stage.alice.receiveNext();
    await first;
    calls.push(outcome(cap.next({ expected: 2 })));
    stage.story.settleAll();
    stage.alice.receiveNext();
    for (const expected of [3, 4, 5]) calls.push(outcome(cap.next({ expected })));
    await run();
    later.reject(new Error("foo"));
    await run();
    await Promise.all(calls);
    const last = outcome(client.next({ expected: 1 }));
    await run();
    await last;
    echo[Symbol.dispose]();
    client[Symbol.dispose]();
    await run();
  },

  async "don't embargo null capability"({ more, run }) {
    const client = more();
    const call = client.getNull();
    const on = outcome(call.cap.next({ expected: 0 }));
    await run();
    await on;
    const last = outcome(client.next({ expected: 0 }));
    await run();
    await last;
    call[Symbol.dispose]();
    client[Symbol.dispose]();
    await run();
  },

  async "call promise that later rejects"({ more, run, server }) {
    const client = more();
    const later = pDefer<Root.Client>();
    const held = outcome(client.hold({ cap: later.promise as RootInit }));
    await run();
    await held;
    const call = outcome(client.callHeld());
    await run();
    later.reject(new Error("foo"));
    await run();
    await call;
    server.moreServer.held?.[Symbol.dispose]();
    const last = outcome(client.next({ expected: 1 }));
    await run();
    await last;
    client[Symbol.dispose]();
    await run();
  },

  "method throws exception": failing,
  "method throws exception won't redundantly add remote exception prefix": failing,
  "method throws exception with trace encoder": failing,
  "method throws exception with detail": failing,

  async "export the same promise twice"({ more, run }) {
    const client = more();
    const promises = [pDefer<Root.Client>(), pDefer<Root.Client>()];
    const [one, two] = promises.map(({ promise }) => Root.client(Root.hook(promise as RootInit)!));
    const waiting = [client.callFoo({ cap: one as Root.Client })];
    await run();
    waiting.push(client.callFoo({ cap: one as Root.Client }));
    await run();
    waiting.push(client.callFoo({ cap: two as Root.Client }));
    await run();
    // What a promise has become is exported as itself, whoever asks.
    const [first, second] = [Root.serve(aRoot()), Root.serve(aRoot())];
    const calls = [first, first, second].map((cap) => outcome(client.callFoo({ cap })));
    await run();
    await Promise.all(calls);
    for (const index of [2, 1, 0]) waiting[index]?.[Symbol.dispose]();
    for (const cap of [one, two, first, second]) cap?.[Symbol.dispose]();
    await run();
    client[Symbol.dispose]();
    await run();
    for (const { reject } of promises) reject(new Error("the story is over"));
  },

  async "connections set idle when appropriate"({ more, run, alice }) {
    const client = more();
    await run();
    client[Symbol.dispose]();
    await run();
    const root = Root.client(alice.connection.bootstrap());
    const got = root.more();
    const again = got.cap.dup();
    got[Symbol.dispose]();
    root[Symbol.dispose]();
    await run();
    const call = again.never({});
    const ended = outcome(call);
    again[Symbol.dispose]();
    await run();
    call[Symbol.dispose]();
    await ended;
    await run();
  },

  async "clean connection shutdown"({ more, run }) {
    const client = more();
    await run();
    client[Symbol.dispose]();
    await run();
  },

  async "RequireEmbargoWrapper shouldn't block CapabilityServerSet unwrap (RECEIVER_ANSWER)"({ more, run }) {
    const client = more();
    const first = client.echo({ cap: new TestOrder() });
    const second = client.echo({ cap: first.cap });
    await run();
    await Promise.all([first, second]);
    second[Symbol.dispose]();
    first[Symbol.dispose]();
    client[Symbol.dispose]();
    await run();
  },

  async "RequireEmbargoWrapper has its intended effect (RECEIVER_HOSTED)"({ more, run, bob }) {
    const client = more();
    const later = pDefer<Order.Client>();
    const echo = client.echo({ cap: later.promise as OrderInit });
    bob.receiveNext();
    bob.receiveNext();
    bob.receiveNext();
    // Alice's promise becomes Bob's own object, while Bob's answer that it is her promise is on its way.
    using own = client.castAs(Order);
    later.resolve(own);
    await later.promise;
    const calls = [outcome(echo.cap.next({ expected: 0 }))];
    await run();
    calls.push(outcome(echo.cap.next({ expected: 1 })));
    await run();
    await Promise.all(calls);
    echo[Symbol.dispose]();
    client[Symbol.dispose]();
    own[Symbol.dispose]();
    await run();
  },
};

/** Calls on one's own object, through its echo, before and after that is known to be one. */
async function echoed(stage: Stage, object: TestOrder): Promise<void> {
  const { run } = stage;
  const client = stage.more();
  const first = outcome(client.next({ expected: 0 }));
  const echo = client.echo({ cap: object });
  const { cap } = echo;
  const calls = [0, 1].map((expected) => outcome(cap.next({ expected })));
  // Bob has all of it, Alice the answer to what she waits for.
  for (let count = 0; count < 7; count++) stage.bob.receiveNext();
  for (let count = 0; count < 3; count++) stage.alice.receiveNext();
  await first;
  calls.push(outcome(cap.next({ expected: 2 })));
  stage.story.settleAll();
  stage.alice.receiveNext();
  for (const expected of [3, 4, 5]) calls.push(outcome(cap.next({ expected })));
  await run();
  await Promise.all(calls);
  echo[Symbol.dispose]();
  client[Symbol.dispose]();
  await run();
}

async function failing({ more, run }: Stage): Promise<void> {
  const client = more();
  const call = outcome(client.fail());
  await run();
  await call;
  client[Symbol.dispose]();
  await run();
}
