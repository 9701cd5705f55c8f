/** What one peer's calls may hold of our memory; a limit never keeps a Return back. */

import { describe, expect, test } from "vitest";
import { Sink } from "../schemas/streams.capnp.js";
import { pair } from "./pair.js";

/** Keeps every call until the story lets it go. */
class Hoarder implements Sink.Server {
  readonly gates: (() => void)[] = [];
  calls = 0;

  write(): void {}

  async end(): Promise<Sink.EndResults.Init> {
    this.calls++;
    await new Promise<void>((resolve) => this.gates.push(resolve));
    return { length: 1n };
  }
}

const KIB = 1024;

function stage(maxCallBytes: number) {
  const server = new Hoarder();
  const bootstrap = Sink.serve(server);
  const { story, alice, bob } = pair({ bob: bootstrap.$hook, limits: { maxCallBytes } });
  const sink = Sink.client(alice.connection.bootstrap());
  const large = (bytes: number) => sink.write({ bytes: new Uint8Array(bytes) });
  return { story, alice, bob, server, bootstrap, sink, large };
}

describe("bytes of calls in progress", () => {
  test("beyond the limit are answered overloaded, until earlier calls have ended", async () => {
    const { story, bob, server, bootstrap, sink, large } = stage(100 * KIB);
    await story.run();
    const held: Promise<unknown>[] = [];
    // A streaming call waits for the one that runs, so its bytes stay.
    server.write = () => new Promise<void>((resolve) => server.gates.push(resolve)) as never;
    held.push(Promise.resolve(large(60 * KIB)));
    await story.run();
    expect(bob.connection.callBytes).toBeGreaterThan(60 * KIB);
    const refused = sink.end({}, { timeout: 60_000 });
    await story.run();
    // A small one fits beside it.
    expect(bob.connection.callBytes).toBeLessThan(62 * KIB);
    const tooMuch = large(60 * KIB);
    await story.run();
    await expect(sink.write({ bytes: new Uint8Array(1) })).rejects.toMatchObject({
      kind: "overloaded",
      reason: expect.stringContaining("limit maxCallBytes") as string,
    });
    await Promise.allSettled([tooMuch]);
    while (server.gates.length > 0) {
      server.gates.shift()?.();
      await story.run();
    }
    await refused;
    await Promise.all(held);
    expect(bob.connection.callBytes).toBe(0);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("of one call alone are never too many", async () => {
    const { story, bob, bootstrap, sink, large } = stage(10 * KIB);
    await story.run();
    const call = large(60 * KIB);
    await story.run();
    await call;
    const end = await Promise.race([Promise.resolve(sink.write({ bytes: new Uint8Array(1) })), story.run()]);
    expect(end).toBe(undefined);
    expect(bob.connection.callBytes).toBe(0);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
    await story.finish();
  });

  test("are free again when a call is cancelled or the connection ends", async () => {
    const { story, alice, bob, server, bootstrap, sink } = stage(100 * KIB);
    server.write = () => new Promise<void>((resolve) => server.gates.push(resolve)) as never;
    await story.run();
    const calls = [1, 2, 3].map(() => sink.write({ bytes: new Uint8Array(20 * KIB) }));
    await story.run();
    for (const call of calls.slice(1)) call[Symbol.dispose]();
    await story.run();
    server.gates.shift()?.();
    await story.run();
    expect(bob.connection.callBytes).toBe(0);
    sink.write({ bytes: new Uint8Array(20 * KIB) });
    await story.run();
    alice.connection.disconnect();
    bob.connection.disconnect();
    server.gates.shift()?.();
    await story.run();
    expect(bob.connection.callBytes).toBe(0);
    sink[Symbol.dispose]();
    bootstrap[Symbol.dispose]();
  });
});
