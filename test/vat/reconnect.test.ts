/** Capabilities that reconnect (checklist 119–124), over connections that are cut. */

import { afterEach, describe, expect, test } from "vitest";
import { RpcError } from "../../src/cap/index.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import {
  autoReconnect,
  lazyAutoReconnect,
  type ReconnectOptions,
  reconnecting,
  TwoPartyClient,
} from "../../src/vat/index.js";
import { Deferred, settle } from "../cap/objects.js";
import { Domain, Thing } from "../schemas/facets.capnp.js";

/** What is behind one connection: says which it is, and fails as it is told. */
class Generation implements Thing.Server {
  readonly #number: number;
  readonly gate = new Deferred<void>();

  constructor(number: number) {
    this.#number = number;
  }

  async passThrough(): Promise<Thing.PassThroughResults.Init> {
    return { text: `generation ${this.#number}` };
  }

  async intercept(): Promise<Thing.InterceptResults.Init> {
    await this.gate.promise;
    return { text: `slow generation ${this.#number}` };
  }
}

/** Connections made one after the other to a service whose objects are numbered. */
class Service {
  readonly generations: Generation[] = [];
  readonly links: { client: TwoPartyClient; server: TwoPartyClient }[] = [];
  down = false;

  /** A connection, made like any application would. */
  readonly connect = async (): Promise<Thing.Client> => {
    await Promise.resolve();
    if (this.down) throw new Error("connection refused");
    return this.dial();
  };

  dial(): Thing.Client {
    const generation = new Generation(this.generations.length + 1);
    this.generations.push(generation);
    const { left, right } = memoryTransportPair();
    const server = new TwoPartyClient(right, { bootstrap: Thing.serve(generation) });
    const client = new TwoPartyClient(left);
    this.links.push({ client, server });
    return client.bootstrap(Thing);
  }

  /** Cuts the latest connection from the other side. */
  cut(): void {
    this.links.at(-1)?.server.close();
  }

  close(): void {
    for (const { client, server } of this.links) {
      client.close();
      server.close();
    }
  }
}

/** Timers that the test runs. */
class Timers {
  readonly waits: number[] = [];
  #callbacks: (() => void)[] = [];

  readonly options: ReconnectOptions = {
    random: () => 0.5,
    delay: (ms, callback) => {
      this.waits.push(ms);
      this.#callbacks.push(callback);
      return () => {
        this.#callbacks = this.#callbacks.filter((one) => one !== callback);
      };
    },
  };

  get pending(): number {
    return this.#callbacks.length;
  }

  async fire(): Promise<void> {
    this.#callbacks.shift()?.();
    await settle();
  }
}

const services: Service[] = [];
function makeService(): Service {
  const service = new Service();
  services.push(service);
  return service;
}
afterEach(() => {
  for (const service of services.splice(0)) service.close();
});

const text = async (thing: Thing.Client) => (await thing.passThrough()).text;

