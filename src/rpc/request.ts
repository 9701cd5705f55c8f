/**
 * RpcRequest: a call being built in the very message that will carry it. If its target resolves to something else between
 * the first byte and `send`, the params are copied into a request there: the call must not go to an address that is no
 * longer the way (checklist: "promise cap resolves between starting request and sending it").
 */

import { BrokenPipeline } from "../cap/broken.js";
import type { CallHints, CallRequest, CapabilityHook, ResultReceiver, SentCall } from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import { type Call, Message } from "../std/rpc.js";
import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import type { MessageBuilder } from "../wire/message.js";
import type { Connection } from "./connection.js";
import { writeCapTable } from "./descriptor.js";
import type { Export } from "./export.js";
import type { FlowWaiter } from "./flow.js";
import { PromiseHook } from "./promise-hook.js";
import { Question, type QuestionKind } from "./question.js";
import type { WireTarget } from "./rpc-hook.js";
import { firstToContinue, StreamedCall } from "./streamed-call.js";

export class RpcRequest implements CallRequest {
  readonly connection: Connection;
  readonly params: AnyPointerBuilder;
  /** Owned while the request is open. */
  readonly #target: WireTarget | PromiseHook;
  readonly #hints: CallHints;
  readonly #interfaceId: bigint;
  readonly #methodId: number;
  readonly #message: MessageBuilder;
  readonly #call: Call.Builder;
  readonly #payload: ReturnType<Call.Builder["initParams"]>;

  constructor(
    connection: Connection,
    target: WireTarget | PromiseHook,
    interfaceId: bigint,
    methodId: number,
    hints: CallHints,
  ) {
    this.connection = connection;
    this.#target = target.addRef();
    this.#interfaceId = interfaceId;
    this.#methodId = methodId;
    this.#hints = hints;
    this.#message = connection.outbox.begin();
    const call = this.#message.initRoot(Message).initCall();
    call.interfaceId = interfaceId;
    call.methodId = methodId;
    if (hints.noPromisePipelining) call.noPromisePipelining = true;
    this.#call = call;
    this.#payload = call.initParams();
    this.params = this.#payload.content;
  }

  send(receiver: ResultReceiver | null): SentCall {
    const redirect = this.#target.resolution;
    if (redirect) return this.#redirected(redirect).send(receiver);
    return this.#post(receiver, this.#hints.onlyPromisePipeline && !receiver ? "pipeline-only" : "call");
  }

  sendStreaming(receiver: ResultReceiver, mayContinue: FlowWaiter): SentCall {
    const redirect = this.#target.resolution;
    if (redirect) {
      const request = this.#redirected(redirect);
      if (request.sendStreaming) return request.sendStreaming(receiver, mayContinue);
      return request.send(firstToContinue(receiver, mayContinue));
    }
    const address = this.#address;
    address.flow ??= this.connection.newFlow();
    const call = new StreamedCall(address.flow, receiver);
    // Once it is posted the message is not ours to measure.
    const bytes = this.#message.byteLength;
    const sent = this.#post(call, "call");
    return call.start(sent, bytes, mayContinue);
  }

  /**
   * Sends this call so that its results stay with the peer, whose own question `takeFromOtherQuestion` will claim them.
   * No question if the call is refused, which `receiver` is told. Null if the target has meanwhile become something that is
   * not on this connection; the request is still open then.
   */
  sendTail(receiver: ResultReceiver): SentCall | null {
    return this.#target.resolution ? null : this.#post(receiver, "tail");
  }

  abandon(): void {
    this.connection.outbox.abandon(this.#message);
    this.#target.release();
  }

  /** The same call on what the target has become meanwhile. */
  #redirected(target: CapabilityHook): CallRequest {
    const request = target.newCall(this.#interfaceId, this.#methodId, this.#hints);
    request.params.setAny(this.params);
    this.abandon();
    return request;
  }

  #post(receiver: ResultReceiver | null, kind: QuestionKind): SentCall {
    const { connection } = this;
    const address = this.#address;
    const refusal = connection.refusal() ?? address.flow?.gap;
    if (refusal) return this.#refuse(refusal, receiver);
    let gained: Export[];
    const fds = this.#message.capabilityCount > 0 ? connection.newFds() : null;
    try {
      gained = writeCapTable(connection, this.#payload, this.#message, fds);
    } catch (error) {
      return this.#refuse(RpcError.from(error), receiver);
    }
    const call = this.#call;
    if (kind === "tail") call.sendResultsTo.yourself = null;
    if (kind === "pipeline-only") call.onlyPromisePipeline = true;
    if (this.#target instanceof PromiseHook) address.called = true;
    address.writeTarget(call.initTarget());
    const tooLarge = connection.outbox.tooLarge(this.#message);
    if (tooLarge) {
      for (const entry of gained) connection.exports.release(entry.id, 1);
      fds?.release();
      return this.#refuse(tooLarge, receiver);
    }
    // Nothing comes back from a tail call.
    const question = Question.ask(connection, kind === "tail" ? null : receiver, kind);
    question.paramExports = gained;
    call.questionId = question.id;
    connection.outbox.post(this.#message, true, fds);
    this.#target.release();
    return question;
  }

  /** Where it goes; to be asked only if the target has not resolved. */
  get #address(): WireTarget {
    return (this.#target instanceof PromiseHook ? this.#target.address : this.#target) as WireTarget;
  }

  #refuse(error: RpcError, receiver: ResultReceiver | null): SentCall {
    if (this.#hints.streaming) {
      const address = this.#address;
      address.flow ??= this.connection.newFlow();
      address.flow.refuse(error);
    }
    this.abandon();
    receiver?.failed(error);
    return new BrokenPipeline(error);
  }
}
