/** The process that calls a Service through one RPC library. Usage: client <library, as loadLibrary takes it> <port> [<round trip in ms>] */

import { answerRequests } from "../answer-requests.js";
import { concurrentRate, sequentialRate } from "../rate.js";
import { loadLibrary } from "./load-library.js";
import type { HeldCounter } from "./rpc-library.js";

const TEXT = "thirty-two bytes of text, or so.";
const MIB = 1 << 20;
const CHAIN_LENGTH = 5;
const CAPABILITIES = 10_000;
const CAPABILITY_WINDOW = 256;
const RELEASE_LIMIT_MS = 5000;

const library = await loadLibrary(process.argv[2]!);
const roundTripMs = Number(process.argv[4] ?? 0);
const service = await library.connect(Number(process.argv[3]));
const data = Uint8Array.from({ length: MIB }, (_, i) => Math.imul(i, 2654435761) >>> 13);
let calls = 0;

await service.liveCounters();
await answerRequests(0, sample);

async function sample(bench: string, seconds: number): Promise<number> {
  switch (bench) {
    case "rpc-sequential":
    case "cost-sequential":
      return sequentialRate(seconds, echo);
    case "rpc-64":
    case "cost-64":
      return concurrentRate(seconds, 64, echo);
    case "rpc-1024":
      return concurrentRate(seconds, 1024, echo);
    case "rpc-1mib":
      return 2 * (await sequentialRate(seconds, echoData)); // MiB, both ways
    case "rpc-chain":
      return sequentialRate(seconds, chain);
    case "rpc-chain-trips":
      return roundTrips();
    case "rpc-capabilities":
    case "cost-capabilities":
      return capabilities();
    default:
      throw new Error(`no bench named ${bench}`);
  }
}

async function echo(): Promise<void> {
  const number = ++calls & 0xffff;
  const answer = await service.echo(number, TEXT);
  if (answer.number !== number || answer.text.length !== TEXT.length) throw new Error("wrong answer");
}

async function echoData(): Promise<void> {
  const answer = await service.echoData(data);
  if (answer.length !== MIB || answer[54321] !== data[54321] || answer[MIB - 1] !== data[MIB - 1])
    throw new Error("wrong answer");
}

async function chain(): Promise<void> {
  if ((await service.chain(CHAIN_LENGTH)) !== CHAIN_LENGTH) throw new Error("wrong answer");
}

async function roundTrips(): Promise<number> {
  const start = performance.now();
  await chain();
  return (performance.now() - start) / roundTripMs;
}

/** Makes CAPABILITIES objects, holds them all, releases them and waits until the server holds none; returns how many per second. */
async function capabilities(): Promise<number> {
  const held: HeldCounter[] = [];
  const start = performance.now();
  let requested = 0;
  const lane = async () => {
    while (requested < CAPABILITIES) held.push(await service.makeCounter(requested++));
  };
  await Promise.all(Array.from({ length: CAPABILITY_WINDOW }, lane));
  if ((await service.liveCounters()) < CAPABILITIES) throw new Error("the server does not hold what was made");

  for (const counter of held) counter.release();
  for (let left = await service.liveCounters(); left > 0; left = await service.liveCounters()) {
    if (performance.now() - start > RELEASE_LIMIT_MS) throw new Error(`${left} objects were never released`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return (CAPABILITIES * 1000) / (performance.now() - start);
}
