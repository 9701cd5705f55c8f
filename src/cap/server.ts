/**
 * A call on a server object: finds the method, reads params, runs it, and turns whatever it returns, throws or promises into
 * the call's answer. ServerCall is at once the delivery, the method's context and the table of its params' Clients, so
 * that a call costs one object here.
 */

import { UsageError } from "../errors.js";
import type { CapTableReader } from "../wire/cap-table.js";
import { MessageBuilder } from "../wire/message.js";
import type { StructType } from "../wire/pointer-type.js";
import { nullCapability, nullPipeline } from "./broken.js";
import { type CallOptions, TAIL } from "./call-options.js";
import type { Client } from "./client.js";
import { ClientTable } from "./client-table.js";
import type { CallContext, CallRequest, CapabilityHook } from "./hook.js";
import type { ClientType } from "./interface-type.js";
import type { LocalHook } from "./local.js";
import { LocalResults } from "./local-call.js";
import type { AnyMethod } from "./method.js";
import { ResultsPipeline } from "./pipeline.js";
import { isThenable } from "./promised.js";
import { type PipelineOwner, QueuedPipeline } from "./queued.js";
import { Pipeline, type RemotePromise } from "./remote-promise.js";
import { RpcError } from "./rpc-error.js";
import { beginServerSpan, type CallSpan, endSpan, runInSpan, tracing } from "./tracing.js";
import type { Delivery } from "./turn.js";
import { turns } from "./turn.js";

/** What a method may return: a plain object, a callback that fills the builder, or nothing (results are empty, or were built in `context.results`); or a promise of these. */
export type ServerResult<Init, Builder> = Returned<Init, Builder> | PromiseLike<Returned<Init, Builder>>;
// biome-ignore lint/suspicious/noConfusingVoidType: a method that returns nothing is of this type
type Returned<Init, Builder> = Init | ((results: Builder) => void) | void;

/** What a method is told beside its params. */
export interface ServerContext<
  ParamsReader = unknown,
  ResultsReader = unknown,
  ResultsInit = unknown,
  ResultsBuilder = unknown,
> {
  readonly params: ParamsReader;
  /** The results, to be filled in place instead of returning them. */
  readonly results: ResultsBuilder;
  /**
   * Aborts when the caller has lost interest in results and pipeline, with an AbortError. The method may go on; nobody will look. What
   * it throws then breaks no stream of calls.
   */
  readonly signal: AbortSignal;
  readonly cancelled: boolean;
  /** Who called, if the call came over a connection: "127.0.0.1:4000". */
  readonly peer: string | undefined;
  /**
   * Another Client for the object that is called, as one of its interfaces, to be disposed by the method: `using self =
   * context.thisCap(Calculator)`. To return it, set it in `context.results`: what is returned is read after `using` has ended.
   */
  thisCap<C extends Client>(type: ClientType<C>): C;
  /** Gives back the capabilities in the params before the call ends. */
  releaseParams(): void;
  /**
   * Makes another call's results this call's: `return context.tailCall((tail) => other.foo(params, tail))`. Its pipeline is ours at
   * once, and where the protocol allows the results don't pass through here. Of a call sent already the results are passed on. It is
   * cancelled with this call, and has no signal or timeout of its own. Throws UsageError for anything but a whole call that is in progress or
   * has ended, after `results` were begun, for a streaming method, and a second time; what the method throws or returns later on goes to
   * `turns.onError`.
   */
  tailCall(call: RemotePromise<ResultsReader> | ((tail: CallOptions) => RemotePromise<ResultsReader>)): void;
  /**
   * Says before the call returns what its capabilities will be, so that pipelined calls need not wait. They are the call's until the method
   * has ended, whoever has lost interest: an object that it returns as well is one and the same capability, disposed once. Throws
   * UsageError a second time, and after an answer.
   */
  setPipeline(results: ResultsInit | ((results: ResultsBuilder) => void)): void;
}

