/** Closing without cutting anybody off: what goes on while a connection waits for its last calls, and what does not. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { TwoPartyClient, TwoPartyServer } from "../../src/node.js";
import { Message } from "../../src/std/rpc.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import { MessageBuilder } from "../../src/wire/index.js";
import { Domain, TestThing, Thing } from "../cap/domain.js";
import { Deferred, settle } from "../cap/objects.js";
import { CERTIFICATE, PRIVATE_KEY } from "../transport/tls-fixture.js";

/** A domain whose `makeThing` returns when the gate opens. `callPassThrough` calls the caller back then. */
function serving() {
  const gate = new Deferred<void>();
  const server = new TwoPartyServer(Domain, {
    async makeThing() {
      await gate.promise;
      return { thing: new TestThing("server") };
    },
    async callPassThrough({ thing }) {
      await gate.promise;
      return { text: (await thing.passThrough()).text };
    },
    callIntercept: () => ({ text: "called" }),
  } as Partial<Domain.Server> as Domain.Server);
  const { left, right } = memoryTransportPair();
  const session = server.accept(right);
  return { gate, server, session, left };
}

function gated() {
  const { gate, server, left } = serving();
  const client = new TwoPartyClient(left);
  return { gate, server, client, domain: client.bootstrap(Domain) };
}

const REFUSED = { kind: "disconnected", reason: "the connection is being closed and takes no new calls" };

describe("while a server that closes waits for its calls", () => {
  test("new calls and bootstraps are refused, so that a busy client cannot keep it until its grace is over", async () => {
    const { gate, server, client, domain } = gated();
    const call = domain.makeThing();
    await settle();
    const closing = server.close({ grace: 60_000 });
    await expect(domain.callIntercept()).rejects.toMatchObject(REFUSED);
    using again = client.bootstrap(Domain);
    await expect(again.callIntercept()).rejects.toMatchObject(REFUSED);
    gate.resolve();
    expect((await call).thing).toBeDefined();
    await closing;
  });

  test("calls pipelined on one in progress still go", async () => {
    const { gate, server, domain } = gated();
    const call = domain.makeThing();
    const text = call.thing.passThrough();
    await settle();
    const closing = server.close({ grace: 60_000 });
    const late = call.thing.intercept();
    await settle();
    gate.resolve();
    expect([(await text).text, (await late).text]).toEqual(["server", "server"]);
    await closing;
  });

  test("a client that is called back may call", async () => {
    const { gate, server, domain } = gated();
    const passThrough = async () => ({ text: (await domain.callIntercept()).text });
    const call = domain.callPassThrough({ thing: { passThrough, intercept: () => ({}) } });
    await settle();
    const closing = server.close({ grace: 60_000 });
    await settle();
    gate.resolve();
    expect((await call).text).toBe("called");
    await closing;
  });

  test("a second close with less grace cuts the wait short, one without waits as well", async () => {
    const { server, domain } = gated();
    const call = expect(domain.makeThing()).rejects.toMatchObject({ kind: "disconnected" });
    await settle();
    const closing = server.close({ grace: 60_000 });
    await settle();
    let closed = false;
    const same = server.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    await server.close({ grace: 0 });
    await Promise.all([closing, same, call]);
  });

  test("an infinite grace is one without an end", async () => {
    const { gate, server, domain } = gated();
    const call = domain.makeThing();
    await settle();
    const closing = server.close({ grace: Number.POSITIVE_INFINITY });
    await new Promise((resolve) => setTimeout(resolve, 20));
    gate.resolve();
    expect((await call).thing).toBeDefined();
    await closing;
  });
});

test("a server does not wait for a client that only holds the results of a call, as C++ clients do", async () => {
  const { server, session, left } = serving();
  left.start({ message() {}, batchEnd() {}, drained() {}, closed() {} });
  const message = new MessageBuilder();
  message.initRoot(Message).initBootstrap().questionId = 7;
  left.send([[message.toBytes()]], () => {});
  await settle();
  // Returned, and never finished.
  expect(session.stats).toMatchObject({ answers: 1, exports: 1 });
  const begun = performance.now();
  await server.close({ grace: 10_000 });
  expect(performance.now() - begun).toBeLessThan(5000);
});

describe("a server that closes", () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  test.each([
    ["TLS", { port: 0, host: "127.0.0.1", tls: { key: PRIVATE_KEY, cert: CERTIFICATE } }, ""],
    ["a WebSocket", { webSocket: { port: 0, host: "127.0.0.1" } }, "GET / HTTP/1.1\r\nHost: x\r\n"],
  ])(
    "lets go of a peer in the middle of its handshake over %s, which would keep the process",
    async (_name, address, begin) => {
      const server = new TwoPartyServer(Thing, new TestThing("server"));
      const { port } = await server.listen(address);
      const socket = connect({ port: port as number, host: "127.0.0.1" });
      sockets.push(socket);
      const ended = once(socket, "close");
      socket.on("error", () => {});
      await once(socket, "connect");
      socket.write(begin);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await server.close();
      await ended;
    },
  );
});
