/** A streaming call that cannot be sent: the object never hears of it, so what comes behind must not go on as if it had. */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { attenuate, type CapabilityInit, sendAll, writableStream } from "../../src/cap/index.js";
import { FixedWindow } from "../../src/rpc/flow.js";
import { TestMaker } from "../cap/objects.js";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Sink } from "../schemas/streams.capnp.js";
import { outcome } from "./acquainted.js";
import { Story, settled } from "./pair.js";

class Collecting implements Sink.Server {
  readonly taken: number[] = [];
  /** While set, chunks wait for it. */
  gate: Promise<void> | null = null;

  async write({ bytes }: Sink.WriteParams): Promise<void> {
    const { length } = bytes;
    await this.gate;
    this.taken.push(length);
  }

  end(): Sink.EndResults.Init {
    return { length: BigInt(this.taken.reduce((sum, length) => sum + length, 0)) };
  }
}

/** Alice may send messages of 4 KiB, and `maxQuestions` calls at a time. */
async function stage({ met = true, maxQuestions = 1000 } = {}) {
  const story = new Story();
  const server = new Collecting();
  const bootstrap = Sink.serve(server);
  const [alice] = story.link(
    { name: "alice", limits: { maxOutgoingWords: 512, maxQuestions }, newFlow: () => new FixedWindow(4096) },
    { name: "bob", bootstrap: () => bootstrap.$hook.addRef() },
  );
  const sink = Sink.client(alice.connection.bootstrap());
  if (met) await story.run();
  const end = async (...clients: Disposable[]) => {
    for (const client of [...clients, sink, bootstrap]) client[Symbol.dispose]();
    await story.finish();
  };
  return { story, alice, server, sink, end };
}

const small = { bytes: new Uint8Array(1000) };
const large = { bytes: new Uint8Array(8000) };
const GAP = /^Sink\.(write|end): an earlier streaming call could not be sent: the message has \d+ words/;

describe("a streaming call that is too large to be sent", () => {
  test.each([true, false])("leaves no silent gap though nobody awaits it (the capability is here: %s)", async (met) => {
    const { story, server, sink, end } = await stage({ met });
    const unhandled: unknown[] = [];
    const hear = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", hear);
    sink.write(small);
    sink.write(large);
    sink.write(small);
    const done = sink.end();
    await story.run();
    expect(await outcome(done)).toMatch(GAP);
    expect(await outcome(sink.write(small))).toMatch(GAP);
    expect(await outcome(sink.end())).toMatch(GAP);
    expect(server.taken).toEqual([1000]);
    await settled();
    process.off("unhandledRejection", hear);
    expect(unhandled).toEqual([]);
    await end();
  });

  test("tells so itself, too, and whoever waits for room hears it", async () => {
    const { story, server, sink, end } = await stage();
    const gate = pDefer<void>();
    server.gate = gate.promise;
    const writes = Array.from({ length: 8 }, () => sink.write(small));
    const waiting = outcome(writes.at(-1) as PromiseLike<unknown>);
    await story.run();
    expect(await outcome(sink.write(large))).toMatch(/^Sink.write: the message has \d+ words/);
    expect(await waiting).toMatch(GAP);
    gate.resolve();
    await story.run();
    expect(server.taken).toHaveLength(8);
    expect(await outcome(sink.end())).toMatch(GAP);
    await end();
  });

  test("breaks the stream for every Client of the capability, and through a facet", async () => {
    const { sink, end, server } = await stage();
    const other = sink.dup();
    const facet = attenuate(Sink, sink, ["write", "end"]);
    facet.write(large);
    expect(await outcome(facet.end())).toMatch(GAP);
    expect(await outcome(other.end())).toMatch(GAP);
    expect(server.taken).toEqual([]);
    await end(other, facet);
  });

  test("breaks it when it waited for a promise of ours before", async () => {
    const { story, server, sink, end } = await stage();
    const promised = pDefer<Sink.Client>();
    const early = Sink.from(promised.promise as CapabilityInit<Sink.Client, Sink.Server>);
    early.write(small);
    early.write(large);
    early.write(small);
    const done = early.end();
    promised.resolve(sink);
    await story.run();
    expect(await outcome(done)).toMatch(GAP);
    expect(server.taken).toEqual([1000]);
    await end(early);
  });

  test("fails the WritableStream and sendAll that nobody waits for", async () => {
    const { story, sink, end, server } = await stage();
    const writer = writableStream<typeof small>({
      write: (chunk) => sink.write(chunk),
      close: () => sink.end(),
    }).getWriter();
    const written = [small, large, small].map((chunk) => outcome(writer.write(chunk)));
    const closed = outcome(writer.close());
    void outcome(writer.closed);
    await story.run();
    expect(await Promise.all([...written, closed])).toEqual([
      "fulfilled",
      ...Array.from({ length: 3 }, () => expect.stringContaining("Sink.write: the message has") as string),
    ]);
    expect(await outcome(sendAll([small], (chunk) => sink.write(chunk)))).toMatch(GAP);
    expect(server.taken).toEqual([1000]);
    await end();
  });
});

