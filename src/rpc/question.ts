/**
 * Question: a call (or Bootstrap) we made. Driven by Return.
 *
 * Phases
 *   waiting    sent; the Return is outstanding.
 *   redirected the Return said takeFromOtherQuestion: the results will come from one of our own answers.
 *   elsewhere  a tail call whose Return said resultsSentElsewhere: nothing will come; its paths stay where they are.
 *   settled    results or error known, every path resolved.
 *   cancelled  Finish sent first; the Return, if one is due, is ignored.
 *
 * Every path contains exactly one Finish (unless the Return said noFinishNeeded or no Return is due and none was sent),
 * at most one Return, and one release of the id, after both and after the last wire address. Finish waits for that, too:
 * what we told the peer of such an address must stay true.
 */

import { BrokenHook, nullCapability } from "../cap/broken.js";
import type { CapabilityHook, PipelinePath, ResultReceiver, SentCall } from "../cap/hook.js";
import { locateCapability, resolvePath } from "../cap/pipeline.js";
import { RpcError } from "../cap/rpc-error.js";
import { type CapDescriptor, Message, type MessageTarget, type PromisedAnswer } from "../std/rpc.js";
import type { Answer } from "./answer.js";
import type { Connection } from "./connection.js";
import type { Export } from "./export.js";
import type { QuestionId } from "./ids.js";
import { PromiseHook } from "./promise-hook.js";
import type { SettledResults } from "./results.js";
import { WireTarget } from "./rpc-hook.js";
import { rules } from "./rules.js";

/** `tail`: sendResultsTo.yourself. `pipeline-only`: no Return will come. */
export type QuestionKind = "call" | "bootstrap" | "tail" | "pipeline-only";
export type QuestionPhase = "waiting" | "redirected" | "elsewhere" | "settled" | "cancelled";

export class Question implements SentCall {
  readonly id: QuestionId;
  readonly kind: QuestionKind;
  /** Exports our params referenced; given back at the Return if it says releaseParamCaps. */
  paramExports: Export[] = NO_EXPORTS;
  readonly #connection: Connection;
  #phase: QuestionPhase = "waiting";
  #receiver: ResultReceiver | null;
  /** References handed out as SentCall. */
  #references = 1;
  /** Wire addresses on this question. */
  #addresses = 0;
  /** Borrowed: the promise at each path asked for, while somebody holds it. */
  #promises: Map<string, PathPromise> | null = null;
  /** Paths called through a promise that is gone: what the results hold there must not be reached before those calls. */
  #calledPaths: Map<string, PipelinePath> | null = null;
  /** Finish was sent, or need not be. */
  #finishSent = false;
  /** What a pipeline reference kept past the Return reads capabilities from; owned. */
  #kept: SettledResults | null = null;
  #error: RpcError | null = null;
  /** The answer of ours whose results we wait for. */
  #redirect: Answer | null = null;

  private constructor(connection: Connection, id: QuestionId, receiver: ResultReceiver | null, kind: QuestionKind) {
    this.#connection = connection;
    this.id = id;
    this.#receiver = receiver;
    this.kind = kind;
  }

  /** Enters a new question into the table. */
  static ask(connection: Connection, receiver: ResultReceiver | null, kind: QuestionKind): Question {
    return connection.questions.add(kind, (id) => new Question(connection, id, receiver, kind));
  }

  get phase(): QuestionPhase {
    return this.#phase;
  }

  // --- SentCall ---------------------------------------------------------------------------------------------------

