/** Passing a call on: what a hook does whose calls are requests on something else (an import, a proxied capability). */

import { BrokenPipeline } from "./broken.js";
import type { CallContext, CapabilityHook, PipelineHook } from "./hook.js";
import { RpcError } from "./rpc-error.js";

/** Makes `context` a call on `target`, built by `target.newCall`: params are copied, results flow back by a tail call. Takes `context`; returns the pipeline, owned. */
export function forwardCall(context: CallContext, target: CapabilityHook): PipelineHook {
  const request = target.newCall(context.interfaceId, context.methodId, context.hints);
  try {
    request.params.setAny(context.params);
  } catch (thrown) {
    request.abandon();
    const error = RpcError.from(thrown);
    context.fail(error);
    return new BrokenPipeline(error);
  }
  context.releaseParams();
  return context.tailCall(request);
}
