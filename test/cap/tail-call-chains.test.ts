/** Tail calls of tail calls of tail calls: however many, they end, fail and are given up without a stack for each. */

import { describe, expect, it } from "vitest";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { partial, settle } from "./objects.js";
import { PLACES } from "./places.js";

/** Calls itself by tail call until `left` is 0, then does `end`. */
function countdown(end: () => Maker.MakeResults.Init | Promise<Maker.MakeResults.Init>) {
  const chain = { left: 0, aborted: 0 };
  const server = partial<Maker.Server>({
    make: (_params, context) => {
      if (chain.left-- === 0) {
        context.signal.addEventListener("abort", () => chain.aborted++);
        return end();
      }
      const self = context.thisCap(Maker);
      context.tailCall((tail) => self.make({}, tail));
      self[Symbol.dispose]();
      return undefined;
    },
  });
  return { server, chain };
}

const LONG = 20_000;

describe.each(PLACES)("a chain of many tail calls, $name", ({ serve }) => {
  it("returns, which used to take a stack frame for each", async () => {
    const { server, chain } = countdown(() => ({ box: { label: "the end" } }));
    using maker = serve(Maker, server);
    chain.left = LONG;
    using made = maker.make();
    expect((await made).box.label).toBe("the end");
  });

  it("fails", async () => {
    const { server, chain } = countdown(() => {
      throw new Error("the end");
    });
    using maker = serve(Maker, server);
    chain.left = LONG;
    await expect(maker.make()).rejects.toThrow("the end");
  });

  it("is given up", async () => {
    const { server, chain } = countdown(() => new Promise(() => {}));
    using maker = serve(Maker, server);
    chain.left = LONG;
    const controller = new AbortController();
    const call = maker.make({}, { signal: controller.signal });
    call.catch(() => {});
    await settle();
    expect(chain.left).toBe(-1);
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await settle();
    expect(chain.aborted).toBe(1);
  });
});
