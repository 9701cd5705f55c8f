/** File descriptors that travel with capabilities (checklist 58 and 59), over links that carry them; test/transport/descriptors.test.ts has real ones. */

import pDefer, { type DeferredPromise } from "p-defer";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fileDescriptor, getFd } from "../../src/cap/index.js";
import { Connection, type ConnectionOptions } from "../../src/rpc/connection.js";
import type { CapDescriptor, Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { ReceivedFds } from "../../src/wire/index.js";
import { Desk, Holder } from "../schemas/file-descriptors.capnp.js";
import { frame } from "./acquainted.js";
import { linked, TestDesk } from "./desk.js";
import { FakeFile, Kernel } from "./kernel.js";
import { settled } from "./pair.js";

let kernel: Kernel;
beforeEach(() => {
  kernel = new Kernel();
});
afterEach(() => {
  expect(kernel.mistakes).toEqual([]);
  expect(kernel.openFiles).toEqual([]);
});

const THROWS: PropertyDescriptor = {
  get() {
    throw new Error("no descriptor today");
  },
};

const SIZES = [1024 * 1024, 65_536, 8_192, 0];

describe("a file descriptor attached to a capability", () => {
  for (const chunkBytes of [Number.POSITIVE_INFINITY, 3_000]) {
    test(`arrives in both directions and pipelined, with messages of every size, in reads of ${chunkBytes} bytes`, async () => {
      const server = new TestDesk(kernel);
      const { desk, done } = linked(kernel, { desk: server, chunkBytes });
      for (const size of SIZES) {
        const [first, second] = [new FakeFile(kernel, "first"), new FakeFile(kernel, "second")];
        const call = desk.write({ first, second, fill: new Uint8Array(size) });
        expect(kernel.file(await getFd(call.third))).toBe("third");
        using results = await call;
        expect(results.secondPresent).toBe(true);
        expect(server.seen.splice(0)).toEqual(["first", "second"]);
      }
      await done();
    });
  }

  test("is left out of a message that has its limit of them, and the others arrive", async () => {
    const server = new TestDesk(kernel);
    const { desk, done } = linked(kernel, { desk: server, max: 1 });
    const call = desk.write({ first: new FakeFile(kernel, "first"), second: new FakeFile(kernel, "second") });
    expect(kernel.file(await getFd(call.third))).toBe("third");
    using results = await call;
    expect(results.secondPresent).toBe(false);
    expect(server.seen).toEqual(["first", null]);
    await done();
  });

  test("does not travel over a link that carries none, and the capability is as good as ever", async () => {
    const server = new TestDesk(kernel);
    const { desk, done } = linked(kernel, { desk: server, max: null });
    const call = desk.write({ first: new FakeFile(kernel, "first"), second: new FakeFile(kernel, "second") });
    expect(await getFd(call.third)).toBeNull();
    using results = await call;
    expect(results.secondPresent).toBe(false);
    expect(server.seen).toEqual([null, null]);
    await done();
  });

  test("comes with the Resolve of a promise, which getFd waits for", async () => {
    const server = new TestDesk(kernel);
    const { desk, done } = linked(kernel, { desk: server });
    using results = await desk.later();
    const asked = getFd(results.holder);
    await settled();
    server.promises[0]?.resolve(new FakeFile(kernel, "promised"));
    expect(kernel.file(await asked)).toBe("promised");
    await done();
  });

  test("of a promise that is rejected is asked for in vain: getFd rejects as the promise does", async () => {
    const server = new TestDesk(kernel);
    const { desk, done } = linked(kernel, { desk: server });
    using results = await desk.later();
    const asked = getFd(results.holder);
    await settled();
    server.promises[0]?.reject(new Error("no such file"));
    await expect(asked).rejects.toThrow("no such file");
    await done();
  });

  test("passes a vat between, over both links", async () => {
    const back = linked(kernel, { desk: new TestDesk(kernel) });
    const front = linked(kernel, {
      desk: {
        many: ({ count }, context) => context.tailCall((tail) => back.desk.many({ count }, tail)),
      } as Desk.Server,
    });
    using results = await front.desk.many({ count: 2 });
    const files = await Promise.all([...results.holders].map(async (holder) => kernel.file(await getFd(holder))));
    expect(files).toEqual(["of many 0", "of many 1"]);
    await front.done();
    await back.done();
  });

  test("of an object passed back to its host is the object's own", async () => {
    const server = new TestDesk(kernel);
    const { desk, done } = linked(kernel, { desk: server });
    const file = new FakeFile(kernel, "reflected");
    const results = await desk.reflect({ holder: file });
    expect(await getFd(results.holder)).toBe(file[fileDescriptor]);
    results[Symbol.dispose]();
    server.kept?.[Symbol.dispose]();
    await done();
    expect(file.disposed).toBe(true);
  });

  test("is none for the null capability, and for an object whose getter throws or gives no number", async () => {
    const odd = [
      { [fileDescriptor]: -1 },
      { [fileDescriptor]: "3" },
      { [fileDescriptor]: null },
      {},
      Object.defineProperty({}, fileDescriptor, THROWS),
    ];
    const { desk, done } = linked(kernel, { max: 9 });
    for (const server of odd) {
      using client = Holder.serve(server);
      expect(await getFd(client)).toBeNull();
    }
    expect((await desk.count({ holders: [...odd, null] })).present.toArray()).toEqual(Array(6).fill(false));
    await done();
  });
});

describe("descriptors on their way", () => {
  test("are sent once for an object that is twice in a message", async () => {
    const { desk, done } = linked(kernel, { max: 1 });
    const file = new FakeFile(kernel, "twice");
    expect((await desk.count({ holders: [file, file] })).present.toArray()).toEqual([true, true]);
    await done();
  });

  test("stay open until they were sent, though the connection has ended and their object is nobody's by then", async () => {
    const connection = new Connection({ maxFdsPerMessage: 2 });
    const desk = Desk.client(connection.bootstrap());
    const file = new FakeFile(kernel, "late");
    desk.count({ holders: [file] }).catch(() => {});
    const frames = connection.takeOutgoing();
    expect(frames.map((frame) => connection.attached?.get(frame)?.fds)).toEqual([undefined, [file[fileDescriptor]]]);
    connection.disconnect();
    desk[Symbol.dispose]();
    await settled();
    expect(file.disposed).toBe(false);
    connection.recycle(frames);
    expect(connection.attached).toBeUndefined();
    await settled();
    expect(file.disposed).toBe(true);
  });

  test("are given back when the call is refused for its size", async () => {
    const { client, desk, done } = linked(kernel);
    const file = new FakeFile(kernel, "refused");
    const tooLong = new Uint8Array(65 * 1024 * 1024);
    await expect(desk.write({ first: file, fill: tooLong })).rejects.toThrow("maxOutgoingWords");
    await settled();
    expect(file.disposed).toBe(true);
    expect(client.isClosed).toBe(false);
    await done();
  });
});

describe("a Return that is refused for its size", () => {
  test("gives back the descriptors that would have gone with it", async () => {
    const { desk, done } = linked(kernel, { limits: { maxOutgoingWords: 100 } });
    await expect(desk.many({ count: 60 })).rejects.toThrow("Desk.many");
    await settled();
    expect(kernel.openFiles).toEqual([]);
    using results = await desk.many({ count: 1 });
    expect(kernel.file(await getFd(results.holders.at(0)!))).toBe("of many 0");
    await done();
  });
});

describe("a descriptor that was received", () => {
  test("is closed at once where the peer has had its limit held, so that calls in progress cannot use up the process's", async () => {
    const calls: DeferredPromise<Desk.CountResults.Init>[] = [];
    const seen: (string | null)[][] = [];
    class BusyDesk extends TestDesk {
      override async count({ holders }: Desk.CountParams) {
        seen.push(await Promise.all([...holders].map(async (holder) => kernel.file(await getFd(holder)))));
        const call = pDefer<Desk.CountResults.Init>();
        calls.push(call);
        return call.promise;
      }
    }
    const server = new BusyDesk(kernel);
    const { desk, session, done } = linked(kernel, { desk: server, limits: { maxFds: 3 } });
    const files = (count: number) => Array.from({ length: count }, (_, index) => new FakeFile(kernel, `${index}`));
    const first = desk.count({ holders: files(2) });
    const second = desk.count({ holders: files(2) });
    await vi.waitFor(() =>
      expect(seen).toEqual([
        ["0", "1"],
        ["0", null],
      ]),
    );
    expect(session.isClosed).toBe(false);
    // What one call held, the next may.
    calls[0]?.resolve({ present: [] });
    await first;
    const third = desk.count({ holders: files(2) });
    await vi.waitFor(() => expect(seen[2]).toEqual(["0", "1"]));
    for (const call of calls) call.resolve({ present: [] });
    await Promise.all([second, third]);
    await done();
  });

  test("is closed when the last reference to its capability goes, and not before", async () => {
    const { desk, done } = linked(kernel);
    const results = await desk.many({ count: 1 });
    const kept = results.holders.at(0)!.dup();
    results[Symbol.dispose]();
    await settled();
    const fd = await getFd(kept);
    expect(kernel.file(fd)).toBe("of many 0");
    kept[Symbol.dispose]();
    expect(kernel.file(fd)).toBe("closed");
    await done();
  });

  test("outlives the connection as long as its capability is held: whoever uses it must not find another file under its number", async () => {
    const { desk, done } = linked(kernel);
    using results = await desk.many({ count: 1 });
    const holder = results.holders.at(0)!;
    await done();
    expect(kernel.file(await getFd(holder))).toBe("of many 0");
    expect(kernel.openFiles).toEqual(["of many 0"]);
    holder[Symbol.dispose]();
  });

  test("is the first one, if the capability comes again with another", async () => {
    const server = new TestDesk(kernel);
    const { desk, done } = linked(kernel, { desk: server });
    const file = new FakeFile(kernel, "file");
    const holder = Holder.serve(file);
    (await desk.reflect({ holder }))[Symbol.dispose]();
    const fd = await getFd(server.kept as Holder.Client);
    await desk.count({ holders: [holder] });
    expect(await getFd(server.kept as Holder.Client)).toBe(fd);
    holder[Symbol.dispose]();
    server.kept?.[Symbol.dispose]();
    await done();
  });

  test("does not leak where nobody looks at it: a hundred calls, cancelled at once or never read", async () => {
    const { client, server, desk, done } = linked(kernel, { max: 4 });
    for (let round = 0; round < 100; round++) {
      const call = desk.many({ count: 3 });
      if (round % 2 === 0) call[Symbol.dispose]();
      else (await call)[Symbol.dispose]();
      if (round % 10 === 0) await desk.count({ holders: [new FakeFile(kernel, "passing")] });
    }
    await settled();
    await settled();
    expect(kernel.openFiles).toEqual([]);
    expect(client.stats.imports).toBe(1);
    expect(server.connections.size).toBe(1);
    await done();
  });

  test("and waits in front of a closed door is closed, whoever closes", async () => {
    for (const side of ["left", "right"] as const) {
      const { desk, client, server, session, pair } = linked(kernel, { stepping: true });
      pair.run();
      const call = desk.write({ first: new FakeFile(kernel, "first"), fill: new Uint8Array(100_000) });
      call.catch(() => {});
      await settled();
      pair.step(); // the flush: now it is under way
      if (side === "left") client.close();
      else session.close();
      await settled();
      pair.run();
      const closing = server.close();
      client.close();
      pair.run();
      await closing;
      await settled();
      pair.run();
      expect(kernel.openFiles).toEqual([]);
    }
  });
});

describe("a hostile peer", () => {
  /** Hands `message` with descriptors for `files` to a new connection, which is then ended. Returns how it fared. */
  function told(fill: Parameters<typeof frame>[0], files: string[], options: ConnectionOptions = {}): Connection {
    const connection = new Connection({ maxFdsPerMessage: 4, ...options });
    connection.receive(decodeFrame(frame(fill)), kernel.received(...files));
    return connection;
  }

  /** A Call whose only capability is described by `describe`. */
  const calling = (describe: (cap: CapDescriptor.Builder) => void) => (message: Message.Builder) => {
    const call = message.initCall();
    call.initTarget().initPromisedAnswer();
    describe(call.initParams().initCapTable(1).at(0)!);
  };

  const DESCRIPTORS: [string, (cap: CapDescriptor.Builder) => void][] = [
    ["an index that is out of range", (cap) => Object.assign(cap, { senderHosted: 5, attachedFd: 200 })],
    ["a null capability", (cap) => Object.assign(cap, { none: null, attachedFd: 0 })],
    [
      "a capability of the receiver's that does not exist",
      (cap) => Object.assign(cap, { receiverHosted: 3, attachedFd: 0 }),
    ],
    ["an answer that does not exist", (cap) => void Object.assign(cap, { attachedFd: 0 }).initReceiverAnswer()],
  ];
  for (const [what, describe] of DESCRIPTORS)
    test(`attaches a descriptor to ${what}: it is closed, and the connection goes on`, () => {
      const connection = told(calling(describe), ["one", "two"]);
      expect(connection.closedBy).toBeNull();
      expect(kernel.openFiles).toEqual([]);
      connection.disconnect();
    });

  test("sends a thousand with one message: those beyond the limit are closed at once", () => {
    const files = Array.from({ length: 1000 }, (_, index) => `file ${index}`);
    const connection = told((message) => {
      const call = message.initCall();
      call.initTarget().initPromisedAnswer();
      const descriptors = call.initParams().initCapTable(1000);
      for (let index = 0; index < 1000; index++)
        Object.assign(descriptors.at(index)!, { senderHosted: index, attachedFd: index % 255 });
    }, files);
    connection.disconnect();
    expect(kernel.openFiles).toEqual([]);
  });

  test.each<[string, Parameters<typeof frame>[0]]>([
    ["a message that nobody knows", (message) => void message.initJoin()],
    ["an Abort", (message) => void message.initAbort()],
    ["a Return that nobody asked for", (message) => void message.initReturn()],
    ["a Finish", (message) => void message.initFinish()],
    [
      "a Resolve of a promise never heard of",
      (message) => {
        Object.assign(message.initResolve().initCap(), { senderHosted: 4, attachedFd: 0 });
      },
    ],
    [
      "a Call that breaks off in its second descriptor",
      (message) => {
        const call = message.initCall();
        call.initTarget().initPromisedAnswer();
        const descriptors = call.initParams().initCapTable(2);
        Object.assign(descriptors.at(0)!, { senderHosted: 4, attachedFd: 0 });
        descriptors.at(1)!.$segment.view.setUint16(descriptors.at(1)!.$data, 99, true);
      },
    ],
  ])("sends descriptors with %s: none stays open", (_, fill) => {
    const connection = told(fill, ["one", "two", "three"]);
    connection.disconnect();
    expect(kernel.openFiles).toEqual([]);
  });

  test("sends descriptors after the end of the connection: none stays open", () => {
    const connection = new Connection({ maxFdsPerMessage: 4 });
    connection.disconnect();
    connection.receive(decodeFrame(frame((message) => void message.initFinish())), kernel.received("late"));
    expect(kernel.openFiles).toEqual([]);
  });

  test("sends descriptors where none were agreed: none stays open", () => {
    const connection = new Connection();
    const call = calling((cap) => Object.assign(cap, { senderHosted: 5, attachedFd: 0 }));
    connection.receive(decodeFrame(frame(call)), new ReceivedFds([kernel.owned("uninvited")]));
    expect(kernel.openFiles).toEqual([]);
    connection.disconnect();
  });
});
