/**
 * File descriptors that travel between capwire and C++, each side as client and as server (checklist 58 and 59). Beside the matrix: C++ is the
 * only peer that passes any.
 */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Desk } from "../schemas/file-descriptors.capnp.js";
import { eventually } from "../transport/contract.js";
import { passesDescriptors } from "../transport/passes-descriptors.js";
import { drain, openDescriptors, PipeDesk, source, textOf } from "../transport/pipes.js";
import { listenAddress } from "./carriers.js";
import { describeWithPeer } from "./matrix.js";
import { CPP } from "./peers.js";
import { expectOk, runClient, Server } from "./processes.js";

const SIZES = [1024 * 1024, 65_536, 8_192, 0];

describe.skipIf(!passesDescriptors)("file descriptors", () => {
  describeWithPeer(CPP, "server that passes descriptors", ["descriptors-server"], () => {
    /** Servers that take so many with one message, by that. */
    const servers = new Map<number, Server>();
    beforeAll(async () => {
      for (const max of [1, 4])
        servers.set(max, await Server.start(CPP, "descriptors-server", "Unix socket", [`${max}`]));
    });
    afterAll(() => Promise.all([...servers.values()].map((server) => server.stop())));

    async function connected(options: { ours: number; theirs: number }): Promise<TwoPartyClient> {
      const { connectAddress } = servers.get(options.theirs) as Server;
      return TwoPartyClient.connect({
        path: (connectAddress as { path: string }).path,
        maxFdsPerMessage: options.ours,
      });
    }

    it("gets a client's, and gives it some, pipelined too, with messages of every size", async () => {
      using client = await connected({ ours: 2, theirs: 4 });
      const desk = client.bootstrap(Desk);
      for (const size of SIZES) {
        const [first, second] = [drain(), drain()];
        const call = desk.write({ first: first.holder, second: second.holder, fill: new Uint8Array(size) });
        expect(await textOf(call.third)).toBe("baz");
        expect((await call).secondPresent).toBe(true);
        call[Symbol.dispose]();
        expect(await Promise.all([first.text(), second.text()])).toEqual(["foo", "bar"]);
      }
    });

    for (const { ours, theirs } of [
      { ours: 1, theirs: 4 },
      { ours: 4, theirs: 1 },
    ]) {
      it(`gets no more than the limit, of ${ours} here and ${theirs} there, and the rest works`, async () => {
        const client = await connected({ ours, theirs });
        const desk = client.bootstrap(Desk);
        const [first, second] = [drain(), drain()];
        using results = await desk.write({ first: first.holder, second: second.holder });
        expect(results.secondPresent).toBe(false);
        expect(await textOf(results.third)).toBe("baz");
        client.close();
        await client.disconnected;
        expect(await Promise.all([first.text(), second.text()])).toEqual(["foo", ""]);
      });
    }

    it("that sends more than its client takes is no trouble", async () => {
      using client = await connected({ ours: 2, theirs: 4 });
      using results = await client.bootstrap(Desk).many({ count: 10 });
      const texts = await Promise.all([...results.holders].map(textOf));
      expect(texts).toEqual(["baz", "baz", ...Array(8).fill(null)]);
    });

    it("gives one with what a promise becomes", async () => {
      using client = await connected({ ours: 2, theirs: 4 });
      expect(await textOf(client.bootstrap(Desk).later().holder)).toBe("baz");
    });

    it("gives each message its own when many are sent in a row", async () => {
      using client = await connected({ ours: 4, theirs: 4 });
      const desk = client.bootstrap(Desk);
      const calls = Array.from({ length: 60 }, async (_, index) => {
        const holders = [index % 3 === 0 ? null : source("one"), index % 4 === 0 ? source("two") : null];
        const counted = desk.count({ holders });
        using results = await desk.many({ count: index % 3 });
        expect((await counted).present.toArray()).toEqual(holders.map((holder) => holder !== null));
        expect(await Promise.all([...results.holders].map(textOf))).toEqual(Array(index % 3).fill("baz"));
      });
      await Promise.all(calls);
    });

    it("is left with none of ours, and we with none of its", async () => {
      using client = await connected({ ours: 4, theirs: 4 });
      const desk = client.bootstrap(Desk);
      const there = (await desk.open()).count;
      const here = openDescriptors();
      for (let round = 0; round < 200; round++) {
        const call = desk.many({ count: 4 });
        await desk.count({ holders: [source("spam"), source("spam"), source("spam")] });
        if (round % 2 === 0) (await call)[Symbol.dispose]();
        else call[Symbol.dispose]();
      }
      await eventually(() => openDescriptors() === here);
      let count = 0;
      for (let attempt = 0; attempt < 100 && count !== there; attempt++) ({ count } = await desk.open());
      expect(count).toBe(there);
    });
  });

  describeWithPeer(CPP, "client that passes descriptors", ["descriptors-client"], () => {
    const server = new TwoPartyServer(Desk, new PipeDesk());
    const cleanUps: (() => void)[] = [];
    let verdicts: ReadonlyMap<string, string>;

    /** What the client says of `scenarios`, told to our server that takes `maxFdsPerMessage`. */
    async function told(maxFdsPerMessage: number, scenarios: readonly string[]): Promise<Map<string, string>> {
      const { address, clientAddress, cleanUp } = listenAddress("Unix socket");
      cleanUps.push(cleanUp);
      await server.listen({ path: (address as { path: string }).path, maxFdsPerMessage });
      return runClient(CPP, "descriptors-client", clientAddress(null), { scenarios });
    }

    beforeAll(async () => {
      const most = await told(4, ["every-size", "promise", "reflected", "in-a-row", "no-leak"]);
      verdicts = new Map([...most, ...(await told(1, ["limit"]))]);
    });
    afterAll(async () => {
      await server.close();
      for (const cleanUp of cleanUps) cleanUp();
    });

    for (const [story, title] of [
      ["every-size", "gets a server's, and gives it some, pipelined too, with messages of every size"],
      ["limit", "gives no more than the server's limit, and the rest works"],
      ["promise", "gets one with what a promise becomes"],
      ["reflected", "finds its own object's on a capability that comes back"],
      ["in-a-row", "gives each message its own when many are sent in a row"],
      ["no-leak", "leaves none behind with us"],
    ] as const) {
      it(title, () => expectOk(verdicts, story));
    }
  });
});
