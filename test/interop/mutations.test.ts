/** The matrix bites: with a rule of our core switched off (src/rpc/rules.ts), a cell fails whichever peer is at the other end. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterEach, expect, it } from "vitest";
import { rules } from "../../src/rpc/rules.js";
import { Interop } from "./interop.capnp.js";
import { knownFailure, type Side } from "./known-failures.js";
import { describeWithPeer } from "./matrix.js";
import { PEERS } from "./peers.js";
import { Server, tellAll } from "./processes.js";
import type { Row } from "./rows.js";
import { nameOf, SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";
import { type Scenario, Stage } from "./stage.js";

/** A rule, and the rows with a story that must notice its absence. */
const NOTICED: readonly [keyof typeof rules, readonly Row[]][] = [
  ["embargo", ["order around resolution"]],
  ["release", ["release"]],
];

afterEach(() => {
  for (const rule of Object.keys(rules) as (keyof typeof rules)[]) rules[rule] = true;
});

for (const peer of PEERS) {
  describeWithPeer(peer, "notices, as a server, that we ignore", ["interop-server"], () => {
    noticed("server", async (scenarios) => {
      const server = await Server.start(peer, "interop-server", "TCP");
      try {
        for (const scenario of scenarios) {
          using client = await TwoPartyClient.connect(server.connectAddress, peer.session);
          await scenario.run(new Stage(client.bootstrap(Interop)));
        }
      } finally {
        await server.kill();
      }
    });
  });

  describeWithPeer(peer, "notices, as a client, that we ignore", ["interop-client"], () => {
    noticed("client", async (scenarios) => {
      const server = new TwoPartyServer(Interop, () => new InteropService(), peer.session);
      const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
      const verdicts = await tellAll(peer, `127.0.0.1:${port}`, scenarios.map(nameOf));
      await server.close();
      for (const verdict of verdicts.values()) if (!verdict.startsWith("ok ")) throw new Error(verdict);
    });
  });

  function noticed(side: Side, tell: (scenarios: readonly Scenario[]) => Promise<void>): void {
    for (const [rule, rows] of NOTICED) {
      it(rule, { timeout: 60_000 }, async ({ task }) => {
        const isKnown = ({ title }: Scenario) => knownFailure(peer.name, side, title) !== undefined;
        const scenarios = SCENARIOS.filter((scenario) => rows.includes(scenario.row) && !isKnown(scenario));
        rules[rule] = false;
        await expect(tell(scenarios)).rejects.toThrow();
        task.meta.mutation = { rule, noticedBy: `${peer.name} as a ${side}` };
      });
    }
  }
}
