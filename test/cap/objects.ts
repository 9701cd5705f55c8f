/** The server objects of the stories: they count, keep, echo, and remember what happened to them. */

import { RpcError, type RpcErrorKind } from "../../src/cap/index.js";
import type { Base, Maker, Sequence } from "../schemas/cap-stories.capnp.js";

/** A promise and its two ends. */
export class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  readonly promise: Promise<T> = new Promise((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** Lets promise reactions, deliveries and messages under way run until nothing is left to do. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An object that implements only some methods of its interface. */
export function partial<S extends object>(server: Partial<S>): S {
  return server as S;
}

/** Counts its calls and notes what they expected, in order. */
export class Counting implements Sequence.Server {
  calls = 0;
  disposed = 0;
  readonly order: number[] = [];

  next({ expected }: Sequence.NextParams): Sequence.NextResults.Init {
    this.order.push(expected);
    return { number: this.calls++ };
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

export class TestBase implements Partial<Base.Server> {
  calls = 0;

  foo({ i, j }: Base.FooParams): Base.FooResults.Init {
    this.calls++;
    return { x: `${i} ${j}` };
  }

  async baz({ text }: Base.BazParams): Promise<void> {
    this.calls++;
    await settle();
    if (text !== "baz") throw RpcError.failed(`not "${text}"`);
  }
}

type Context<M extends keyof Maker.Server> = Parameters<Maker.Server[M]>[1];

export class TestMaker extends Counting implements Maker.Server {
  readonly made: Counting[] = [];
  held: Sequence.Client | null = null;
  /** Ends `never` and `early`. */
  gate = new Deferred<void>();
  aborted = 0;
  completed = 0;
  readonly written: number[] = [];
  /** How many streaming calls run at the same time. */
  writing = 0;
  /** Runs inside each `write`. */
  onWrite: (n: number) => Promise<void> | void = () => {};

  make({ label }: Maker.MakeParams): Maker.MakeResults.Init {
    const object = new Counting();
    this.made.push(object);
    return { cap: object, box: { cap: object, label, inner: { cap: object }, place: { x: 7, owner: object } } };
  }

  echo({ cap }: Maker.EchoParams): Maker.EchoResults.Init {
    return { cap };
  }

  echoList({ caps }: Maker.EchoListParams): Maker.EchoListResults.Init {
    return { caps };
  }

  hold({ cap }: Maker.HoldParams): void {
    this.held = cap.dup();
  }

  getHeld(): Maker.GetHeldResults.Init {
    return { cap: this.held };
  }

  async callNow({ cap, expected }: Maker.CallNowParams): Promise<Maker.CallNowResults.Init> {
    const { number } = await cap.next({ expected });
    return { number };
  }

  async never({ cap }: Maker.NeverParams, { signal }: Context<"never">): Promise<Maker.NeverResults.Init> {
    signal.addEventListener("abort", () => this.aborted++);
    await this.gate.promise;
    this.completed++;
    return { cap };
  }

  fail({ kind }: Maker.FailParams): Maker.FailResults.Init {
    throw new RpcError(kind as RpcErrorKind, "as you wish");
  }

  tail({ to, label }: Maker.TailParams, context: Context<"tail">): void {
    context.tailCall((tail) => to.make({ label }, tail));
  }

  async early(_params: Maker.EarlyParams, context: Context<"early">): Promise<void> {
    context.setPipeline({ cap: this });
    await this.gate.promise;
  }

  async write({ n }: Maker.WriteParams): Promise<void> {
    this.writing++;
    await this.onWrite(n);
    this.written.push(n);
    this.writing--;
  }

  finish(): Maker.FinishResults.Init {
    return { total: this.written.length };
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.held?.[Symbol.dispose]();
  }
}
