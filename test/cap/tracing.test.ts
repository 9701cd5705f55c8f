/** Calls watched from both ends, by tools that know nothing of each other. */

import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, describe, expect, it } from "vitest";
import { openTelemetry, type TracedCall, traceCalls, turns } from "../../src/cap/index.js";
import { tracing } from "../../src/cap/tracing.js";
import { Maker } from "../schemas/cap-stories.capnp.js";
import { Domain, TestDomain, TestThing, Thing } from "./domain.js";
import { settle, TestMaker } from "./objects.js";
import { PLACES } from "./places.js";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  expect(tracing.tracer).toBe(null);
});

/** Notes what is begun and how it ends. */
function watch(): string[] {
  const notes: string[] = [];
  stops.push(
    traceCalls({
      begin(call: TracedCall) {
        const name = `${call.end} ${call.interfaceName}.${call.methodName}`;
        notes.push(`${name} begins`);
        return { ended: (error) => notes.push(`${name} ${error ? `fails: ${(error as Error).message}` : "ends"}`) };
      },
    }),
  );
  return notes;
}

describe.each(PLACES)("a call to an object $name", ({ serve }) => {
  it("is watched at both ends, from its sending to its outcome", async () => {
    using thing = serve(Thing, new TestThing("here"));
    const notes = watch();
    await thing.passThrough();
    expect(notes).toEqual([
      "client Thing.passThrough begins",
      "server Thing.passThrough begins",
      "server Thing.passThrough ends",
      "client Thing.passThrough ends",
    ]);
  });

  it("that fails says how, to both ends in their words", async () => {
    using maker = serve(Maker, new TestMaker());
    const notes = watch();
    await expect(maker.fail({ kind: "overloaded" })).rejects.toThrow();
    await settle();
    expect(notes).toHaveLength(4);
    expect(notes[2]).toMatch(/^server Maker.fail fails: /);
    expect(notes[3]).toMatch(/^client Maker.fail fails: Maker.fail: /);
  });

  it("that is cancelled ends where it was made, and where it runs when that gives up", async () => {
    using domain = serve(Domain, new TestDomain());
    const notes = watch();
    const call = domain.never({});
    await settle();
    call[Symbol.dispose]();
    await settle();
    expect(notes.filter((note) => note.startsWith("client"))).toEqual([
      "client Domain.never begins",
      "client Domain.never fails: Domain.never was disposed before it returned",
    ]);
    expect(notes.filter((note) => note.startsWith("server"))).toHaveLength(2);
  });

  it("whose results nobody gets ends when it is sent", async () => {
    using domain = serve(Domain, new TestDomain());
    const notes = watch();
    using call = domain.makeThing(undefined, { pipelineOnly: true });
    expect(notes.slice(0, 2)).toEqual(["client Domain.makeThing begins", "client Domain.makeThing ends"]);
    expect((await call.thing.passThrough()).text).toBe("inside");
  });
});

