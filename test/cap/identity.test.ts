/** Which capability is which: thisCap, equality. */

import { describe, expect, it } from "vitest";
import { type CapabilityInit, type ServerContext, sameCapability, sameNow } from "../../src/cap/index.js";
import { Sequence } from "../schemas/cap-stories.capnp.js";
import { Domain, TestDomain, TestThing, Thing } from "./domain.js";
import { Counting, Deferred, settle } from "./objects.js";
import { PLACES } from "./places.js";

/** Hands itself out. */
class SelfGiver extends TestDomain {
  self: Thing.Client | null = null;

  override loopback(_params: Domain.LoopbackParams, context?: ServerContext): Domain.LoopbackResults.Init {
    this.self = (context as ServerContext).thisCap(Thing);
    return { thing: this.self };
  }
}

describe.each(PLACES)("an object $name", ({ serve }) => {
  it("gets a client for itself from its context", async () => {
    const server = new SelfGiver();
    using domain = serve(Domain, server);
    using results = await domain.loopback({});
    expect(await sameCapability(domain, results.thing)).toBe(true);
    server.self?.[Symbol.dispose]();
  });

  it("is the same as itself and no other", async () => {
    using domain = serve(Domain, new TestDomain());
    using one = await domain.makeThing();
    using other = await domain.makeThing();
    using copy = one.thing.dup();
    expect(await sameCapability(one.thing, copy)).toBe(true);
    expect(await sameCapability(one.thing, other.thing)).toBe(false);
    using null1 = Thing.zero();
    using null2 = Sequence.zero();
    expect(await sameCapability(null1, null2)).toBe(true);
    expect(await sameCapability(null1, copy)).toBe(false);
  });

  it("is recognised when it comes back as a promise", async () => {
    using thing = serve(Thing, new TestThing("here"));
    using domain = serve(Domain, new TestDomain());
    using call = domain.loopback({ thing });
    expect(sameNow(call.thing, thing)).toBe(null);
    expect(await sameCapability(call.thing, thing)).toBe(true);
  });
});

describe("an object of this process", () => {
  it("stays alive as long as a client that it got from its context", async () => {
    const server = new SelfGiver();
    const domain = Domain.serve(server);
    const results = await domain.loopback({});
    domain[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(0);
    results[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(0);
    server.self?.[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(1);
  });

  it("is unknown to be the same as a promise until that resolves", async () => {
    const later = new Deferred<Sequence.Client>();
    using client = Sequence.serve(new Counting());
    using promised = Sequence.client(
      Sequence.hook(later.promise as CapabilityInit<Sequence.Client, Sequence.Server>) as never,
    );
    expect(sameNow(client, promised)).toBe(null);
    const same = sameCapability(client, promised);
    later.resolve(client);
    expect(await same).toBe(true);
  });
});