describe("a streaming call", () => {
  test("for which too many others are in progress breaks its stream, and not the connection", async () => {
    const { story, alice, server, sink, end } = await stage({ maxQuestions: 2 });
    const gate = pDefer<void>();
    server.gate = gate.promise;
    for (let n = 0; n < 3; n++) sink.write(small);
    gate.resolve();
    await story.run();
    expect(await outcome(sink.end())).toMatch(
      /^Sink.end: an earlier streaming call could not be sent: more than 2 calls/,
    );
    expect(server.taken).toEqual([1000, 1000]);
    expect(alice.connection.refusal()).toBe(null);
    await end();
  });

  test("that is cancelled before it was sent, or whose params throw, breaks nothing", async () => {
    const { story, server, sink, end } = await stage();
    expect(await outcome(sink.write(small, { signal: AbortSignal.abort(new Error("never mind")) }))).toBe("never mind");
    const throwing = () =>
      sink.write(() => {
        throw new Error("second thoughts");
      });
    expect(throwing).toThrow("second thoughts"); // its caller knows at once
    sink.write(small);
    const done = sink.end();
    await story.run();
    expect((await done).length).toBe(1000n);
    expect(server.taken).toEqual([1000]);
    await end();
  });
});

describe("a streaming call that could not be sent to a capability still to be returned", () => {
  /** Asks Bob for `cap` back, and streams to what will be returned while no other call may be made. */
  async function echoed(own: boolean) {
    const story = new Story();
    const bobs = new TestMaker();
    const alices = new TestMaker();
    using served = Maker.serve(bobs);
    const bootstrap = served.dup();
    const [alice] = story.link(
      { name: "alice", limits: { maxQuestions: 1 } },
      { name: "bob", bootstrap: () => bootstrap.$hook.addRef() },
    );
    const maker = Maker.client(alice.connection.bootstrap());
    await story.run();
    maker.write({ n: 0 });
    await story.run();
    const mine = Maker.serve(alices);
    const call = maker.echo({ cap: own ? mine : maker });
    const returned = call.cap.castAs(Maker);
    returned.write({ n: 1 });
    await story.run();
    const total = returned.finish();
    await story.run();
    return { total, bobs, alices, direct: { mine, maker }, story, all: [call, returned, mine, maker, bootstrap] };
  }
  const OVERLOADED = /an earlier streaming call could not be sent: more than 1 calls/;

  test("leaves no silent gap when that turns out to be the caller's own object, which others still reach", async () => {
    const { total, alices, direct, story, all } = await echoed(true);
    expect(await outcome(total)).toMatch(OVERLOADED);
    expect(alices.written).toEqual([]);
    expect((await direct.mine.finish()).total).toBe(0);
    for (const client of all) client[Symbol.dispose]();
    await story.finish();
  });

  test("leaves no silent gap when that turns out to be one that has streamed before", async () => {
    const { total, bobs, direct, story, all } = await echoed(false);
    expect(await outcome(total)).toMatch(OVERLOADED);
    expect(await outcome(direct.maker.finish())).toMatch(OVERLOADED);
    expect(bobs.written).toEqual([0]);
    for (const client of all) client[Symbol.dispose]();
    await story.finish();
  });
});
