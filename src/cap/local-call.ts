/**
 * A call that stays in this process: LocalRequest builds it in a plain message, LocalCall is what then stands between the
 * two ends: the caller's SentCall and the callee's CallContext. Calls queued on a promise are of this kind too; when the
 * promise turns out to be remote, the import copies the params into a message of its own (forward.ts).
 */

import { UsageError } from "../errors.js";
import type { AnyPointerBuilder, AnyPointerReader } from "../wire/any-pointer.js";
import type { CapTableBuilder } from "../wire/cap-table.js";
import { MessageBuilder } from "../wire/message.js";
import type {
  CallContext,
  CallHints,
  CallRequest,
  CallResults,
  CapabilityHook,
  PipelineHook,
  PipelinePath,
  ResultReceiver,
  SentCall,
} from "./hook.js";
import type { RpcError } from "./rpc-error.js";

/** A call to `target` being built in memory. */
export class LocalRequest implements CallRequest {
  readonly #target: CapabilityHook;
  readonly #interfaceId: bigint;
  readonly #methodId: number;
  readonly #hints: CallHints;
  readonly #message = new MessageBuilder();

  /** Takes a reference on `target` until the call is sent. */
  constructor(target: CapabilityHook, interfaceId: bigint, methodId: number, hints: CallHints) {
    this.#target = target.addRef();
    this.#interfaceId = interfaceId;
    this.#methodId = methodId;
    this.#hints = hints;
  }

  get params(): AnyPointerBuilder {
    return this.#message.root;
  }

