/** The heartbeat against a C++ peer, which was never told of it: it answers, and its tables and ours stay as they were. */

import { TwoPartyClient } from "capwire/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Interop } from "./interop.capnp.js";
import { describeWithPeers, Server } from "./peers.js";

describeWithPeers("a heartbeat to a C++ server", ["interop-server"], () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start("interop-server", "TCP");
  });

  afterAll(() => server.stop());

  it("is answered, and disturbs no call", async () => {
    const echoes: string[] = [];
    using client = await TwoPartyClient.connect(server.connectAddress, {
      heartbeat: { interval: 10, timeout: 2000 },
      observer: {
        message(direction, message) {
          if (direction === "incoming" && message.which === "unimplemented")
            echoes.push(String(message.unimplemented.which));
        },
      },
    });
    using interop = client.bootstrap(Interop);
    using made = interop.newCounter({ start: 7n });
    await made;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(echoes.length).toBeGreaterThan(2);
    expect(new Set(echoes)).toEqual(new Set(["obsoleteDelete"]));
    expect(client.isClosed).toBe(false);
    using again = interop.newCounter({ start: 8n });
    await again;
  });
});
