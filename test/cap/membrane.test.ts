/** Membranes (checklist 102–118): the object inside is in this process or behind a connection. */

import { describe, expect, it } from "vitest";
import { innermost } from "../../src/cap/hook.js";
import { type CapabilityInit, Membrane, RpcError } from "../../src/cap/index.js";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Domain, interceptingPolicy, TestDomain, TestThing, Thing } from "./domain.js";
import { Counting, Deferred, settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

type ThingInit = CapabilityInit<Thing.Client, Thing.Server>;

describe.each(PLACES)("a membrane around an object $name", ({ serve }) => {
  function stage(more = {}) {
    const policy = interceptingPolicy(more);
    const membrane = new Membrane(policy);
    const server = new TestDomain();
    const inside = serve(Domain, server);
    const domain = membrane.toOutside(inside);
    inside[Symbol.dispose]();
    const end = () => {
      domain[Symbol.dispose]();
      policy[Symbol.dispose]();
    };
    return { policy, membrane, server, domain, [Symbol.dispose]: end };
  }

  it("asks its policy about calls on what comes out of it", async () => {
    using scene = stage();
    using results = await scene.domain.makeThing();
    expect((await results.thing.passThrough()).text).toBe("inside");
    expect((await results.thing.intercept()).text).toBe("inbound");
  });

  it("asks its policy about pipelined calls too", async () => {
    using scene = stage();
    using call = scene.domain.makeThing();
    const { thing } = call;
    const texts = [thing.passThrough(), thing.intercept()];
    expect((await texts[0])?.text).toBe("inside");
    expect((await texts[1])?.text).toBe("inbound");
  });

  it("asks its policy about calls on a promise before and after it resolves", async () => {
    using scene = stage();
    const results = scene.domain.makeThing();
    using thing = results.thing.dup();
    expect((await thing.intercept()).text).toBe("inbound");
    await thing.whenResolved();
    expect((await thing.intercept()).text).toBe("inbound");
    expect((await thing.passThrough()).text).toBe("inside");
    results[Symbol.dispose]();
  });

  it("asks its policy about calls from inside on what was passed in", async () => {
    using scene = stage();
    using thing = Thing.serve(new TestThing("outside"));
    expect((await scene.domain.callPassThrough({ thing, tail: false })).text).toBe("outside");
    expect((await scene.domain.callPassThrough({ thing, tail: true })).text).toBe("outside");
    expect((await scene.domain.callIntercept({ thing })).text).toBe("outbound");
  });

  it("gives back the very capability that was passed in", async () => {
    using scene = stage();
    using thing = Thing.serve(new TestThing("outside"));
    using results = await scene.domain.loopback({ thing });
    await results.thing.whenResolved();
    expect(innermost(results.thing.$hook)).toBe(innermost(thing.$hook));
    expect((await results.thing.intercept()).text).toBe("outside");
  });

  it("gives back the very capability that had come out of it", async () => {
    using scene = stage();
    using made = await scene.domain.makeThing();
    // Inside it is the object itself, not a wrapper of a wrapper: no policy is asked about a call from inside.
    expect((await scene.domain.callIntercept({ thing: made.thing })).text).toBe("inside");
  });

  it("has one wrapper for one capability, whichever way it came", async () => {
    using scene = stage();
    using thing = Thing.serve(new TestThing("outside"));
    expect((await scene.domain.same({ a: thing, b: thing })).same).toBe(true);
    using made = await scene.domain.makeThing();
    using first = await scene.domain.list({ things: [made.thing] });
    const again = first.things.at(0) as Thing.Client;
    await again.whenResolved();
    expect(innermost(again.$hook)).toBe(innermost(made.thing.$hook));
  });

  it("wraps the capabilities in lists and in untyped pointers", async () => {
    using scene = stage();
    using thing = Thing.serve(new TestThing("outside"));
    using made = await scene.domain.makeThing();
    using results = await scene.domain.list({ things: [made.thing, thing] });
    const texts = [...results.things].map(async (one) => (await one.intercept()).text);
    expect(await Promise.all(texts)).toEqual(["inbound", "outside"]);
    using any = results.any.as(Thing);
    expect((await any.intercept()).text).toBe("inbound");
  });

  it("passes a promise in, which turns out to be something outside", async () => {
    using scene = stage();
    const later = new Deferred<Thing.Client>();
    const call = scene.domain.callIntercept({ thing: later.promise as ThingInit });
    using echoed = scene.domain.loopback({ thing: later.promise as ThingInit });
    using thing = Thing.serve(new TestThing("outside"));
    await settle();
    later.resolve(thing);
    expect((await call).text).toBe("outbound");
    using back = await echoed;
    await back.thing.whenResolved();
    expect((await back.thing.intercept()).text).toBe("outside");
  });

  it("tells everybody who waits for a promise of the same resolution", async () => {
    using scene = stage();
    using call = scene.domain.makeThing();
    const { thing } = call;
    const found: object[] = [];
    thing.$hook.whenResolved((hook) => found.push(hook));
    thing.$hook.whenResolved((hook) => found.push(hook));
    await call;
    await settle();
    expect(found.length).toBe(2);
    expect(found[0]).toBe(found[1]);
  });

  it("fails calls in both directions once it is revoked, those under way at once", async () => {
    const revoked = new Deferred<void>();
    using scene = stage({ onRevoked: revoked.promise });
    using thing = Thing.serve(new TestThing("outside"));
    using made = await scene.domain.makeThing();
    const waiting = scene.domain.never({ thing });
    const pipelined = waiting.thing.passThrough();
    await settle();
    revoked.reject(RpcError.failed("no more"));
    await expect(waiting).rejects.toThrow("no more");
    await expect(pipelined).rejects.toThrow("no more");
    await expect(scene.domain.makeThing()).rejects.toThrow("no more");
    await expect(made.thing.passThrough()).rejects.toThrow("no more");
    await settle();
    expect(scene.server.cancelled).toBe(1);
    expect(scene.membrane.isRevoked).toBe(true);
    // Nothing holds the inside any more.
    expect(scene.server.made[0]?.disposed).toBe(1);
  });

  it("breaks promises that never resolve when it is revoked", async () => {
    using scene = stage();
    const later = new Deferred<Thing.Client>();
    using promised = Thing.client(Thing.hook(later.promise as ThingInit)!);
    using seen = scene.membrane.toOutside(promised);
    const resolved = expect(seen.whenResolved()).rejects.toThrow("no more");
    await settle();
    scene.membrane.revoke("no more");
    await resolved;
    await expect(seen.passThrough()).rejects.toThrow("no more");
    later.resolve(Thing.zero());
  });

  it("keeps calls in order across a capability's way in and out again", async () => {
    const inner = new TestMaker();
    using inside = serve(Maker, inner);
    const membrane = new Membrane();
    using maker = membrane.toOutside(inside);
    const mine = new Counting();
    using cap = Sequence.serve(mine);
    using call = maker.echo({ cap });
    const echoed = call.cap;
    const calls: PromiseLike<unknown>[] = [];
    for (let expected = 0; expected < 40; expected++) {
      calls.push(echoed.next({ expected }));
      if (expected % 4 === 3) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    expect(mine.order).toEqual([...Array(40).keys()]);
    expect(innermost(echoed.$hook)).toBe(innermost(cap.$hook));
  });

  it("lets go of everything when the last capability through it goes", async () => {
    const scene = stage();
    const thing = new TestThing("outside");
    const made = await scene.domain.makeThing();
    await scene.domain.callPassThrough({ thing, tail: false });
    made[Symbol.dispose]();
    scene[Symbol.dispose]();
    await settle();
    expect(thing.disposed).toBe(1);
    expect(scene.server.made[0]?.disposed).toBe(1);
    expect(scene.membrane.calls.size).toBe(0);
  });
});

describe("a membrane's policy", () => {
  it("refuses a call by throwing", async () => {
    const membrane = new Membrane({
      inboundCall(call) {
        if (call.methodOf(Domain) === "makeThing") throw RpcError.unimplemented("not for you");
      },
    });
    using inside = Domain.serve(new TestDomain());
    using domain = membrane.toOutside(inside);
    await expect(domain.makeThing()).rejects.toMatchObject({ kind: "unimplemented", reason: "not for you" });
    expect((await domain.same({})).same).toBe(true);
  });

  it("is asked again when a promise has resolved, if it wants to redirect only then", async () => {
    using policy = interceptingPolicy({ resolveBeforeRedirecting: true });
    const membrane = new Membrane(policy);
    const later = new Deferred<Thing.Client>();
    using outside = Thing.serve(new TestThing("outside"));
    using promised = Thing.client(Thing.hook(later.promise as ThingInit)!);
    using seen = membrane.toOutside(promised);
    const text = seen.intercept();
    await settle();
    // It turns out to be something of the caller's own side.
    using wrapped = membrane.toInside(outside);
    later.resolve(wrapped);
    expect((await text).text).toBe("outside");
  });
});
