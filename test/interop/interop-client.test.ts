/** capwire as a server to the C++ interop-client, which tells every scenario and judges it by itself. */

import { TwoPartyServer } from "capwire/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Interop } from "./interop.capnp.js";
import { CARRIERS, describeWithPeers, listenAddress, runClient } from "./peers.js";
import { nameOf, SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";

for (const carrier of CARRIERS) {
  describeWithPeers(`a C++ client over ${carrier}`, ["interop-client"], () => {
    const { address, clientAddress, cleanUp } = listenAddress(carrier);
    const server = new TwoPartyServer(Interop, () => new InteropService());
    let clientSays: string;
    let verdicts: Map<string, string>;

    beforeAll(async () => {
      clientSays = clientAddress((await server.listen(address)).port);
      verdicts = await runClient("interop-client", clientSays);
    }, 120_000);
    afterAll(async () => {
      await server.close();
      cleanUp();
    });

    for (const scenario of SCENARIOS) {
      it(`finds that ${scenario.title}`, () => {
        expect(verdicts.get(nameOf(scenario))).toBe(`ok ${nameOf(scenario)}`);
      });
    }

    it("tells the stories we tell, and no others", () => {
      expect([...verdicts.keys()].sort()).toEqual(SCENARIOS.map(nameOf).sort());
    });

    it("finds the same with one connection for everything", { timeout: 120_000 }, async () => {
      const again = await runClient("interop-client", clientSays, { CAPWIRE_ONE_CONNECTION: "1" });
      expect([...again.values()].filter((verdict) => !verdict.startsWith("ok "))).toEqual([]);
    });
  });
}
