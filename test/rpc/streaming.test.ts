/** Streaming calls over a connection: who waits, for what, and what ends it (checklist 60, 61, 63–65). */

import pDefer from "p-defer";
import { describe, expect, test } from "vitest";
import { attenuate, type CapabilityInit, Membrane, revocable } from "../../src/cap/index.js";
import { FixedWindow } from "../../src/rpc/flow.js";
import { Sink } from "../schemas/streams.capnp.js";
import { Story, settled } from "./pair.js";

/** Takes one chunk at a time, when the story says so. */
class SlowSink implements Sink.Server {
  readonly taken: number[] = [];
  readonly #gates: (() => void)[] = [];
  failAt = -1;
  disposed = 0;

  async write({ bytes }: Sink.WriteParams): Promise<void> {
    const { length } = bytes;
    await new Promise<void>((resolve) => this.#gates.push(resolve));
    if (this.taken.length === this.failAt) throw new Error("disk full");
    this.taken.push(length);
  }

  end(): Sink.EndResults.Init {
    return { length: BigInt(this.taken.reduce((sum, length) => sum + length, 0)) };
  }

  /** Lets the chunk that waits through. */
  take(): void {
    this.#gates.shift()?.();
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

function stage(window = 64 * 1024) {
  const story = new Story();
  const server = new SlowSink();
  const bootstrap = Sink.serve(server);
  const newFlow = () => new FixedWindow(window);
  const [alice, bob] = story.link(
    { name: "alice", newFlow },
    { name: "bob", bootstrap: () => bootstrap.$hook.addRef() },
  );
  const sink = Sink.client(alice.connection.bootstrap());
  return { story, alice, bob, server, bootstrap, sink };
}

/** Notes which of `promises` have settled, and how. */
function outcomes(promises: readonly PromiseLike<unknown>[]): string[] {
  const states = promises.map(() => "waits");
  promises.forEach((promise, index) => {
    promise.then(
      () => (states[index] = "ready"),
      (error: unknown) => (states[index] = (error as Error).message),
    );
  });
  return states;
}

const CHUNK = { bytes: new Uint8Array(20 * 1024) };

describe("streaming calls over a connection", () => {
  test("are sent at once, and their callers go on until the window is full", async () => {
    const { story, alice, bob, server, bootstrap, sink } = stage();
    const states = outcomes([1, 2, 3, 4, 5, 6].map(() => sink.write(CHUNK)));
    await settled();
    expect(states).toEqual(
      ["ready", "ready", "ready", "ready", "waits", "waits"].map((state, n) => (n < 4 ? state : "waits")),
    );
    expect(bob.waiting.filter((line) => line.startsWith("call"))).toHaveLength(6);
    await story.run();
    expect(alice.connection.questions.size).toBe(6);
    expect(server.taken).toEqual([]);
    // One Return is not enough for what was sent beyond the window, two are.
    server.take();
    await story.run();
    expect(states).toEqual(["ready", "ready", "ready", "ready", "waits", "waits"]);
    server.take();
    await story.run();
    expect(states).toEqual(["ready", "ready", "ready", "ready", "ready", "ready"]);
    for (let n = 0; n < 4; n++) {
      server.take();
      await story.run();
    }
    const end = sink.end();
    await story.run();
    expect((await end).length).toBe(BigInt(6 * CHUNK.bytes.length));
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("that fail break the promises that wait and every later one", async () => {
    const { story, server, bootstrap, sink } = stage();
    server.failAt = 0;
    const states = outcomes([1, 2, 3, 4, 5, 6].map(() => sink.write(CHUNK)));
    await story.run();
    server.take();
    await story.run();
    expect(states.slice(0, 4)).toEqual(["ready", "ready", "ready", "ready"]);
    expect(states[4]).toMatch(/^Sink.write: .*disk full/);
    expect(states[5]).toMatch(/^Sink.write: .*disk full/);
    await expect(sink.write(CHUNK)).rejects.toThrow(/^Sink.write: .*disk full/);
    const end = sink.end();
    await story.run();
    await expect(end).rejects.toThrow(/^Sink.end: .*disk full/);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("are all delivered though the client is dropped right after the last", async () => {
    const { story, server, bootstrap, sink } = stage();
    for (let n = 0; n < 5; n++) sink.write(CHUNK);
    sink[Symbol.dispose]();
    await story.run();
    expect(server.disposed).toBe(0);
    for (let n = 0; n < 5; n++) {
      server.take();
      await story.run();
    }
    expect(server.taken).toHaveLength(5);
    bootstrap[Symbol.dispose]();
    await story.finish();
    expect(server.disposed).toBe(1);
  });

  test("give back their part of the window when they are cancelled", async () => {
    const { story, server, bootstrap, sink } = stage();
    const promises = [1, 2, 3, 4, 5].map(() => sink.write(CHUNK));
    const states = outcomes(promises);
    await story.run();
    expect(states[4]).toBe("waits");
    promises[1]?.[Symbol.dispose]();
    promises[2]?.[Symbol.dispose]();
    await story.run();
    expect(states[4]).toBe("ready");
    for (let n = 0; n < 3; n++) {
      server.take();
      await story.run();
    }
    expect(server.taken).toHaveLength(3);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("that wait fail when the connection ends", async () => {
    const { story, alice, bob, bootstrap, sink } = stage();
    const states = outcomes([1, 2, 3, 4, 5].map(() => sink.write(CHUNK)));
    await story.run();
    alice.connection.disconnect(new Error("cable cut"));
    bob.connection.disconnect();
    await settled();
    expect(states[4]).toContain("cable cut");
    await expect(sink.write(CHUNK)).rejects.toThrow("cable cut");
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
  });

  test("stay in one window when the promise they were sent to resolves", async () => {
    const { story, alice, server, bootstrap, sink } = stage();
    // Sent to the promise of the bootstrap capability, before anybody knows what it is.
    const states = outcomes([1, 2, 3, 4].map(() => sink.write(CHUNK)));
    await story.run();
    expect([...alice.connection.imports.values()].map(({ flow }) => flow?.inFlight)).toEqual([
      expect.any(Number) as number,
    ]);
    states.push(...outcomes([sink.write(CHUNK)]));
    await story.run();
    const [fifth] = outcomes([sink.write(CHUNK)]);
    await settled();
    expect(fifth).toBe("waits");
    for (let n = 0; n < 6; n++) {
      server.take();
      await story.run();
    }
    expect(server.taken).toHaveLength(6);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("come under flow control once a local promise turns out to be remote", async () => {
    const { story, server, bootstrap, sink } = stage();
    const promised = pDefer<Sink.Client>();
    const chain = Sink.client(Sink.hook(promised.promise as CapabilityInit<Sink.Client, Sink.Server>)!);
    const early = outcomes([chain.write(CHUNK)]);
    await story.run();
    expect(early).toEqual(["waits"]);
    promised.resolve(sink);
    await story.run();
    const states = outcomes([1, 2, 3, 4, 5].map(() => chain.write(CHUNK)));
    await story.run();
    expect(early).toEqual(["waits"]);
    expect(states.filter((state) => state === "ready").length).toBeGreaterThanOrEqual(3);
    expect(states.at(-1)).toBe("waits");
    for (let n = 0; n < 6; n++) {
      server.take();
      await story.run();
    }
    expect([...early, ...states].every((state) => state === "ready")).toBe(true);
    expect(server.taken).toHaveLength(6);
    chain[Symbol.dispose]();
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("stay under flow control through a membrane, a facet and a revocable capability", async () => {
    const { story, server, bootstrap, sink } = stage();
    const outside = new Membrane().toOutside(sink);
    const facet = attenuate(Sink, outside, ["write"]);
    const leased = revocable(Sink, facet);
    const states = outcomes([1, 2, 3, 4, 5].map(() => leased.client.write(CHUNK)));
    await settled();
    expect(states).toEqual(["ready", "ready", "ready", "ready", "waits"]);
    await story.run();
    leased.revoke("enough");
    await settled();
    expect(states[4]).toMatch(/^Sink.write: enough/);
    server.take();
    await story.run();
    for (const client of [leased.client, facet, outside, sink, bootstrap]) client[Symbol.dispose]();
    await story.finish();
  });

  test("that wait can be given up by a signal", async () => {
    const { story, server, bootstrap, sink } = stage();
    for (let n = 0; n < 4; n++) sink.write(CHUNK);
    const controller = new AbortController();
    const [fifth] = [sink.write(CHUNK, { signal: controller.signal })];
    const state = outcomes([fifth as PromiseLike<unknown>]);
    await story.run();
    expect(state).toEqual(["waits"]);
    controller.abort(new Error("never mind"));
    await settled();
    expect(state).toEqual(["never mind"]);
    for (let n = 0; n < 4; n++) {
      server.take();
      await story.run();
    }
    expect(server.taken).toHaveLength(4);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });
});
