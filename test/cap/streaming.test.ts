import { describe, expect, it } from "vitest";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Deferred, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe.each(PLACES)("streaming calls on one object, $name", ({ serve }) => {
  it("run one at a time, and every other call waits for its turn", async () => {
    const server = new TestMaker();
    let most = 0;
    server.onWrite = async () => {
      most = Math.max(most, server.writing);
      await settle();
    };
    using maker = serve(Maker, server);
    const writes = [1, 2, 3].map((n) => maker.write({ n }));
    const finish = maker.finish();
    expect((await finish).total).toBe(3);
    await Promise.all(writes);
    expect(server.written).toEqual([1, 2, 3]);
    expect(most).toBe(1);
  });

  it("that fail make all later calls fail in the same way", async () => {
    const server = new TestMaker();
    server.onWrite = (n) => {
      if (n === 2) throw new Error("disk full");
    };
    using maker = serve(Maker, server);
    const writes = [1, 2, 3].map((n) => maker.write({ n }));
    await writes[0];
    // The window may have let the others through before anybody knew.
    await expect(maker.finish()).rejects.toThrow(/^Maker.finish: .*disk full/);
    await expect(maker.write({ n: 4 })).rejects.toThrow(/^Maker.write: .*disk full/);
    await settle();
    expect(server.written).toEqual([1]);
  });

  it("are skipped when they were cancelled while they waited", async () => {
    const server = new TestMaker();
    const gate = new Deferred<void>();
    server.onWrite = () => gate.promise;
    using maker = serve(Maker, server);
    const first = maker.write({ n: 1 });
    const second = maker.write({ n: 2 });
    await settle();
    second[Symbol.dispose]();
    await settle();
    gate.resolve();
    await first;
    expect((await maker.finish()).total).toBe(1);
  });

  it("reach the object though the client is dropped right away", async () => {
    const server = new TestMaker();
    server.onWrite = () => settle();
    const maker = Maker.serve(server);
    const writes = [1, 2].map((n) => maker.write({ n }));
    maker[Symbol.dispose]();
    await Promise.all(writes);
    expect(server.written).toEqual([1, 2]);
    await settle();
    expect(server.disposed).toBe(1);
  });
});
