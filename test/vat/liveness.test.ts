/** Peers that fall silent, connections nobody uses, and closing without cutting anybody off. */

import { describe, expect, test } from "vitest";
import { memoryTransportPair } from "../../src/transport/index.js";
import { TwoPartyClient, TwoPartyServer } from "../../src/vat/index.js";
import { type Heartbeat, Liveness, type LivenessOptions } from "../../src/vat/liveness.js";
import { Domain, TestDomain, TestThing, Thing } from "../cap/domain.js";
import { Deferred, settle } from "../cap/objects.js";

/** A connection whose time the test makes pass. */
class Watched {
  time = 0;
  isIdle = true;
  readonly events: string[] = [];
  readonly liveness: Liveness;
  #due: { at: number; callback: () => void } | null = null;

  constructor(options: LivenessOptions) {
    const patient = {
      isIdle: () => this.isIdle,
      note: (event: string) => this.events.push(`${event} at ${this.time}`),
    };
    this.liveness = new Liveness(
      options,
      {
        get isIdle() {
          return patient.isIdle();
        },
        ping: () => patient.note("ping"),
        dead: (silence) => patient.note(`dead after ${silence}`),
        idle: () => patient.note("idle"),
      },
      {
        now: () => this.time,
        delay: (ms, callback) => {
          const due = { at: this.time + ms, callback };
          this.#due = due;
          return () => {
            if (this.#due === due) this.#due = null;
          };
        },
      },
    );
  }

  get waits(): boolean {
    return this.#due !== null;
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (let due = this.#due; due && due.at <= end; due = this.#due) {
      this.time = due.at;
      this.#due = null;
      due.callback();
    }
    this.time = end;
  }
}

describe("a heartbeat", () => {
  test("asks after an interval of silence, and gives up when nothing comes", () => {
    const watched = new Watched({ heartbeat: { interval: 1000, timeout: 300 } });
    watched.pass(5000);
    expect(watched.events).toEqual(["ping at 1000", "dead after 1300 at 1300"]);
    expect(watched.waits).toBe(false);
  });

  test("goes on asking as long as it is answered", () => {
    const watched = new Watched({ heartbeat: { interval: 1000, timeout: 300 } });
    for (let n = 0; n < 3; n++) {
      watched.pass(1100);
      watched.liveness.heard();
    }
    expect(watched.events).toEqual(["ping at 1000", "ping at 2100", "ping at 3200"]);
  });

  test("asks an interval after the last answer, however long it would wait for one", () => {
    const watched = new Watched({ heartbeat: { interval: 1000, timeout: 60_000 } });
    watched.pass(1000);
    watched.liveness.heard();
    watched.pass(1000);
    watched.pass(58_000);
    expect(watched.events).toEqual(["ping at 1000", "ping at 2000"]);
    watched.pass(3000);
    expect(watched.events).toEqual(["ping at 1000", "ping at 2000", "dead after 61000 at 62000"]);
  });

  test("never asks a peer that talks", () => {
    const watched = new Watched({ heartbeat: { interval: 1000 } });
    for (let n = 0; n < 20; n++) {
      watched.pass(600);
      watched.liveness.heard();
    }
    expect(watched.events).toEqual([]);
  });

  test("stops", () => {
    const watched = new Watched({ heartbeat: { interval: 1000 } });
    watched.liveness.stop();
    watched.pass(5000);
    expect(watched.events).toEqual([]);
  });
});

describe("an idle timeout", () => {
  test("counts from when the connection was last used", () => {
    const watched = new Watched({ idleTimeout: 1000 });
    watched.isIdle = false;
    watched.liveness.used();
    watched.pass(5500);
    expect(watched.events).toEqual([]);
    watched.liveness.used();
    watched.isIdle = true;
    watched.pass(999);
    expect(watched.events).toEqual([]);
    watched.pass(1001);
    expect(watched.events).toHaveLength(1);
  });

  test("is not put off by heartbeats", () => {
    const watched = new Watched({ idleTimeout: 1000, heartbeat: { interval: 300 } });
    for (let n = 0; n < 10; n++) {
      watched.pass(300);
      watched.liveness.heard();
    }
    expect(watched.events.at(-1)).toBe("idle at 1000");
  });
});

describe("settings that no connection can have", () => {
  test.each([
    [{ heartbeat: { interval: 0 } }, "heartbeat.interval must be a number of milliseconds, more than 0, and not 0"],
    [
      { heartbeat: {} as Heartbeat },
      "heartbeat.interval must be a number of milliseconds, more than 0, and not undefined",
    ],
    [{ heartbeat: { interval: 10, timeout: Number.NaN } }, "heartbeat.timeout must be"],
    [{ idleTimeout: -1 }, "idleTimeout must be"],
    [{ limits: { maxQuestions: Number.NaN } }, "limits.maxQuestions must be a number, 0 or more, and not NaN"],
    [{ limits: { maxBacklogBytes: -1 } }, "limits.maxBacklogBytes must be"],
    [{ streamWindow: Number.NaN }, "streamWindow must be"],
  ])("are refused where they are given, not with the first connection: %j", (options, message) => {
    expect(() => new TwoPartyServer(Domain, new TestDomain("server"), options)).toThrow(message);
    expect(() => new TwoPartyClient(memoryTransportPair().left, options)).toThrow(message);
  });

  test("do not include undefined, which is the default, nor times longer than a host's timers", async () => {
    const limits = { maxQuestions: undefined as unknown as number };
    const { client, server } = linked({ heartbeat: { interval: 1e12 } }, {
      idleTimeout: 1e12,
      limits,
    } as LivenessOptions);
    using domain = client.bootstrap(Domain);
    expect((await domain.makeThing()).thing).toBeDefined();
    client.close();
    await server.close();
  });
});

function linked(options: LivenessOptions, clientOptions: LivenessOptions = {}) {
  const server = new TwoPartyServer(Domain, () => new TestDomain("server"), options);
  const { left, right } = memoryTransportPair();
  const session = server.accept(right);
  const client = new TwoPartyClient(left, clientOptions);
  return { server, client, session, left, right };
}

describe("a connection", () => {
  test("is answered by a capwire peer that was never told of heartbeats", async () => {
    const { client, session, server } = linked({}, { heartbeat: { interval: 10, timeout: 100 } });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(client.isClosed).toBe(false);
    expect(session.stats).toEqual({ questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 });
    client.close();
    await server.close();
  });

  test("ends when its peer gives no sign of life, and says so to the calls in progress", async () => {
    const { left } = memoryTransportPair();
    // Nobody reads at the other end.
    using client = new TwoPartyClient(left, { heartbeat: { interval: 10, timeout: 20 } });
    using domain = client.bootstrap(Domain);
    await expect(domain.makeThing()).rejects.toMatchObject({
      kind: "disconnected",
      reason: expect.stringContaining("no sign of life") as string,
    });
    expect((await client.disconnected)?.kind).toBe("disconnected");
  });

  test("ends by itself when nobody has used it for long", async () => {
    const { server, client } = linked({ idleTimeout: 200 });
    const domain = client.bootstrap(Domain);
    const thing = (await domain.makeThing()).thing;
    // A capability that somebody holds is use enough.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(client.isClosed).toBe(false);
    thing[Symbol.dispose]();
    domain[Symbol.dispose]();
    expect(await client.disconnected).toBe(null);
    await server.close();
  });
});

describe("draining a connection", () => {
  test("waits for the calls in progress and ends as soon as the last has returned", async () => {
    const gate = new Deferred<void>();
    const server = new TwoPartyServer(Thing, {
      passThrough: async () => {
        await gate.promise;
        return { text: "done" };
      },
      intercept: () => ({}),
    });
    const { left, right } = memoryTransportPair();
    server.accept(right);
    using client = new TwoPartyClient(left);
    using thing = client.bootstrap(Thing);
    const call = thing.passThrough();
    await settle();
    let closed = false;
    const closing = server.close({ grace: 60_000 }).then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    gate.resolve();
    expect((await call).text).toBe("done");
    await closing;
  });

  test("cuts calls off when the grace is over", async () => {
    const { server, client } = linked({});
    using domain = client.bootstrap(Domain);
    const call = expect(domain.never({})).rejects.toMatchObject({ kind: "disconnected" });
    await settle();
    await server.close({ grace: 20 });
    await call;
  });

  test("works from the client's side too", async () => {
    const server = new TwoPartyServer(Thing, () => new TestThing("server"));
    const { left, right } = memoryTransportPair();
    server.accept(right);
    const client = new TwoPartyClient(left);
    using thing = client.bootstrap(Thing);
    const call = thing.passThrough();
    await client.drain(60_000);
    expect((await call).text).toBe("server");
    expect(client.isClosed).toBe(true);
    await server.close();
  });
});
