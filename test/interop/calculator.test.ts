/** The calculator example's client against each peer's calculator-server, and each calculator-client against the example's server. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Calculator } from "../../examples/calculator/calculator.capnp.js";
import { RoundTrips } from "../../examples/calculator/round-trips.js";
import { CalculatorService } from "../../examples/calculator/service.js";
import { STEPS } from "../../examples/calculator/steps.js";
import { listenAddress } from "./carriers.js";
import { CALCULATOR_CELLS } from "./cells.js";
import { cell, describeWithPeer } from "./matrix.js";
import { PEERS } from "./peers.js";
import { runClient, Server } from "./processes.js";

for (const peer of PEERS) {
  for (const carrier of peer.carriers) {
    describeWithPeer(peer, `calculator server over ${carrier}`, ["calculator-server"], () => {
      let server: Server;

      beforeAll(async () => {
        server = await Server.start(peer, "calculator-server", carrier);
      });
      afterAll(() => server.stop());

      for (const step of STEPS) {
        cell(peer, "server", `computes ${step.formula}`, async () => {
          const counter = new RoundTrips();
          using client = await TwoPartyClient.connect(server.connectAddress, {
            ...peer.session,
            observer: counter,
          });
          expect(await step.run(client.bootstrap(Calculator))).toEqual(step.expected);
          const { callbacks, roundTrips } = counter.take();
          expect(roundTrips).toBe(1 + callbacks);
        });
      }
    });

    describeWithPeer(peer, `calculator client over ${carrier}`, ["calculator-client"], () => {
      const { address, clientAddress, cleanUp } = listenAddress(carrier);
      const server = new TwoPartyServer(Calculator, new CalculatorService(), peer.session);
      let verdicts: Map<string, string>;

      beforeAll(async () => {
        const { port } = await server.listen(address);
        verdicts = await runClient(peer, "calculator-client", clientAddress(port));
      });
      afterAll(async () => {
        await server.close();
        cleanUp();
      });

      for (const [i, { title, line }] of CALCULATOR_CELLS.entries()) {
        cell(peer, "client", title, () => expect([...verdicts.values()][i]).toBe(line));
      }
    });
  }
}

describe("the calculator with capwire at both ends", () => {
  it("computes every step in one round trip, and one more for each call back", async () => {
    const server = new TwoPartyServer(Calculator, new CalculatorService());
    const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
    const counter = new RoundTrips();
    const client = await TwoPartyClient.connect({ host: "127.0.0.1", port: port ?? 0 }, { observer: counter });
    const calculator = client.bootstrap(Calculator);
    for (const step of STEPS) {
      expect(await step.run(calculator)).toEqual(step.expected);
      const { callbacks, roundTrips } = counter.take();
      expect(roundTrips).toBe(1 + callbacks);
    }
    client.close();
    await server.close();
  });
});
