/** The matrix bites: with a rule of our core switched off (src/rpc/rules.ts), cells fail whichever peer is at the other end. */

import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterEach, expect, it } from "vitest";
import { rules } from "../../src/rpc/rules.js";
import { listenAddress } from "./carriers.js";
import { Interop } from "./interop.capnp.js";
import { knownFailure, type Side } from "./known-failures.js";
import { describeWithPeer } from "./matrix.js";
import { PEERS } from "./peers.js";
import { runClient, Server } from "./processes.js";
import { nameOf, SCENARIOS } from "./scenarios/index.js";
import { InteropService } from "./service.js";
import { Stage } from "./stage.js";

/** A rule, and the story that must notice its absence, by the role of the peer. */
const NOTICED: { readonly [side in Side]: readonly [keyof typeof rules, string][] } = {
  server: [
    ["embargo", "their promise becomes our object in order"],
    ["release", "ten thousand capabilities are released"],
  ],
  client: [
    ["embargo", "our promise becomes their object while they call"],
    ["release", "a held capability is called and comes home"],
  ],
};

afterEach(() => {
  for (const rule of Object.keys(rules) as (keyof typeof rules)[]) rules[rule] = true;
});

for (const peer of PEERS) {
  describeWithPeer(peer, "notices, as a server, that we ignore", ["interop-server"], () => {
    noticed("server", async (title) => {
      const scenario = SCENARIOS.find((each) => each.title === title);
      const server = await Server.start(peer, "interop-server", "TCP");
      const client = await TwoPartyClient.connect(server.connectAddress);
      try {
        await scenario?.run(new Stage(client.bootstrap(Interop)));
      } finally {
        client.close();
        await server.kill();
      }
    });
  });

  describeWithPeer(peer, "notices, as a client, that we ignore", ["interop-client"], () => {
    noticed("client", async (title) => {
      const { address, clientAddress } = listenAddress("TCP");
      const server = new TwoPartyServer(Interop, () => new InteropService());
      const { port } = await server.listen(address);
      const scenarios = SCENARIOS.filter((each) => each.title === title).map(nameOf);
      const verdicts = await runClient(peer, "interop-client", clientAddress(port), { scenarios });
      await server.close();
      for (const verdict of verdicts.values()) if (!verdict.startsWith("ok ")) throw new Error(verdict);
    });
  });

  function noticed(side: Side, tell: (title: string) => Promise<void>): void {
    for (const [rule, title] of NOTICED[side]) {
      if (knownFailure(peer.name, side, title)) continue; // it fails anyway
      it(rule, async ({ task }) => {
        await tell(title);
        rules[rule] = false;
        await expect(tell(title)).rejects.toThrow();
        task.meta.mutation = { rule, noticedBy: `${peer.name} as a ${side}` };
      });
    }
  }
}
