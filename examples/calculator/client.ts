/** The client process: `client.js HOST:PORT` goes through the steps and prints what each gave and what it cost. Exits with 1 if one was wrong. */

import { TwoPartyClient } from "capwire/node";
import { Calculator } from "./calculator.capnp.js";
import { RoundTrips } from "./round-trips.js";
import { STEPS } from "./steps.js";

const [host = "127.0.0.1", port] = (process.argv[2] ?? "").split(":");
const counter = new RoundTrips();
const client = await TwoPartyClient.connect({ host, port: Number(port) }, { observer: counter });
const calculator = client.bootstrap(Calculator);
const total = { calls: 0, callbacks: 0, roundTrips: 0 };

for (const step of STEPS) {
  const start = performance.now();
  const results = await step.run(calculator);
  const elapsedMs = performance.now() - start;
  const cost = counter.take();
  const right = results.join() === step.expected.join();
  if (!right) process.exitCode = 1;
  console.log(`${step.title}: ${step.formula}`);
  console.log(`  = ${results.join(", ")}${right ? "" : `, which is wrong: ${step.expected.join(", ")}`}`);
  console.log(`  ${describe(cost)}, ${elapsedMs.toFixed(1)} ms`);
  total.calls += cost.calls;
  total.callbacks += cost.callbacks;
  total.roundTrips += cost.roundTrips;
}
console.log(`${STEPS.length} steps: ${describe(total)}`);

calculator[Symbol.dispose]();
client.close();

function describe({ calls, callbacks, roundTrips }: typeof total): string {
  const back = callbacks > 0 ? ` and ${count(callbacks, "call")} back` : "";
  return `${count(calls, "call")}${back} in ${count(roundTrips, "round trip")}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
