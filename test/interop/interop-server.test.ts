/** capwire as a client of each peer's interop-server: every scenario, over everything that carries bytes. */

import { TwoPartyClient } from "capwire/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Interop } from "./interop.capnp.js";
import { knownFailure } from "./known-failures.js";
import { cell, describeWithPeer } from "./matrix.js";
import { CPP, PEERS } from "./peers.js";
import { Server } from "./processes.js";
import { SCENARIOS } from "./scenarios/index.js";
import { Stage } from "./stage.js";

const EMPTY = { questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 };

for (const peer of PEERS) {
  for (const carrier of peer.carriers) {
    describeWithPeer(peer, `server over ${carrier}`, ["interop-server"], () => {
      let server: Server;
      let client: TwoPartyClient;

      beforeAll(async () => {
        server = await Server.start(peer, "interop-server", carrier);
      });
      afterAll(() => server.stop());
      beforeEach(async () => {
        // One that a cell before this one made crash may be gone already, although its end was not yet reported.
        client = await TwoPartyClient.connect(server.connectAddress, peer.session).catch(async () => {
          server = await Server.start(peer, "interop-server", carrier);
          return await TwoPartyClient.connect(server.connectAddress, peer.session);
        });
      });
      afterEach(() => client.close());

      for (const { title, run } of SCENARIOS) {
        cell(peer, "server", title, () => run(new Stage(client.bootstrap(Interop))));
      }

      cell(peer, "server", "all of it works on one connection", async () => {
        for (const { title, run } of SCENARIOS) {
          if (!knownFailure(peer.name, "server", title)) await run(new Stage(client.bootstrap(Interop)));
        }
        expect(client.isClosed).toBe(false);
      });

      cell(peer, "server", "what is released leaves our tables empty", async () => {
        for (const { row, title, run } of SCENARIOS) {
          if (row !== "release" || knownFailure(peer.name, "server", title)) continue;
          const interop = client.bootstrap(Interop);
          await run(new Stage(interop));
          interop[Symbol.dispose]();
          await expect.poll(() => client.stats, { message: title }).toEqual(EMPTY);
        }
      });
    });
  }

  describeWithPeer(peer, "server and another peer, with capwire between them", ["interop-server"], () => {
    let servers: Server[];
    let clients: TwoPartyClient[];
    let here: Interop;
    let there: Interop;

    beforeEach(async () => {
      const [mine, other] = await Promise.all([
        Server.start(peer, "interop-server", "TCP"),
        Server.start(CPP, "interop-server", "Unix socket"),
      ]);
      servers = [mine, other];
      clients = await Promise.all([
        TwoPartyClient.connect(mine.connectAddress, peer.session),
        TwoPartyClient.connect(other.connectAddress, CPP.session),
      ]);
      [here, there] = clients.map((client) => client.bootstrap(Interop)) as [Interop, Interop];
    });
    afterEach(async () => {
      for (const client of clients) client.close();
      await Promise.all(servers.map((server) => server.stop()));
    });

    cell(peer, "server", "it calls an object of another peer through us", async () => {
      const counters = [here.newCounter({ start: 1n }).counter, there.newCounter({ start: 10n }).counter];
      expect((await here.sumCounters({ counters })).total).toBe(11n);
      expect((await there.sumCounters({ counters })).total).toBe(11n);
    });

    cell(peer, "server", "a promise of theirs becomes an object of another peer in order", async () => {
      const { sequence, resolver } = await here.newPromise({});
      const numbers = [0, 1, 2].map((expected) => sequence.next({ expected }));
      const resolved = resolver.resolve({ sequence: there.newSequence({}).sequence });
      numbers.push(...[3, 4, 5].map((expected) => sequence.next({ expected })));
      await resolved;
      await sequence.whenResolved();
      numbers.push(...[6, 7, 8].map((expected) => sequence.next({ expected })));
      expect((await Promise.all(numbers)).map((results) => results.number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    });
  });
}
