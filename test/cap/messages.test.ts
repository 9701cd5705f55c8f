import { describe, expect, it } from "vitest";
import { Capability } from "../../src/cap/index.js";
import { AnyPointer, listOf, MessageBuilder } from "../../src/wire/index.js";
import { Box, Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, partial, settle } from "./objects.js";

describe("capabilities in a message", () => {
  it("are set, read, overwritten and cleared in an AnyPointer, each reference given back once", async () => {
    const objects = [new Counting(), new Counting()];
    const message = new MessageBuilder();
    message.root.set(Sequence, objects[0]!);
    {
      using read = message.root.as(Sequence);
      expect((await read.next()).number).toBe(0);
    }
    message.root.set(Sequence, objects[1]!);
    await settle();
    expect(objects.map(({ disposed }) => disposed)).toEqual([1, 0]);
    message.root.clear();
    await settle();
    expect(objects.map(({ disposed }) => disposed)).toEqual([1, 1]);
    using none = message.root.as(Sequence);
    expect(none.$isNull).toBe(true);
  });

  it("move with an orphan, and die with one that is discarded", async () => {
    const object = new Counting();
    const message = new MessageBuilder();
    const box = message.initRoot(Box);
    box.cap = object;
    const inner = box.initInner();
    inner.$adopt(0, box.$disown(0));
    expect(box.hasCap()).toBe(false);
    {
      using moved = inner.cap;
      expect((await moved.next()).number).toBe(0);
    }
    expect(object.disposed).toBe(0);
    box.disownInner().discard();
    await settle();
    expect(object.disposed).toBe(1);
  });

  it("travel in lists, and in lists of lists", async () => {
    const objects = [new Counting(), new Counting(), new Counting()];
    const [a, b, c] = objects as [Counting, Counting, Counting];
    const message = new MessageBuilder();
    message.root.set(listOf(listOf(Sequence)), [[a, b], [], [c, null]]);
    const lists = message.asReader().root.as(listOf(listOf(Sequence)));
    const clients = lists.toArray().flatMap((list) => list.toArray());
    expect(clients.map(({ $isNull }) => $isNull)).toEqual([false, false, false, true]);
    for (const client of clients.slice(0, 3)) await client.next();
    expect(objects.map(({ calls }) => calls)).toEqual([1, 1, 1]);
    for (const client of clients) client[Symbol.dispose]();
    message.capTable.release();
    await settle();
    expect(objects.map(({ disposed }) => disposed)).toEqual([1, 1, 1]);
  });

  it("stay what they are when a message is copied, and outlive the message they came from", async () => {
    const object = new Counting();
    const original = new MessageBuilder();
    original.setRoot(Box, { cap: object, inner: { cap: object } });
    const copy = new MessageBuilder();
    copy.root.setAny(original.root);
    original.capTable.release();
    const { cap, inner } = copy.asReader().getRoot(Box);
    using outer = cap;
    using nested = inner.cap;
    expect(nested.$hook).toBe(outer.$hook);
    expect((await nested.next()).number).toBe(0);
    copy.capTable.release();
  });

  it("go through a call inside an AnyPointer", async () => {
    const object = new Counting();
    const make: Maker.Server["make"] = () => (results) => {
      const message = new MessageBuilder();
      message.setRoot(Box, { cap: object });
      results.any.setAny(message.root);
      message.capTable.release();
    };
    using maker = Maker.serve(partial<Maker.Server>({ make }));
    {
      using results = await maker.make();
      expect((await results.any.as(Box).cap.next()).number).toBe(0);
      expect(results.any.as(AnyPointer).kind).toBe("struct");
    }
    await settle();
    expect(object.disposed).toBe(1);
  });

  it("cannot be initialised, nor made from something that is no object", () => {
    const message = new MessageBuilder();
    expect(() => message.root.init(Sequence)).toThrow(/set, not initialised/);
    expect(() => message.root.set(Sequence, 5 as never)).toThrow(/cannot be made from a number/);
    expect(() => message.root.set(Capability, "text" as never)).toThrow(/Capability/);
    expect(message.capTable.slots).toEqual([]);
  });
});
