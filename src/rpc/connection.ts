/**
 * Connection: one link between two vats, sans-I/O. It owns the four tables, the embargoes and the outbox, and dispatches incoming messages to the
 * file that owns the entry they drive: question.ts ← Return (return.ts); answer.ts ← Call, Bootstrap (call.ts), Finish;
 * import.ts ← Resolve; export.ts ← Release; embargo.ts ← Disembargo. Here: the dispatch switch, Abort, Unimplemented, the end.
 *
 * Methods are of four kinds: getters; inputs from the network (`receive`, `disconnect`); verbs of the application (`bootstrap`, and calls on the
 * hooks it hands out); and the drain `takeOutgoing`, to be used after any of the others. No promise, timer or socket is
 * used and no application code runs inside: servers are called by deliveries (cap/turn.ts) drained afterwards.
 */

import { BrokenHook } from "../cap/broken.js";
import type { CallHints, CallRequest, CapabilityHook } from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import { turns } from "../cap/turn.js";
import { CapwireError } from "../errors.js";
import { Message, type Exception as WireException } from "../std/rpc.js";
import { type AttachedFds, MAX_FDS_PER_MESSAGE, type ReceivedFds } from "../wire/fds.js";
import type { MessageBuilder, MessageReader } from "../wire/message.js";
import type { OutgoingFrame } from "../wire/slab.js";
import { BYTES_PER_WORD } from "../wire/word.js";
import { type Answer, handleFinish } from "./answer.js";
import { handleBootstrap, handleCall } from "./call.js";
import { dump } from "./dump.js";
import { type Embargo, embargo, handleDisembargo } from "./embargo.js";
import { readException, type TraceEncoder, writeException } from "./exception.js";
import { ExportTable, handleRelease } from "./export.js";
import { FixedWindow, type FlowController } from "./flow.js";
import type { AnswerId, EmbargoId, ImportId, QuestionId } from "./ids.js";
import { breakImports, handleResolve, type ImportHook } from "./import.js";
import { type ConnectionLimits, limitsWith } from "./limits.js";
import { MessageFds } from "./message-fds.js";
import type { ConnectionStats, Observer, TableRow } from "./observe.js";
import { Outbox } from "./outbox.js";
import type { PromiseHook } from "./promise-hook.js";
import { ProtocolError } from "./protocol-error.js";
import { askBootstrap } from "./question.js";
import { QuestionTable } from "./question-table.js";
import { Refusals } from "./refusals.js";
import { RpcRequest } from "./request.js";
import { disconnectedError, handleReturn } from "./return.js";
import type { WireTarget } from "./rpc-hook.js";
import { OwnedTable, PeerTable } from "./table.js";
import { echoUnimplemented, handleUnimplemented } from "./unimplemented.js";

export interface ConnectionOptions {
  /** Makes the capability a Bootstrap message gets, owned. Without it the peer is told there is none. */
  readonly bootstrap?: () => CapabilityHook;
  /** Who the peer is, for errors and logs. */
  readonly peerName?: string;
  readonly limits?: Partial<ConnectionLimits>;
  readonly observer?: Observer;
  /** Turns an error into a trace the peer may see; without it no trace leaves this vat. */
  readonly encodeTrace?: TraceEncoder;
  /**
   * Whether a call that the peer makes, through us, on an object of its own leaves its results over there (rpc.capnp Call.sendResultsTo.yourself);
   * true unless given. False for a peer without that part of level 1, such as go-capnp: the results then travel here and back. A peer
   * that refuses such a call is not asked for another, but the calls under way are lost.
   */
  readonly tailCalls?: boolean;
  /** File descriptors that may come or go with one message, those of more capabilities being left out; 0 unless given, at most 253. */
  readonly maxFdsPerMessage?: number;
  /** Makes the window of one capability's streaming calls; a fixed one of 64 KiB unless given, for an adaptive one needs a clock. */
  readonly newFlow?: () => FlowController;
  /** There is something to take with `takeOutgoing`. Called once until that is called. */
  readonly onOutgoing?: () => void;
  /** The connection ended: null for an end in order. Called once, after everything in progress has been told. */
  readonly onClosed?: (error: RpcError | null) => void;
}

