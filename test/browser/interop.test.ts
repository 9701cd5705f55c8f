/**
 * The interop scenarios told by a page in a real Chromium, to capwire in Node, to C++ and to a worker; and told by C++ to objects that live in
 * the page. A browser has no Buffer, no setImmediate, timers that are slow, and WebSockets that are not those of `ws`.
 */

import { TwoPartyServer } from "capwire/node";
import { connectTransport } from "capwire/transport/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Calculator } from "../../examples/calculator/calculator.capnp.js";
import { CalculatorService } from "../../examples/calculator/service.js";
import { STEPS } from "../../examples/calculator/steps.js";
import { arePeersRequired } from "../has-capnp.js";
import { Interop } from "../interop/interop.capnp.js";
import { CPP, missingPrograms } from "../interop/peers.js";
import { expectOk, Server, tellAll } from "../interop/processes.js";
import { nameOf, SCENARIOS } from "../interop/scenarios/index.js";
import { InteropService } from "../interop/service.js";
import { hasChromium, INSTALL_CHROMIUM } from "./chromium.js";
import { calculate } from "./pages/calculate.js";
import { Relay } from "./relay.js";
import { Site } from "./site.js";

const WEB_SOCKET = { webSocket: { host: "127.0.0.1", port: 0 } };
const hasCpp = missingPrograms(CPP).length === 0 || arePeersRequired;
/** Not where all is skipped anyway: the tests of a skipped suite within another would not be counted as skipped. */
const lacksCpp = hasChromium && !hasCpp;

describe.skipIf(!hasChromium)(`a page in Chromium (${INSTALL_CHROMIUM})`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open("interop", "worker");
  }, 60_000);
  afterEach(() => expect(site.complaints.splice(0)).toEqual([]));
  afterAll(() => site?.close());

  it("knows the scenarios", async () => {
    expect(await site.call("titles")).toEqual(SCENARIOS.map(({ title }) => title));
  });

  describe("as client of capwire in Node", () => {
    let service: InteropService;
    const server = new TwoPartyServer(Interop, () => {
      service = new InteropService();
      return service;
    });
    let url: string;
    beforeAll(async () => {
      url = `ws://127.0.0.1:${(await server.listen(WEB_SOCKET)).port}/`;
    });
    afterAll(() => server.close());

    for (const { title } of SCENARIOS) {
      it(title, async () => {
        await site.call("tellOverWebSocket", url, title);
        await Promise.all([...server.connections].map((session) => session.disconnected));
        const { liveCounters, liveSequences, hanging } = service.ledger;
        expect({ liveCounters, liveSequences, hanging }).toEqual({ liveCounters: 0, liveSequences: 0, hanging: 0 });
      });
    }

    it("learns that the server has gone, and of nothing else", async () => {
      const leaving = new TwoPartyServer(Interop, new InteropService());
      const { port } = await leaving.listen(WEB_SOCKET);
      const ending = site.call("hang", `ws://127.0.0.1:${port}/`);
      await expect.poll(() => [...leaving.connections].map(({ stats }) => stats.answers)).toEqual([1]);
      await leaving.close();
      expect(await ending).toBe("disconnected");
    });
  });

  it("calculates in the round trips that Node needs, with a function that lives in the page", async () => {
    const server = new TwoPartyServer(Calculator, new CalculatorService());
    const url = `ws://127.0.0.1:${(await server.listen(WEB_SOCKET)).port}/`;
    const there = await site.call("calculate", url);
    expect(there).toMatchObject(STEPS.map(({ expected }) => ({ results: expected })));
    expect(there).toEqual(await calculate(await connectTransport({ url })));
    await server.close();
  });

  describe("with a worker, over MessagePorts", () => {
    for (const { title } of SCENARIOS) it(title, () => site.call("tellWorker", title));
  });

  describe.skipIf(lacksCpp)(`as client of ${CPP.name} (${CPP.install})`, () => {
    let server: Server;
    beforeAll(async () => {
      server = await Server.start(CPP, "interop-server", "WebSocket");
    });
    afterAll(() => server?.stop());

    for (const { title } of SCENARIOS) {
      it(title, () => site.call("tellOverWebSocket", `ws://${server.address.slice("ws:".length)}/`, title));
    }
  });

  describe.skipIf(lacksCpp)(`as server of ${CPP.name} (${CPP.install})`, () => {
    let verdicts: Map<string, string>;
    beforeAll(async () => {
      const invitations: Promise<unknown>[] = [];
      const relay = await Relay.open((url) => invitations.push(site.call("serve", url)));
      verdicts = await tellAll(CPP, `ws:127.0.0.1:${relay.port}`, SCENARIOS.map(nameOf));
      await Promise.all(invitations);
      relay.close();
    }, 120_000);

    for (const scenario of SCENARIOS) it(scenario.title, () => expectOk(verdicts, nameOf(scenario)));

    it("no object of the page is left behind", async () => {
      const left = (await site.call("left")) as { connections: number; objects: number[] };
      expect(left).toEqual({ connections: 0, objects: SCENARIOS.map(() => 0) });
    });
  });
});