  capability(path: PipelinePath): CapabilityHook {
    const key = pathKey(path);
    const known = this.#promises?.get(key);
    if (known && rules.memo) return known.promise.addRef();
    if (this.#phase === "settled" || this.#phase === "cancelled") {
      if (this.#kept) return resolvePath(this.#kept, path);
      if (this.#error) return new BrokenHook(this.#error);
      return this.#phase === "settled" ? nullCapability() : new BrokenHook(RpcError.failed("the call was cancelled"));
    }
    return this.#promiseAt(key, path);
  }

  #promiseAt(key: string, path: PipelinePath): PromiseHook {
    this.#addresses++;
    const address = new QuestionPath(this, this.#connection, path);
    if (this.#calledPaths?.delete(key)) address.called = true;
    this.#promises ??= new Map();
    const promise = new PromiseHook(this.#connection, address, (gone) => {
      this.#promises?.delete(key);
      if (!gone.address?.called) return;
      this.#calledPaths ??= new Map();
      this.#calledPaths.set(key, path);
    });
    this.#promises.set(key, { path, promise });
    return promise;
  }

  addRef(): this {
    this.#references++;
    return this;
  }

  release(): void {
    if (--this.#references > 0) return;
    this.#kept?.release();
    this.#kept = null;
    this.#finishIfUnused();
  }

  forget(): void {
    this.#receiver = null;
    this.#finishIfUnused();
  }

  // --- Return -----------------------------------------------------------------------------------------------------

  /** The results came (taken). `finishNeeded`: the peer keeps its answer until we finish it. Not for a cancelled question. */
  returned(results: SettledResults, finishNeeded: boolean): void {
    this.#phase = "settled";
    this.#redirect = null;
    if (this.#promises || this.#calledPaths) this.#resolvePaths(results);
    // As they are now: a promise that an embargo holds back must be held back for whoever asks for its path later, too.
    if (this.#references > 0 && results.size > 0) this.#kept = new SharedResults(results);
    this.#afterReturn(finishNeeded);
    const receiver = this.#takeReceiver();
    if (receiver) receiver.returned(results);
    else results.release();
  }

  /** The call failed. Not for a cancelled question. */
  failed(error: RpcError, finishNeeded: boolean): void {
    this.#phase = "settled";
    this.#redirect = null;
    this.#error = error;
    if (this.#promises) this.#breakPaths(this.#promises, error);
    this.#afterReturn(finishNeeded);
    this.#takeReceiver()?.failed(error);
  }

  /**
   * The Return of a cancelled question. Our Finish released the result capabilities, so the cap table names what the peer has taken
   * back already: it must not be read.
   */
  returnedAfterCancel(): void {
    this.#retire();
  }

  /** The results will come from `answer`, which the peer called in our name. */
  redirected(answer: Answer): void {
    this.#phase = "redirected";
    this.#redirect = answer;
  }

  /** A tail call's results went where they belong. */
  sentElsewhere(): void {
    if (this.#phase !== "cancelled") this.#phase = "elsewhere";
    this.#finishIfUnused();
  }

  /** The peer does not know tail calls: it has nothing of this one, and will not return it. False for a question that cannot be meant. */
  refused(): boolean {
    if (this.kind !== "tail" || (this.#phase !== "waiting" && this.#phase !== "cancelled")) return false;
    for (const entry of this.paramExports) this.#connection.exports.release(entry.id, 1);
    this.paramExports = NO_EXPORTS;
    if (this.#phase === "cancelled") this.#retire();
    else this.failed(RpcError.unimplemented(`${this.#connection.peerName} does not know tail calls`), false);
    return true;
  }

  // --- wire addresses ---------------------------------------------------------------------------------------------

  addressReleased(): void {
    this.#addresses--;
    // No Finish is due, but as long as an address names this question its id may not mean another one.
    if (this.#finishSent && this.#addresses === 0) this.#retire();
    else this.#finishIfUnused();
  }

  describe(): string {
    return `q${this.id}`;
  }

  /** The connection is gone. */
  break(error: RpcError): void {
    if (this.#phase === "settled" || this.#phase === "cancelled") return;
    this.failed(error, false);
  }

  #takeReceiver(): ResultReceiver | null {
    const receiver = this.#receiver;
    this.#receiver = null;
    return receiver;
  }

  /** Each promise becomes what the results hold at its path; the results then hold the promise, so that calls through either stay in order. */
  #resolvePaths(results: SettledResults): void {
    this.#addresses++; // Disembargoes name this question, so Finish comes after the last of them.
    for (const { promise } of this.#promises?.values() ?? []) promise.addRef();
    for (const [key, path] of [...(this.#calledPaths ?? [])]) this.#promiseAt(key, path);
    for (const { path, promise } of [...(this.#promises?.values() ?? [])]) {
      let index = -1;
      try {
        index = locateCapability(results.content, path);
      } catch {
        // Malformed results: resolvePath makes the broken capability that says so.
      }
      promise.resolve(resolvePath(results, path), index >= 0 && results.reflected(index));
      if (index >= 0) results.replace(index, promise);
      else promise.release();
    }
    this.#addresses--;
  }

  #breakPaths(promises: Map<string, PathPromise>, error: RpcError): void {
    this.#addresses++;
    const all = [...promises.values()];
    for (const { promise } of all) promise.addRef();
    for (const { promise } of all) {
      if (!promise.resolution) promise.resolve(new BrokenHook(error), false);
      promise.release();
    }
    this.#addresses--;
  }

  #afterReturn(finishNeeded: boolean): void {
    if (finishNeeded) return this.#finishIfUnused();
    this.#finishSent = true;
    if (this.#addresses === 0) this.#retire();
  }

  #finishIfUnused(): void {
    if (this.#finishSent || this.#addresses > 0) return;
    switch (this.#phase) {
      case "waiting":
      case "redirected":
        if (this.#receiver || this.#references > 0) return;
        this.#cancel();
        return;
      case "elsewhere":
        if (this.#references > 0) return;
        this.#finish(false);
        return;
      case "settled":
        this.#finish(false);
        return;
      case "cancelled":
        return;
    }
  }

  #cancel(): void {
    const returned = this.#phase === "redirected";
    const redirect = this.#redirect;
    this.#phase = "cancelled";
    this.#redirect = null;
    redirect?.abandonRedirect();
    this.#finishSent = true;
    this.#connection.sendFinish(this.id, true);
    if (returned || this.kind === "pipeline-only") this.#retire();
  }

  #finish(releaseResultCaps: boolean): void {
    this.#finishSent = true;
    this.#connection.sendFinish(this.id, releaseResultCaps);
    this.#retire();
  }

  /** Return received (or none due) and Finish sent: the id may be used again. */
  #retire(): void {
    this.#connection.questions.retire(this.id);
  }
}

interface PathPromise {
  readonly path: PipelinePath;
  readonly promise: PromiseHook;
}

const NO_EXPORTS: Export[] = [];

/** The wire address "the capability at this path of this question's results". */
class QuestionPath extends WireTarget {
  readonly #question: Question;
  readonly #path: PipelinePath;

  constructor(question: Question, connection: Connection, path: PipelinePath) {
    super(connection);
    this.#question = question;
    this.#path = path;
  }

  writeTarget(builder: MessageTarget.Builder): void {
    this.#write(builder.initPromisedAnswer());
  }

  writeDescriptor(builder: CapDescriptor.Builder): void {
    this.#write(builder.initReceiverAnswer());
  }

  describe(): string {
    return [this.#question.describe(), ...this.#path].join(".");
  }

  #write(builder: PromisedAnswer.Builder): void {
    builder.questionId = this.#question.id;
    const path = this.#path;
    if (path.length === 0) return;
    const transform = builder.initTransform(path.length);
    for (let at = 0; at < path.length; at++) {
      const op = transform.at(at);
      if (op) op.getPointerField = path[at] as number;
    }
  }

  protected override dispose(): void {
    super.dispose();
    this.#question.addressReleased();
  }
}

/** Sends rpc.capnp Bootstrap; returns the promise for the peer's bootstrap capability. */
export function askBootstrap(connection: Connection): CapabilityHook {
  const refusal = connection.refusal();
  if (refusal) return new BrokenHook(refusal);
  const question = Question.ask(connection, null, "bootstrap");
  const message = connection.outbox.begin();
  message.initRoot(Message).initBootstrap().questionId = question.id;
  connection.outbox.post(message);
  const hook = question.capability([]);
  question.release();
  return hook;
}

function pathKey(path: PipelinePath): string {
  return path.length === 1 ? String(path[0]) : path.join(".");
}

/** Keeps the capabilities of results alive beside their owner; made only for pipelines kept past the Return. */
class SharedResults implements SettledResults {
  readonly content: SettledResults["content"];
  readonly #hooks: (CapabilityHook | null)[] = [];

  constructor(results: SettledResults) {
    this.content = results.content;
    for (let index = 0; index < results.size; index++) this.#hooks.push(results.capability(index)?.addRef() ?? null);
  }

  get size(): number {
    return this.#hooks.length;
  }

  capability(index: number): CapabilityHook | null {
    return this.#hooks[index] ?? null;
  }

  take(index: number): CapabilityHook | null {
    const hook = this.#hooks[index] ?? null;
    this.#hooks[index] = null;
    return hook;
  }

  reflected(): boolean {
    return false;
  }

  replace(_index: number, hook: CapabilityHook): void {
    hook.release();
  }

  release(): void {
    for (const hook of this.#hooks.splice(0)) hook?.release();
  }
}
