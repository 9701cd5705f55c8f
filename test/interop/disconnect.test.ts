/** Peers that go away in the middle of a call, and we that leave them: what was in progress ends with kind disconnected, and nobody else notices. */

import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { afterEach, beforeEach, expect } from "vitest";
import { Interop } from "./interop.capnp.js";
import { cell, describeWithPeer } from "./matrix.js";
import { PEERS } from "./peers.js";
import { Client, expectOk, runClient, Server } from "./processes.js";
import { InteropService } from "./service.js";
import { add, failureOf, Stage } from "./stage.js";

const EMPTY = { questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 };

for (const peer of PEERS) {
  describeWithPeer(peer, "server that dies", ["interop-server"], () => {
    let servers: [Server, Server];
    let clients: [TwoPartyClient, TwoPartyClient];

    beforeEach(async () => {
      const start = () => Server.start(peer, "interop-server", "TCP");
      servers = await Promise.all([start(), start()]);
      const [dying, other] = servers.map((server) => TwoPartyClient.connect(server.connectAddress, peer.session));
      clients = [await (dying as Promise<TwoPartyClient>), await (other as Promise<TwoPartyClient>)];
    });
    afterEach(async () => {
      for (const client of clients) client.close();
      await Promise.all(servers.map((server) => server.kill()));
    });

    cell(peer, "server", "its death breaks what was in progress", async () => {
      const [client] = clients;
      const interop = client.bootstrap(Interop);
      const { counter } = await interop.newCounter({ start: 1n });
      const stage = new Stage(interop);
      const hanging = failureOf(interop.hang({ counter: stage.counter() }));
      await interop.activity({});
      await servers[0].kill();
      expect((await hanging).kind).toBe("disconnected");
      expect((await client.disconnected)?.kind).toBe("disconnected");
      expect((await failureOf(add(counter, 1n))).kind).toBe("disconnected");
      expect(client.stats).toEqual(EMPTY);
      await expect.poll(() => stage.ledger.liveCounters).toBe(0);
    });

    cell(peer, "server", "its death disturbs no other connection", async () => {
      const [dying, living] = clients.map((client) => client.bootstrap(Interop)) as [Interop, Interop];
      const stage = new Stage(living);
      // The one that lives holds an object of the one that dies, and a call of ours is in progress there.
      await living.hold({ counter: dying.newCounter({ start: 1n }).counter });
      expect((await living.callHeld({ amount: 1n })).total).toBe(2n);
      const { sequence, resolver } = await living.newPromise({});
      const pending = sequence.next({ expected: 0 });
      await servers[0].kill();
      await clients[0].disconnected;
      await failureOf(living.callHeld({ amount: 1n }));
      await resolver.resolve({ sequence: stage.sequence() });
      expect((await pending).number).toBe(0);
      await stage.expectUsable();
    });

    cell(peer, "server", "a heartbeat is answered and disturbs nothing", async () => {
      const echoes = new Set<string>();
      let beats = 0;
      using client = await TwoPartyClient.connect(servers[0].connectAddress, {
        ...peer.session,
        heartbeat: { interval: 10, timeout: 2000 },
        observer: {
          message(direction, message) {
            if (direction === "outgoing" || message.which !== "unimplemented") return;
            echoes.add(String(message.unimplemented.which));
            beats++;
          },
        },
      });
      const stage = new Stage(client.bootstrap(Interop));
      await stage.expectUsable();
      await expect.poll(() => beats).toBeGreaterThan(2);
      expect(echoes).toEqual(new Set(["obsoleteDelete"]));
      expect(client.isClosed).toBe(false);
      await stage.expectUsable();
    });
  });

  describeWithPeer(peer, "client whose connection ends", ["interop-client"], () => {
    const services: InteropService[] = [];
    let server: TwoPartyServer<Interop>;
    let port: number;
    let hang: InteropService["hang"] | null;

    beforeEach(async () => {
      services.length = 0;
      hang = null;
      server = new TwoPartyServer(
        Interop,
        () => {
          const service = new InteropService();
          if (hang) service.hang = hang;
          services.push(service);
          return service;
        },
        peer.session,
      );
      port = (await server.listen({ host: "127.0.0.1", port: 0 })).port ?? 0;
    });
    afterEach(() => server.close());

    cell(peer, "client", "our leaving breaks its calls", async () => {
      hang = () => {
        for (const session of server.connections) session.close();
        return new Promise(() => {});
      };
      const scenario = "a-server-that-leaves-breaks-its-calls";
      const verdicts = await runClient(peer, "interop-client", `127.0.0.1:${port}`, { scenarios: [scenario] });
      expectOk(verdicts, scenario);
    });

    cell(peer, "client", "a connection that is cut breaks its calls", async () => {
      await using wire = await Wire.to(port);
      const client = new Client(peer, "interop-client", `127.0.0.1:${wire.port}`, { scenarios: ["hang-forever"] });
      await client.hanging;
      await expect.poll(() => services[0]?.ledger.hanging).toBe(1);
      wire.cut();
      expectOk(await client.verdicts, "hang-forever");
      await expect.poll(() => services[0]?.ledger).toMatchObject({ hanging: 0, cancelled: 1 });
    });

    cell(peer, "client", "its death frees what it held and disturbs no other connection", async () => {
      const client = new Client(peer, "interop-client", `127.0.0.1:${port}`, { scenarios: ["hang-forever"] });
      await client.hanging;
      await expect.poll(() => services[0]?.ledger.hanging).toBe(1);
      using other = await TwoPartyClient.connect({ host: "127.0.0.1", port });
      const stage = new Stage(other.bootstrap(Interop));
      const { sequence, resolver } = await stage.interop.newPromise({});
      const pending = sequence.next({ expected: 0 });
      await client.kill();
      await expect.poll(() => server.connections.size).toBe(1);
      await expect.poll(() => services[0]?.ledger).toMatchObject({ liveCounters: 0, hanging: 0, cancelled: 1 });
      await resolver.resolve({ sequence: stage.sequence() });
      expect((await pending).number).toBe(0);
      await stage.expectUsable();
    });
  });
}

/** A TCP connection through us to `port`, which can be cut as by a power failure: both ends get a reset. */
class Wire implements AsyncDisposable {
  readonly #listener = createServer();
  readonly #cut = new AbortController();

  static async to(port: number): Promise<Wire> {
    const wire = new Wire();
    wire.#listener.on("connection", (here) => {
      const there = connect(port, "127.0.0.1");
      here.pipe(there).pipe(here);
      for (const socket of [here, there]) {
        socket.on("error", () => {});
        wire.#cut.signal.addEventListener("abort", () => socket.resetAndDestroy());
      }
    });
    wire.#listener.listen(0, "127.0.0.1");
    await once(wire.#listener, "listening");
    return wire;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  cut(): void {
    this.#cut.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