  send(receiver: ResultReceiver | null): SentCall {
    const call = new LocalCall(this.#interfaceId, this.#methodId, this.#hints, this.#message, receiver);
    call.start(this.#target);
    this.#target.release();
    return call;
  }

  abandon(): void {
    this.#message.capTable.release();
    this.#target.release();
  }
}

/**
 * One call inside the process. References count the caller's side: the SentCall and whoever duplicated it as a pipeline.
 * When the caller has forgotten the call and dropped them, the callee hears of it by `onCancel`.
 */
export class LocalCall implements CallContext, SentCall, ResultReceiver {
  readonly interfaceId: bigint;
  readonly methodId: number;
  readonly hints: CallHints;
  onCancel: (() => void) | null = null;
  cancelled = false;
  /** Null once forgotten or told. */
  #receiver: ResultReceiver | null;
  #references = 1;
  /** What the callee returned from `call`; owned while references are left. */
  #pipeline: PipelineHook | null = null;
  /** Null once released. */
  #params: MessageBuilder | null;
  #paramsReader: AnyPointerReader | null = null;
  #results: MessageBuilder | null = null;
  /** The callee has done its part: it returned, failed, forwarded or handed the call on. */
  #answered = false;
  /** The caller has been told, or would have been had it not forgotten. */
  #ended = false;
  /** Another call whose results are ours; owned until it ends. */
  #tail: SentCall | null = null;

  /** Takes `params` with the capabilities in it. */
  constructor(
    interfaceId: bigint,
    methodId: number,
    hints: CallHints,
    params: MessageBuilder,
    receiver: ResultReceiver | null,
  ) {
    this.interfaceId = interfaceId;
    this.methodId = methodId;
    this.hints = hints;
    this.#params = params;
    this.#receiver = receiver;
  }

  /** Hands the call to `target`. Called once, before anything else. */
  start(target: CapabilityHook): void {
    this.#pipeline = target.call(this);
  }

  // The caller's side.

  capability(path: PipelinePath): CapabilityHook {
    if (!this.#pipeline) throw new UsageError("released-pipeline", "the pipeline of this call was given back");
    return this.#pipeline.capability(path);
  }

  addRef(): PipelineHook {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    const pipeline = this.#pipeline;
    this.#pipeline = null;
    if (!this.#receiver) this.#cancel();
    if (pipeline) releaseFlat(pipeline);
  }

  forget(): void {
    this.#receiver = null;
    if (this.#references === 0) this.#cancel();
  }

  #cancel(): void {
    if (this.cancelled || this.#ended) return;
    this.cancelled = true;
    const tail = this.#tail;
    if (tail) {
      this.#tail = null;
      tail.forget();
      tail.release();
    }
    const { onCancel } = this;
    this.onCancel = null;
    onCancel?.();
  }

  // The callee's side.

  get params(): AnyPointerReader {
    if (!this.#params) throw new UsageError("released-params", "the params of this call were released");
    this.#paramsReader ??= this.#params.asReader().root;
    return this.#paramsReader;
  }

  releaseParams(): void {
    const params = this.#params;
    if (!params) return;
    this.#params = null;
    this.#paramsReader = null;
    params.capTable.release();
  }

  results(): AnyPointerBuilder {
    this.#results ??= new MessageBuilder();
    return this.#results.root;
  }

  resultsAsReader(): CallResults {
    this.#results ??= new MessageBuilder();
    return new LocalResults(this.#results);
  }

  returnResults(): void {
    if (!this.#answer()) return;
    this.#results ??= new MessageBuilder();
    const results = new LocalResults(this.#results);
    this.#results = null;
    this.#deliver(results);
  }

  forward(results: CallResults): void {
    if (this.#answer()) this.#deliver(results);
    else results.release();
  }

  fail(error: RpcError): void {
    if (this.#answer()) this.#endChain()?.failed(error);
  }

  tailCall(request: CallRequest): PipelineHook {
    if (!this.#answer() || this.cancelled) return request.send(null);
    const sent = request.send(this);
    // A broken target has told us by now.
    if (!this.#ended) this.#tail = sent.addRef() as SentCall;
    return sent;
  }

  // As the receiver of a tail call.

  returned(results: CallResults): void {
    if (this.#ended) results.release();
    else this.#deliver(results);
  }

  failed(error: RpcError): void {
    if (!this.#ended) this.#endChain()?.failed(error);
  }

  /** Whether the callee may answer now: the first time it does. */
  #answer(): boolean {
    if (this.#answered) return false;
    this.#answered = true;
    return true;
  }

  #deliver(results: CallResults): void {
    const receiver = this.#endChain();
    if (receiver) receiver.returned(results);
    else results.release();
  }

  /** Ends this call and those whose tail call it is, one by one: a chain of tail calls may be long. Says whom to tell. */
  #endChain(): ResultReceiver | null {
    let receiver = this.#end();
    while (receiver instanceof LocalCall) receiver = receiver.#ended ? null : receiver.#end();
    return receiver;
  }

  /** Marks the end, gives back what the callee was lent, and says whom to tell. */
  #end(): ResultReceiver | null {
    this.#ended = true;
    this.onCancel = null;
    const receiver = this.#receiver;
    this.#receiver = null;
    const tail = this.#tail;
    this.#tail = null;
    tail?.release();
    const unused = this.#results;
    this.#results = null;
    unused?.capTable.release();
    this.releaseParams();
    return receiver;
  }
}

/** Pipelines that calls gave back while another was being given back. */
const unreleased: PipelineHook[] = [];
let releasing = false;

/** Gives back `pipeline`; that of a call whose tail call is a call whose tail call … one after the other, for there may be many. */
function releaseFlat(pipeline: PipelineHook): void {
  if (releasing) {
    unreleased.push(pipeline);
    return;
  }
  releasing = true;
  try {
    let next: PipelineHook | undefined = pipeline;
    while (next) {
      next.release();
      next = unreleased.shift();
    }
  } finally {
    releasing = false;
  }
}

/** The results of a call that was answered in this process. */
export class LocalResults implements CallResults {
  readonly content: AnyPointerReader;
  readonly #table: CapTableBuilder;

  /** Takes the capabilities in `message`. */
  constructor(message: MessageBuilder) {
    this.content = message.asReader().root;
    this.#table = message.capTable;
  }

  get size(): number {
    return this.#table.slots.length;
  }

  capability(index: number): CapabilityHook | null {
    return this.#table.capability(index) as CapabilityHook | null;
  }

  take(index: number): CapabilityHook | null {
    const hook = this.capability(index);
    if (hook) this.#table.slots[index] = null;
    return hook;
  }

  release(): void {
    this.#table.release();
  }
}
