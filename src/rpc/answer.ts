/**
 * Answer: a call (or Bootstrap) the peer made, from its Call to its Finish; to the hook that handles it, the CallContext.
 * Driven by Call, Bootstrap (call.ts) and Finish.
 *
 * Phases
 *   running   the target has it; pipelined calls go to the target's pipeline.
 *   returned  the Return was sent; pipelined calls go to the capabilities as they were then (`#pins`), or fail as the call did.
 *   tail      we tail-called: the Return said takeFromOtherQuestion; pipelined calls go to that question.
 *   finished  out of the table; whatever the handler still does is thrown away.
 *
 * A redirected answer (sendResultsTo.yourself) keeps its results for the question that will claim them; its Return says
 * resultsSentElsewhere. Every answer sends exactly one Return, except pipeline-only ones, which send none.
 */

import { BrokenHook } from "../cap/broken.js";
import type {
  CallContext,
  CallHints,
  CallRequest,
  CallResults,
  CapabilityHook,
  PipelineHook,
  PipelinePath,
  ResultReceiver,
} from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import { turns } from "../cap/turn.js";
import { UsageError } from "../errors.js";
import type { Finish } from "../std/rpc.js";
import type { AnyPointerBuilder, AnyPointerReader } from "../wire/any-pointer.js";
import { BuiltResults } from "./built-results.js";
import type { Connection } from "./connection.js";
import type { Export } from "./export.js";
import type { AnswerId } from "./ids.js";
import type { Pins } from "./pins.js";
import { Question } from "./question.js";
import { Redirect } from "./redirect.js";
import { RpcRequest } from "./request.js";
import type { ReceivedResults } from "./results.js";
import { postFailure, postReturn, ResultsDraft } from "./results-draft.js";

export type AnswerPhase = "running" | "returned" | "tail" | "finished";
/** Where the results go: to the caller in the Return, to a question of ours, or nowhere (onlyPromisePipeline). */
export type ResultsDestination = "caller" | "yourself" | "nowhere";

export class Answer implements CallContext {
  readonly id: AnswerId;
  readonly interfaceId: bigint;
  readonly methodId: number;
  readonly hints: CallHints;
  readonly destination: ResultsDestination;
  onCancel: (() => void) | null = null;
  readonly #connection: Connection;
  #phase: AnswerPhase = "running";
  #cancelled = false;
  /** Owned until released. */
  #params: ReceivedResults | null;
  /** Size of the Call, counted against the peer until the params are released. */
  #bytes: number;
  /** What the method has built so far; kept until it ends, also when the call was cancelled. */
  #draft: ResultsDraft | null = null;
  /** Owned: where pipelined calls go while running or tail-called. */
  #pipeline: PipelineHook | null = null;
  #pins: Pins | null = null;
  #error: RpcError | null = null;
  #resultExports: Export[] = [];
  /** What becomes of the results if they stay here; null if they go to the caller, or nowhere. */
  readonly #redirect: Redirect | null;

  constructor(
    connection: Connection,
    id: AnswerId,
    call: { interfaceId: bigint; methodId: number; hints: CallHints; destination: ResultsDestination },
    params: ReceivedResults | null,
    bytes = 0,
  ) {
    this.#connection = connection;
    this.#bytes = bytes;
    connection.callBytes += bytes;
    this.id = id;
    this.interfaceId = call.interfaceId;
    this.methodId = call.methodId;
    this.hints = call.hints;
    this.destination = call.destination;
    this.#params = params;
    this.#redirect = call.destination === "yourself" ? new Redirect() : null;
  }

  get phase(): AnswerPhase {
    return this.#phase;
  }

  get connection(): Connection {
    return this.#connection;
  }

  describe(): string {
    return `a${this.id}`;
  }

  // --- for the peer -----------------------------------------------------------------------------------------------

