import { describe, expect, it } from "vitest";
import { innermost } from "../../src/cap/hook.js";
import { Capability, LocalHook, turns } from "../../src/cap/index.js";
import { Base, Extended, Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, partial, settle, TestBase, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

/** A callback that fills results in. */
function fill(x: string): (results: Base.FooResults.Builder) => void {
  return (results) => {
    results.x = x;
  };
}

describe.each(PLACES)("calls inside the process, $name", ({ serve }) => {
  it("run after the caller yields, in order, and bring back results or say the method is not implemented", async () => {
    const server = new TestBase();
    const client = serve(Base, partial<Base.Server>(server));
    const foo = client.foo({ i: 123, j: true });
    const bar = client.bar();
    const baz = client.baz({ text: "baz" });
    expect(server.calls).toBe(0);
    expect((await foo).x).toBe("123 true");
    await baz;
    await expect(bar).rejects.toMatchObject({ kind: "unimplemented" });
    expect(server.calls).toBe(2);
    client[Symbol.dispose]();
  });

  it("take params from a callback that fills the builder as well as from an object", async () => {
    using client = serve(Base, partial<Base.Server>(new TestBase()));
    const results = await client.foo((params) => {
      params.i = 5;
    });
    expect(results.x).toBe("5 false");
  });

  it("return what a callback fills in, or what was built in context.results", async () => {
    const byCallback: Partial<Base.Server> = { foo: () => fill("callback") };
    const inPlace: Partial<Base.Server> = {
      foo: (_params, context) => {
        context.results.x = "in place";
      },
    };
    const promised: Partial<Base.Server> = { foo: async () => fill("later") };
    for (const [server, expected] of [
      [byCallback, "callback"],
      [inPlace, "in place"],
      [promised, "later"],
    ] as const) {
      using client = serve(Base, partial<Base.Server>(server));
      expect((await client.foo()).x).toBe(expected);
    }
  });

  it("of inherited methods work through both interfaces", async () => {
    class Server extends TestBase {
      qux() {
        return { n: 4 };
      }
    }
    using extended = serve(Extended, partial<Extended.Server>(new Server()));
    expect((await extended.qux()).n).toBe(4);
    expect((await extended.foo({ i: 1 })).x).toBe("1 false");
    using base = extended.castAs(Base);
    expect((await base.foo({ i: 2 })).x).toBe("2 false");
    using back = base.castAs(Extended);
    expect((await back.qux()).n).toBe(4);
  });

  it("on an interface the object does not have fail as unimplemented, naming both", async () => {
    using maker = serve(Maker, new TestMaker());
    using wrong = maker.castAs(Base);
    await expect(wrong.foo()).rejects.toMatchObject({
      kind: "unimplemented",
      message: expect.stringMatching(
        /^Base.foo: TestMaker \(Maker\) does not implement interface @0x[0-9a-f]+ \(method @0\)/,
      ),
    });
  });

  it("throw at once for params that do not fit, and send nothing", async () => {
    const server = new Counting();
    using client = serve(Sequence, server);
    expect(() => client.next({ expected: -1 })).toThrow(/UInt32/);
    await settle();
    expect(server.calls).toBe(0);
  });

  it("carry lists of capabilities both ways", async () => {
    using maker = serve(Maker, new TestMaker());
    const objects = [new Counting(), new Counting()];
    using results = await maker.echoList({ caps: objects });
    expect(results.caps.length).toBe(2);
    for (const cap of results.caps) await cap.next({ expected: 1 });
    expect(objects.map(({ calls }) => calls)).toEqual([1, 1]);
    expect(results.caps.at(0)).toBe(results.caps.at(0));
  });

  it("reach an untyped capability once it is cast", async () => {
    const server = new Counting();
    using untyped = Capability.client(LocalHook.of(server, Sequence));
    using typed = untyped.castAs(Sequence);
    expect((await typed.next({ expected: 0 })).number).toBe(0);
  });

  it("are delivered by a vat's drain without waiting for a microtask", () => {
    const server = new Counting();
    using client = Sequence.serve(server);
    client.next({ expected: 0 });
    turns.drain();
    expect(server.calls).toBe(1);
  });

  it("keep the server's this, and see its private fields", async () => {
    class Private implements Sequence.Server {
      #n = 41;
      next() {
        return { number: ++this.#n };
      }
    }
    using client = serve(Sequence, new Private());
    expect((await client.next()).number).toBe(42);
  });
});

describe("one object", () => {
  it("is one capability however often it is passed, and two interfaces of it are one capability too", async () => {
    class Both extends Counting {
      foo() {
        return { x: "both" };
      }
    }
    const server = new Both();
    using sequence = Sequence.serve(server);
    using again = Sequence.serve(server);
    using base = Base.serve(partial<Base.Server>(server));
    expect(again.$hook).toBe(sequence.$hook);
    expect(base.$hook).toBe(sequence.$hook);
    expect((await base.foo()).x).toBe("both");
    expect((await sequence.next()).number).toBe(0);
  });
});

describe.each(PLACES)("an object passed to another, $name", ({ serve }) => {
  it("is recognised when it comes back", async () => {
    using maker = serve(Maker, new TestMaker());
    const server = new Counting();
    using sequence = Sequence.serve(server);
    using results = await maker.echo({ cap: sequence });
    await results.cap.whenResolved();
    expect(innermost(results.cap.$hook)).toBe(sequence.$hook);
  });
});

describe.each(PLACES)("a null capability, $name", ({ serve }) => {
  it("reads from a field that is not set, fails when called, and travels as null", async () => {
    using maker = serve(Maker, new TestMaker());
    using results = await maker.echo({ cap: null });
    expect(results.cap.$isNull).toBe(true);
    await expect(results.cap.next()).rejects.toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/called null capability$/),
    });
    using again = await maker.echo({ cap: results.cap });
    expect(again.cap.$isNull).toBe(true);
  });
});
