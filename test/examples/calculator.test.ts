/** The calculator example's count of round trips is what a slow link makes of them. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { expect, it } from "vitest";
import { Calculator } from "../../examples/calculator/calculator.capnp.js";
import { RoundTrips } from "../../examples/calculator/round-trips.js";
import { CalculatorService } from "../../examples/calculator/service.js";
import { slowLink } from "../../examples/calculator/slow-link.js";
import { STEPS } from "../../examples/calculator/steps.js";

/** Long enough that a busy machine does not take it for another round trip. */
const ROUND_TRIP_MS = 250;

it("over a slow link each step takes as long as the round trips it counts", async () => {
  const server = new TwoPartyServer(Calculator, new CalculatorService());
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const slow = await slowLink("127.0.0.1", port ?? 0, ROUND_TRIP_MS);
  const counter = new RoundTrips();
  const client = await TwoPartyClient.connect({ host: "127.0.0.1", port: slow }, { observer: counter });
  const calculator = client.bootstrap(Calculator);

  for (const step of STEPS) {
    const start = performance.now();
    expect(await step.run(calculator)).toEqual(step.expected);
    const elapsed = performance.now() - start;
    const { roundTrips, callbacks } = counter.take();
    expect(roundTrips).toBe(1 + callbacks);
    // A timer may fire a millisecond early.
    expect(Math.floor((elapsed + 2) / ROUND_TRIP_MS)).toBe(roundTrips);
  }

  client.close();
  await server.close();
});
