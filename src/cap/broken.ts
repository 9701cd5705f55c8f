/**
 * Capabilities and pipelines on which every call fails. The null capability is the one that travels as a null pointer.
 */

import {
  BROKEN_BRAND,
  type CallContext,
  type CallHints,
  type CallRequest,
  CapabilityHook,
  NULL_BRAND,
  type PipelineHook,
  type PipelinePath,
  type SentCall,
} from "./hook.js";
import { LocalRequest } from "./local-call.js";
import { RpcError } from "./rpc-error.js";

/** A capability that will never work: every call fails with `error`. */
export class BrokenHook extends CapabilityHook {
  readonly error: RpcError;

  constructor(error: RpcError) {
    super();
    this.error = error;
  }

  override get brand(): object | null {
    return BROKEN_BRAND;
  }

  newCall(interfaceId: bigint, methodId: number, hints: CallHints): CallRequest {
    return new LocalRequest(this, interfaceId, methodId, hints);
  }

  call(context: CallContext): PipelineHook {
    context.fail(this.error);
    return new BrokenPipeline(this.error);
  }

  protected dispose(): void {}
}

class NullHook extends BrokenHook {
  override get brand(): object {
    return NULL_BRAND;
  }

  /** Shared by everybody and holding nothing: not counted. */
  override addRef(): this {
    return this;
  }

  override release(): void {}
}

let theNullCapability: NullHook | null = null;

/** The null capability; shared and uncounted. */
export function nullCapability(): CapabilityHook {
  theNullCapability ??= new NullHook(RpcError.failed("called null capability"));
  return theNullCapability;
}

/** A call that failed before it was sent, and the pipeline of any that failed: every path of it is broken in the same way. Uncounted. */
export class BrokenPipeline implements SentCall {
  readonly #error: RpcError;

  constructor(error: RpcError) {
    this.#error = error;
  }

  capability(_path: PipelinePath): CapabilityHook {
    return new BrokenHook(this.#error);
  }

  addRef(): this {
    return this;
  }

  release(): void {}

  forget(): void {}
}

let theNullPipeline: PipelineHook | null = null;

/** The pipeline of results without capabilities: every path is null. Shared and uncounted. */
export function nullPipeline(): PipelineHook {
  theNullPipeline ??= {
    capability: () => nullCapability(),
    addRef: () => nullPipeline(),
    release() {},
  };
  return theNullPipeline;
}
