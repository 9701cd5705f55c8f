/** What an error tells its caller, over a whole connection: everything at once. */

import { afterEach, describe, expect, it } from "vitest";
import { RpcError } from "../../src/cap/rpc-error.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import { TwoPartyClient, type TwoPartyClientOptions } from "../../src/vat/index.js";
import { Friend, TestFriend } from "../rpc/friend.js";

const opened: TwoPartyClient[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

class Failing extends TestFriend {
  override fail({ reason }: Friend.FailParams): never {
    throw RpcError.overloaded(reason, {
      details: [
        { id: 1n, data: new Uint8Array([1]) },
        { id: 0xffff_ffff_ffff_ffffn, data: new Uint8Array(0) },
      ],
    });
  }
}

function connected(server: Friend.Server, options: TwoPartyClientOptions = {}): Friend.Client {
  const { left, right } = memoryTransportPair({ names: ["client.example:1", "server.example:4000"] });
  opened.push(new TwoPartyClient(right, { ...options, bootstrap: Friend.serve(server) }));
  const client = new TwoPartyClient(left);
  opened.push(client);
  return client.bootstrap(Friend);
}

async function errorOf(call: PromiseLike<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    return error as RpcError;
  }
  throw new Error("it did not fail");
}

describe("the error of a call that failed at the server", () => {
  it("carries kind, method, peer, details, the server's trace, and the stack of the caller across its awaits", async () => {
    using friend = connected(new Failing(), { encodeTrace: (error) => `trace of ${error.reason}` });
    async function innerCaller(): Promise<void> {
      await friend.fail({ reason: "too much" });
    }
    async function outerCaller(): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      await innerCaller();
    }
    const error = await errorOf(outerCaller());
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({
      kind: "overloaded",
      code: "overloaded",
      reason: "too much",
      method: "Friend.fail",
      peer: "server.example:4000",
      fromPeer: true,
      remoteTrace: "trace of too much",
      message: "Friend.fail: too much (from server.example:4000)",
    });
    expect(error.details.map(({ id, data }) => [id, [...data]])).toEqual([
      [1n, [1]],
      [0xffff_ffff_ffff_ffffn, []],
    ]);
    expect(error.stack).toMatch(/^RpcError: Friend\.fail: too much/);
    expect(error.stack).toMatch(/innerCaller[\s\S]*outerCaller/);
    expect(error.stack).not.toMatch(/cap\/(client|call-site)/);
    expect(error.cause).toBeUndefined();
  });

  it("carries no trace unless the server lets one out", async () => {
    using friend = connected(new Failing());
    const error = await errorOf(friend.fail({ reason: "no" }));
    expect(error.remoteTrace).toBeUndefined();
    expect(error.stack).not.toMatch(/Failing/);
  });

  it("comes to pipelined calls under the name of their own method", async () => {
    using friend = connected(new Failing());
    const error = await errorOf(friend.fail({ reason: "no" }).cap.next({ expected: 0 }));
    expect(error).toMatchObject({ method: "Sequence.next", reason: "no", peer: "server.example:4000", fromPeer: true });
  });
});

describe("the error of a call that never reached its server", () => {
  it("names the peer and keeps what ended the connection as its cause", async () => {
    using friend = connected(new TestFriend());
    const waiting = errorOf(friend.never({}));
    await new Promise((resolve) => setImmediate(resolve));
    opened[0]?.close();
    const error = await waiting;
    expect(error).toMatchObject({ kind: "disconnected", method: "Friend.never" });
    expect(error.message).toContain("server.example:4000");
    const later = await errorOf(friend.next({ expected: 0 }));
    expect(later).toMatchObject({ kind: "disconnected", method: "Sequence.next" });
    expect(later.message).toContain("server.example:4000");
  });

  it("says which limit or time was exceeded, and that it was not the peer", async () => {
    using friend = connected(new TestFriend());
    const error = await errorOf(friend.never({}, { timeout: 5 }));
    expect(error).toMatchObject({ kind: "overloaded", method: "Friend.never", fromPeer: false });
    expect(error.reason).toBe("timed out after 5 ms");
    expect(error.stack).toContain("errors.test");
  });
});