  /** Has `target` handle the call. */
  deliver(target: CapabilityHook): void {
    const pipeline = target.call(this);
    // A call on a broken capability has failed by now; a tail call has put its own pipeline here.
    if (this.#phase === "running" && !this.hints.noPromisePipelining) this.#pipeline = pipeline;
    else pipeline.release();
  }

  /** Owned: the capability at `path` of the results, for a pipelined call or descriptor. */
  pipelined(path: PipelinePath): CapabilityHook {
    if (this.#error) return new BrokenHook(this.#error);
    if (this.#pins) return this.#pins.at(path);
    if (this.#pipeline) return this.#pipeline.capability(path);
    const why = this.hints.noPromisePipelining
      ? "its caller set noPromisePipelining"
      : "its results hold no capability";
    return new BrokenHook(RpcError.failed(`cannot pipeline on question ${this.id}: ${why}`));
  }

  /** Fails the call and forgets it at once: the peer is over a limit, and must not fill the table with what we refuse. */
  refuse(error: RpcError): void {
    const { answers, questions, limits } = this.#connection;
    // A tail call answers a question of ours, for which the peer will name it: forgetting it would cost the connection. Such
    // calls are kept with their error until their Finish, as many again as there may be others.
    if (this.destination === "yourself" && answers.size <= 2 * limits.maxAnswers + questions.size)
      return this.fail(error);
    this.releaseParams();
    this.#phase = "finished";
    answers.remove(this.id);
    this.#connection.refusals.add(this.id, error);
    if (this.destination === "nowhere") return;
    postFailure(this.#connection, this.id, error, true);
  }

  /** rpc.capnp Finish. */
  finish(finish: Finish.Reader): void {
    const wasRunning = this.#phase === "running";
    this.#connection.answers.remove(this.id);
    if (!wasRunning) return this.#close(finish.releaseResultCaps);
    this.#sendCancelled();
    this.#close(true);
    // Old peers send Call and Finish in a row and expect the method to run: tell it behind its delivery.
    if (finish.requireEarlyCancellationWorkaround) turns.enqueue(() => this.#notifyCancelled());
    else this.#notifyCancelled();
  }

  /** The connection ended: nobody will look. */
  cancel(): void {
    const wasRunning = this.#phase === "running";
    this.#draft?.disown();
    // The exports all go with the connection: not here, where a peer that gave back too many could make it fail.
    this.#close(false);
    if (wasRunning) this.#notifyCancelled();
  }

  /** A question of ours claims the results (Return.takeFromOtherQuestion). False if it may not. */
  claim(question: Question): boolean {
    return this.#redirect?.claim(question, this) ?? false;
  }

  /** The question that claimed the results was cancelled. */
  abandonRedirect(): void {
    this.#redirect?.abandon();
    if (this.#phase !== "running") return;
    this.#sendCancelled();
    this.#phase = "returned"; // listed until the peer's Finish
    this.#error = RpcError.failed("the call was cancelled");
    this.#dropPipeline();
    this.#notifyCancelled();
  }

  #notifyCancelled(): void {
    this.#cancelled = true;
    const { onCancel } = this;
    this.onCancel = null;
    onCancel?.();
  }

  // --- CallContext ------------------------------------------------------------------------------------------------

  get params(): AnyPointerReader {
    if (!this.#params) throw new UsageError("params-released", "the params of this call have been released");
    return this.#params.content;
  }

  releaseParams(): void {
    this.#connection.callBytes -= this.#bytes;
    this.#bytes = 0;
    this.#params?.release();
    this.#params = null;
  }

  results(): AnyPointerBuilder {
    return this.#results().content;
  }

  resultsAsReader(): CallResults {
    return this.#results().built();
  }

  #results(): ResultsDraft {
    this.#draft ??= new ResultsDraft(this.#connection, this.destination === "caller" && this.#phase === "running");
    return this.#draft;
  }

  returnResults(): void {
    this.releaseParams();
    if (this.#phase !== "running") return this.#discard();
    const draft = this.#results();
    if (this.destination === "caller") this.#sendResults(draft);
    else this.#keepResults(draft);
  }

  forward(results: CallResults): void {
    try {
      if (this.#phase === "running") this.results().setAny(results.content);
    } catch (error) {
      return this.fail(RpcError.from(error));
    } finally {
      results.release();
    }
    this.returnResults();
  }

  fail(error: RpcError): void {
    this.#discard();
    this.releaseParams();
    if (this.#phase !== "running") return;
    this.#phase = "returned";
    this.#error = error;
    this.#dropPipeline();
    if (this.destination === "caller") {
      postFailure(this.#connection, this.id, error, false);
    } else {
      this.#settle(error);
    }
  }

  tailCall(request: CallRequest): PipelineHook {
    const receiver: ResultReceiver = {
      returned: (results) => this.forward(results),
      failed: (error) => this.fail(error),
    };
    if (
      this.#phase === "running" &&
      this.destination === "caller" &&
      request instanceof RpcRequest &&
      request.connection === this.#connection &&
      this.#connection.tailCalls
    ) {
      const sent = request.sendTail(receiver);
      if (sent instanceof Question) return this.#tail(sent);
      if (sent) return sent;
    }
    // Only calls pipelined on this one are left to look at the results.
    if (this.#cancelled) return request.send(null);
    const sent = request.send(receiver);
    const cancelBefore = this.onCancel;
    this.onCancel = () => {
      cancelBefore?.();
      sent.forget();
    };
    return sent;
  }

  get peer(): string {
    return this.#connection.peerName;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  // --- Return -----------------------------------------------------------------------------------------------------

  #tail(question: Question): PipelineHook {
    this.#discard();
    this.releaseParams();
    this.#phase = "tail";
    this.#dropPipeline();
    this.#pipeline = question;
    postReturn(this.#connection, this.id, (returned) => {
      returned.takeFromOtherQuestion = question.id;
    });
    return question.addRef();
  }

  #sendResults(draft: ResultsDraft): void {
    try {
      this.#resultExports = draft.export();
    } catch (error) {
      return this.fail(RpcError.from(error));
    }
    this.#draft = null;
    if (draft.hasCapabilities) {
      this.#phase = "returned";
      this.#pins = draft.pins();
    } else {
      // Said in the Return: no Finish is needed.
      this.#phase = "finished";
      this.#connection.answers.remove(this.id);
    }
    this.#dropPipeline();
    draft.post(this.id);
  }

  #keepResults(draft: ResultsDraft): void {
    this.#draft = null;
    this.#phase = "returned";
    this.#pins = draft.pins();
    this.#dropPipeline();
    this.#settle(draft.built());
  }

  /** Redirected or pipeline-only: hands the outcome to whoever claimed it, or keeps it until somebody does. */
  #settle(outcome: BuiltResults | RpcError): void {
    if (this.#redirect) {
      postReturn(this.#connection, this.id, (returned) => {
        returned.resultsSentElsewhere = null;
      });
      this.#redirect.settle(outcome);
    } else if (outcome instanceof BuiltResults) {
      outcome.release();
    }
  }

  #sendCancelled(): void {
    if (this.destination === "nowhere") return;
    postReturn(this.#connection, this.id, (returned) => {
      if (this.destination === "yourself") returned.resultsSentElsewhere = null;
      else returned.canceled = null;
    });
    // Results built so far would go into a Return that is never sent; the method may be building them still.
    this.#draft?.disown();
  }

  /** Gives back everything but the params and the results, which the handler may still be reading and writing. */
  #close(releaseResultCaps: boolean): void {
    this.#phase = "finished";
    this.#pins?.release();
    this.#pins = null;
    this.#dropPipeline();
    this.#redirect?.release();
    const exports = this.#resultExports;
    this.#resultExports = [];
    // Last: it throws if the peer has given them back already.
    if (releaseResultCaps) for (const entry of exports) this.#connection.exports.release(entry.id, 1);
  }

  #dropPipeline(): void {
    const pipeline = this.#pipeline;
    this.#pipeline = null;
    pipeline?.release();
  }

  /** Throws away results that will not be sent. */
  #discard(): void {
    this.#draft?.discard();
    this.#draft = null;
  }
}

/** rpc.capnp Finish. One for an unknown question is ignored: it may have crossed a Return with noFinishNeeded. */
export function handleFinish(connection: Connection, finish: Finish.Reader): void {
  const id = finish.questionId as AnswerId;
  connection.refusals.forget(id);
  connection.answers.get(id)?.finish(finish);
}
