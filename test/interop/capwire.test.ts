/** capwire at both ends: the scenarios must hold without C++ too, and the tables must be empty afterwards. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Interop } from "./interop.capnp.js";
import { SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";
import { Stage } from "./stage.js";

describe("capwire with itself over TCP", () => {
  const server = new TwoPartyServer(Interop, () => new InteropService());
  let port: number;
  let client: TwoPartyClient;

  beforeAll(async () => {
    port = (await server.listen({ host: "127.0.0.1", port: 0 })).port ?? 0;
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    client = await TwoPartyClient.connect({ host: "127.0.0.1", port });
  });
  afterEach(() => client.close());

  for (const { title, run } of SCENARIOS) it(title, () => run(new Stage(client.bootstrap(Interop))));

  it("all of it works on one connection", async () => {
    for (const { run } of SCENARIOS) await run(new Stage(client.bootstrap(Interop)));
    expect(client.isClosed).toBe(false);
  });
});
