/** What a membrane's policy may do beyond letting calls pass (checklist 108–110, and the hooks of C++'s MembranePolicy), and messages that cross one. */

import { describe, expect, it } from "vitest";
import { innermost } from "../../src/cap/hook.js";
import { type CapabilityClient, Membrane, type MembranePolicy, RpcError } from "../../src/cap/index.js";
import { AnyPointer, listOf, MessageBuilder } from "../../src/wire/index.js";
import { Domain$ListResults } from "../schemas/facets.capnp.js";
import { Domain, interceptingPolicy, TestDomain, TestThing, Thing } from "./domain.js";
import { settle } from "./objects.js";

function around(policy: MembranePolicy) {
  const membrane = new Membrane(policy);
  const server = new TestDomain();
  using inside = Domain.serve(server);
  return { membrane, server, domain: membrane.toOutside(inside) };
}

describe("a message copied out of a membrane", () => {
  it("has every capability wrapped: in a struct, in a list, in an AnyPointer, and back in again they are themselves", async () => {
    using policy = interceptingPolicy();
    const membrane = new Membrane(policy);
    const objects = [new TestThing("inside"), new TestThing("inside")];
    const inside = new MessageBuilder();
    inside.initRoot(Domain$ListResults).assign({ things: objects });
    inside.getRoot(Domain$ListResults).any.set(Thing, objects[0] as TestThing);

    const outside = new MessageBuilder();
    membrane.copyOut(outside.root, Domain$ListResults, inside.getRoot(Domain$ListResults));
    const struct = outside.asReader().getRoot(Domain$ListResults);
    const list = new MessageBuilder();
    membrane.copyOut(list.root, listOf(Thing), objects);
    const any = new MessageBuilder();
    membrane.copyOut(any.root, AnyPointer, inside.asReader().root);

    for (const copy of [struct, any.asReader().getRoot(Domain$ListResults)]) {
      for (const thing of [copy.things.at(1) as Thing.Client, copy.any.as(Thing)]) {
        expect((await thing.intercept()).text).toBe("inbound");
        expect((await thing.passThrough()).text).toBe("inside");
        thing[Symbol.dispose]();
      }
    }
    // What is outside already is wrapped no second time.
    const again = list.asReader().getRoot(listOf(Thing)).at(0) as Thing.Client;
    const first = struct.things.at(0) as Thing.Client;
    expect(innermost(again.$hook)).toBe(innermost(first.$hook));

    const back = new MessageBuilder();
    membrane.copyIn(back.root, Domain$ListResults, struct);
    using own = back.asReader().getRoot(Domain$ListResults).any.as(Thing);
    expect((await own.intercept()).text).toBe("inside");

    for (const message of [inside, outside, list, any, back]) message.capTable.release();
    for (const client of [again, first, own]) client[Symbol.dispose]();
    for (const client of struct.things) client[Symbol.dispose]();
    await settle();
  });
});

describe("a membrane's policy", () => {
  it("sees the object a call is made on, and may not keep it without saying so", async () => {
    const seen: CapabilityClient[] = [];
    let kept: CapabilityClient | null = null;
    const { domain, server } = around({
      inboundCall(call) {
        seen.push(call.target);
        kept ??= call.target.dup();
      },
    });
    await domain.makeThing();
    await domain.same({});
    expect(seen).toHaveLength(2);
    expect(() => seen[0]?.$hook).toThrow(/only lent to the policy/);
    using lent = kept as unknown as CapabilityClient;
    using inside = lent.castAs(Domain);
    expect((await inside.same({})).same).toBe(true);
    inside[Symbol.dispose]();
    domain[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(0);
    lent[Symbol.dispose]();
    await settle();
    expect(server.disposed).toBe(1);
  });

  it("may give those inside something else than what was passed in, and those outside something else than what comes out", async () => {
    using stand = Thing.serve(new TestThing("stand-in"));
    const asked: string[] = [];
    const { domain } = around({
      importExternal: () => {
        asked.push("import");
        return stand;
      },
      exportInternal: () => {
        asked.push("export");
      },
    });
    expect(asked).toEqual(["export"]);
    using thing = Thing.serve(new TestThing("outside"));
    expect((await domain.callPassThrough({ thing, tail: false })).text).toBe("stand-in");
    // It lives inside, and so comes out as any object of the inside does.
    using results = await domain.loopback({ thing });
    await results.thing.whenResolved();
    expect(innermost(results.thing.$hook)).not.toBe(innermost(thing.$hook));
    expect((await results.thing.passThrough()).text).toBe("stand-in");
    expect(asked.filter((which) => which === "import")).toHaveLength(2);
    domain[Symbol.dispose]();
  });

  it("may let a capability through as it is, without a wrapper", async () => {
    const through = new Set<CapabilityClient>();
    let open = false;
    const { domain } = around({
      exportInternal(internal) {
        if (!open) return;
        const client = internal.dup();
        through.add(client);
        return client;
      },
      inboundCall: (call) => {
        if (call.methodOf(Thing)) throw RpcError.failed("through the membrane");
      },
    });
    open = true;
    using results = await domain.makeThing();
    expect((await results.thing.passThrough()).text).toBe("inside");
    for (const client of [...through, domain]) client[Symbol.dispose]();
  });

  it.each([
    ["a promise", async () => {}],
    ["a promise", () => Promise.reject(new Error("too late"))],
    ["an object", () => new TestThing("no client")],
    ["a boolean", () => false],
  ])("that returns %s has not let the call or the capability pass", async (what, answer) => {
    let asked = false;
    const odd = (() => (asked ? answer() : undefined)) as () => undefined;
    const message = `a membrane's policy must return a client or nothing, not ${what}`;
    const calls = around({ inboundCall: odd });
    const crossing = around({ exportInternal: odd });
    asked = true;
    await expect(calls.domain.same({})).rejects.toThrow(message);
    using results = await crossing.domain.makeThing();
    await expect(results.thing.passThrough()).rejects.toThrow(message);
    for (const { domain } of [calls, crossing]) domain[Symbol.dispose]();
  });

  it("may keep capabilities from crossing: null, or broken with a reason", async () => {
    let closed = false;
    const { domain } = around({
      importExternal: () => null,
      exportInternal() {
        if (closed) throw RpcError.failed("stays inside");
      },
    });
    closed = true;
    using thing = Thing.serve(new TestThing("outside"));
    await expect(domain.callPassThrough({ thing, tail: false })).rejects.toThrow(/called null capability/);
    using results = await domain.makeThing();
    await expect(results.thing.passThrough()).rejects.toThrow("stays inside");
    domain[Symbol.dispose]();
  });
});
