/** The application objects of the stories: they count, keep, echo, and remember what happened to them. */

import pDefer, { type DeferredPromise } from "p-defer";
import type { CapabilityInit } from "../../src/cap/index.js";
import { RpcError } from "../../src/cap/rpc-error.js";
import { Callee, Friend, Sequence } from "../schemas/rpc-stories.capnp.js";

/** Counts its calls and notes those that came at another place than expected. */
export class Counting implements Sequence.Server {
  calls = 0;
  readonly order: number[] = [];
  disposed = 0;

  next({ expected }: Sequence.NextParams): Sequence.NextResults.Init {
    this.order.push(expected);
    return { number: this.calls++ };
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

export class TestFriend extends Counting implements Friend.Server {
  held: Sequence.Client | null = null;
  /** What `promise` returned, to be resolved by the story. */
  readonly promises: DeferredPromise<Sequence.Client>[] = [];
  /** Objects `make` made. */
  readonly made: Counting[] = [];
  cancelled = 0;

  echo({ cap }: Friend.EchoParams): Friend.EchoResults.Init {
    return { cap };
  }

  getNull(): Friend.GetNullResults.Init {
    return {};
  }

  hold({ cap }: Friend.HoldParams): void {
    this.held?.[Symbol.dispose]();
    this.held = cap.dup();
  }

  async callHeld({ expected }: Friend.CallHeldParams): Promise<Friend.CallHeldResults.Init> {
    const { number } = await this.#held.next({ expected });
    return { number };
  }

  getHeld(): Friend.GetHeldResults.Init {
    return { cap: this.#held };
  }

  make(): Friend.MakeResults.Init {
    const object = new Counting();
    this.made.push(object);
    return { cap: object, inner: { cap: object, deeper: { cap: object } } };
  }

  never(
    _params: Friend.NeverParams,
    { signal }: Parameters<Friend.Server["never"]>[1],
  ): Promise<Friend.NeverResults.Init> {
    return new Promise(() => signal.addEventListener("abort", () => this.cancelled++));
  }

  fail({ reason }: Friend.FailParams): Friend.FailResults.Init {
    throw RpcError.failed(reason);
  }

  tail({ callee, number }: Friend.TailParams, context: Parameters<Friend.Server["tail"]>[1]): void {
    context.tailCall((tail) => callee.called({ number }, tail));
  }

  neverTail({ callee }: Friend.NeverTailParams, context: Parameters<Friend.Server["neverTail"]>[1]): void {
    context.tailCall((tail) => callee.never({}, tail));
  }

  promise(): Friend.PromiseResults.Init {
    const deferred = pDefer<Sequence.Client>();
    this.promises.push(deferred);
    return { cap: deferred.promise as CapabilityInit<Sequence.Client, Sequence.Server> };
  }

  get #held(): Sequence.Client {
    if (!this.held) throw RpcError.failed("nothing is held");
    return this.held;
  }
}

/** A friend whose `never` ends when it is cancelled, and so gives back its params. */
export class CancellableFriend extends TestFriend {
  override never(
    _params: Friend.NeverParams,
    { signal }: Parameters<Friend.Server["never"]>[1],
  ): Promise<Friend.NeverResults.Init> {
    return new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        this.cancelled++;
        reject(signal.reason);
      }),
    );
  }
}

export class TestCallee implements Callee.Server {
  calls = 0;
  cancelled = 0;
  readonly sequence = new Counting();

  called({ number }: Callee.CalledParams): Callee.CalledResults.Init {
    this.calls++;
    return { number, text: "callee", cap: this.sequence };
  }

  never(
    _params: Callee.NeverParams,
    { signal }: Parameters<Callee.Server["never"]>[1],
  ): Promise<Callee.NeverResults.Init> {
    this.calls++;
    return new Promise(() => signal.addEventListener("abort", () => this.cancelled++));
  }
}

/** The capability that stands for `server`, as a hook to bootstrap with. */
export function serveFriend(server: Friend.Server): Friend.Client {
  return Friend.serve(server);
}

export { Callee, Friend, Sequence };
