/** Capabilities given in part: revocable (checklist 100) and attenuated ones. */

import { describe, expect, it } from "vitest";
import { attenuate, Membrane, RpcError, revocable, serveRevocable } from "../../src/cap/index.js";
import { Sequence } from "../schemas/cap-stories.capnp.js";
import { Domain, TestDomain, TestThing, Thing } from "./domain.js";
import { Counting, settle } from "./objects.js";
import { PLACES } from "./places.js";

describe("a revocable object", () => {
  it("fails calls under way and later ones with the reason given", async () => {
    const server = new TestDomain();
    const { client, revoke } = serveRevocable(Domain, server);
    using domain = client;
    const waiting = domain.never({});
    await settle();
    revoke(RpcError.overloaded("gone fishing"));
    await expect(waiting).rejects.toMatchObject({ kind: "overloaded", reason: "gone fishing" });
    await expect(domain.makeThing()).rejects.toThrow("gone fishing");
    await settle();
    expect(server.cancelled).toBe(1);
    expect(server.disposed).toBe(1);
  });

  it("refuses a request that was begun before it was taken back and is sent after that", async () => {
    const server = new Counting();
    const { client, revoke } = serveRevocable(Sequence, server);
    using held = client;
    using inside = Sequence.serve(new Counting());
    const membrane = new Membrane();
    using through = membrane.toOutside(inside);
    for (const [target, cut] of [
      [held, () => revoke("taken back")],
      [through, () => membrane.revoke("taken back")],
    ] as const) {
      const begun = target.$hook.newCall(Sequence.id, 0, {});
      const failed: string[] = [];
      cut();
      begun.send({ returned: (results) => results.release(), failed: ({ reason }) => failed.push(reason) });
      await settle();
      expect(failed).toEqual(["taken back"]);
    }
    expect(server.calls).toBe(0);
  });

  it("works like the object itself until then", async () => {
    const server = new TestDomain();
    const facet = serveRevocable(Domain, server);
    using call = facet.client.makeThing();
    expect((await call.thing.passThrough()).text).toBe("inside");
    expect(facet.isRevoked).toBe(false);
    facet.client[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(1);
    facet.revoke();
    expect(facet.isRevoked).toBe(true);
  });

  it("does not take back what calls have returned", async () => {
    const facet = serveRevocable(Domain, new TestDomain());
    using results = await facet.client.makeThing();
    facet.revoke();
    expect((await results.thing.passThrough()).text).toBe("inside");
    facet.client[Symbol.dispose]();
  });
});

describe.each(PLACES)("a capability to an object $name", ({ serve }) => {
  it("can be passed on so that it can be taken back", async () => {
    using thing = serve(Thing, new TestThing("here"));
    const facet = revocable(Thing, thing);
    expect((await facet.client.passThrough()).text).toBe("here");
    facet.revoke("enough");
    await expect(facet.client.passThrough()).rejects.toThrow("enough");
    expect((await thing.passThrough()).text).toBe("here");
    facet.client[Symbol.dispose]();
  });

  it("can be restricted to some of its methods", async () => {
    using thing = serve(Thing, new TestThing("here"));
    using facet = attenuate(Thing, thing, ["passThrough"]);
    expect((await facet.passThrough()).text).toBe("here");
    await expect(facet.intercept()).rejects.toMatchObject({
      kind: "unimplemented",
      reason: "Thing.intercept is not part of this capability",
    });
    // Nor by pretending that it is something else.
    using other = facet.castAs(Domain);
    await expect(other.makeThing()).rejects.toThrow("is not part of this capability");
  });

  it("can have some of its methods answered by an object whose methods are its class's", async () => {
    using thing = serve(Thing, new TestThing("here"));
    class Reworded implements Partial<Thing.Server> {
      intercept() {
        return { text: "reworded" };
      }
    }
    using facet = attenuate(Thing, thing, ["passThrough"], new Reworded());
    expect((await facet.intercept()).text).toBe("reworded");
    expect((await facet.passThrough()).text).toBe("here");
  });

  it("cannot be restricted to a method it does not have: a misspelt name shows", () => {
    using thing = serve(Thing, new TestThing("here"));
    expect(() => attenuate(Thing, thing, ["passthrough" as "passThrough"])).toThrow(
      'Thing has no method "passthrough" to allow',
    );
  });

  it("can have some of its methods answered by somebody else", async () => {
    const thing = serve(Thing, new TestThing("here"));
    const facet = attenuate(Thing, thing, ["passThrough"], {
      async intercept() {
        return { text: `${(await thing.passThrough()).text}, reworded` };
      },
    });
    expect((await facet.intercept()).text).toBe("here, reworded");
    expect((await facet.passThrough()).text).toBe("here");
    facet[Symbol.dispose]();
    thing[Symbol.dispose]();
  });
});
