/** capwire as a server to the C++ interop-client, which tells every scenario and judges it by itself. */

import { TwoPartyServer } from "capwire/node";
import type { ConnectionStats } from "capwire/rpc";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Interop } from "./interop.capnp.js";
import { Ledger } from "./objects.js";
import { CARRIERS, describeWithPeers, listenAddress, runClient } from "./peers.js";
import { nameOf, SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";

for (const carrier of CARRIERS) {
  describeWithPeers(`a C++ client over ${carrier}`, ["interop-client"], () => {
    const { address, clientAddress, cleanUp } = listenAddress(carrier);
    const services: InteropService[] = [];
    /** What the tables held whenever the client, done with a scenario, asked for the bootstrap of the next one. */
    const betweenScenarios: ConnectionStats[] = [];
    const server = new TwoPartyServer(
      Interop,
      () => {
        const service = new InteropService();
        services.push(service);
        return service;
      },
      {
        observer: {
          message(direction, message) {
            if (direction === "outgoing" || message.which !== "bootstrap") return;
            for (const session of server.connections) betweenScenarios.push(session.stats);
          },
        },
      },
    );
    let connectAddress: string;
    let verdicts: Map<string, string>;

    beforeAll(async () => {
      connectAddress = clientAddress((await server.listen(address)).port);
      verdicts = await runClient("interop-client", connectAddress);
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

    it("finds the same with one connection for everything, and leaves nothing in its tables", {
      timeout: 120_000,
    }, async () => {
      betweenScenarios.length = 0;
      const again = await runClient("interop-client", connectAddress, { oneConnection: true });
      expect([...again.values()].filter((verdict) => !verdict.startsWith("ok "))).toEqual([]);
      expect(betweenScenarios).toHaveLength(SCENARIOS.length);
      const empty: ConnectionStats = { questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 };
      expect(betweenScenarios).toEqual(betweenScenarios.map(() => empty));
    });

    it("leaves no object of ours behind", async () => {
      await server.close();
      const counts = ({ liveCounters, liveSequences, hanging }: Ledger) => ({ liveCounters, liveSequences, hanging });
      expect(services.map((service) => counts(service.ledger))).toEqual(services.map(() => counts(new Ledger())));
    });
  });
}

describeWithPeers("a C++ client whose capwire server leaves", ["interop-client"], () => {
  it("sees its calls fail with kind disconnected", async () => {
    const { address, clientAddress, cleanUp } = listenAddress("TCP");
    const server = new TwoPartyServer(Interop, (session) => {
      const service = new InteropService();
      service.hang = () => {
        session.close();
        return new Promise(() => {});
      };
      return service;
    });
    const { port } = await server.listen(address);
    const scenarios = ["a-server-that-leaves-breaks-its-calls"];
    const verdicts = await runClient("interop-client", clientAddress(port), { scenarios });
    expect([...verdicts.values()]).toEqual(["ok a-server-that-leaves-breaks-its-calls"]);
    await server.close();
    cleanUp();
  });
});
