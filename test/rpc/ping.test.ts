/** The message that asks a peer for a sign of life: what it costs, and that nobody can make more of it. */

import { describe, expect, test } from "vitest";
import { Message } from "../../src/std/rpc.js";
import { encodeFrame } from "../../src/wire/framing.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { EMPTY, pair } from "./pair.js";

/** What a peer sends back for a ping. */
function echo(): Uint8Array {
  const message = new MessageBuilder();
  message.initRoot(Message).initUnimplemented().obsoleteDelete = null;
  return encodeFrame(message);
}

describe("a ping", () => {
  test("comes back as unimplemented and enters no table", async () => {
    const { story, alice, bob } = pair();
    alice.connection.ping();
    bob.receive("obsoleteDelete");
    expect(bob.connection.stats).toEqual(EMPTY);
    alice.receive("unimplemented (obsoleteDelete)");
    expect(alice.connection.closedBy).toBe(null);
    await story.finish();
  });

  test("is answered once: an echo nobody asked for ends the connection", async () => {
    const { story, alice, bob } = pair();
    alice.connection.ping();
    bob.receive("obsoleteDelete");
    alice.receive("unimplemented (obsoleteDelete)");
    alice.inject(echo());
    await story.run();
    expect(alice.connection.closedBy?.reason).toContain("obsoleteDelete");
  });

  test("on a closed connection does nothing", () => {
    const { alice, bob } = pair();
    alice.connection.disconnect();
    alice.connection.ping();
    expect(bob.waiting).toEqual([]);
  });
});
