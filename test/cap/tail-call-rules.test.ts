/** What a method may and may not do around its tail call and its pipeline, and what becomes of those who await a call that was handed over. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { type RemotePromise, turns } from "../../src/cap/index.js";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Counting, partial, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

const printed = turns.onError;
afterEach(() => {
  turns.onError = printed;
});

/** What nobody but `turns.onError` hears, as messages. */
function reported(): string[] {
  const messages: string[] = [];
  turns.onError = (error) => messages.push((error as Error).message);
  return messages;
}

type MakeContext = Parameters<Maker.Server["make"]>[1];
type Made = RemotePromise<Maker.MakeResults>;

describe.each(PLACES)("a tail call, $name", ({ serve }) => {
  /** A client for an object whose `make` is `method`, with another object to call. */
  function scene(method: (to: Maker.Client, context: MakeContext) => void | Promise<void>) {
    const callee = new TestMaker();
    const to = Maker.serve(callee);
    const caller = serve(Maker, partial<Maker.Server>({ make: (_params, context) => method(to, context) }));
    const dispose = () => {
      caller[Symbol.dispose]();
      to[Symbol.dispose]();
    };
    return { callee, to, caller, [Symbol.dispose]: dispose };
  }

  it.each<[what: string, give: (to: Maker.Client) => unknown, code: string]>([
    ["a disposed call", (to) => to.make()[Symbol.dispose](), "no-tail-call"],
    ["a promise made of a call", (to) => to.make().then((results) => results), "no-tail-call"],
    ["a part of a call", (to) => to.make().box, "no-tail-call"],
    ["a streaming call", (to) => to.write({ n: 1 }), "no-tail-call"],
  ])("of %s fails the call, which would hang otherwise", async (_what, give, code) => {
    let thrown: unknown;
    using stage = scene((to, context) => {
      try {
        context.tailCall(give(to) as unknown as Made);
      } catch (error) {
        thrown = error;
        throw error;
      }
    });
    using call = stage.caller.make();
    await expect(call.cap.next()).rejects.toThrow(/tailCall takes what a client's method returned/);
    await expect(call).rejects.toThrow(/tailCall takes what a client's method returned/);
    expect(thrown).toMatchObject({ name: "UsageError", code });
  });

  it("of a call that was disposed, or made for its pipeline only, fails the call and says why", async () => {
    using disposed = scene((to, context) => {
      const call = to.make();
      call[Symbol.dispose]();
      context.tailCall(call);
    });
    await expect(disposed.caller.make()).rejects.toThrow(/were disposed/);
    using pipelineOnly = scene((to, context) => {
      using call = to.make({}, { pipelineOnly: true });
      context.tailCall(call);
    });
    await expect(pipelineOnly.caller.make()).rejects.toThrow(/for its pipeline only/);
  });

  it("of a call that somebody awaits gives it to them as well", async () => {
    const heard: string[] = [];
    using stage = scene((to, context) => {
      const call = to.make({ label: "both" });
      call.then(({ box }) => heard.push(box.label));
      context.tailCall(call);
    });
    {
      using made = stage.caller.make();
      expect((await made.cap.next()).number).toBe(0);
      expect((await made).box.label).toBe("both");
    }
    expect(heard).toEqual(["both"]);
    await settle();
    expect(stage.callee.made[0]?.disposed).toBe(1);
  });

  it("of a call that somebody awaits tells them of its failure and of its cancellation", async () => {
    const heard: string[] = [];
    const note = (error: unknown) => heard.push((error as Error).message);
    const server = partial<Maker.Server>({
      fail: (_params, context) => {
        using to = Maker.serve(new TestMaker());
        const call = to.fail({ kind: "overloaded" });
        call.catch(note);
        context.tailCall(call);
      },
      never: (_params, context) => {
        using to = Maker.serve(new TestMaker());
        const call = to.never();
        call.catch(note);
        context.tailCall(call);
      },
    });
    using caller = serve(Maker, server);
    await expect(caller.fail()).rejects.toMatchObject({ kind: "overloaded" });
    expect(heard).toEqual(["Maker.fail: as you wish"]);
    const never = caller.never();
    await settle();
    never[Symbol.dispose]();
    await settle();
    expect(heard[1]).toBe("Maker.never was cancelled with the call whose tail call it was");
  });

  it("of a call whose capabilities the method has used passes them on all the same", async () => {
    using pipelined = scene(async (to, context) => {
      const call = to.make();
      await call.cap.next();
      await call;
      context.tailCall(call);
    });
    {
      using made = await pipelined.caller.make();
      expect((await made.cap.next()).number).toBe(1);
    }
    using read = scene(async (to, context) => {
      const call = to.make();
      await (await call).box.cap.next();
      context.tailCall(call);
    });
    {
      using made = await read.caller.make();
      expect((await made.box.cap.next()).number).toBe(1);
    }
    await settle();
    expect([pipelined, read].map(({ callee }) => callee.made[0]?.disposed)).toEqual([1, 1]);
  });

  it("made in an async function, too late, fails the call and is nobody's unhandled rejection", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    using stage = scene((to, context) =>
      context.tailCall((async (tail: Parameters<typeof to.make>[1]) => {
        await settle();
        return to.make({}, tail);
      }) as never),
    );
    await expect(stage.caller.make()).rejects.toThrow(/tailCall's function made no call/);
    await settle();
    await settle();
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(stage.callee.made).toEqual([]);
  });

  it("after the results were begun fails the call instead of losing them", async () => {
    using stage = scene((to, context) => {
      context.results.initBox().label = "mine";
      context.tailCall((tail) => to.make({}, tail));
    });
    await expect(stage.caller.make()).rejects.toThrow(/Maker.make has begun results of its own/);
    expect(stage.callee.made).toEqual([]);
  });

  it("with a deadline or a signal of its own fails the call, for nobody would watch them", async () => {
    for (const own of [{ timeout: 10 }, { signal: new AbortController().signal }, { pipelineOnly: true }]) {
      using stage = scene((to, context) => context.tailCall((tail) => to.make({}, { ...tail, ...own })));
      await expect(stage.caller.make()).rejects.toThrow(/has no options of its own/);
    }
  });

  it("followed by a failure, a result or another answer: the first counts, and the mistake is reported", async () => {
    const messages = reported();
    using throwing = scene((to, context) => {
      context.tailCall((tail) => to.make({ label: "first" }, tail));
      throw new Error("too late");
    });
    const label = async (caller: Maker.Client) => {
      using made = await caller.make();
      return made.box.label;
    };
    expect(await label(throwing.caller)).toBe("first");
    using returning = scene(async (to, context) => {
      context.tailCall((tail) => to.make({ label: "first" }, tail));
      return { box: { label: "second" } } as never;
    });
    expect(await label(returning.caller)).toBe("first");
    using piping = scene((to, context) => {
      context.tailCall((tail) => to.make({ label: "first" }, tail));
      context.setPipeline({});
    });
    expect(await label(piping.caller)).toBe("first");
    expect(messages).toEqual([
      "Maker.make failed (too late) after its tail call had answered",
      "Maker.make returned something after its tail call had answered",
      "Maker.make failed (Maker.make has been answered) after its tail call had answered",
    ]);
  });

  it("is cancelled with its call though the method looks at its signal afterwards, and whose giving up then is no mistake", async () => {
    const messages = reported();
    const callee = new TestMaker();
    using to = Maker.serve(callee);
    const server = partial<Maker.Server>({
      never: async (_params, context) => {
        context.tailCall((tail) => to.never({}, tail));
        await new Promise((_, reject) =>
          context.signal.addEventListener("abort", () => reject(context.signal.reason as Error)),
        );
      },
    });
    using caller = serve(Maker, server);
    const call = caller.never();
    await settle();
    call[Symbol.dispose]();
    await settle();
    expect(messages).toEqual([]);
    expect(callee.aborted).toBe(1);
  });

  it("of a streaming method fails it: the stream would not wait for it", async () => {
    using to = Maker.serve(new TestMaker());
    const server = partial<Maker.Server>({
      write: ({ n }, context) => context.tailCall((tail) => to.write({ n }, tail) as never),
      finish: () => ({}),
    });
    using caller = serve(Maker, server);
    caller.write({ n: 1 });
    await expect(caller.finish()).rejects.toThrow(/Maker.write is a streaming method/);
  });
});

describe.each(PLACES)("a pipeline that is set, $name", ({ serve }) => {
  it("a second time, or after the answer, is a UsageError", async () => {
    const late = vi.fn();
    const one = new Counting();
    const server = partial<Maker.Server>({
      make: (_params, context) => {
        context.setPipeline({ cap: one });
        expect(() => context.setPipeline({})).toThrow(/the pipeline of Maker.make has been set/);
        setImmediate(() => {
          try {
            context.setPipeline({});
          } catch (error) {
            late((error as Error).message);
          }
        });
        return { cap: one };
      },
    });
    using caller = serve(Maker, server);
    using made = caller.make();
    expect((await made.cap.next()).number).toBe(0);
    await settle();
    expect(late).toHaveBeenCalledWith("Maker.make has been answered");
  });
});
