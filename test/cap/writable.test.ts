/** Streaming methods as WritableStream and as the end of an async iterable. */

import { describe, expect, it } from "vitest";
import { sendAll, writableStream } from "../../src/cap/index.js";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Deferred, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe.each(PLACES)("a streaming method $name", ({ serve }) => {
  it("takes what a ReadableStream is piped into it", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    let total = -1;
    const writable: WritableStream<number> = writableStream<number>({
      write: (n) => maker.write({ n }),
      close: async () => {
        total = (await maker.finish()).total;
      },
    });
    await ReadableStream.from([1, 2, 3]).pipeTo(writable);
    expect(server.written).toEqual([1, 2, 3]);
    expect(total).toBe(3);
  });

  it("fails the WritableStream when it fails", async () => {
    const server = new TestMaker();
    server.onWrite = (n) => {
      if (n === 2) throw new Error("disk full");
    };
    using maker = serve(Maker, server);
    const writer = writableStream<number>({
      write: (n) => maker.write({ n }),
      close: () => maker.finish(),
    }).getWriter();
    const closed = writer.closed.catch((error: unknown) => (error as Error).message);
    writer.write(1).catch(() => {});
    writer.write(2).catch(() => {});
    await expect(writer.close()).rejects.toThrow("disk full");
    expect(await closed).toContain("disk full");
  });

  it("is told when the WritableStream is aborted", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    const reasons: unknown[] = [];
    const writable = writableStream<number>({
      write: (n) => maker.write({ n }),
      abort: (reason) => void reasons.push(reason),
    });
    await writable.abort("enough");
    expect(reasons).toEqual(["enough"]);
  });

  it("is not waited for when the WritableStream is aborted, and its calls are taken back if they got the signal", async () => {
    const server = new TestMaker();
    const gate = new Deferred<void>();
    server.onWrite = () => gate.promise;
    using maker = Maker.serve(server);
    const reasons: unknown[] = [];
    const writer = writableStream<number>({
      write: (n, options) => maker.write({ n }, options),
      abort: (reason) => void reasons.push(reason),
    }).getWriter();
    const writes = Promise.allSettled([1, 2].map((n) => writer.write(n)));
    await settle();
    await writer.abort("enough");
    expect(reasons).toEqual(["enough"]);
    expect((await writes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);

    const closing = writableStream<number>({ write: async () => {}, close: () => new Promise(() => {}) }).getWriter();
    const closed = closing.close();
    await settle();
    closing.abort("enough").catch(() => {});
    await expect(closed).rejects.toBe("enough");
    gate.resolve();
    await settle();
    expect(server.written).toEqual([1]); // the one that ran
  });

  it("takes what an async iterable gives", async () => {
    const server = new TestMaker();
    using maker = serve(Maker, server);
    async function* numbers() {
      for (let n = 1; n <= 5; n++) yield n;
    }
    await sendAll(numbers(), (n) => maker.write({ n }));
    expect((await maker.finish()).total).toBe(5);
  });

  it("lets an iterable go on only when it has room", async () => {
    const server = new TestMaker();
    const gate = new Deferred<void>();
    server.onWrite = () => gate.promise;
    using maker = Maker.serve(server);
    let given = 0;
    function* numbers() {
      for (; given < 100; given++) yield given;
    }
    const sent = sendAll(numbers(), (n) => maker.write({ n }));
    await settle();
    expect(given).toBe(0);
    gate.resolve();
    await sent;
    expect(given).toBe(100);
  });

  it("ends the iteration when the stream is broken, and when it is aborted", async () => {
    const server = new TestMaker();
    server.onWrite = () => {
      throw new Error("disk full");
    };
    using maker = serve(Maker, server);
    let finished = 0;
    async function* numbers() {
      try {
        for (let n = 0; ; n++) {
          yield n;
          await settle();
        }
      } finally {
        finished++;
      }
    }
    await expect(sendAll(numbers(), (n) => maker.write({ n }))).rejects.toThrow("disk full");
    await expect(sendAll(numbers(), (n) => maker.write({ n }), AbortSignal.abort("enough"))).rejects.toBe("enough");
    expect(finished).toBe(2);
  });

  it("stops at once when it is aborted, be it waiting for room or for the source", async () => {
    const server = new TestMaker();
    const gate = new Deferred<void>();
    server.onWrite = () => gate.promise;
    using maker = Maker.serve(server);
    let finished = 0;
    async function* numbers() {
      try {
        yield 1;
        yield 2;
      } finally {
        finished++;
      }
    }
    const waiting = new AbortController();
    const blocked = sendAll(numbers(), (n) => maker.write({ n }), waiting.signal);
    await settle();
    waiting.abort("enough");
    await expect(blocked).rejects.toBe("enough");
    gate.resolve();
    await settle();
    expect(finished).toBe(1);
    expect(server.written).toEqual([1]);

    async function* silent() {
      await new Promise(() => {});
      yield 1;
    }
    const starving = new AbortController();
    const starved = sendAll(silent(), (n) => maker.write({ n }), starving.signal);
    starving.abort("enough");
    await expect(starved).rejects.toBe("enough");
  });
});
