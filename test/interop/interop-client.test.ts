/** capwire as a server to each peer's interop-client, which tells every scenario and judges it by itself. */

import { TwoPartyServer } from "capwire/node";
import type { ConnectionStats } from "capwire/rpc";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listenAddress } from "./carriers.js";
import { Interop } from "./interop.capnp.js";
import { knownFailure } from "./known-failures.js";
import { cell, describeWithPeer } from "./matrix.js";
import { Ledger } from "./objects.js";
import { PEERS } from "./peers.js";
import { expectOk, listScenarios, runClient, tellAll } from "./processes.js";
import { nameOf, SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";
import type { Scenario } from "./stage.js";

/** As long as a client with a few scenarios that wait in vain may take, in ms. */
const ALL_SCENARIOS = 120_000;

/** Stories whose connection ends while they are told (disconnect.test.ts). */
const ONLY_WHEN_NAMED = ["a-server-that-leaves-breaks-its-calls", "hang-forever"];

for (const peer of PEERS) {
  for (const carrier of peer.carriers) {
    describeWithPeer(peer, `client over ${carrier}`, ["interop-client"], () => {
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
          ...peer.session,
          observer: {
            message(direction, message) {
              if (direction === "outgoing" || message.which !== "bootstrap") return;
              for (const session of server.connections) betweenScenarios.push(session.stats);
            },
          },
        },
      );
      const isKnown = ({ title }: Scenario) => knownFailure(peer.name, "client", title) !== undefined;
      const good = SCENARIOS.filter((scenario) => !isKnown(scenario)).map(nameOf);
      const bad = SCENARIOS.filter(isKnown).map(nameOf);
      let connectAddress: string;
      let verdicts: Map<string, string>;

      beforeAll(async () => {
        connectAddress = clientAddress((await server.listen(address)).port);
        verdicts = await tellAll(peer, connectAddress, good, bad);
      }, ALL_SCENARIOS);
      afterAll(async () => {
        await server.close();
        cleanUp();
      });

      for (const scenario of SCENARIOS) {
        cell(peer, "client", scenario.title, () => expectOk(verdicts, nameOf(scenario)));
      }

      it("tells the stories we tell, and no others", async () => {
        const names = await listScenarios(peer);
        expect(names.toSorted()).toEqual([...SCENARIOS.map(nameOf), ...ONLY_WHEN_NAMED].toSorted());
      });

      const everything = "all of it works on one connection and leaves our tables empty";
      cell(
        peer,
        "client",
        everything,
        async () => {
          betweenScenarios.length = 0;
          const options = { oneConnection: true, scenarios: good };
          const again = await runClient(peer, "interop-client", connectAddress, options);
          for (const name of good) expectOk(again, name);
          expect(betweenScenarios).toHaveLength(good.length);
          expect(stays(betweenScenarios)).toEqual([]);
        },
        ALL_SCENARIOS,
      );

      cell(peer, "client", "no object of ours is left behind", async () => {
        await server.close();
        const counts = ({ liveCounters, liveSequences, hanging }: Ledger) => ({ liveCounters, liveSequences, hanging });
        expect(services.map((service) => counts(service.ledger))).toEqual(services.map(() => counts(new Ledger())));
      });
    });
  }
}

/**
 * The tables that were not empty and still were not one scenario later. Once is no leak: an object that held something may be
 * disposed of a moment after the Bootstrap that arrived with its Release.
 */
function stays(samples: readonly ConnectionStats[]): readonly ConnectionStats[] {
  const isEmpty = (stats: ConnectionStats | undefined) => Object.values(stats ?? {}).every((count) => count === 0);
  return samples.filter((stats, i) => !isEmpty(stats) && !isEmpty(samples[i + 1]));
}
