/** capwire as a client of the C++ interop-server: every scenario, over everything that carries bytes. */

import { TwoPartyClient } from "capwire/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { Interop } from "./interop.capnp.js";
import { CARRIERS, describeWithPeers, Server } from "./peers.js";
import { SCENARIOS } from "./scenarios/index.js";
import { add, failureOf, Stage } from "./stage.js";

for (const carrier of CARRIERS) {
  describeWithPeers(`a C++ server over ${carrier}`, ["interop-server"], () => {
    let server: Server;
    let client: TwoPartyClient;

    beforeAll(async () => {
      server = await Server.start("interop-server", carrier);
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      client = await TwoPartyClient.connect(server.connectAddress);
    });
    afterEach(() => client.close());

    for (const { title, run } of SCENARIOS) it(title, () => run(new Stage(client.bootstrap(Interop))));

    it("all of it works on one connection", async () => {
      for (const { run } of SCENARIOS) await run(new Stage(client.bootstrap(Interop)));
      expect(client.isClosed).toBe(false);
    });
  });
}

describeWithPeers("two C++ servers and capwire between them", ["interop-server"], () => {
  let servers: Server[];
  let clients: TwoPartyClient[];
  let here: Interop;
  let there: Interop;

  beforeEach(async () => {
    servers = await Promise.all([Server.start("interop-server", "TCP"), Server.start("interop-server", "Unix socket")]);
    clients = await Promise.all(servers.map((server) => TwoPartyClient.connect(server.connectAddress)));
    [here, there] = clients.map((client) => client.bootstrap(Interop)) as [Interop, Interop];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await Promise.all(servers.map((server) => server.stop()));
  });

  it("one calls an object of the other through us", async () => {
    const counters = [here.newCounter({ start: 1n }).counter, there.newCounter({ start: 10n }).counter];
    expect((await here.sumCounters({ counters })).total).toBe(11n);
    expect((await there.sumCounters({ counters })).total).toBe(11n);
  });

  it("a promise of one becomes an object of the other in order", async () => {
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

describeWithPeers("a C++ server that dies", ["interop-server"], () => {
  it("breaks what was in progress and what it hosted, with kind disconnected", async () => {
    const server = await Server.start("interop-server", "TCP");
    const client = await TwoPartyClient.connect(server.connectAddress);
    const interop = client.bootstrap(Interop);
    const { counter } = await interop.newCounter({ start: 1n });
    const hanging = failureOf(interop.hang({ counter: null }));
    await interop.activity({});
    await server.kill();
    expect((await hanging).kind).toBe("disconnected");
    expect((await client.disconnected)?.kind).toBe("disconnected");
    expect((await failureOf(add(counter, 1n))).kind).toBe("disconnected");
  });
});