describe("a capability that reconnects", () => {
  test("fails the call that meets the loss, and sends the next one over a new connection", async () => {
    const service = makeService();
    using thing = autoReconnect(Thing, service.connect);
    expect(await text(thing)).toBe("generation 1");
    service.cut();
    await expect(text(thing)).rejects.toMatchObject({ kind: "disconnected" });
    expect(await text(thing)).toBe("generation 2");
    expect(service.generations).toHaveLength(2);
  });

  test("reconnects once for calls that fail together", async () => {
    const service = makeService();
    using thing = autoReconnect(Thing, service.connect);
    await text(thing);
    const waiting = [thing.intercept(), thing.intercept(), thing.intercept()];
    await settle();
    service.cut();
    const results = await Promise.allSettled(waiting);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(await text(thing)).toBe("generation 2");
    expect(service.generations).toHaveLength(2);
  });

  test("lets calls on the earlier generation end there", async () => {
    const service = makeService();
    const controlled = reconnecting(Thing, service.connect);
    using thing = controlled.client;
    const slow = thing.intercept();
    await settle();
    controlled.reset();
    expect(await text(thing)).toBe("generation 2");
    service.generations[0]?.gate.resolve();
    expect((await slow).text).toBe("slow generation 1");
    expect(controlled.generation).toBe(2);
  });

  test("does not reconnect for a failure of another kind", async () => {
    const service = makeService();
    using thing = autoReconnect(Thing, service.connect);
    using domain = thing.castAs(Domain);
    await expect(domain.makeThing()).rejects.toMatchObject({ kind: "unimplemented" });
    expect(await text(thing)).toBe("generation 1");
  });

  test("connects at once, or when first called if it is lazy", async () => {
    const eager = makeService();
    using one = autoReconnect(Thing, eager.connect);
    await settle();
    expect(eager.generations).toHaveLength(1);
    const lazy = makeService();
    using other = lazyAutoReconnect(Thing, lazy.connect);
    await settle();
    expect(lazy.generations).toHaveLength(0);
    expect(await text(other)).toBe("generation 1");
    lazy.cut();
    await expect(text(other)).rejects.toMatchObject({ kind: "disconnected" });
    await settle();
    expect(lazy.generations).toHaveLength(1);
    expect(await text(other)).toBe("generation 2");
    expect(await text(one)).toBe("generation 1");
  });

  test("can be reset, and connects again when it is called", async () => {
    const service = makeService();
    const controlled = reconnecting(Thing, service.connect, { lazy: true });
    using thing = controlled.client;
    expect(await text(thing)).toBe("generation 1");
    controlled.reset();
    await settle();
    expect(service.generations).toHaveLength(1);
    expect(await text(thing)).toBe("generation 2");
  });

  test("notices the loss by a capability that was pipelined, with nobody waiting for a result", async () => {
    const service = makeService();
    const controlled = reconnecting(Thing, service.connect, { lazy: true });
    using thing = controlled.client;
    await text(thing);
    service.cut();
    await settle();
    using domain = thing.castAs(Domain);
    // Only the pipeline: no outcome will be told to anybody.
    using call = domain.makeThing(undefined, { pipelineOnly: true });
    using inner = call.thing.dup();
    await inner.whenResolved().catch(() => {});
    expect(await text(thing)).toBe("generation 2");
  });

  test("notices the loss by what was pipelined before it happened", async () => {
    const service = makeService();
    using thing = lazyAutoReconnect(Thing, service.connect);
    await text(thing);
    using domain = thing.castAs(Domain);
    using call = domain.makeThing(undefined, { pipelineOnly: true });
    using inner = call.thing.dup();
    service.cut();
    await inner.whenResolved().catch(() => {});
    await settle();
    expect(await text(thing)).toBe("generation 2");
  });

  test("reconnects when it is told that the connection is gone", async () => {
    const service = makeService();
    using thing = autoReconnect(Thing, (lost) => {
      const client = service.dial();
      service.links.at(-1)?.client.disconnected.then(lost);
      return client;
    });
    expect(await text(thing)).toBe("generation 1");
    service.cut();
    await settle();
    expect(await text(thing)).toBe("generation 2");
  });

  test("waits longer and longer while connecting fails, and queues what is called meanwhile", async () => {
    const service = makeService();
    const timers = new Timers();
    service.down = true;
    using thing = reconnecting(Thing, service.connect, timers.options).client;
    const first = text(thing);
    await expect(first).rejects.toMatchObject({ kind: "disconnected", reason: "connection refused" });
    await settle();
    // The second attempt followed at once; from then on each waits.
    expect(timers.waits).toEqual([75]);
    await timers.fire();
    await timers.fire();
    expect(timers.waits).toEqual([75, 150, 300]);
    const queued = text(thing);
    service.down = false;
    await timers.fire();
    expect(await queued).toBe("generation 1");
    // It has worked: the next loss is followed at once again.
    service.cut();
    await expect(text(thing)).rejects.toMatchObject({ kind: "disconnected" });
    expect(await text(thing)).toBe("generation 2");
    expect(timers.waits).toHaveLength(3);
  });

  test("never waits longer than its limit, and stops connecting when it is disposed", async () => {
    const service = makeService();
    const timers = new Timers();
    service.down = true;
    const thing = reconnecting(Thing, service.connect, {
      ...timers.options,
      backoff: { initial: 1000, max: 3000, jitter: 0 },
    }).client;
    await settle();
    for (let n = 0; n < 4; n++) await timers.fire();
    expect(timers.waits).toEqual([1000, 2000, 3000, 3000, 3000]);
    thing[Symbol.dispose]();
    expect(timers.pending).toBe(0);
  });

  test("survives a connecting function that throws", async () => {
    const timers = new Timers();
    using thing = reconnecting(
      Thing,
      () => {
        throw RpcError.failed("no route");
      },
      timers.options,
    ).client;
    expect(timers.pending).toBe(1);
    const queued = expect(text(thing)).rejects.toMatchObject({ kind: "disconnected", reason: "no route" });
    await timers.fire();
    await queued;
  });

  test.each([
    ["undefined", async () => undefined],
    ["null", () => null],
    ["an object", async () => new Generation(1)],
  ])(
    "whose connecting function makes %s fails its calls instead of letting them wait for ever",
    async (what, connect) => {
      using thing = lazyAutoReconnect(Thing, connect as unknown as () => Thing.Client);
      await expect(text(thing)).rejects.toMatchObject({
        kind: "disconnected",
        reason: `the connecting function must make a client, or a promise of one, not ${what}`,
      });
    },
  );

  test("whose connecting function makes a client that was disposed fails its calls with that", async () => {
    using thing = lazyAutoReconnect(Thing, async () => {
      const client = Thing.serve(new Generation(1));
      client[Symbol.dispose]();
      return client;
    });
    await expect(text(thing)).rejects.toThrow("Thing client: used after it was disposed");
  });

  test("refuses a backoff that would try again without a pause", () => {
    const { connect } = makeService();
    for (const [backoff, what] of [
      [{ initial: 0 }, "initial"],
      [{ initial: Number.NaN }, "initial"],
      [{ max: -1 }, "max"],
      [{ factor: 0.5 }, "factor"],
      [{ jitter: 2 }, "jitter"],
    ] as const) {
      expect(() => lazyAutoReconnect(Thing, connect, { backoff })).toThrow(what);
    }
  });

  test("works through another connection", async () => {
    const service = makeService();
    const { left, right } = memoryTransportPair();
    const middle = new TwoPartyClient(right, { bootstrap: autoReconnect(Thing, service.connect) });
    using caller = new TwoPartyClient(left);
    using thing = caller.bootstrap(Thing);
    expect(await text(thing)).toBe("generation 1");
    service.cut();
    await expect(text(thing)).rejects.toMatchObject({ kind: "disconnected" });
    expect(await text(thing)).toBe("generation 2");
    middle.close();
  });
});
