/** Hooks for tests below the typed layer: one that notes each call, answers when told to, and knows whether it was disposed. */

import {
  type CallContext,
  type CallHints,
  type CallRequest,
  type CallResults,
  CapabilityHook,
  NO_HINTS,
  type PipelineHook,
  type ResultReceiver,
  type SentCall,
} from "../../src/cap/hook.js";
import { LocalRequest } from "../../src/cap/local-call.js";
import { QueuedPipeline } from "../../src/cap/queued.js";
import type { RpcError } from "../../src/cap/rpc-error.js";

/** One call that a RecordingHook got. */
export interface Recorded {
  readonly methodId: number;
  readonly context: CallContext;
  readonly pipeline: QueuedPipeline;
}

export class RecordingHook extends CapabilityHook {
  readonly calls: Recorded[] = [];
  disposed = false;

  get order(): number[] {
    return this.calls.map(({ methodId }) => methodId);
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    return new LocalRequest(this, interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    const pipeline = new QueuedPipeline();
    this.calls.push({ methodId: context.methodId, context, pipeline });
    return pipeline;
  }

  protected dispose(): void {
    this.disposed = true;
  }
}

/** Notes how a call ended. */
export class RecordingReceiver implements ResultReceiver {
  results: CallResults | null = null;
  error: RpcError | null = null;

  returned(results: CallResults): void {
    this.results = results;
  }

  failed(error: RpcError): void {
    this.error = error;
  }
}

/** Calls method `methodId` of `hook`, with `passed` (borrowed) as the params' only pointer. */
export function call(
  hook: CapabilityHook,
  methodId: number,
  receiver: ResultReceiver | null = new RecordingReceiver(),
  passed: CapabilityHook | null = null,
): SentCall {
  const request = hook.newCall(1n, methodId, NO_HINTS);
  if (passed) request.params.setCapability(passed.addRef());
  return request.send(receiver);
}
