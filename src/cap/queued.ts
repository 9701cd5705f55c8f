/**
 * Promises: a capability or a pipeline that is not known yet and queues what is sent to it. Order survives resolution
 * because of a fixed sequence (C++ readers: QueuedClient, QueuedPipeline): the promise first points to its resolution, then passes on
 * its queue in order, and only then do observers hear of it.
 */

import { BrokenHook, BrokenPipeline } from "./broken.js";
import {
  type CallContext,
  type CallHints,
  type CallRequest,
  CapabilityHook,
  innermost,
  type PipelineHook,
  type PipelinePath,
  type ResolutionObserver,
} from "./hook.js";
import { LocalRequest } from "./local-call.js";
import { RpcError } from "./rpc-error.js";

/** A capability that queues its calls until `resolve` or `reject`. */
export class QueuedHook extends CapabilityHook {
  /** Owned once set. */
  #resolution: CapabilityHook | null = null;
  /** Calls to pass on, in order; while there are any the hook keeps itself alive. */
  #calls: QueuedCall[] = [];
  readonly #observers = new Set<ResolutionObserver>();

  override get resolution(): CapabilityHook | null {
    return this.#resolution;
  }

  override get isUnresolvedPromise(): boolean {
    return this.#resolution === null;
  }

  /** How many calls wait. */
  get queueLength(): number {
    return this.#calls.length;
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    // Not hop by hop: a chain of promises may be long.
    if (this.#resolution) return innermost(this.#resolution).newCall(interfaceId, methodId, hints);
    return new LocalRequest(this, interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    if (this.#resolution) return innermost(this.#resolution).call(context);
    const call = new QueuedCall(this, context);
    if (this.#calls.length === 0) this.addRef();
    this.#calls.push(call);
    return call.pipeline;
  }

  /** Takes `resolution`. Only the first resolve or reject counts. */
  resolve(resolution: CapabilityHook): void {
    if (this.#resolution) {
      resolution.release();
      return;
    }
    const end = innermost(resolution);
    if (end === this) {
      resolution.release();
      this.resolve(new BrokenHook(RpcError.failed("a promise was resolved to itself")));
      return;
    }
    this.#resolution = resolution;
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) call.passOn(resolution);
    for (const observer of [...this.#observers]) {
      // An observer may take back another one that has not run.
      if (this.#observers.delete(observer)) observer(resolution);
    }
    if (calls.length > 0) this.release();
  }

  /** Every queued call, and every later one, fails with `error`. */
  reject(error: RpcError): void {
    this.resolve(new BrokenHook(error));
  }

  override whenResolved(observer: ResolutionObserver): () => void {
    if (this.#resolution) {
      observer(this.#resolution);
      return () => {};
    }
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** A queued call was cancelled before it could be passed on. */
  withdraw(call: QueuedCall): void {
    const index = this.#calls.indexOf(call);
    if (index < 0) return;
    this.#calls.splice(index, 1);
    if (this.#calls.length === 0) this.release();
  }

  protected dispose(): void {
    this.#observers.clear();
    this.#resolution?.release();
  }
}

/** A call waiting in a QueuedHook. It can be cancelled without a trace as long as it waits. */
class QueuedCall implements PipelineOwner {
  readonly pipeline: QueuedPipeline = new QueuedPipeline(this);
  readonly #queue: QueuedHook;
  #context: CallContext | null;

  constructor(queue: QueuedHook, context: CallContext) {
    this.#queue = queue;
    this.#context = context;
    context.onCancel = () => this.#withdrawIfUnwanted();
  }

  passOn(target: CapabilityHook): void {
    const context = this.#context;
    if (!context) return;
    this.#context = null;
    context.onCancel = null;
    this.pipeline.resolve(target.call(context));
  }

  pipelineDropped(): void {
    this.#withdrawIfUnwanted();
  }

  #withdrawIfUnwanted(): void {
    const context = this.#context;
    if (!context?.cancelled || this.pipeline.wanted) return;
    this.#context = null;
    context.onCancel = null;
    this.#queue.withdraw(this);
    context.fail(RpcError.failed("the call was cancelled"));
  }
}

/** Who resolves a QueuedPipeline and wants to know that nobody is interested any more. */
export interface PipelineOwner {
  /** The last reference to the pipeline is gone. */
  pipelineDropped(): void;
}

/**
 * The pipeline of a call that has not been answered. Only its users count as references, not whoever will resolve it. A capability
 * asked of it keeps it, and so the call, wanted.
 */
export class QueuedPipeline implements PipelineHook {
  readonly #owner: PipelineOwner | null;
  #references = 1;
  /** Owned once resolved. */
  #resolution: PipelineHook | null = null;
  /** Capabilities handed out while unresolved; borrowed, each removes itself. */
  #pipelined: PipelinedHook[] | null = null;

  constructor(owner: PipelineOwner | null = null) {
    this.#owner = owner;
  }

  /** Whether anybody may still ask something of it. */
  get wanted(): boolean {
    return this.#references > 0;
  }

  capability(path: PipelinePath): CapabilityHook {
    if (this.#resolution) return this.#resolution.capability(path);
    this.#pipelined ??= [];
    for (const hook of this.#pipelined) {
      if (samePath(hook.path, path)) return hook.addRef();
    }
    const hook = new PipelinedHook(this, path);
    this.#pipelined.push(hook);
    return hook;
  }

  /** Takes `resolution`. Only the first resolve or reject counts. */
  resolve(resolution: PipelineHook): void {
    if (this.#resolution || !this.wanted) {
      resolution.release();
      return;
    }
    this.#resolution = resolution;
    const pipelined = this.#pipelined;
    this.#pipelined = null;
    if (!pipelined) return;
    // Our own reference: the hooks give back theirs as they resolve.
    this.addRef();
    // A call that one of them passes on may end at once and drop the last reference to another.
    for (const hook of pipelined) hook.addRef();
    for (const hook of pipelined) {
      hook.resolve(resolution.capability(hook.path));
      hook.release();
    }
    this.release();
  }

  reject(error: RpcError): void {
    this.resolve(new BrokenPipeline(error));
  }

  /** A pipelined capability was dropped while unresolved. */
  forget(hook: PipelinedHook): void {
    const index = this.#pipelined?.indexOf(hook) ?? -1;
    if (index >= 0) this.#pipelined?.splice(index, 1);
  }

  addRef(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    this.#resolution?.release();
    // Also of a resolved one: its call may be in progress all the same (ServerContext.setPipeline).
    this.#owner?.pipelineDropped();
  }
}

/** A capability at `path` of an unresolved pipeline. */
class PipelinedHook extends QueuedHook {
  readonly path: PipelinePath;
  /** Owned until resolved. */
  #pipeline: QueuedPipeline | null;

  constructor(pipeline: QueuedPipeline, path: PipelinePath) {
    super();
    this.path = path;
    this.#pipeline = pipeline.addRef();
  }

  override resolve(resolution: CapabilityHook): void {
    const pipeline = this.#pipeline;
    this.#pipeline = null;
    super.resolve(resolution);
    pipeline?.release();
  }

  protected override dispose(): void {
    const pipeline = this.#pipeline;
    this.#pipeline = null;
    pipeline?.forget(this);
    super.dispose();
    pipeline?.release();
  }
}

export function samePath(a: PipelinePath, b: PipelinePath): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}
