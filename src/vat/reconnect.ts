/**
 * Capabilities that reconnect. What stands behind one is made by a function of the application, usually a new connection's bootstrap
 * capability. When a call on it fails with kind `disconnected`, that call fails all the same (only its caller knows whether
 * it may be repeated), and the next one goes to a new connection.
 *
 * Generations: each connection has a number, and only a loss of the current one counts, so that a hundred calls failing
 * together reconnect once. Calls under way on an earlier generation end there.
 *
 * A loss is also noticed when nobody waits for a result: by the pipelined capabilities of calls turning out `disconnected`, by the
 * capability itself doing so, and by `lost`, which the connecting function may hand to whoever knows.
 */

import { BrokenHook } from "../cap/broken.js";
import { Client } from "../cap/client.js";
import { forwardCall } from "../cap/forward.js";
import {
  type CallContext,
  type CallHints,
  type CallRequest,
  CapabilityHook,
  innermost,
  type PipelineHook,
  type ResultReceiver,
  type SentCall,
} from "../cap/hook.js";
import type { ClientType } from "../cap/interface-type.js";
import { isThenable, promisedHook, takeClient } from "../cap/promised.js";
import { QueuedHook } from "../cap/queued.js";
import { RelayRequest, type RelayRules } from "../cap/relay.js";
import { RpcError } from "../cap/rpc-error.js";
import { UsageError } from "../errors.js";
import { delay } from "../timer.js";

/**
 * Makes what stands behind the capability, which is taken: disposed when it is lost or let go of. `lost` tells that it is gone, if its maker knows.
 * A function that throws, rejects or makes no Client counts as a failed connection: what was called meanwhile fails with kind `disconnected`.
 *
 *     autoReconnect(Greeter, async (lost) => {
 *       const client = await TwoPartyClient.connect({ port });
 *       client.disconnected.then(lost);
 *       return client.bootstrap(Greeter);
 *     });
 *
 * Nobody else has that TwoPartyClient: its connection is closed when the collector finds that nothing is in use over it.
 */
export type Connect<C extends Client> = (lost: () => void) => C | PromiseLike<C>;

/** How long to wait before connecting again after `failures` connections in a row came to nothing. */
export interface Backoff {
  /** Wait after the second failure in a row, in ms; the first is followed at once. 100 unless given. */
  readonly initial?: number;
  /** No wait is longer, in ms. 30 s unless given. */
  readonly max?: number;
  /** Each wait is so much longer than the one before. 2 unless given. */
  readonly factor?: number;
  /** Share of each wait that is random, 0 to 1, so that many clients do not come back at once. 0.5 unless given. */
  readonly jitter?: number;
}

export interface ReconnectOptions {
  readonly backoff?: Backoff;
  /** Connect when first called, also after a loss; otherwise at once. */
  readonly lazy?: boolean;
  /** 0 ≤ random() < 1; Math.random unless given. */
  readonly random?: () => number;
  /** Runs `callback` in `ms`, and returns what takes that back. */
  readonly delay?: (ms: number, callback: () => void) => () => void;
}

/** A capability that reconnects, and the say over it. */
export interface Reconnecting<C extends Client> {
  readonly client: C;
  /** Lets go of what stands behind the capability now and connects anew: at once, or if it is lazy when next called. Calls under way go on. */
  reset(): void;
  /** How often it has connected. */
  readonly generation: number;
}

/** A capability that connects at once, and again as soon as a loss is noticed. */
export function autoReconnect<C extends Client>(
  type: ClientType<C>,
  connect: Connect<NoInfer<C>>,
  options: Omit<ReconnectOptions, "lazy"> = {},
): C {
  return reconnecting(type, connect, options).client;
}

/** A capability that connects when it is called, and again when it is called after a loss. */
export function lazyAutoReconnect<C extends Client>(
  type: ClientType<C>,
  connect: Connect<NoInfer<C>>,
  options: Omit<ReconnectOptions, "lazy"> = {},
): C {
  return reconnecting(type, connect, { ...options, lazy: true }).client;
}

/** The same with a controller. */
export function reconnecting<C extends Client>(
  type: ClientType<C>,
  connect: Connect<NoInfer<C>>,
  options: ReconnectOptions = {},
): Reconnecting<C> {
  checkBackoff(options.backoff ?? {});
  const hook = new ReconnectHook((lost) => connectHook(connect, lost), options);
  return {
    client: type.client(hook),
    reset: () => hook.reset(),
    get generation() {
      return hook.generation;
    },
  };
}

/** Throws UsageError for a backoff that would try again without a pause. */
function checkBackoff({ initial = 100, max = 30_000, factor = 2, jitter = 0.5 }: Backoff): void {
  const wrong = (what: string) => {
    throw new UsageError("bad-backoff", `the backoff's ${what}`);
  };
  if (!(initial > 0)) wrong(`initial wait is ${initial} ms, but must be more than 0`);
  if (!(max > 0)) wrong(`max is ${max} ms, but must be more than 0`);
  if (!(factor >= 1)) wrong(`factor is ${factor}, but must be 1 or more`);
  if (!(jitter >= 0 && jitter <= 1)) wrong(`jitter is ${jitter}, but must be between 0 and 1`);
}

