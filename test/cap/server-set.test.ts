import { describe, expect, it } from "vitest";
import { Capability, ServerSet } from "../../src/cap/index.js";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, Deferred, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe("a set of servers", () => {
  it("gives back its own objects, and nobody else's", async () => {
    const set = new ServerSet(Sequence);
    const other = new ServerSet(Sequence);
    const server = new Counting();
    using client = set.serve(server);
    using stranger = Sequence.serve(new Counting());
    expect(await set.server(client)).toBe(server);
    expect(set.serverNow(client)).toBe(server);
    expect(await other.server(client)).toBeNull();
    expect(await set.server(stranger)).toBeNull();
    expect(await set.server(Sequence.zero())).toBeNull();
    expect(client.$hook.references).toBe(1);
  });

  it("waits for a promise, rejects with it, and refuses it when it cannot wait", async () => {
    const set = new ServerSet(Sequence);
    const server = new Counting();
    using client = set.serve(server);
    const deferred = new Deferred<Sequence>();
    using promised = Capability.client(Sequence.hook(deferred.promise)!);
    expect(() => set.serverNow(promised)).toThrow(/still a promise/);
    const found = set.server(promised);
    deferred.resolve(client);
    expect(await found).toBe(server);
    using broken = Capability.client(Sequence.hook(Promise.reject(new Error("no")))!);
    await expect(set.server(broken)).rejects.toThrow("no");
  });

  it("waits for streaming calls made before", async () => {
    const set = new ServerSet(Maker);
    const server = new TestMaker();
    server.onWrite = () => settle();
    using client = set.serve(server);
    const writes = [1, 2, 3].map((n) => client.write({ n }));
    expect(await set.server(client)).toBe(server);
    expect(server.written).toEqual([1, 2, 3]);
    await Promise.all(writes);
  });
});

describe.each(PLACES)("an object of ours that was passed to another, $name", ({ serve }) => {
  it("is found again behind the capability that came back, after the calls made through that", async () => {
    const set = new ServerSet(Sequence);
    const server = new Counting();
    using client = set.serve(server);
    using maker = serve(Maker, new TestMaker());
    using echoed = maker.echo({ cap: client });
    const calls = [0, 1, 2].map((expected) => echoed.cap.next({ expected }));
    expect(await set.server(echoed.cap)).toBe(server);
    expect(server.order).toEqual([0, 1, 2]);
    await Promise.all(calls);
  });

  it("is found again after the streaming calls made through that", async () => {
    const set = new ServerSet(Maker);
    const server = new TestMaker();
    server.onWrite = () => settle();
    using client = set.serve(server);
    using maker = serve(Maker, new TestMaker());
    using echoed = maker.echo({ cap: client });
    using again = echoed.cap.castAs(Maker);
    const writes = [1, 2, 3].map((n) => again.write({ n }));
    expect(await set.server(again)).toBe(server);
    expect(server.written).toEqual([1, 2, 3]);
    await Promise.all(writes);
  });
});
