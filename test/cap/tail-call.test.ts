import { describe, expect, it } from "vitest";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Counting, partial, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

describe.each(PLACES)("a tail call, $name", ({ serve }) => {
  it("gives the caller the other call's results, and its pipeline at once", async () => {
    const callee = new TestMaker();
    using caller = serve(Maker, new TestMaker());
    using to = Maker.serve(callee);
    using made = caller.tail({ to, label: "tail" });
    const calls = [0, 1].map((expected) => made.cap.next({ expected }));
    const results = await made;
    expect(results.box.label).toBe("tail");
    calls.push(results.cap.next({ expected: 2 }));
    await Promise.all(calls);
    expect(callee.made[0]?.order).toEqual([0, 1, 2]);
    made[Symbol.dispose]();
    await settle();
    expect(callee.made[0]?.disposed).toBe(1);
  });

  it("passes on the callee's failure", async () => {
    const callee = partial<Maker.Server>({});
    using caller = serve(Maker, new TestMaker());
    using to = Maker.serve(callee);
    const made = caller.tail({ to });
    await expect(made).rejects.toMatchObject({ kind: "unimplemented", method: "Maker.tail" });
    await expect(made.cap.next()).rejects.toMatchObject({ kind: "unimplemented" });
  });

  it("is cancelled with the call it answers", async () => {
    const callee = new TestMaker();
    const server: Partial<Maker.Server> = {
      echo: ({ cap }, context) => {
        using to = cap.castAs(Maker);
        context.tailCall((tail) => to.never({}, tail));
      },
    };
    using caller = serve(Maker, partial<Maker.Server>(server));
    using to = Maker.serve(callee);
    const call = caller.echo({ cap: to });
    await settle();
    call[Symbol.dispose]();
    await settle();
    expect(callee.aborted).toBe(1);
  });

  it("may be a call that was sent already: its results are passed on, and the caller's dispose cancels it", async () => {
    const callee = new TestMaker();
    using to = Maker.serve(callee);
    const server: Partial<Maker.Server> = {
      make: ({ label }, context) => {
        using sent = to.make({ label });
        context.tailCall(sent);
      },
      never: (_params, context) => context.tailCall(to.never()),
      getHeld: async (_params, context) => {
        const sent = to.getHeld();
        await sent;
        context.tailCall(sent);
      },
      fail: async ({ kind }, context) => {
        const sent = to.fail({ kind });
        await sent.catch(() => {});
        context.tailCall(sent);
      },
    };
    using caller = serve(Maker, partial<Maker.Server>(server));
    {
      using made = caller.make({ label: "sent" });
      expect((await made.cap.next()).number).toBe(0);
      expect((await made).box.label).toBe("sent");
    }
    const never = caller.never();
    await settle();
    never[Symbol.dispose]();
    await settle();
    expect(callee.aborted).toBe(1);
    const object = new Counting();
    await to.hold({ cap: object });
    {
      using held = caller.getHeld();
      expect((await held.cap.next()).number).toBe(0);
      expect((await (await held).cap.next()).number).toBe(1);
    }
    await settle();
    expect(callee.held?.$hook.references).toBe(1);
    callee.held?.[Symbol.dispose]();
    await expect(caller.fail({ kind: "overloaded" })).rejects.toMatchObject({ kind: "overloaded" });
    await settle();
    expect(callee.made[0]?.disposed).toBe(1);
  });

  it("answers once: a second one throws", async () => {
    const callee = new TestMaker();
    using to = Maker.serve(callee);
    let second: unknown;
    const server: Partial<Maker.Server> = {
      make: ({ label }, context) => {
        context.tailCall((tail) => to.make({ label }, tail));
        try {
          context.tailCall((tail) => to.make({ label }, tail));
        } catch (error) {
          second = error;
        }
      },
      echo: (_params, context) => {
        context.tailCall(() => to.echo());
      },
    };
    using caller = serve(Maker, partial<Maker.Server>(server));
    using results = await caller.make({ label: "first" });
    expect(results.box.label).toBe("first");
    expect(second).toMatchObject({ code: "second-answer" });
    expect(callee.made.length).toBe(1);
    await expect(caller.echo()).rejects.toThrow(/tailCall's function made no call/);
  });
});
