import { describe, expect, it } from "vitest";
import { turns } from "../../src/cap/index.js";
import { MessageBuilder } from "../../src/wire/index.js";
import { Box, Maker, Maker$EchoParams, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe("a server object", () => {
  it("is disposed when its last reference is given back, as a delivery", async () => {
    const server = new Counting();
    const first = Sequence.serve(server);
    const second = first.dup();
    first[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(0);
    second[Symbol.dispose]();
    expect(server.disposed).toBe(0);
    await settle();
    expect(server.disposed).toBe(1);
  });

  it("lives until the calls on it have ended", async () => {
    const server = new TestMaker();
    const maker = Maker.serve(server);
    const call = maker.never();
    maker[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(0);
    server.gate.resolve();
    await call;
    await settle();
    expect(server.completed).toBe(1);
    expect(server.disposed).toBe(1);
  });

  it("passed again after it was disposed is a new capability, disposed again", async () => {
    const server = new Counting();
    for (const times of [1, 2]) {
      const client = Sequence.serve(server);
      await client.next();
      client[Symbol.dispose]();
      await settle();
      expect(server.disposed).toBe(times);
    }
  });
});

describe("the disposal of a server object", () => {
  it("that throws, or is async and rejects, is told to onError and ends nothing else", async () => {
    const { onError } = turns;
    const heard: string[] = [];
    turns.onError = (error) => heard.push((error as Error).message);
    const failing = [
      () => {
        throw new Error("at once");
      },
      () => Promise.reject(new Error("later")),
    ];
    for (const dispose of failing) {
      const server = Object.assign(new Counting(), { [Symbol.dispose]: dispose as () => void });
      using client = Sequence.serve(server);
      expect((await client.next()).number).toBe(0);
    }
    await settle();
    turns.onError = onError;
    expect(heard).toEqual(["at once", "later"]);
  });
});

describe("a Client", () => {
  it("refuses use after it was disposed, and may be disposed twice", () => {
    const client = Sequence.serve(new Counting());
    client[Symbol.dispose]();
    client[Symbol.dispose]();
    expect(client.$disposed).toBe(true);
    expect(() => client.next()).toThrow(/Sequence client: used after it was disposed; dup\(\)/);
    expect(() => client.dup()).toThrow(/disposed/);
  });

  it("keeps its calls in flight when it is disposed", async () => {
    const server = new Counting();
    const client = Sequence.serve(server);
    const call = client.next();
    client[Symbol.dispose]();
    expect((await call).number).toBe(0);
    await settle();
    expect(server.disposed).toBe(1);
  });
});

describe.each(PLACES)("params, $name", ({ serve }) => {
  it("are the call's: released when it ends, kept by dup, and refused afterwards with a word about dup", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const object = new Counting();
    let leaked: Sequence | undefined;
    server.echo = ({ cap }) => {
      leaked = cap;
      return {};
    };
    const client = Sequence.serve(object);
    await maker.echo({ cap: client });
    await maker.hold({ cap: client });
    expect(() => leaked?.next()).toThrow(/params of Maker.echo.*dup\(\)/);
    client[Symbol.dispose]();
    await settle();
    expect(object.disposed).toBe(0);
    expect((await server.held?.next())?.number).toBe(0);
    server.held?.[Symbol.dispose]();
    await settle();
    expect(object.disposed).toBe(1);
  });

  it("may be released early by the method; then they cannot be read", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const object = new Counting();
    let refused: unknown;
    const hold: Maker.Server["hold"] = async (_params, context) => {
      const { params } = context;
      context.releaseParams();
      await settle();
      expect(object.disposed).toBe(1);
      try {
        params.cap.dup();
      } catch (error) {
        refused = error;
      }
    };
    server.hold = hold as TestMaker["hold"];
    await maker.hold({ cap: object });
    expect(refused).toMatchObject({ code: "released-params" });
  });

  it("cannot be passed on after they were released: their capabilities would be null there", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const echo: Maker.Server["echo"] = (_params, context) => {
      const { params } = context;
      context.releaseParams();
      new MessageBuilder().setRoot(Maker$EchoParams, params);
    };
    server.echo = echo as TestMaker["echo"];
    await expect(maker.echo({ cap: new Counting() })).rejects.toThrow(/params of Maker.echo were released/);
  });

  it("that the caller passed stay the caller's", async () => {
    const object = new Counting();
    using maker = serve(Maker, new TestMaker());
    const client = Sequence.serve(object);
    expect((await maker.callNow({ cap: client })).number).toBe(0);
    expect((await client.next()).number).toBe(1);
    expect(client.$hook.references).toBe(1);
    client[Symbol.dispose]();
    await settle();
    expect(object.disposed).toBe(1);
  });

  it("of a request that could not be built are given back", async () => {
    const object = new Counting();
    using maker = serve(Maker, new TestMaker());
    expect(() =>
      maker.hold((params) => {
        params.cap = object;
        throw new Error("second thoughts");
      }),
    ).toThrow("second thoughts");
    await settle();
    expect(object.disposed).toBe(1);
  });
});

