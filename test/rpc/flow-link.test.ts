/** Streaming calls of whole vats over a simulated link: what the windows make of its bandwidth, and how much they let pile up on it. */

import { describe, expect, test } from "vitest";
import { AdaptiveWindow } from "../../src/rpc/adaptive-window.js";
import { FixedWindow, type FlowController } from "../../src/rpc/flow.js";
import { Sink } from "../schemas/streams.capnp.js";
import { type LinkOptions, SlowLink } from "./slow-link.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Counts what it is sent. */
class CountingSink implements Sink.Server {
  bytes = 0;

  write({ bytes }: Sink.WriteParams): void {
    this.bytes += bytes.length;
  }

  end(): Sink.EndResults.Init {
    return { length: BigInt(this.bytes) };
  }
}

/** Streams `total` bytes in chunks and waits for the end. `change` sees the link before each chunk. */
async function transfer(
  options: LinkOptions,
  newFlow: (now: () => number) => FlowController,
  total: number,
  chunk: number,
  change: (link: SlowLink, sent: number) => void = () => {},
) {
  const sink = new CountingSink();
  const served = Sink.serve(sink);
  const flows: FlowController[] = [];
  const link: SlowLink = new SlowLink(
    options,
    {
      newFlow: () => {
        const flow = newFlow(() => link.now);
        flows.push(flow);
        return flow;
      },
    },
    { bootstrap: () => served.$hook.addRef() },
  );
  using client = link.bootstrap(Sink);
  const bytes = new Uint8Array(chunk);
  let done = false;
  let window = 0;
  const sending = (async () => {
    for (let sent = 0; sent < total; sent += chunk) {
      change(link, sent);
      const flow = flows.at(-1);
      if (flow && !(flow instanceof AdaptiveWindow && flow.isProbing)) window = flow.window;
      await client.write({ bytes });
    }
    const { length } = await client.end();
    expect(Number(length)).toBe(total);
    done = true;
  })();
  await link.run(() => done);
  await sending;
  served[Symbol.dispose]();
  return {
    ms: link.now,
    ideal: total / options.bandwidth + 2 * options.latency,
    link,
    /** The last one outside of a probe. */ window,
  };
}

const adaptive = (now: () => number) => new AdaptiveWindow(now);
const fixed = () => new FixedWindow();

describe("an adaptive window", () => {
  test.each([
    { name: "100 Mbit/s over 100 ms", bandwidth: 12.5 * KIB, latency: 50, chunk: 64 * KIB },
    { name: "1 Gbit/s over 40 ms", bandwidth: 125 * KIB, latency: 20, chunk: 64 * KIB },
    { name: "20 Mbit/s over 300 ms", bandwidth: 2.5 * KIB, latency: 150, chunk: 16 * KIB },
  ])("fills a long fat link, which a fixed one leaves empty: $name", async ({ bandwidth, latency, chunk }) => {
    const product = bandwidth * 2 * latency;
    const total = Math.ceil((product * 24) / chunk) * chunk;
    const found = await transfer({ bandwidth, latency }, adaptive, total, chunk);
    const stuck = await transfer({ bandwidth, latency }, fixed, total, chunk);
    // Within a third of the best there is, the search included; a fixed window leaves most of the link unused.
    expect(found.ms).toBeLessThan(found.ideal * 1.34);
    expect(stuck.ms).toBeGreaterThan(found.ms * 5);
    expect(found.window).toBeGreaterThan(product);
    expect(found.window).toBeLessThan(product * 1.5);
    expect(found.link.mostQueued).toBeLessThan(product * 2);
  });

  test.each([
    { name: "a LAN: 1 Gbit/s over 0.4 ms", bandwidth: 125 * KIB, latency: 0.2, chunk: 64 * KIB },
    { name: "a LAN: 1 Gbit/s over 0.4 ms", bandwidth: 125 * KIB, latency: 0.2, chunk: 4 * KIB },
    { name: "loopback: 1 GB/s, 0.05 ms", bandwidth: MIB, latency: 0.025, chunk: 64 * KIB },
    { name: "a modem: 56 kbit/s over 200 ms", bandwidth: 7, latency: 100, chunk: 4 * KIB },
  ])("is no worse on $name, in chunks of $chunk", async ({ bandwidth, latency, chunk }) => {
    const total = chunk * 256;
    const found = await transfer({ bandwidth, latency }, adaptive, total, chunk);
    const stuck = await transfer({ bandwidth, latency }, fixed, total, chunk);
    expect(found.ms).toBeLessThan(stuck.ms * 1.005);
  });

  test("shrinks to the smallest where a larger one brings nothing", async () => {
    const found = await transfer({ bandwidth: MIB, latency: 0.025 }, adaptive, 64 * MIB, 64 * KIB);
    expect(found.window).toBeLessThan(112 * KIB);
  });

  test("follows a link whose way gets longer, and one whose way gets shorter", async () => {
    const options = { bandwidth: 12.5 * KIB, latency: 10 };
    const total = 128 * MIB;
    const long = await transfer(options, adaptive, total, 64 * KIB, (link, sent) => {
      if (sent > total / 8) link.latency = 60;
    });
    expect(long.window).toBeGreaterThan(12.5 * KIB * 120);
    const short = await transfer({ ...options, latency: 60 }, adaptive, total, 64 * KIB, (link, sent) => {
      if (sent > total / 8) link.latency = 10;
    });
    expect(short.window).toBeLessThan(12.5 * KIB * 20 * 2);
  });
});
