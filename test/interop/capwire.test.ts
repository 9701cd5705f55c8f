/** capwire at both ends: the scenarios must hold without C++ too, and every one must leave sound tables and no object behind. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Interop } from "./interop.capnp.js";
import { SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";
import { Stage } from "./stage.js";

describe("capwire with itself over TCP", () => {
  let service: InteropService;
  const server = new TwoPartyServer(Interop, () => {
    service = new InteropService();
    return service;
  });
  let port: number;
  let client: TwoPartyClient;

  beforeAll(async () => {
    port = (await server.listen({ host: "127.0.0.1", port: 0 })).port ?? 0;
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    client = await TwoPartyClient.connect({ host: "127.0.0.1", port });
  });
  afterEach(async () => {
    const sessions = [...server.connections];
    for (const session of sessions) session.check();
    client.close();
    await Promise.all(sessions.map((session) => session.disconnected));
    await new Promise(setImmediate);
    const { liveCounters, liveSequences, hanging } = service.ledger;
    expect({ liveCounters, liveSequences, hanging }).toEqual({ liveCounters: 0, liveSequences: 0, hanging: 0 });
  });

  for (const { title, run } of SCENARIOS) it(title, () => run(new Stage(client.bootstrap(Interop))));

  it("all of it works on one connection", async () => {
    for (const { run } of SCENARIOS) await run(new Stage(client.bootstrap(Interop)));
    expect(client.isClosed).toBe(false);
  });
});