/** Owned: what `connect` makes, a promise of it, or its failure, which counts as a disconnection whatever it was. */
function connectHook<C extends Client>(connect: Connect<C>, lost: () => void): CapabilityHook {
  const take = (client: C) => takeClient(client, "the connecting function");
  try {
    const made = connect(lost);
    return !(made instanceof Client) && isThenable(made) ? promisedHook(made, take, connectError) : take(made);
  } catch (thrown) {
    return new BrokenHook(connectError(thrown));
  }
}

function connectError(thrown: unknown): RpcError {
  const error = RpcError.from(thrown);
  return error.kind === "disconnected" ? error : RpcError.disconnected(error.reason, { cause: thrown });
}

class ReconnectHook extends CapabilityHook {
  readonly #connect: (lost: () => void) => CapabilityHook;
  readonly #options: ReconnectOptions;
  /** Owned; null while nothing is connected. */
  #current: CapabilityHook | null = null;
  #unwatch: (() => void) | null = null;
  generation = 0;
  /** Losses since a call last came back over a connection. */
  #failures = 0;
  /** Takes back the timer of a connection that waits its turn. */
  #cancelWait: (() => void) | null = null;
  #disposed = false;

  constructor(connect: (lost: () => void) => CapabilityHook, options: ReconnectOptions) {
    super();
    this.#connect = connect;
    this.#options = options;
    if (!options.lazy) this.#target();
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    const target = this.#target();
    return new WatchedRequest(target.newCall(interfaceId, methodId, hints), this.#rules(this.generation));
  }

  call(context: CallContext): PipelineHook {
    return forwardCall(context, this);
  }

  reset(): void {
    this.#failures = 0;
    this.#drop();
    if (!this.#options.lazy && !this.#disposed) this.#target();
  }

  /** Connection `generation` is gone. */
  lost(generation: number): void {
    if (generation !== this.generation || !this.#current || this.#disposed) return;
    this.#failures++;
    this.#drop();
    if (!this.#options.lazy) this.#target();
  }

  protected dispose(): void {
    this.#disposed = true;
    this.#drop();
  }

  /** Borrowed: what calls go to now. */
  #target(): CapabilityHook {
    if (this.#current) return this.#current;
    const generation = ++this.generation;
    this.#current = this.#failures > 1 ? this.#later(this.#wait(), generation) : this.#open(generation);
    const current = this.#current;
    const undo = watch(current, () => this.lost(generation));
    if (this.#current === current) this.#unwatch = undo;
    return this.#current ?? current;
  }

  #open(generation: number): CapabilityHook {
    return this.#connect(() => this.lost(generation));
  }

  /** Owned: a promise of the connection to be made in `ms`. */
  #later(ms: number, generation: number): CapabilityHook {
    const queue = new QueuedHook();
    // Whoever waits may have gone by then.
    queue.addRef();
    const begin = this.#options.delay ?? ((time, callback) => delay(time, callback));
    const cancel = begin(ms, () => {
      this.#cancelWait = null;
      queue.resolve(this.#open(generation));
      queue.release();
    });
    this.#cancelWait = () => {
      // What was called meanwhile still goes there.
      if (queue.queueLength > 0) return;
      cancel();
      queue.release();
    };
    return queue;
  }

  /** How long the next connection waits, in ms. */
  #wait(): number {
    const { initial = 100, max = 30_000, factor = 2, jitter = 0.5 } = this.#options.backoff ?? {};
    const wait = Math.min(initial * factor ** (this.#failures - 2), max);
    const random = this.#options.random ?? Math.random;
    return wait * (1 - jitter * random());
  }

  #drop(): void {
    const current = this.#current;
    const cancelWait = this.#cancelWait;
    this.#current = null;
    this.#cancelWait = null;
    this.#unwatch?.();
    this.#unwatch = null;
    cancelWait?.();
    current?.release();
  }

  #rules(generation: number): RelayRules {
    return {
      returning: (results) => {
        if (generation === this.generation) this.#failures = 0;
        return results;
      },
      failing: (error) => {
        if (error.kind === "disconnected") this.lost(generation);
        else if (generation === this.generation) this.#failures = 0;
      },
      pipelined: (hook) => {
        watch(hook, () => this.lost(generation));
        return hook;
      },
    };
  }
}

/** A relayed request that notices when the target refuses it and nobody waits for the result. */
class WatchedRequest extends RelayRequest {
  override send(receiver: ResultReceiver | null): SentCall {
    const sent = super.send(receiver);
    // A pipeline-only call tells nobody of its failure, but what is asked of its pipeline shows it.
    if (!receiver) sent.capability(ROOT).release();
    return sent;
  }
}

const ROOT: readonly number[] = Object.freeze([]);

/** Runs `onLost` if `hook` is, or turns out to be, broken by a disconnection. Returns what takes that back. */
function watch(hook: CapabilityHook, onLost: () => void): () => void {
  let undo = () => {};
  let stopped = false;
  const look = (at: CapabilityHook) => {
    if (stopped) return;
    const end = innermost(at);
    if (end instanceof BrokenHook && end.error.kind === "disconnected") onLost();
    else if (end.isUnresolvedPromise) undo = end.whenResolved(look);
  };
  look(hook);
  return () => {
    stopped = true;
    undo();
  };
}
