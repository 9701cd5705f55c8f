/** StreamedCall: a streaming call between its caller and its question, so that the flow controller hears of the Return. */

import type { CallResults, CapabilityHook, PipelineHook, PipelinePath, ResultReceiver, SentCall } from "../cap/hook.js";
import type { RpcError } from "../cap/rpc-error.js";
import type { FlowController, FlowToken, FlowWaiter } from "./flow.js";

export class StreamedCall implements SentCall, ResultReceiver {
  readonly #flow: FlowController;
  readonly #receiver: ResultReceiver;
  #sent: SentCall | null = null;
  /** Null until it is under way and once it was answered. */
  #token: FlowToken | null = null;
  /** It was refused before it was sent. */
  #refusal: RpcError | null = null;

  constructor(flow: FlowController, receiver: ResultReceiver) {
    this.#flow = flow;
    this.#receiver = receiver;
  }

  /** `sent` (taken) is under way, unless we heard of its failure already. */
  start(sent: SentCall, bytes: number, mayContinue: FlowWaiter): SentCall {
    this.#sent = sent;
    if (this.#refusal) mayContinue(this.#refusal);
    else this.#token = this.#flow.send(bytes, mayContinue);
    return this;
  }

  returned(results: CallResults): void {
    this.#receiver.returned(results);
    this.#acknowledge();
  }

  failed(error: RpcError): void {
    // The receiver forgets us as it hears of it.
    const token = this.#token;
    this.#token = null;
    this.#receiver.failed(error);
    if (token) this.#flow.fail(token, error);
    else this.#refusal = error;
  }

  capability(path: PipelinePath): CapabilityHook {
    return (this.#sent as SentCall).capability(path);
  }

  addRef(): PipelineHook {
    this.#sent?.addRef();
    return this;
  }

  release(): void {
    this.#sent?.release();
  }

  /** Cancelled: no Return will be looked at, so nothing else would free its part of the window. */
  forget(): void {
    this.#sent?.forget();
    this.#acknowledge();
  }

  #acknowledge(): void {
    const token = this.#token;
    this.#token = null;
    if (token) this.#flow.acknowledge(token);
  }
}

/** For a call that turned out to have no flow control: its return is the word that more may be sent. */
export function firstToContinue(receiver: ResultReceiver, mayContinue: FlowWaiter): ResultReceiver {
  return {
    returned(results) {
      receiver.returned(results);
      mayContinue(null);
    },
    failed(error) {
      receiver.failed(error);
      mayContinue(error);
    },
  };
}
