/** The calculator example's client against the C++ calculator-server, and the C++ calculator-client against the example's server. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Calculator } from "../../examples/calculator/calculator.capnp.js";
import { RoundTrips } from "../../examples/calculator/round-trips.js";
import { CalculatorService } from "../../examples/calculator/service.js";
import { STEPS } from "../../examples/calculator/steps.js";
import { CARRIERS, describeWithPeers, listenAddress, runClient, Server } from "./peers.js";

for (const carrier of CARRIERS) {
  describeWithPeers(`a C++ calculator over ${carrier}`, ["calculator-server"], () => {
    let server: Server;

    beforeAll(async () => {
      server = await Server.start("calculator-server", carrier);
    });
    afterAll(() => server.stop());

    for (const step of STEPS) {
      it(`computes ${step.formula}`, async () => {
        const counter = new RoundTrips();
        using client = await TwoPartyClient.connect(server.connectAddress, { observer: counter });
        expect(await step.run(client.bootstrap(Calculator))).toEqual(step.expected);
        const { callbacks, roundTrips } = counter.take();
        expect(roundTrips).toBe(1 + callbacks);
      });
    }
  });

  describeWithPeers(`a C++ calculator client over ${carrier}`, ["calculator-client"], () => {
    it("computes what it should", async () => {
      const { address, clientAddress, cleanUp } = listenAddress(carrier);
      const server = new TwoPartyServer(Calculator, new CalculatorService());
      const { port } = await server.listen(address);
      const verdicts = await runClient("calculator-client", clientAddress(port));
      expect([...verdicts.values()]).toEqual([
        "ok literal 123",
        "ok add-and-subtract 101",
        "ok deferred-reads 27 29",
        "ok defined-functions 1234 4244",
        "ok callback 512",
      ]);
      await server.close();
      cleanUp();
    });
  });
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
