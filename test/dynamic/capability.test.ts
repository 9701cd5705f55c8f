/** Capabilities by schema: dynamic clients call generated servers and the other way round, in one process and over a connection. */

import { Capability, type ServerContext } from "capwire";
import { type DynamicMethod, type DynamicStreamMethod, invoke, loadGenerated, loadText } from "capwire/dynamic";
import { describe, expect, it } from "vitest";
import { Counting, Deferred, settle, TestMaker } from "../cap/objects.js";
import { PLACES } from "../cap/places.js";
import * as stories from "../schemas/cap-stories.capnp.js";
import * as generics from "../schemas/generics.capnp.js";

const module = loadGenerated(stories.$schema);
const Base = module.$interface<{ foo: DynamicMethod; bar: DynamicMethod; baz: DynamicMethod }>("Base");
const Extended = module.$interface<{ foo: DynamicMethod; qux: DynamicMethod }>("Extended");
const Sequence = module.$interface<{ next: DynamicMethod }>("Sequence");
const Maker = module.$interface<{
  make: DynamicMethod;
  next: DynamicMethod;
  echo: DynamicMethod;
  write: DynamicStreamMethod;
  finish: DynamicMethod;
}>("Maker");

describe.each(PLACES)("a capability $name", ({ serve }) => {
  it("is a generated server called by a dynamic client, inherited methods included", async () => {
    using maker = serve(stories.Maker, new TestMaker());
    using dynamic = maker.castAs(Maker);
    using results = await dynamic.next({ expected: 0 });
    expect(results.toObject()).toEqual({ number: 0 });
    using again = await dynamic.$invoke("next", (params) => params.set("expected", 1));
    expect(again.get("number")).toBe(1);
  });

  it("is pipelined on before the results are here", async () => {
    using maker = serve(stories.Maker, new TestMaker());
    using dynamic = maker.castAs(Maker);
    const made = dynamic.make({ label: "x" }) as unknown as {
      cap: { next: DynamicMethod };
      box: { cap: { next: DynamicMethod }; place: { owner: unknown } };
    } & Disposable;
    expect((await made.cap.next({ expected: 0 })).get("number")).toBe(0);
    expect((await made.box.cap.next({ expected: 1 })).toObject()).toHaveProperty("number");
    made[Symbol.dispose]();
  });

  it("is a plain object behind a dynamic interface, called by a generated client", async () => {
    const seen: unknown[] = [];
    using dynamic = serve(Extended, {
      foo: (params: { toObject(): object }) => {
        seen.push(params.toObject());
        return { x: "foo" };
      },
      async qux() {
        await settle();
        return { n: 7 };
      },
    });
    using client = dynamic.castAs(stories.Extended);
    expect((await client.foo({ i: 3, j: true })).x).toBe("foo");
    expect((await client.qux()).n).toBe(7);
    expect(seen).toEqual([{ i: 3, j: true }]);
    await expect(client.bar()).rejects.toMatchObject({ kind: "unimplemented" });
  });

  it("tail-calls another from a plain object: its results and its pipeline are the caller's", async () => {
    const callee = new TestMaker();
    using to = stories.Maker.serve(callee);
    using dynamicTo = to.castAs(Maker);
    using dynamic = serve(Maker, {
      make: (_params: unknown, context: ServerContext) =>
        context.tailCall((tail) => dynamicTo.make({ label: "tail" }, tail)),
    });
    using caller = dynamic.castAs(stories.Maker);
    using made = caller.make({ label: "ignored" });
    expect((await made.cap.next({ expected: 0 })).number).toBe(0);
    expect((await made).box.label).toBe("tail");
    expect(callee.made[0]?.order).toEqual([0]);
  });

  it("is passed in params and results, as plain object, as dynamic and as generated client", async () => {
    using maker = serve(stories.Maker, new TestMaker());
    using dynamic = maker.castAs(Maker);
    const order: number[] = [];
    const plain = {
      next: (params: { get(name: string): unknown }) => {
        order.push(params.get("expected") as number);
        return { number: 100 };
      },
    };
    for (const cap of [plain, Sequence.serve(plain), stories.Sequence.serve(new Counting())]) {
      using results = await dynamic.echo({ cap });
      const echoed = results.get("cap") as { next: DynamicMethod };
      using answer = await echoed.next({ expected: 5 });
      expect(answer.get("number")).toBe(cap instanceof stories.Sequence.Client ? 0 : 100);
      if ("dup" in cap) cap[Symbol.dispose]();
    }
    expect(order).toEqual([5, 5]);
  });

  it("streams", async () => {
    const numbers: number[] = [];
    const done = new Deferred<void>();
    using maker = serve(Maker, {
      async write(params: { get(name: string): unknown }) {
        await settle();
        numbers.push(params.get("n") as number);
      },
      finish() {
        done.resolve();
        return { total: numbers.length };
      },
    });
    for (let n = 0; n < 3; n++) void maker.write({ n });
    using total = await maker.finish();
    await done.promise;
    expect(total.toObject()).toEqual({ total: 3 });
    expect(numbers).toEqual([0, 1, 2]);
  });

  it("is called by the name of a method whatever it was got as", async () => {
    using base = serve(stories.Base, { foo: () => ({ x: "y" }), bar() {}, baz() {} });
    using untyped = base.castAs(Capability);
    using results = await invoke(untyped, Base, "foo", { i: 1, j: false });
    expect(results.get("x")).toBe("y");
    expect(() => invoke(untyped, Base, "fooo")).toThrow('Base has no method fooo (did you mean "foo"?)');
    expect(() => invoke(untyped, Base, "foo", { k: 1 })).toThrow("has no field k");
  });
});

describe("a dynamic interface", () => {
  it("is generic like a generated one", async () => {
    const file = loadGenerated(generics.$schema);
    const Store = file.$interface("Store").of(file.$struct("Item"));
    expect(Store.name).toBe("Store(Item)");
    using store = Store.serve({
      get: (params: { get(name: string): string }) => ({ value: { name: params.get("key") } }),
    });
    using results = await store.$invoke("get", { key: "k" });
    expect(results.toObject()).toEqual({ value: { name: "k" } });
    using generated = store.castAs(generics.Store.of(generics.Item));
    expect((await generated.get({ key: "g" })).value.name).toBe("g");
  });

  it("says of its methods what the schema says", () => {
    const { $schema } = Extended;
    expect([...$schema.allMethods.keys()]).toEqual(["qux", "foo", "bar", "baz"]);
    expect($schema.superclasses.map((each) => each.name)).toEqual(["Base"]);
    expect($schema.method("foo").params.fields.map((field) => field.name)).toEqual(["i", "j"]);
    expect($schema.method("foo").results.field("x").type.kind).toBe("text");
    expect(Maker.$schema.method("write").isStreaming).toBe(true);
    expect(Maker.$method("next").toString()).toBe("Sequence.next");
  });

  it("serves what was loaded as text, with names that promises and objects use kept apart", async () => {
    const text = "@0xb1b2b3b4b5b6b7b8; interface Odd { then @0 (toString :Text) -> (then :Text); dup @1 (); }";
    const Odd = loadText({ "odd.capnp": text }, "odd.capnp").$interface<{ then_: DynamicMethod }>("Odd");
    using odd = Odd.serve({ then_: (params: { toString_: string }) => ({ then_: params.toString_ }), dup_() {} });
    using results = await odd.then_({ toString_: "x" });
    expect(results.toObject()).toEqual({ then_: "x" });
    await odd.$invoke("dup");
  });
});
