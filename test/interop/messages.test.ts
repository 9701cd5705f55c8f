/**
 * What the scenarios put on the wire between capwire and a peer: an order that is kept proves little if nothing could have
 * disturbed it, so here the messages are checked that keep it.
 */

import { TwoPartyClient } from "capwire/node";
import type { Observer } from "capwire/rpc";
import { afterAll, beforeAll, expect } from "vitest";
import { Interop } from "./interop.capnp.js";
import { cell, describeWithPeer } from "./matrix.js";
import { PEERS } from "./peers.js";
import { Server } from "./processes.js";
import { SCENARIOS } from "./scenarios/index.js";
import { Stage } from "./stage.js";

for (const peer of PEERS) {
  describeWithPeer(peer, "server on the wire", ["interop-server"], () => {
    let server: Server;

    beforeAll(async () => {
      server = await Server.start(peer, "interop-server", "TCP");
    });
    afterAll(() => server.stop());

    cell(peer, "server", "we embargo a result that turns out to be ours", async () => {
      expect(await messagesOf("a result that is our object keeps order")).toEqual(
        expect.arrayContaining(["outgoing disembargo senderLoopback", "incoming disembargo receiverLoopback"]),
      );
    });

    cell(peer, "server", "we embargo their promise when it becomes ours", async () => {
      expect(await messagesOf("their promise becomes our object in order")).toEqual(
        expect.arrayContaining([
          "incoming resolve cap",
          "outgoing disembargo senderLoopback",
          "incoming disembargo receiverLoopback",
        ]),
      );
    });

    cell(peer, "server", "they embargo our promise when it becomes theirs", async () => {
      expect(await messagesOf("our promise becomes their object in order")).toEqual(
        expect.arrayContaining([
          "outgoing resolve cap",
          "incoming disembargo senderLoopback",
          "outgoing disembargo receiverLoopback",
        ]),
      );
    });

    cell(peer, "server", "nobody embargoes a promise that stays on its side", async () => {
      const messages = [
        ...(await messagesOf("their promise becomes their object in order")),
        ...(await messagesOf("calls on a promise that becomes null fail")),
      ];
      expect(messages.filter((message) => message.includes("disembargo"))).toEqual([]);
    });

    cell(peer, "server", "a rejected promise is resolved to its exception", async () => {
      expect(await messagesOf("calls on a rejected promise fail")).toContain("incoming resolve exception");
      expect(await messagesOf("their calls on our rejected promise fail")).toContain("outgoing resolve exception");
    });

    cell(peer, "server", "the results of a tail call do not travel through the server", async () => {
      expect(await messagesOf("a tail call to us returns here")).toEqual(
        expect.arrayContaining([
          "incoming call yourself",
          "incoming return takeFromOtherQuestion",
          "outgoing return resultsSentElsewhere",
        ]),
      );
    });

    cell(peer, "server", "an object that comes home is called without a message", async () => {
      const messages = await messagesOf("a held capability is called and comes home");
      expect(messages.filter((message) => message === "incoming call caller")).toHaveLength(1);
    });

    async function messagesOf(title: string): Promise<string[]> {
      if (server.hasEnded) server = await Server.start(peer, "interop-server", "TCP");
      const messages: string[] = [];
      const observer: Observer = {
        message: (direction, message) => messages.push(`${direction} ${nameOf(message)}`),
      };
      const client = await TwoPartyClient.connect(server.connectAddress, { observer, ...peer.session });
      const scenario = SCENARIOS.find((each) => each.title === title);
      if (!scenario) throw new Error(`no scenario: ${title}`);
      try {
        await scenario.run(new Stage(client.bootstrap(Interop)));
      } finally {
        client.close();
      }
      return messages;
    }
  });
}

type Message = Parameters<Observer["message"]>[1];

/** A message's name, and the choice inside it that matters here. */
function nameOf(message: Message): string {
  switch (message.which) {
    case "call":
      return `call ${message.call.sendResultsTo.which}`;
    case "return":
      return `return ${message.return.which}`;
    case "disembargo":
      return `disembargo ${message.disembargo.context.which}`;
    case "resolve":
      return `resolve ${message.resolve.which}`;
    default:
      return String(message.which);
  }
}