describe.each(PLACES)("results, $name", ({ serve }) => {
  it("give back every capability when disposed, read or not, pipelined or not", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    {
      using made = maker.make();
      made.box.inner.cap.next();
      using results = await made;
      await results.cap.next();
    }
    await settle();
    expect(server.made[0]?.disposed).toBe(1);
  });

  it("give back one capability when its Client is disposed, and keep the rest", async () => {
    const objects = [new Counting(), new Counting()];
    using maker = serve(Maker, new TestMaker());
    using results = await maker.echoList({ caps: objects });
    results.caps.at(0)[Symbol.dispose]();
    await settle();
    expect(objects.map(({ disposed }) => disposed)).toEqual([1, 0]);
    expect((await results.caps.at(1).next()).number).toBe(0);
    expect(() => results.caps.at(0).next()).toThrow(/disposed/);
  });

  it("refuse to hand out capabilities after they were disposed", async () => {
    using maker = serve(Maker, new TestMaker());
    const made = maker.make();
    const results = await made;
    results[Symbol.dispose]();
    expect(() => results.cap).toThrow(/results of Maker.make were disposed/);
    expect(() => made.cap).toThrow(/disposed/);
    await expect(made.box).rejects.toMatchObject({ code: "disposed-call" });
  });

  it("are given back by disposing the promise too", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const made = maker.make();
    await made;
    made[Symbol.dispose]();
    await settle();
    expect(server.made[0]?.disposed).toBe(1);
  });

  it("that the server returned stay the server's", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const object = new Counting();
    await maker.hold({ cap: object });
    for (const number of [0, 1]) {
      using results = await maker.getHeld();
      expect((await results.cap.next()).number).toBe(number);
    }
    await settle();
    expect(server.held?.$hook.references).toBe(1);
    server.held?.[Symbol.dispose]();
  });

  it("of which nothing was awaited leave no reference behind once the promise is disposed", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    {
      using made = maker.make();
      await made.cap.next();
    }
    await settle();
    expect(server.made[0]?.disposed).toBe(1);
  });

  it("cannot be copied into a message after they were disposed: their capabilities would be null there", async () => {
    using maker = serve(Maker, new TestMaker());
    const results = await maker.make();
    const { box } = results;
    results[Symbol.dispose]();
    expect(() => new MessageBuilder().setRoot(Box, box)).toThrow(/results of Maker.make were disposed/);
    expect(box.label).toBe("");
  });

  it("keep the identity of capabilities when they are copied into a message", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const results = await maker.make();
    const message = new MessageBuilder();
    message.setRoot(Box, results.box);
    results[Symbol.dispose]();
    const copy = message.asReader().getRoot(Box);
    using cap = copy.cap;
    using inner = copy.inner.cap;
    expect(inner.$hook).toBe(cap.$hook);
    expect((await cap.next()).number).toBe(0);
    message.capTable.release();
    cap[Symbol.dispose]();
    inner[Symbol.dispose]();
    await settle();
    expect(server.made[0]?.disposed).toBe(1);
  });

  it("may read one capability as two interfaces", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    {
      using inner = Maker.serve(new TestMaker());
      using results = await maker.echo({ cap: inner });
      const asMaker = results.cap.castAs(Maker);
      expect((await asMaker.next()).number).toBe(0);
      expect((await results.cap.next()).number).toBe(1);
      asMaker[Symbol.dispose]();
    }
  });
});
