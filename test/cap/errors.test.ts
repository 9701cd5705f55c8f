import { afterEach, describe, expect, it } from "vitest";
import { callStacks, RpcError, turns } from "../../src/cap/index.js";
import { Base, Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, partial, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

afterEach(() => {
  callStacks.policy = "adaptive";
});

/** What `call` rejects with. */
async function failure(call: PromiseLike<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    return error as RpcError;
  }
  throw new Error("the call should have failed");
}

function mean(): never {
  throw new Error("not telling");
}

describe.each(PLACES)("an error seen by the caller, $name", ({ serve }) => {
  it("has the kind the server chose, names the method, and keeps the bare reason", async () => {
    using maker = serve(Maker, new TestMaker());
    for (const kind of ["failed", "overloaded", "disconnected", "unimplemented"] as const) {
      const error = await failure(maker.fail({ kind }));
      expect(error).toBeInstanceOf(RpcError);
      expect(error).toMatchObject({
        kind,
        code: kind,
        reason: expect.stringMatching(/^as you wish$/),
        message: expect.stringMatching(/^Maker\.fail: as you wish( \(from memory:right\))?$/),
        method: "Maker.fail",
      });
    }
  });

  it("names one method only, however many calls it came through", async () => {
    using inner = Sequence.serve(partial<Sequence.Server>({}));
    using maker = serve(Maker, new TestMaker());
    const error = await failure(maker.callNow({ cap: inner }));
    expect(error.message).toMatch(/^Maker.callNow: Sequence.next is not implemented by Object/);
    expect(error.kind).toBe("unimplemented");
  });

  it("is of kind failed when the server threw something else, with that as its cause", async () => {
    const thrown = new TypeError("x is not a function");
    const base = partial<Base.Server>({
      foo: () => {
        throw thrown;
      },
      bar: () => Promise.reject("just a string"),
    });
    using client = serve(Base, base);
    const error = await failure(client.foo());
    expect(error.kind).toBe("failed");
    expect(error.reason).toMatch(/x is not a function$/);
    // What was thrown stays in the process it was thrown in.
    expect(error.cause).toBe(error.fromPeer ? undefined : thrown);
    expect((await failure(client.bar())).reason).toMatch(/just a string$/);
  });

  it.each([
    ["an object without a prototype", Object.create(null)],
    ["a Proxy that answers nothing", new Proxy({}, { get: mean, getPrototypeOf: mean, has: mean })],
    ["an Error whose message throws", Object.defineProperty(new Error(), "message", { get: mean })],
  ])("comes at all when the server throws %s, at once or later", async (_name, thrown: unknown) => {
    const base = partial<Base.Server>({
      foo: () => {
        throw thrown;
      },
      bar: () => Promise.reject(thrown),
    });
    using client = serve(Base, base);
    const reason = expect.stringMatching(/something of type object that has no text was thrown$/);
    expect(await failure(client.foo())).toMatchObject({ kind: "failed", reason });
    expect(await failure(client.bar())).toMatchObject({ kind: "failed", reason });
  });

  it("tells what the errors in an AggregateError without a message are", async () => {
    const thrown = new AggregateError([new Error("no route"), "refused"]);
    using client = serve(Base, partial<Base.Server>({ bar: () => Promise.reject(thrown) }));
    expect((await failure(client.bar())).reason).toMatch(/no route; refused$/);
  });

  it("can be logged as JSON, details included", async () => {
    const details = [{ id: 0xffff_ffff_ffff_ffffn, data: new Uint8Array([1, 0xab]) }];
    using client = serve(Base, partial<Base.Server>({ bar: () => Promise.reject(RpcError.failed("x", { details })) }));
    expect(JSON.parse(JSON.stringify(await failure(client.bar())))).toMatchObject({
      name: "RpcError",
      message: expect.stringContaining("Base.bar: x"),
      kind: "failed",
      method: "Base.bar",
      details: [{ id: "18446744073709551615", data: "01ab" }],
    });
  });

  it("keeps the details the server attached", async () => {
    const details = [{ id: 5n, data: new Uint8Array([1, 2]) }];
    using client = serve(Base, partial<Base.Server>({ bar: () => Promise.reject(RpcError.failed("x", { details })) }));
    expect((await failure(client.bar())).details).toEqual(details);
  });

  it("carries the stack of the code that called", async () => {
    using maker = serve(Maker, new TestMaker());
    async function theCallingFunction(): Promise<void> {
      await maker.fail({ kind: "failed" });
    }
    const { stack } = await failure(theCallingFunction());
    expect(stack).toMatch(
      /^RpcError: Maker.fail: .*as you wish.*\n {4}at Maker\$Client\.fail .*\n {4}at theCallingFunction/,
    );
    expect(stack).not.toMatch(/call-site|client\.ts/);
  });

  it("carries it for every call, for none, or for the calls after a failure, as asked", async () => {
    using maker = serve(Maker, new TestMaker());
    const fails = () => failure(maker.fail({ kind: "failed" }));
    callStacks.policy = "never";
    expect((await fails()).stack).not.toMatch(/Maker\$Client/);
    callStacks.policy = "always";
    expect((await fails()).stack).toMatch(/Maker\$Client/);
    callStacks.policy = "adaptive";
    using counter = serve(Sequence, new Counting());
    for (let call = 0; call < 100; call++) await counter.next();
    expect((await fails()).stack).toMatch(/Maker\$Client/);
  });

  it("is no unhandled rejection of a call that nobody awaits", async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listener);
    using maker = serve(Maker, new TestMaker());
    using call = maker.fail({ kind: "failed" });
    call.cap.next();
    await settle();
    await settle();
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });

  it("comes to catch and finally as with any promise", async () => {
    using maker = serve(Maker, new TestMaker());
    const error = await maker.fail({ kind: "failed" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RpcError);
    let finished = 0;
    const call = maker.make({ label: "x" }).finally(() => finished++);
    using results = await call;
    expect(results.box.label).toBe("x");
    expect(finished).toBe(1);
    expect(await Promise.all([maker.next(), maker.next()])).toHaveLength(2);
  });
});

describe.each(PLACES)("a server, $name", ({ serve }) => {
  it("whose results do not fit fails that call, and answers the next", async () => {
    const numbers = [-1, 7];
    using client = serve(Sequence, { next: () => ({ number: numbers.shift() as number }) });
    expect((await failure(client.next())).message).toMatch(/^Sequence.next: .*UInt32/);
    expect((await client.next()).number).toBe(7);
  });

  it("whose dispose throws is reported, and nobody else is harmed", async () => {
    const heard: unknown[] = [];
    const { onError } = turns;
    turns.onError = (error) => heard.push(error);
    const server = {
      next: () => ({}),
      [Symbol.dispose]: () => {
        throw "cannot go";
      },
    };
    Sequence.serve(server)[Symbol.dispose]();
    await settle();
    turns.onError = onError;
    expect(heard).toEqual(["cannot go"]);
  });
});
