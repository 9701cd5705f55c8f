/**
 * How often a server object is disposed that its method hands over twice: in the pipeline it sets, and in the results it returns.
 * It is one hand-over: the object is disposed once, and not before the method, the caller and every call on it are done with it.
 */

import { afterEach, describe, expect, it } from "vitest";
import type { CallResults } from "../../src/cap/hook.js";
import { turns } from "../../src/cap/index.js";
import { memoryTransportPair } from "../../src/transport/index.js";
import { TwoPartyClient } from "../../src/vat/index.js";
import { Maker, Sequence } from "../schemas/cap-stories.capnp.js";
import { Counting, Deferred, partial, settle } from "./objects.js";

/** What a disposed object was still used for is noted. */
class Watched implements Sequence.Server {
  disposals = 0;
  readonly tooLate: string[] = [];
  /** Ends the calls in progress. */
  readonly gate = new Deferred<void>();
  calls = 0;

  async next(): Promise<Sequence.NextResults.Init> {
    this.use("a call began");
    this.calls++;
    await this.gate.promise;
    this.use("a call ended");
    return { number: this.calls };
  }

  use(what: string): void {
    if (this.disposals > 0) this.tooLate.push(what);
  }

  [Symbol.dispose](): void {
    this.disposals++;
  }
}

type Context = Parameters<Maker.Server["early"]>[1];

/** What is in the pipeline, and what is returned: the objects, or Clients that the method disposes when it has returned. */
interface HandOver {
  readonly name: string;
  readonly pipeline: "object" | "client" | "other";
  readonly results: "object" | "client" | "nothing";
}

const HAND_OVERS: readonly HandOver[] = [
  { name: "the object in both", pipeline: "object", results: "object" },
  { name: "the object in the pipeline, a Client of it in the results", pipeline: "object", results: "client" },
  { name: "a Client of it in the pipeline, the object in the results", pipeline: "client", results: "object" },
  { name: "Clients of it in both", pipeline: "client", results: "client" },
  { name: "the object in the pipeline only", pipeline: "object", results: "nothing" },
  { name: "another one in the pipeline", pipeline: "other", results: "object" },
];

/** When the caller gives the call up, by disposing its promise or losing the connection. */
const MOMENTS = ["never", "before setPipeline", "between setPipeline and return", "after the return"] as const;
const WAYS = ["disposing the promise", "a signal", "losing the connection"] as const;
const ENDS = ["returns", "throws"] as const;

/** A method that goes on when it is told to. */
class Stage {
  readonly object = new Watched();
  readonly other = new Watched();
  readonly beforePipeline = new Deferred<void>();
  readonly beforeReturn = new Deferred<void>();
  readonly server: Maker.Server;
  aborted = 0;
  ended = 0;

  constructor({ pipeline, results }: HandOver, ends: (typeof ENDS)[number]) {
    const { object, other } = this;
    this.server = partial<Maker.Server>({
      early: async (_params: Maker.EarlyParams, context: Context) => {
        context.signal.addEventListener("abort", () => this.aborted++);
        await this.beforePipeline.promise;
        {
          using client = Sequence.serve(pipeline === "other" ? other : object);
          context.setPipeline({ cap: pipeline === "client" ? client : pipeline === "other" ? other : object });
        }
        await this.beforeReturn.promise;
        object.use("its method went on");
        this.ended++;
        if (ends === "throws") throw new Error("second thoughts");
        if (results === "nothing") return {};
        if (results === "object") return { cap: object };
        using client = Sequence.serve(object);
        context.results.cap = client;
        return undefined;
      },
    });
  }
}

const vats: TwoPartyClient[] = [];

/** A Client of `server`, and what loses it. */
function serve(server: Maker.Server, place: "here" | "there"): { maker: Maker.Client; cut: () => void } {
  if (place === "here") return { maker: Maker.serve(server), cut: () => {} };
  const { left, right } = memoryTransportPair();
  const serving = new TwoPartyClient(right, { bootstrap: Maker.serve(server) });
  const client = new TwoPartyClient(left);
  vats.push(serving, client);
  return { maker: client.bootstrap(Maker), cut: () => client.close() };
}

afterEach(async () => {
  for (const vat of vats.splice(0)) vat.close();
  await settle();
});

interface Variant {
  readonly place: "here" | "there";
  readonly moment: (typeof MOMENTS)[number];
  readonly way: (typeof WAYS)[number];
  readonly ends: (typeof ENDS)[number];
  readonly pipelineOnly: boolean;
  readonly pipelinedCall: boolean;
  readonly holdsBeyond: boolean;
}

function* variants(): Generator<Variant> {
  const both = [false, true];
  for (const place of ["here", "there"] as const)
    for (const moment of MOMENTS)
      for (const way of WAYS) {
        if (way === "losing the connection" && place === "here") continue;
        if (moment === "never" && way !== WAYS[0]) continue;
        for (const ends of ENDS)
          for (const pipelineOnly of both)
            for (const pipelinedCall of both)
              for (const holdsBeyond of both)
                yield { place, moment, way, ends, pipelineOnly, pipelinedCall, holdsBeyond };
      }
}