describe("a process", () => {
  it("may be watched by several at once, and one that throws spoils nothing", async () => {
    const errors: unknown[] = [];
    const { onError } = turns;
    turns.onError = (error) => errors.push(error);
    const first = watch();
    stops.push(
      traceCalls({
        begin() {
          throw new Error("broken tool");
        },
      }),
    );
    const second = watch();
    using thing = Thing.serve(new TestThing("here"));
    await thing.passThrough();
    turns.onError = onError;
    expect(first).toHaveLength(4);
    expect(second).toEqual(first);
    expect(errors.map(String)).toEqual(["Error: broken tool", "Error: broken tool"]);
  });

  it("that watches with a tool whose `run` throws, forgets the result or runs twice has its methods run once and answered all the same", async () => {
    const errors: unknown[] = [];
    const { onError } = turns;
    turns.onError = (error) => errors.push(error);
    const thing = new TestThing("here");
    let runs = 0;
    const passThrough = () => {
      runs++;
      return thing.passThrough();
    };
    const intercept = () => {
      throw new Error("the method's own");
    };
    using client = Thing.serve({ passThrough, intercept });
    const runners: ((method: () => unknown) => unknown)[] = [
      () => {
        throw new Error("broken tool");
      },
      (method) => void method(),
      (method) => {
        method();
        return method();
      },
    ];
    for (const run of runners) {
      const stop = traceCalls({ begin: () => ({ ended() {}, run: run as <T>(method: () => T) => T }) });
      expect((await client.passThrough()).text).toBe("here");
      await expect(client.intercept()).rejects.toThrow("the method's own");
      stop();
    }
    turns.onError = onError;
    expect(runs).toBe(3);
    expect(errors.map(String)).toEqual(["Error: broken tool", "Error: broken tool"]);
  });

  it("that nobody listens in makes nothing for its tools", async () => {
    let begun = 0;
    const quiet = {
      listened: () => false,
      begin() {
        begun++;
        return null;
      },
    };
    stops.push(traceCalls(quiet), traceCalls(quiet));
    using thing = Thing.serve(new TestThing("here"));
    await thing.passThrough();
    expect(begun).toBe(0);
  });

  it.each([
    ["127.0.0.1:4000", { "server.address": "127.0.0.1", "server.port": 4000 }],
    ["[::1]:4000", { "server.address": "::1", "server.port": 4000 }],
    ["unix:/run/x.sock", { "server.address": "unix:/run/x.sock" }],
    ["ws://127.0.0.1:4000/", { "server.address": "ws://127.0.0.1:4000/" }],
  ])("tells OpenTelemetry where %s is", (peer, expected) => {
    const seen: object[] = [];
    const span = { setAttribute() {}, setStatus() {}, recordException() {}, end() {} };
    const tracer = {
      startSpan(_name: string, { attributes }: { attributes: object }) {
        seen.push(attributes);
        return span;
      },
    };
    const call = { end: "client", interfaceName: "Thing", methodName: "x", interfaceId: 1n, ordinal: 0, peer } as const;
    openTelemetry(tracer).begin(call);
    expect(seen).toEqual([{ "rpc.system": "capnproto", "rpc.service": "Thing", "rpc.method": "x", ...expected }]);
  });

  it("makes OpenTelemetry spans, and runs methods inside of theirs", async () => {
    const current = new AsyncLocalStorage<string>();
    const spans: Record<string, unknown>[] = [];
    const tracer = {
      startSpan(name: string, { kind, attributes }: { kind: number; attributes: Record<string, string> }) {
        const span: Record<string, unknown> = { name, kind, attributes, ended: false };
        spans.push(span);
        return {
          name,
          setAttribute: (key: string, value: string) => (attributes[key] = value),
          setStatus: (status: object) => Object.assign(span, { status }),
          recordException: (exception: object) => Object.assign(span, { exception }),
          end: () => void Object.assign(span, { ended: true }),
        };
      },
    };
    stops.push(traceCalls(openTelemetry(tracer, { within: (span, run) => current.run(span.name, run) })));
    let inside: string | undefined;
    const server = new TestMaker();
    server.fail = () => {
      inside = current.getStore();
      throw new Error("as you wish");
    };
    using maker = Maker.serve(server);
    await expect(maker.fail({})).rejects.toThrow();
    await settle();
    expect(inside).toBe("Maker/fail");
    expect(spans).toHaveLength(2);
    expect(spans[0]).toMatchObject({
      name: "Maker/fail",
      kind: 2,
      ended: true,
      attributes: { "rpc.system": "capnproto", "rpc.service": "Maker", "rpc.method": "fail", "error.type": "failed" },
      status: { code: 2 },
      exception: { message: expect.stringContaining("as you wish") as string },
    });
    expect(spans[1]).toMatchObject({ kind: 1, ended: true });
  });
});
