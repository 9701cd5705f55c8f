/** Random stories about descriptors: whatever is called, kept, dropped and cut off, none stays open and none is closed twice. */

import { describe, expect, test } from "vitest";
import { linked, TestDesk } from "./desk.js";
import { FakeFile, Kernel } from "./kernel.js";
import { settled } from "./pair.js";

describe("descriptors in random stories", () => {
  /** The same numbers for the same seed (mulberry32). */
  function randomFrom(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
  }

  /** Calls of every kind, kept, dropped, cancelled; messages delivered one by one; at some moment one side goes. */
  async function play(seed: number): Promise<void> {
    const kernel = new Kernel();
    const random = randomFrom(seed);
    const server = new TestDesk(kernel);
    const {
      desk,
      client,
      session,
      server: vat,
      pair,
    } = linked(kernel, {
      desk: server,
      stepping: true,
      max: random(4),
      chunkBytes: random(3) === 0 ? 64 : Number.POSITIVE_INFINITY,
    });
    const held: Disposable[] = [];
    const keep = (call: PromiseLike<Disposable> & Disposable) => {
      call.then(
        (results) => held.push(results),
        () => {},
      );
      if (random(3) === 0) call[Symbol.dispose]();
    };
    const file = (name: string) => new FakeFile(kernel, `${name} of seed ${seed}`);
    const actions: (() => unknown)[] = [
      () => keep(desk.many({ count: random(6) })),
      () =>
        keep(
          desk.count({ holders: Array.from({ length: random(5) }, () => (random(4) > 0 ? file("counted") : null)) }),
        ),
      () =>
        keep(
          desk.write({
            first: file("first"),
            second: random(2) ? file("second") : null,
            fill: new Uint8Array(random(500)),
          }),
        ),
      () => keep(desk.reflect({ holder: file("reflected") })),
      () => keep(desk.later()),
      () => server.promises.shift()?.resolve(file("promised")),
      () => server.promises.shift()?.reject(new Error("not today")),
      () => held.splice(random(held.length + 1), 1)[0]?.[Symbol.dispose](),
    ];
    const end = 20 + random(60);
    for (let turn = 0; turn < end; turn++) {
      actions[random(actions.length)]?.();
      for (let steps = random(6); steps > 0; steps--) pair.step();
      if (random(3) === 0) await settled();
    }
    if (random(2)) client.close();
    else session.close();
    for (const promise of server.promises) promise.resolve(file("too late"));
    const closing = vat.close();
    client.close();
    for (let quiet = 0; quiet < 3; quiet++) {
      await settled();
      pair.run();
    }
    await closing;
    await settled();
    for (const results of held) results[Symbol.dispose]();
    server.kept?.[Symbol.dispose]();
    await settled();
    expect(kernel.openFiles, `seed ${seed}`).toEqual([]);
    expect(kernel.mistakes, `seed ${seed}`).toEqual([]);
  }

  test("two hundred of them leave none open, and close none twice", async () => {
    for (let seed = 1; seed <= 200; seed++) await play(seed);
  });
});