/** Plays one call to its end and says how often each object was disposed. */
async function play(handOver: HandOver, variant: Variant): Promise<string[]> {
  const { place, moment, way, pipelineOnly, pipelinedCall, holdsBeyond } = variant;
  const stage = new Stage(handOver, variant.ends);
  const { object, other } = stage;
  const { maker, cut } = serve(stage.server, place);
  const controller = new AbortController();
  const call = maker.early({}, { pipelineOnly, signal: controller.signal });
  if (!pipelineOnly) call.then(null, () => {});
  const held = holdsBeyond ? call.cap.dup() : null;
  const inProgress = pipelinedCall ? call.cap.next({ expected: 0 }) : null;
  inProgress?.then(null, () => {});
  const giveUpAt = async (now: Variant["moment"]) => {
    await settle();
    if (now !== moment) return;
    if (way === "losing the connection") cut();
    else if (way === "a signal") controller.abort(new Error("never mind"));
    else call[Symbol.dispose]();
    await settle();
  };
  await giveUpAt("before setPipeline");
  stage.beforePipeline.resolve();
  await giveUpAt("between setPipeline and return");
  const { aborted } = stage;
  stage.beforeReturn.resolve();
  await giveUpAt("after the return");
  expect(stage.ended).toBe(1);
  // Calls on what was passed before are still in progress.
  object.gate.resolve();
  other.gate.resolve();
  await settle();
  held?.[Symbol.dispose]();
  call[Symbol.dispose]();
  maker[Symbol.dispose]();
  await settle();
  const wrong: string[] = [];
  const note = (name: string, watched: Watched, wanted: number) => {
    const { disposals, tooLate } = watched;
    if (disposals !== wanted || tooLate.length > 0)
      wrong.push(`${JSON.stringify(variant)}: ${name} disposed ${disposals} times, not ${wanted} ${tooLate}`);
  };
  const unwanted = moment !== "never" && moment !== "after the return" && !held && !inProgress;
  if (unwanted && aborted !== 1) wrong.push(`${JSON.stringify(variant)}: its signal aborted ${aborted} times`);
  if (stage.aborted !== aborted) wrong.push(`${JSON.stringify(variant)}: its signal aborted after it had ended`);
  const returned = variant.ends === "returns" && handOver.results !== "nothing";
  note("the object", object, handOver.pipeline === "other" && !returned ? 0 : 1);
  note("the other", other, handOver.pipeline === "other" ? 1 : 0);
  return wrong;
}

describe("a server object that is handed over by setPipeline and by the return", () => {
  it.each(HAND_OVERS)("is disposed once, however the call ends: $name", async (handOver) => {
    const { onError } = turns;
    const reported: unknown[] = [];
    turns.onError = (error) => reported.push(error);
    const played = await Promise.all([...variants()].map((variant) => play(handOver, variant)));
    turns.onError = onError;
    expect(played.flat()).toEqual([]);
    expect(reported).toEqual([]);
  });

  it("is disposed once, after the method, when the peer said that it would pipeline nothing", async () => {
    const stage = new Stage({ name: "", pipeline: "object", results: "object" }, "returns");
    const { maker } = serve(stage.server, "there");
    const request = maker.$hook.newCall(
      Maker.id,
      Maker.methods.get(Maker.id)?.find((m) => m?.name === "early")?.ordinal ?? -1,
      {
        noPromisePipelining: true,
      },
    );
    const returned = new Deferred<CallResults>();
    const sent = request.send({ returned: (results) => returned.resolve(results), failed: returned.reject });
    stage.beforePipeline.resolve();
    await settle();
    expect(stage.object.disposals).toBe(0);
    stage.beforeReturn.resolve();
    const results = await returned.promise;
    await settle();
    expect(stage.object.disposals).toBe(0);
    results.release();
    sent.release();
    maker[Symbol.dispose]();
    await settle();
    expect([stage.object.disposals, stage.object.tooLate]).toEqual([1, []]);
  });

  it("is disposed once when setPipeline throws, be it returned afterwards or not", async () => {
    for (const returns of [true, false]) {
      const object = new Counting();
      const server = partial<Maker.Server>({
        early: (_params: Maker.EarlyParams, context: Context) => {
          const building = () =>
            context.setPipeline((results) => {
              results.cap = object;
              throw new Error("second thoughts");
            });
          expect(building).toThrow("second thoughts");
          return returns ? { cap: object } : {};
        },
      });
      using maker = Maker.serve(server);
      {
        using results = await maker.early();
        await settle();
        expect(object.disposed).toBe(returns ? 0 : 1);
        void results;
      }
      await settle();
      expect(object.disposed).toBe(1);
    }
  });

  it("is disposed once when a tail call answers instead of the return", async () => {
    const object = new Counting();
    const another = new Counting();
    using behind = Maker.serve(partial<Maker.Server>({ early: () => ({ cap: another }) }));
    const server = partial<Maker.Server>({
      early: (_params: Maker.EarlyParams, context: Context) => {
        context.setPipeline({ cap: object });
        context.tailCall((tail) => behind.early({}, tail));
      },
    });
    using maker = Maker.serve(server);
    {
      using call = maker.early();
      await call.cap.next({ expected: 0 });
      await call;
    }
    await settle();
    expect([object.disposed, another.disposed]).toEqual([1, 1]);
  });
});

describe("a server object that is passed on again just after its last reference went", () => {
  it("is not disposed while somebody has it, and once when nobody does", async () => {
    const object = new Counting();
    const first = Sequence.serve(object);
    first[Symbol.dispose]();
    const second = Sequence.serve(object); // the disposal of the first has not run
    await settle();
    expect(object.disposed).toBe(0);
    expect((await second.next()).number).toBe(0);
    second[Symbol.dispose]();
    Sequence.serve(object)[Symbol.dispose]();
    await settle();
    expect(object.disposed).toBe(1);
  });
});