export class Connection {
  readonly questions = new QuestionTable();
  readonly answers = new PeerTable<AnswerId, Answer>();
  readonly imports = new PeerTable<ImportId, ImportHook>();
  readonly exports = new ExportTable(this);
  readonly embargoes = new OwnedTable<EmbargoId, Embargo>();
  readonly refusals = new Refusals();
  readonly outbox: Outbox;
  readonly limits: ConnectionLimits;
  readonly peerName: string;
  readonly #encodeTrace: TraceEncoder | null;
  /** Results may stay with the peer; not any more once it has refused a call that asked for it. */
  tailCalls: boolean;
  /** The peer answered a pipeline-only call with a Return: it does not know the hint. */
  peerIgnoresPipelineOnly = false;
  readonly #maxFds: number;
  /** What came with the message that is being received. */
  receivedFds: ReceivedFds | null = null;
  /** File descriptors that imports hold. */
  heldFds = 0;
  /** Bytes of the calls the peer has in progress, for as long as their params are needed. */
  callBytes = 0;
  /** Set while the connection waits for its last calls: what new calls of the peer fail with. Those that belong to calls in progress still go. */
  closing: RpcError | null = null;
  /** Pings the peer has not sent back yet. */
  #pings = 0;
  readonly #options: ConnectionOptions;
  #closedBy: RpcError | null = null;

  constructor(options: ConnectionOptions = {}) {
    this.#options = options;
    this.limits = limitsWith(options.limits);
    this.peerName = options.peerName ?? "peer";
    this.tailCalls = options.tailCalls ?? true;
    this.#maxFds = Math.min(options.maxFdsPerMessage ?? 0, MAX_FDS_PER_MESSAGE);
    const { encodeTrace } = options;
    this.#encodeTrace = encodeTrace ? (error) => turns.guard(() => encodeTrace(error)) ?? undefined : null;
    this.outbox = new Outbox(this.limits.maxOutgoingWords, options.onOutgoing ?? (() => {}));
    const { observer } = options;
    if (observer) this.outbox.observe = (message) => this.#observed("outgoing", outgoingReader(message));
  }

  // --- getters ----------------------------------------------------------------------------------------------------

  /** What every call fails with since the connection ended; null while it is open. */
  get closedBy(): RpcError | null {
    return this.#closedBy;
  }

  get stats(): ConnectionStats {
    return {
      questions: this.questions.size,
      answers: this.answers.size,
      imports: this.imports.size,
      exports: this.exports.size,
      embargoes: this.embargoes.size,
    };
  }

  /** Whether a Return for a call of ours is due. */
  get awaitsReturn(): boolean {
    for (const { kind, phase } of this.questions.values())
      if (kind !== "pipeline-only" && (phase === "waiting" || phase === "redirected")) return true;
    return false;
  }

  /** Whether a call is in progress, in either direction. One whose Return was sent is not, even if its results are still held. */
  get hasCalls(): boolean {
    if (this.awaitsReturn) return true;
    for (const { phase } of this.answers.values()) if (phase === "running") return true;
    return false;
  }

  /** Whether all tables are empty: an end of the stream is no loss then. */
  get isIdle(): boolean {
    const { questions, answers, imports, exports, embargoes } = this.stats;
    return questions + answers + imports + exports + embargoes === 0;
  }

  /** The tables, a row per entry. */
  dump(): TableRow[] {
    return dump(this);
  }