export class ServerCall
  extends ClientTable
  implements ServerContext<unknown, unknown, unknown, unknown>, Delivery, PipelineOwner
{
  /** Its references are the callers'; we only resolve it. */
  readonly pipeline: QueuedPipeline = new QueuedPipeline(this);
  /** Owned until the call ends. */
  readonly #hook: LocalHook;
  readonly #context: CallContext;
  #method: AnyMethod | null = null;
  #params: unknown = null;
  /** The cap table of the params; null before they were read and after they were released. */
  #table: CapTableReader | null = null;
  #results: unknown = null;
  #controller: AbortController | null = null;
  /** Whoever watches calls watches this one. */
  #span: CallSpan | null = null;
  /** tailCall answered, or the call has ended. */
  #answered = false;
  /** What setPipeline said, until the call ends: the method may be about to return the same objects. */
  #early: LocalResults | null = null;
  /** The method has come to its end: it need not be told any more that nobody wants it. */
  #ended = false;

  /** Takes `context` and a reference on `hook`. */
  constructor(hook: LocalHook, context: CallContext) {
    super();
    this.#hook = hook.addRef();
    this.#context = context;
  }

  deliver(): void {
    this.#hook.admit(this);
  }

  /** Runs the method, or fails with `refusal`. True if it is a streaming one and has not ended. */
  run(refusal: RpcError | null): boolean {
    if (this.cancelled) {
      this.#fail(RpcError.failed("the call was cancelled"));
      return false;
    }
    try {
      if (refusal) throw refusal;
      const { interfaceId, methodId } = this.#context;
      const method = this.#hook.method(interfaceId, methodId);
      this.#method = method;
      const server = this.#hook.server as Record<string, unknown>;
      const implementation = server[method.name];
      if (typeof implementation !== "function")
        throw RpcError.unimplemented(`${method} is not implemented by ${this.#hook.describe()}`);
      const { tracer } = tracing;
      this.#span = tracer && beginServerSpan(tracer, method, this.peer);
      const returned: unknown = this.#span
        ? runInSpan<unknown>(this.#span, () => implementation.call(server, this.params, this))
        : implementation.call(server, this.params, this);
      if (!isThenable(returned)) {
        this.#complete(returned);
        return false;
      }
      returned.then(
        (value) => this.#settle(() => this.#complete(value)),
        (thrown: unknown) => this.#settle(() => this.#fail(RpcError.from(thrown))),
      );
      return method.streaming;
    } catch (thrown) {
      this.#fail(RpcError.from(thrown));
      return false;
    }
  }

  // ServerContext.

  get params(): unknown {
    if (this.#params === RELEASED) throw this.#released();
    this.#params ??= this.#readParams();
    return this.#params;
  }

  get results(): unknown {
    this.#results ??= this.#context.results().init((this.#method as AnyMethod).results);
    return this.#results;
  }

  get cancelled(): boolean {
    return this.#context.cancelled && !this.pipeline.wanted;
  }

  get peer(): string | undefined {
    return this.#context.peer;
  }

  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.cancelled) this.#controller.abort();
    else {
      // A tail call may be there, to be cancelled as well.
      const { onCancel } = this.#context;
      this.#context.onCancel = () => {
        onCancel?.();
        this.#abortIfUnwanted();
      };
    }
    return this.#controller.signal;
  }

  thisCap<C extends Client>(type: ClientType<C>): C {
    return type.client(this.#hook.addRef());
  }

  releaseParams(): void {
    if (this.#params === RELEASED) return;
    this.#params = RELEASED;
    this.#table = null;
    this.disposeClients(
      `it belonged to the params of ${this.#method ?? "a call"}, which were released; dup() it to keep it longer`,
    );
    this.#context.releaseParams();
  }

  tailCall(call: RemotePromise<unknown> | ((tail: CallOptions) => RemotePromise<unknown>)): void {
    this.#checkOpen();
    if (this.#method?.streaming)
      throw new UsageError(
        "streaming-tail",
        `${this.#method} is a streaming method: it returns the other call instead`,
      );
    if (this.#results !== null)
      throw new UsageError("results-touched", `${this.#method} has begun results of its own: tailCall would lose them`);
    if (typeof call === "function") {
      const made: unknown = call({ [TAIL]: (request) => this.#tail(request) });
      // Of an async function, which fails later on: nobody else looks at it.
      if (isThenable(made) && !(made instanceof Pipeline)) made.then(null, () => {});
      if (!this.#answered)
        throw new UsageError("no-tail-call", "tailCall's function made no call with the options it was given");
      return;
    }
    if (!(call instanceof Pipeline) || call.$path.length > 0)
      throw new UsageError("no-tail-call", "tailCall takes what a client's method returned, as it is and whole");
    const pipeline = call.$pending.handOver(this.#context);
    this.#answered = true;
    this.pipeline.resolve(pipeline);
  }

  setPipeline(results: unknown): void {
    this.#checkPipeline();
    const message = new MessageBuilder();
    const type = (this.#method as AnyMethod).results as StructType<unknown, unknown, unknown>;
    try {
      if (typeof results === "function") results(message.initRoot(type));
      else message.setRoot(type, results);
      this.#checkPipeline(); // That was application code.
    } catch (thrown) {
      message.capTable.release();
      throw thrown;
    }
    this.#early = new LocalResults(message);
    this.pipeline.resolve(new ResultsPipeline(this.#early));
  }

  // PipelineOwner.

  pipelineDropped(): void {
    this.#abortIfUnwanted();
  }

  // ClientTable, of the params.

  protected slot(index: number): CapabilityHook | null {
    if (this.#params === RELEASED) throw this.#released();
    return (this.#table?.capability(index) as CapabilityHook | null | undefined) ?? null;
  }

  protected makeClient<C extends Client>(index: number, type: ClientType<C>): C {
    // Not for the leak registry: it is expired when the call ends.
    return new type.Client(this.slot(index)?.addRef() ?? nullCapability());
  }

  #readParams(): unknown {
    const { params } = this.#context;
    const { message } = params.segment;
    if (message.capTable) {
      this.#table = message.capTable;
      message.capTable = this;
    }
    return params.as((this.#method as AnyMethod).params);
  }

  #checkOpen(): void {
    if (this.#answered) throw new UsageError("second-answer", `${this.#method} has been answered`);
  }

  #checkPipeline(): void {
    this.#checkOpen();
    if (this.#early) throw new UsageError("second-pipeline", `the pipeline of ${this.#method} has been set`);
  }

  #tail(request: CallRequest): void {
    try {
      this.#checkOpen();
    } catch (error) {
      request.abandon();
      throw error;
    }
    this.#answered = true;
    this.pipeline.resolve(this.#context.tailCall(request));
  }

  /** What the end of an asynchronous method does; nothing may escape into its promise. */
  #settle(end: () => void): void {
    try {
      end();
    } catch (thrown) {
      turns.report(thrown);
    }
  }

  #complete(value: unknown): void {
    this.#ended = true;
    if (this.#answered) {
      if (value !== null && value !== undefined) this.#ignored("returned something");
      this.#end();
      return;
    }
    const context = this.#context;
    try {
      if (typeof value === "function") value(this.results);
      else if (value !== null && value !== undefined)
        context.results().set((this.#method as AnyMethod).results, value as never);
    } catch (thrown) {
      this.#fail(RpcError.from(thrown));
      return;
    }
    this.#answered = true;
    if (this.pipeline.wanted) this.#resolvePipeline();
    this.releaseParams();
    this.#endSpan(null);
    context.returnResults();
    this.#end();
  }

  #resolvePipeline(): void {
    const context = this.#context;
    const hasCapabilities = context.results().segment.message.capTable.slots.length > 0;
    this.pipeline.resolve(hasCapabilities ? new ResultsPipeline(context.resultsAsReader()) : nullPipeline());
  }

  #fail(error: RpcError): void {
    this.#ended = true;
    if (this.#answered) {
      if (!this.cancelled) this.#ignored(`failed (${error.message})`, error);
      this.#end();
      return;
    }
    this.#answered = true;
    this.pipeline.reject(error);
    this.releaseParams();
    this.#endSpan(error);
    this.#context.fail(error);
    this.#end(error);
  }

  #end(error: RpcError | null = null): void {
    this.releaseParams();
    this.#early?.release();
    this.#endSpan(error);
    if (this.#method?.streaming) {
      // A method that looks at its signal may be interrupted: then it failed because it was told to, which does not break the stream.
      const interrupted = this.#controller !== null && this.cancelled;
      this.#hook.streamed(interrupted ? null : error);
    }
    this.#hook.release();
  }

  /** Nobody else hears of it. */
  #ignored(what: string, cause?: RpcError): void {
    const options = cause && { cause };
    turns.report(new UsageError("second-answer", `${this.#method} ${what} after its tail call had answered`, options));
  }

  /** Before the caller hears of it: its span is around ours. */
  #endSpan(error: RpcError | null): void {
    const span = this.#span;
    this.#span = null;
    if (span) endSpan(span, error);
  }

  #abortIfUnwanted(): void {
    const controller = this.#controller;
    // Abort listeners are application code.
    if (controller && !this.#ended && this.cancelled) turns.enqueue(() => controller.abort());
  }

  #released(): UsageError {
    return new UsageError("released-params", `the params of ${this.#method} were released`);
  }
}

/** In place of params that were given back. */
const RELEASED: unknown = Object.freeze({});
