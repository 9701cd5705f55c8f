/** The objects on both sides of a membrane: each says where it lives. */

import { innermost } from "../../src/cap/hook.js";
import type { MembranePolicy } from "../../src/cap/index.js";
import { Domain, Thing } from "../schemas/facets.capnp.js";

export class TestThing implements Thing.Server {
  readonly where: string;
  disposed = 0;

  constructor(where: string) {
    this.where = where;
  }

  passThrough(): Thing.PassThroughResults.Init {
    return { text: this.where };
  }

  intercept(): Thing.InterceptResults.Init {
    return { text: this.where };
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

export class TestDomain implements Domain.Server {
  readonly made: TestThing[] = [];
  readonly where: string;
  disposed = 0;
  cancelled = 0;

  constructor(where = "inside") {
    this.where = where;
  }

  makeThing(): Domain.MakeThingResults.Init {
    const thing = new TestThing(this.where);
    this.made.push(thing);
    return { thing };
  }

  async callPassThrough(
    { thing, tail }: Domain.CallPassThroughParams,
    context: Parameters<Domain.Server["callPassThrough"]>[1],
  ): Promise<Domain.CallPassThroughResults.Init | undefined> {
    if (tail) {
      context.tailCall((options) => thing.passThrough({}, options) as never);
      return undefined;
    }
    return { text: (await thing.passThrough()).text };
  }

  async callIntercept({ thing }: Domain.CallInterceptParams): Promise<Domain.CallInterceptResults.Init> {
    return { text: (await thing.intercept()).text };
  }

  loopback({ thing }: Domain.LoopbackParams): Domain.LoopbackResults.Init {
    return { thing };
  }

  list({ things }: Domain.ListParams): (results: Domain.ListResults.Builder) => void {
    return (results) => {
      results.things = things;
      results.any.set(Thing, things.at(0) as Thing.Client);
    };
  }

  never(
    _params: Domain.NeverParams,
    { signal }: Parameters<Domain.Server["never"]>[1],
  ): Promise<Domain.NeverResults.Init> {
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        this.cancelled++;
        reject(signal.reason);
      }),
    );
  }

  same({ a, b }: Domain.SameParams): Domain.SameResults.Init {
    return { same: innermost(a.$hook) === innermost(b.$hook) };
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

/** Answers `intercept` itself, on whichever side it is called. */
export function interceptingPolicy(more: Partial<MembranePolicy> = {}): MembranePolicy & Disposable {
  const inbound = Thing.serve(new TestThing("inbound"));
  const outbound = Thing.serve(new TestThing("outbound"));
  return {
    inboundCall: (call) => (call.methodOf(Thing) === "intercept" ? inbound : null),
    outboundCall: (call) => (call.methodOf(Thing) === "intercept" ? outbound : null),
    ...more,
    [Symbol.dispose]() {
      inbound[Symbol.dispose]();
      outbound[Symbol.dispose]();
    },
  };
}

export { Domain, Thing };