  /** Throws if an invariant of the tables does not hold. Tests call it after every delivery. */
  check(): void {
    for (const entry of this.exports.values()) invariant(entry.references > 0, `${entry.describe()} has no references`);
    for (const hook of this.imports.values()) {
      invariant(hook.references > 0, `${hook.describe()} is disposed but still listed`);
      invariant(hook.remoteReferences > 0, `${hook.describe()} holds nothing of the peer's`);
    }
    for (const answer of this.answers.values())
      invariant(answer.phase !== "finished", `${answer.describe()} is finished but still listed`);
    for (const question of this.questions.values()) {
      const listed = question.kind === "pipeline-only" || this.questions.get(question.id) === question;
      invariant(listed, `${question.describe()} awaits a Return that would not find it`);
    }
    if (this.#closedBy) invariant(this.isIdle, "the connection is closed but its tables are not empty");
  }

  // --- inputs -----------------------------------------------------------------------------------------------------

  /** Handles one message. Never throws: what the peer does wrong ends the connection with an Abort. Takes the `fds` that came with it. */
  receive(message: MessageReader, fds?: ReceivedFds): void {
    if (fds) return this.#receiveWith(message, fds);
    if (this.#closedBy) return;
    try {
      const reader = message.getRoot(Message);
      if (this.#options.observer) this.#observed("incoming", reader);
      this.#dispatch(reader, message);
    } catch (error) {
      this.disconnect(asProtocolError(error), true);
    }
  }

  /** Descriptors beyond the limit, of no capability, or of a message that is not understood, are closed. */
  #receiveWith(message: MessageReader, fds: ReceivedFds): void {
    fds.limit(this.#maxFds);
    this.receivedFds = fds;
    this.receive(message);
    this.receivedFds = null;
    fds.close();
  }

  /**
   * Ends the connection: everything in progress fails with kind `disconnected`, keeping what is known of `cause`. `tellPeer` sends an Abort,
   * unless the connection is idle. Without a `cause` it ended in order; `why` is what calls then fail with. Idempotent.
   */
  disconnect(cause: Error | null = null, tellPeer = false, why = "the peer disconnected"): void {
    if (this.#closedBy) return;
    const quiet = cause === null || (this.isIdle && !(cause instanceof ProtocolError));
    const error = cause ? disconnectedError(cause, this.peerName) : RpcError.disconnected(why);
    if (tellPeer && !quiet) this.#sendAbort(cause);
    this.#closedBy = error;
    this.outbox.close();
    const questions = this.questions.drain();
    const answers = this.answers.drain();
    const embargoes = this.embargoes.drain();
    for (const question of questions) question.break(error);
    breakImports(this, error);
    for (const entry of embargoes) entry.break(error);
    for (const answer of answers) answer.cancel();
    this.exports.drain();
    const reported = quiet ? null : error;
    if (this.#options.observer) turns.guard(() => this.#options.observer?.closed?.(reported));
    this.#options.onClosed?.(reported);
  }

  // --- verbs ------------------------------------------------------------------------------------------------------

  /** Owned: the peer's bootstrap capability, usable at once. */
  bootstrap(): CapabilityHook {
    return askBootstrap(this);
  }

  /** Sends what the peer must send back, whatever it is and does: it enters no table over there (vat/liveness.ts). */
  ping(): void {
    if (this.#closedBy) return;
    this.#pings++;
    const message = this.outbox.begin();
    message.initRoot(Message).obsoleteDelete = null;
    this.outbox.post(message);
  }

  /** A ping has come back. False if none was due. */
  takePing(): boolean {
    if (this.#pings === 0) return false;
    this.#pings--;
    return true;
  }

  // --- drain ------------------------------------------------------------------------------------------------------

  /** Whether anything queued is waited for by the peer. What is not (Finish, Release) may wait for the next messages. */
  get hasUrgent(): boolean {
    return this.outbox.isUrgent;
  }

  get hasOutgoing(): boolean {
    return !this.outbox.isEmpty;
  }

  /** The frames queued since the last call, in order. Hand them to `recycle` once their bytes are no longer needed. */
  takeOutgoing(): readonly OutgoingFrame[] {
    return this.outbox.take();
  }

  recycle(frames: readonly OutgoingFrame[]): void {
    this.outbox.recycle(frames);
  }

  /** The file descriptors that go with frames taken and not recycled; undefined for none at all. */
  get attached(): AttachedFds | undefined {
    return this.outbox.attached;
  }

  // --- for the tables' entries ------------------------------------------------------------------------------------

  /** Owned: this vat's own bootstrap capability, what a Bootstrap message gets; broken if there is none. */
  makeBootstrap(): CapabilityHook {
    if (this.#closedBy) return new BrokenHook(this.#closedBy);
    const { bootstrap } = this.#options;
    if (!bootstrap) return new BrokenHook(RpcError.failed("this vat has no bootstrap capability"));
    try {
      return bootstrap();
    } catch (thrown) {
      return new BrokenHook(RpcError.from(thrown));
    }
  }

  /** What collects the file descriptors of one message; null if none may be sent. */
  newFds(): MessageFds | null {
    return this.#maxFds > 0 ? new MessageFds(this.#maxFds) : null;
  }

  /** The window of another capability's streaming calls. */
  newFlow(): FlowController {
    return this.#options.newFlow?.() ?? new FixedWindow();
  }

  /** Writes what the peer may know of `error`, cut short where it would make the message larger than the peer accepts. */
  writeError(builder: WireException.Builder, error: RpcError): void {
    writeException(builder, error, this.#encodeTrace, this.limits.maxOutgoingWords * BYTES_PER_WORD);
  }

  /** Why no question can be asked at all, null if one can. */
  refusal(): RpcError | null {
    if (this.#closedBy) return this.#closedBy;
    const { maxQuestions } = this.limits;
    return this.questions.size < maxQuestions
      ? null
      : RpcError.overloaded(`more than ${maxQuestions} calls in progress to one peer (limit maxQuestions)`);
  }

  /** Starts a call of ours on something the peer hosts. */
  beginCall(target: WireTarget | PromiseHook, interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    return new RpcRequest(this, target, interfaceId, methodId, hints);
  }

  /** Owned: what stands for `replacement` (taken) until calls made to `address` cannot be overtaken any more. */
  embargo(address: WireTarget, replacement: CapabilityHook): CapabilityHook {
    return embargo(address, replacement);
  }

  sendFinish(id: QuestionId, releaseResultCaps: boolean): void {
    const message = this.outbox.begin();
    const finish = message.initRoot(Message).initFinish();
    finish.questionId = id;
    finish.releaseResultCaps = releaseResultCaps;
    finish.requireEarlyCancellationWorkaround = false;
    this.outbox.post(message, false);
  }

  sendRelease(id: ImportId, referenceCount: number): void {
    if (this.#closedBy) return;
    const message = this.outbox.begin();
    const release = message.initRoot(Message).initRelease();
    release.id = id;
    release.referenceCount = referenceCount;
    this.outbox.post(message, false);
  }

  /** Tells the observer. What it throws must not spoil the transition. */
  #observed(direction: "incoming" | "outgoing", message: Message.Reader): void {
    turns.guard(() => this.#options.observer?.message(direction, message));
  }

  // --- dispatch ---------------------------------------------------------------------------------------------------

  #dispatch(message: Message.Reader, source: MessageReader): void {
    switch (message.which) {
      case "call":
        return handleCall(this, message.call);
      case "return":
        return handleReturn(this, message.return);
      case "finish":
        return handleFinish(this, message.finish);
      case "release":
        return handleRelease(this, message.release);
      case "resolve":
        return handleResolve(this, message.resolve);
      case "disembargo":
        return handleDisembargo(this, message.disembargo);
      case "bootstrap":
        return handleBootstrap(this, message.bootstrap);
      case "abort":
        return this.disconnect(readException(message.abort, this.peerName));
      case "unimplemented":
        return handleUnimplemented(this, message.unimplemented);
      default:
        return echoUnimplemented(this, source);
    }
  }

  #sendAbort(cause: Error): void {
    const message = this.outbox.begin();
    this.writeError(message.initRoot(Message).initAbort(), RpcError.from(cause));
    this.outbox.post(message);
  }
}

function outgoingReader(message: MessageBuilder): Message.Reader {
  return message.asReader().getRoot(Message);
}

/** Whatever a handler threw. A WireError is the peer's malformed message; anything else not ours is a defect, which must not take other connections along either. */
function asProtocolError(error: unknown): Error {
  if (error instanceof ProtocolError || error instanceof RpcError) return error;
  if (error instanceof CapwireError) return new ProtocolError("malformed-message", error.message, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

function invariant(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`invariant broken: ${what}`);
}
