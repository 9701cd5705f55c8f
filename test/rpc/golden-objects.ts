/** The objects of the golden stories, after those of the C++ tests, and the beginning that nearly all of them share. */

import pDefer, { type DeferredPromise } from "p-defer";
import type { CapabilityInit } from "../../src/cap/index.js";
import { RpcError } from "../../src/cap/rpc-error.js";
import type { ConnectionOptions } from "../../src/rpc/connection.js";
import {
  More,
  Order,
  type Pipeline,
  Root,
  TailCallee,
  TailCaller,
  type TailResult,
} from "../schemas/rpc-golden.capnp.js";
import { type End, Story } from "./pair.js";

type ContextOf<S, M extends keyof S> = S[M] extends (params: never, context: infer C) => unknown ? C : never;

export class TestRoot implements Partial<Root.Server> {
  calls = 0;
  readonly moreServer: TestMore;

  constructor(moreServer = new TestMore()) {
    this.moreServer = moreServer;
  }

  foo(): Root.FooResults.Init {
    this.calls++;
    return { x: "foo" };
  }

  baz(): void {}

  pipeline(): Root.PipelineResults.Init {
    return { cap: new TestPipeline() };
  }

  tailCaller(): Root.TailCallerResults.Init {
    return { cap: new TestTailCaller() };
  }

  more(): Root.MoreResults.Init {
    return { cap: this.moreServer };
  }
}

/** Lacks `bar`. */
export function aRoot(): Root.Server {
  return new TestRoot() as Partial<Root.Server> as Root.Server;
}

class TestPipeline implements Pipeline.Server {
  async getCap({ n, inCap }: Pipeline.GetCapParams): Promise<Pipeline.GetCapResults.Init> {
    const { x } = await inCap.foo({ i: 123, j: true });
    return { s: `${x} ${n}`, outBox: { cap: aRoot() } };
  }

  getCapPipelineOnly(
    _params: Pipeline.GetCapPipelineOnlyParams,
    context: ContextOf<Pipeline.Server, "getCapPipelineOnly">,
  ): Promise<Pipeline.GetCapPipelineOnlyResults.Init> {
    context.setPipeline({ outBox: { cap: aRoot() } });
    return untilCancelled(context.signal);
  }
}

export class TestOrder implements Order.Server {
  calls = 0;
  disposed = 0;
  readonly order: number[] = [];

  next({ expected }: Order.NextParams): Order.NextResults.Init {
    this.order.push(expected);
    return { n: this.calls++ };
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

class TestTailCaller implements TailCaller.Server {
  foo({ i, callee }: TailCaller.FooParams, context: ContextOf<TailCaller.Server, "foo">): void {
    context.tailCall((tail) => callee.foo({ i, t: "from the caller" }, tail));
  }
}

export class TestTailCallee implements TailCallee.Server {
  cancelled = 0;
  readonly sequence = new TestOrder();
  readonly #never: boolean;

  constructor(never = false) {
    this.#never = never;
  }

  foo({ i, t }: TailCallee.FooParams, { signal }: ContextOf<TailCallee.Server, "foo">) {
    if (!this.#never) return { i, t, c: this.sequence };
    signal.addEventListener("abort", () => this.cancelled++);
    return untilCancelled<TailResult.Init>(signal);
  }
}

export class TestMore extends TestOrder implements More.Server {
  held: Root.Client | null = null;
  readonly handles: TestOrder[] = [];
  readonly later: DeferredPromise<Order.Client>[] = [];

  async callFoo({ cap }: More.CallFooParams): Promise<More.CallFooResults.Init> {
    return { s: (await cap.foo({ i: 123, j: true })).x };
  }

  async callFooWhenResolved({ cap }: More.CallFooWhenResolvedParams): Promise<More.CallFooWhenResolvedResults.Init> {
    await cap.whenResolved();
    return { s: (await cap.foo({ i: 123, j: true })).x };
  }

  hold({ cap }: More.HoldParams): void {
    this.held = cap.dup();
  }

  async callHeld(): Promise<More.CallHeldResults.Init> {
    const { x } = await (this.held as Root.Client).foo({ i: 123, j: true });
    return { s: x };
  }

  getHeld(): More.GetHeldResults.Init {
    return { cap: this.held };
  }

  echo({ cap }: More.EchoParams): More.EchoResults.Init {
    return { cap };
  }

  echoLater({ cap }: More.EchoLaterParams): More.EchoLaterResults.Init {
    const deferred = pDefer<Order.Client>();
    this.later.push(deferred);
    const kept = cap.dup();
    const promise = deferred.promise.then(() => kept);
    return { cap: promise as CapabilityInit<Order.Client, Order.Server> };
  }

  never(_params: More.NeverParams, { signal }: ContextOf<More.Server, "never">): Promise<More.NeverResults.Init> {
    return untilCancelled(signal);
  }

  getHandle(): More.GetHandleResults.Init {
    const handle = new TestOrder();
    this.handles.push(handle);
    return { handle };
  }

  getNull(): More.GetNullResults.Init {
    return {};
  }

  fail(): never {
    throw RpcError.failed("test exception", { details: [{ id: 1n, data: new TextEncoder().encode("foo") }] });
  }
}

function untilCancelled<T>(signal: AbortSignal): Promise<T> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

export interface Stage {
  readonly story: Story;
  readonly alice: End;
  readonly bob: End;
  readonly root: Root.Client;
  readonly server: TestRoot;
  /** Asks the root for the object of most stories, and lets go of the root and of the call, as the C++ tests do. */
  more(): More.Client;
  /** Delivers until all is quiet. */
  run(): Promise<void>;
}

/** Alice and Bob, whose bootstrap capability Alice has asked for. */
export function stage(options: { bob?: Partial<ConnectionOptions> } = {}): Stage {
  const story = new Story();
  const server = new TestRoot();
  const served = Root.serve(server as Partial<Root.Server> as Root.Server);
  const [alice, bob] = story.link(
    { name: "alice" },
    { name: "bob", bootstrap: () => served.$hook.addRef(), ...options.bob },
  );
  const root = Root.client(alice.connection.bootstrap());
  return {
    story,
    alice,
    bob,
    root,
    server,
    more() {
      using call = root.more();
      const cap = call.cap.dup();
      root[Symbol.dispose]();
      return cap;
    },
    run: () => story.run(),
  };
}

export { More, Order, Root, TailCallee, TailCaller };
