/** What the compiler must accept and refuse. The check is `tsc`; what runs here only keeps the expressions honest. */

import { describe, expect, expectTypeOf, it } from "vitest";
import { type RemotePromise, revocable, type ServerContext } from "../../src/cap/index.js";
import { autoReconnect } from "../../src/vat/index.js";
import { type Base, type Box, Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Friend } from "../schemas/rpc-stories.capnp.js";
import { Counting, TestMaker } from "./objects.js";

describe("types", () => {
  it("say what a call returns: a promise of disposable results, and pipelines of its pointer fields", async () => {
    using maker = Maker.serve(new TestMaker());
    using made = maker.make({ label: "x" });
    expectTypeOf(made).toExtend<RemotePromise<Maker.MakeResults>>();
    expectTypeOf(made).toExtend<Promise<Maker.MakeResults & Disposable>>();
    expectTypeOf(made.cap).toEqualTypeOf<Sequence.Client>();
    expectTypeOf(made.box.inner.place).toExtend<Promise<Box.Place & Disposable>>();
    const results = await made;
    expectTypeOf(results).toEqualTypeOf<Maker.MakeResults & Disposable>();
    expectTypeOf(results.box.label).toEqualTypeOf<string>();
    // @ts-expect-error text cannot be pipelined
    made.box.label;
    // @ts-expect-error results are read-only
    expect(() => (results.box.label = "y")).toThrow();
    expectTypeOf(await Promise.all([maker.next(), made.box])).toEqualTypeOf<
      [Sequence.NextResults & Disposable, Box & Disposable]
    >();
  });

  it("refuse params that do not fit", () => {
    using maker = Maker.serve(new TestMaker());
    // @ts-expect-error no such param
    const unknown = () => maker.make({ lable: "x" });
    // @ts-expect-error a number is no label
    const wrong = () => maker.make({ label: 1 });
    // @ts-expect-error no such field in the builder
    const filled = () => maker.make((params) => (params.lable = "x"));
    // @ts-expect-error a string is no capability
    const string = () => maker.echo({ cap: "x" });
    expect([unknown, wrong, filled, string]).toHaveLength(4);
  });

  it("take clients, server objects, promises of either and null where a capability goes", () => {
    using maker = Maker.serve(new TestMaker());
    using client = Sequence.serve(new Counting());
    for (const cap of [client, new Counting(), Promise.resolve(client), Promise.resolve(new Counting()), null]) {
      maker.echo({ cap })[Symbol.dispose]();
    }
    using derived = Maker.serve(new TestMaker());
    maker.echo({ cap: derived })[Symbol.dispose]();
    // @ts-expect-error an object without the methods
    const unfit = () => maker.echo({ cap: {} });
    expect(unfit).toBeTypeOf("function");
  });

  it("give casts and pipelines the methods of an interface that declares types of its own", () => {
    using friend = Sequence.zero().castAs(Friend);
    expectTypeOf(friend).toEqualTypeOf<Friend.Client>();
    expectTypeOf(revocable(Friend, friend).client).toEqualTypeOf<Friend.Client>();
    const connect = () => Friend.zero().castAs(Friend);
    expectTypeOf(() => autoReconnect(Friend, connect)).returns.toEqualTypeOf<Friend.Client>();
    expectTypeOf(() => autoReconnect(Friend, async () => connect())).returns.toEqualTypeOf<Friend.Client>();
    // @ts-expect-error what connects does not give what is asked for
    expect(() => autoReconnect(Friend, () => Sequence.zero())).toBeTypeOf("function");
    expect(friend.$isNull).toBe(true);
  });

  it("hold servers to their interface", () => {
    class Good implements Base.Server {
      foo({ i }: Base.FooParams, context: ServerContext): Base.FooResults.Init {
        return { x: `${i} ${context.cancelled}` };
      }
      async bar(): Promise<void> {}
      baz(_params: Base.BazParams) {
        return () => {};
      }
    }
    class Bad implements Base.Server {
      // @ts-expect-error foo returns text
      foo() {
        return { x: 5 };
      }
      bar() {}
    }
    expect([Good, Bad]).toHaveLength(2);
  });

  it("know what a tail call may return", () => {
    const server: Partial<Maker.Server> = {
      make: (_params, context) => {
        expectTypeOf(context.params).toEqualTypeOf<Maker.MakeParams>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        using to = Maker.zero();
        // @ts-expect-error the results of next are not those of make
        const wrong = () => context.tailCall((tail) => to.next({}, tail));
        expect(wrong).toBeTypeOf("function");
        return context.tailCall((tail) => to.make({}, tail));
      },
    };
    expect(server).toBeTypeOf("object");
  });
});
