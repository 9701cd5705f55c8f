/** Transports, observers and trace encoders that break: it costs their connection at most, and never what uses it (checklist 24, 31, 64). */

import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { turns } from "../../src/cap/turn.js";
import type { ConnectionOptions } from "../../src/rpc/connection.js";
import { memoryTransportPair, type Transport } from "../../src/transport/index.js";
import { streamTransport } from "../../src/transport/node/index.js";
import { TwoPartyClient, type TwoPartyClientOptions } from "../../src/vat/index.js";
import { Counting, Friend, TestFriend } from "../rpc/friend.js";
import { settle } from "../transport/messages.js";

const { onError } = turns;
const heard: unknown[] = [];
afterEach(async () => {
  await settle();
  turns.onError = onError;
  heard.length = 0;
});

/** A client on `wrap(transport)`, of a friend at the other end. */
function connected(
  wrap: (transport: Transport) => Transport = (transport) => transport,
  options: { client?: TwoPartyClientOptions; server?: TwoPartyClientOptions } = {},
) {
  turns.onError = (error) => heard.push(error);
  const { left, right } = memoryTransportPair();
  const friend = new TestFriend();
  const server = new TwoPartyClient(right, { ...options.server, bootstrap: Friend.serve(friend) });
  const client = new TwoPartyClient(wrap(left), options.client);
  return { client, server, friend };
}

/** `transport` with some of its functions replaced. */
function altered(transport: Transport, changes: Partial<Transport>): Transport {
  return {
    peerName: transport.peerName,
    start: (handler) => transport.start(handler),
    send: (frames, release) => transport.send(frames, release),
    close: (error) => transport.close(error),
    schedule: (callback) => transport.schedule(callback),
    ...changes,
  };
}

describe("a transport", () => {
  it("that throws when it is closed is told to onError, and nobody else", async () => {
    const { client } = connected((transport) =>
      altered(transport, {
        close() {
          throw new Error("shutdown failed");
        },
      }),
    );
    using friend = client.bootstrap(Friend);
    await friend.next({ expected: 0 });
    const waiting = friend.never({});
    client.close();
    await expect(waiting).rejects.toMatchObject({ kind: "disconnected" });
    expect(heard).toMatchObject([{ message: "shutdown failed" }]);
  });

  it("that throws when it sends fails calls in progress and later ones with what it threw, and what they passed is given back", async () => {
    let broken = false;
    const { client } = connected((transport) =>
      altered(transport, {
        send(frames, release) {
          if (broken) throw new Error("out of buffers");
          return transport.send(frames, release);
        },
      }),
    );
    using friend = client.bootstrap(Friend);
    await friend.next({ expected: 0 });
    const waiting = friend.never({});
    await settle();
    broken = true;
    const passed = new Counting();
    await expect(friend.echo({ cap: passed })).rejects.toThrow(/out of buffers/);
    await expect(waiting).rejects.toMatchObject({ kind: "disconnected", reason: /sending failed: out of buffers/ });
    await expect(friend.next({ expected: 1 })).rejects.toThrow(/out of buffers/);
    expect((await client.disconnected)?.message).toMatch(/out of buffers/);
    await settle();
    expect(passed.disposed).toBe(1);
    expect(client.stats).toEqual({ questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 });
  });

  it("whose writes fail gives calls in progress and later ones the error of the write", async () => {
    const stream = new Duplex({
      read() {},
      write: (_chunk, _encoding, done) => done(new Error("no route to host")),
    });
    const client = new TwoPartyClient(streamTransport(stream));
    using friend = client.bootstrap(Friend);
    const waiting = friend.next({ expected: 0 });
    await expect(waiting).rejects.toMatchObject({ kind: "disconnected", reason: /no route to host/ });
    await expect(friend.next({ expected: 1 })).rejects.toThrow(/no route to host/);
    expect((await client.disconnected)?.message).toMatch(/no route to host/);
  });
});

describe("an observer that throws", () => {
  it("is told to onError, and the calls it watched go on", async () => {
    const fail = (what: string) => () => {
      throw new Error(what);
    };
    const observer: ConnectionOptions["observer"] = { message: fail("observing"), closed: fail("observing the end") };
    const { client, friend } = connected(undefined, { client: { observer }, server: { observer } });
    using echo = client.bootstrap(Friend);
    expect((await echo.next({ expected: 0 })).number).toBe(0);
    expect(friend.calls).toBe(1);
    expect(heard.length).toBeGreaterThan(4);
    client.close();
    await client.disconnected;
    await settle();
    expect(heard.at(-1)).toMatchObject({ message: expect.stringContaining("observing") });
  });
});

describe("a trace encoder that throws", () => {
  it("leaves the error without a trace", async () => {
    const encodeTrace = () => {
      throw new Error("cannot symbolise");
    };
    const { client } = connected(undefined, { server: { encodeTrace } });
    using friend = client.bootstrap(Friend);
    await expect(friend.fail({ reason: "as it should" })).rejects.toMatchObject({
      reason: "as it should",
      remoteTrace: undefined,
    });
    expect(heard).toMatchObject([{ message: "cannot symbolise" }]);
  });
});
