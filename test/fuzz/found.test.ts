/** What the randomised runs found, shortened and named by its symptom. */

import { describe, expect, test } from "vitest";
import { BROKEN_BRAND, innermost } from "../../src/cap/hook.js";
import { Connection } from "../../src/rpc/connection.js";
import { receiveImport } from "../../src/rpc/import.js";
import { Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { Node } from "../schemas/rpc-fuzz.capnp.js";
import type { Action, Plan } from "./actions.js";
import { play } from "./play.js";

const HERE = 0;
const THERE = 1;
const sent: Action = { do: "deliver", from: HERE, to: THERE };
const received: Action = { do: "deliver", from: THERE, to: HERE };
const drain: Action = { do: "drain" };

function frame(fill: (message: Message.Builder) => void) {
  const message = new MessageBuilder();
  fill(message.initRoot(Message));
  return decodeFrame(message.toBytes());
}

describe("found by random runs", () => {
  test("an address told to the peer does not mean the next call when its own returned without needing a Finish", () => {
    // `promise` becomes a path of a call whose Return, without capabilities, is on its way: nothing is there. Calls the peer sends to
    // `promise` must fail, also when the question's id could be used again.
    play(2, [
      { do: "bootstrap", vat: HERE, peer: THERE, ref: "there" },
      sent,
      received,
      sent,
      { do: "promise", vat: HERE, ref: "promise" },
      { do: "call", on: "there", call: 1, args: ["promise"], mode: "hook", plan: { kind: "return", caps: {} } },
      sent,
      drain,
      received,
      { do: "call", on: "there", call: 2, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      { do: "pipeline", call: 2, path: "0", ref: "nothing", via: "sent" },
      sent,
      drain,
      { do: "resolve", promise: "promise", to: "nothing" },
      { do: "call", on: "c1p0", call: 3, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      received,
      { do: "object", vat: HERE, ref: "object" },
      {
        do: "call",
        on: "there",
        call: 4,
        args: ["object"],
        mode: "hook",
        plan: { kind: "return", caps: { "0": { param: 0 } } },
      },
      sent,
      sent,
      drain,
      received,
      drain,
    ]);
  });

  test("a parameter dropped by a call that fails while its pipeline resolves is not kept for ever", () => {
    play(2, [
      { do: "bootstrap", vat: HERE, peer: THERE, ref: "there" },
      {
        do: "call",
        on: "there",
        call: 1,
        args: [],
        mode: "hook",
        plan: { kind: "late", watch: false, releaseParams: false },
      },
      { do: "pipeline", call: 1, path: "1", ref: "nothing", via: "sent" },
      { do: "pipeline", call: 1, path: "0", ref: "something", via: "sent" },
      {
        do: "call",
        on: "nothing",
        call: 2,
        args: ["something", "nothing"],
        mode: "hook",
        plan: { kind: "return", caps: {} },
      },
      sent,
      sent,
      drain,
      sent,
      { do: "answer", call: 1, plan: { kind: "return", caps: { "0": { ref: "root1" } } } },
    ]);
  });

  test("a capability asked of a pipeline after results without any is null, as it is before", () => {
    play(2, [
      { do: "bootstrap", vat: HERE, peer: THERE, ref: "there" },
      { do: "call", on: "there", call: 1, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      sent,
      sent,
      drain,
      received,
      received,
      { do: "pipeline", call: 1, path: "0", ref: "nothing", via: "sent" },
      { do: "call", on: "nothing", call: 2, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
    ]);
  });

  test("a pipeline kept past its results does not overtake what an embargo holds back", () => {
    play(2, [
      { do: "bootstrap", vat: HERE, peer: THERE, ref: "there" },
      { do: "object", vat: HERE, ref: "object" },
      {
        do: "call",
        on: "there",
        call: 1,
        args: ["object"],
        mode: "hook",
        plan: { kind: "return", caps: { "0": { param: 0 } } },
      },
      { do: "pipeline", call: 1, path: "0", ref: "echoed", via: "sent" },
      sent,
      sent,
      drain,
      { do: "call", on: "echoed", call: 2, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      { do: "drop", ref: "echoed" },
      received,
      received,
      { do: "forget", call: 1, what: "results" },
      { do: "pipeline", call: 1, path: "0", ref: "again", via: "sent" },
      { do: "call", on: "again", call: 3, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      drain,
    ]);
  });

  test("calls through a tail-called result do not overtake those that left again by what the peer was told of it", () => {
    // The object here is called through a promise over there that leads back. It returns that promise, whose resolution is not known
    // here yet: a call pipelined on the result (3) comes back once, leaves by the promise's old way and comes back again, while
    // the result is by now known to be the object itself (5).
    const returns = (param: number): Plan => ({ kind: "return", caps: { "0": { param } } });
    const late: Plan = { kind: "late", watch: false, releaseParams: false };
    const hook = (on: string, call: number, args: string[], plan: Plan): Action => ({
      do: "call",
      on,
      call,
      args,
      mode: "hook",
      plan,
    });
    play(2, [
      { do: "bootstrap", vat: THERE, peer: HERE, ref: "here" },
      { do: "promise", vat: THERE, ref: "promise" },
      received,
      hook("here", 1, ["promise"], late),
      received,
      sent,
      drain,
      hook("c1p0", 2, ["c1p0"], returns(0)),
      { do: "pipeline", call: 2, path: "0", ref: "result", via: "results" },
      sent,
      hook("result", 3, [], returns(0)),
      hook("c1p0", 4, [], { kind: "tail", on: { ref: "result" }, call: 5, args: [], plan: returns(0) }),
      { do: "resolve", promise: "promise", to: "here" },
    ]);
  });

  test("a promise that its host resolves to itself is broken, and following it ends", () => {
    const connection = new Connection();
    const promise = receiveImport(connection, 8 as never, true);
    connection.receive(
      frame((message) => {
        const resolve = message.initResolve();
        resolve.promiseId = 8;
        resolve.initCap().senderPromise = 8;
      }),
    );
    expect(connection.closedBy).toBeNull();
    expect(innermost(promise).brand).toBe(BROKEN_BRAND);
    promise.release();
    expect(connection.imports.size).toBe(0);
  });

  test("a peer that gives back too many references of a result cannot make the end of its connection fail", () => {
    let disposed = 0;
    const object = Node.serve({
      act: () => ({}),
      plain: () => ({}),
      stream: () => {},
      [Symbol.dispose]: () => disposed++,
    } as Node.Server);
    const connection = new Connection({ bootstrap: () => object.$hook.addRef() });
    connection.receive(frame((message) => (message.initBootstrap().questionId = 0)));
    const release = () =>
      frame((message) => {
        const builder = message.initRelease();
        builder.id = 0;
        builder.referenceCount = 1;
      });
    // The answer to the Bootstrap would give the reference back once more.
    connection.receive(release());
    connection.receive(release());
    expect(connection.closedBy).toMatchObject({ cause: { code: "release-of-unknown-export" } });
    expect(connection.isIdle).toBe(true);
    object[Symbol.dispose]();
    expect(disposed).toBe(0);
  });

  test("a call that arrives when a streaming call has just ended does not overtake one that waited for it", () => {
    play(2, [
      { do: "bootstrap", vat: THERE, peer: HERE, ref: "here" },
      received,
      sent,
      { do: "call", on: "here", call: 1, args: [], mode: "stream", plan: LATE },
      { do: "call", on: "here", call: 2, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      { do: "call", on: "here", call: 3, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      received,
      received,
      received,
      drain,
      // Two wait, and one more arrives, which is not drained before the stream ends.
      { do: "call", on: "here", call: 4, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      received,
      { do: "answer", call: 1, plan: { kind: "return", caps: {} } },
      drain,
    ]);
  });

  test("a request begun on a capability behind a membrane does not go through once that was revoked", () => {
    play(2, [
      { do: "object", vat: HERE, ref: "object" },
      { do: "membrane", of: "object", membrane: "m", side: "inside", ref: "outside" },
      { do: "begin", on: "outside", call: 1 },
      { do: "revoke", membrane: "m" },
      { do: "call", on: "outside", call: 1, args: [], mode: "hook", plan: { kind: "return", caps: {} } },
      drain,
    ]);
  });
});

const LATE: Plan = { kind: "late", watch: false, releaseParams: false };
