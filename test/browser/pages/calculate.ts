/** The calculator's steps over any connection: what each gave and what it cost, for a page and for Node. */

import { TwoPartyClient } from "capwire";
import type { Transport } from "capwire/transport";
import { Calculator } from "../../../examples/calculator/calculator.capnp.js";
import { RoundTrips } from "../../../examples/calculator/round-trips.js";
import { STEPS } from "../../../examples/calculator/steps.js";

export interface Cost {
  readonly results: readonly number[];
  readonly calls: number;
  readonly callbacks: number;
  readonly roundTrips: number;
}

export async function calculate(transport: Transport): Promise<Cost[]> {
  const observer = new RoundTrips();
  const client = new TwoPartyClient(transport, { observer });
  const calculator = client.bootstrap(Calculator);
  const costs: Cost[] = [];
  for (const step of STEPS) costs.push({ results: await step.run(calculator), ...observer.take() });
  client.close();
  return costs;
}
