/**
 * Calls that arrive over a connection at a membrane, a facet or a reconnecting capability, and whose results hold no capabilities:
 * nobody pipelines on them, so that only the one who waits for the results still has them.
 */

import { expect, test } from "vitest";
import { attenuate, Membrane, revocable } from "../../src/cap/index.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import { autoReconnect, TwoPartyClient, TwoPartyServer } from "../../src/vat/index.js";
import { settle } from "../cap/objects.js";
import { Thing } from "../schemas/facets.capnp.js";

/** Its `intercept` ends only when it is cancelled. */
class Patient implements Thing.Server {
  under = 0;
  cancelled = 0;

  passThrough(): Thing.PassThroughResults.Init {
    return { text: "here" };
  }

  async intercept(...[, context]: Parameters<Thing.Server["intercept"]>): Promise<Thing.InterceptResults.Init> {
    this.under++;
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    this.cancelled++;
    return {};
  }
}

type Made = readonly [client: Thing.Client, revoke?: (why: string) => void];

/** What stands between the connection and the object, by name. */
const RELAYS: Record<string, (thing: Thing.Client) => Made> = {
  membrane(thing) {
    const membrane = new Membrane();
    return [membrane.toOutside(thing), (why) => membrane.revoke(why)];
  },
  "revocable capability"(thing) {
    const { client, revoke } = revocable(Thing, thing);
    return [client, revoke];
  },
  "attenuated capability": (thing) => [attenuate(Thing, thing, ["intercept", "passThrough"])],
  "reconnecting capability": (thing) => [autoReconnect(Thing, () => thing.dup())],
};

function stage(relay: string) {
  const server = new Patient();
  using thing = Thing.serve(server);
  const [client, revoke] = (RELAYS[relay] as (thing: Thing.Client) => Made)(thing);
  const service = new TwoPartyServer(client);
  client[Symbol.dispose]();
  const { left, right } = memoryTransportPair();
  const session = service.accept(right);
  const vat = new TwoPartyClient(left);
  const remote = vat.bootstrap(Thing);
  return {
    server,
    revoke,
    remote,
    async finish() {
      remote[Symbol.dispose]();
      await settle();
      for (const { stats } of [vat, session]) expect(Object.values(stats).every((count) => count === 0)).toBe(true);
      vat.close();
      await service.close();
    },
  };
}

test.each(["membrane", "revocable capability"])(
  "a call over a connection through a %s is cut off when that is revoked while it is under way",
  async (relay) => {
    const { server, revoke, remote, finish } = stage(relay);
    const waiting = [remote.intercept(), remote.intercept()].map((call) => expect(call).rejects.toThrow("taken back"));
    await settle();
    expect(server.under).toBe(2);
    revoke?.("taken back");
    await Promise.all(waiting);
    await settle();
    expect(server.cancelled).toBe(2);
    await finish();
  },
);

test.each(Object.keys(RELAYS))(
  "a call over a connection through the %s that its caller cancels is cancelled at the object",
  async (relay) => {
    const { server, remote, finish } = stage(relay);
    const controller = new AbortController();
    const cancelled = expect(remote.intercept({}, { signal: controller.signal })).rejects.toThrow("never mind");
    await settle();
    expect(server.under).toBe(1);
    controller.abort(new Error("never mind"));
    await cancelled;
    await settle();
    expect(server.cancelled).toBe(1);
    expect((await remote.passThrough()).text).toBe("here");
    await finish();
  },
);
