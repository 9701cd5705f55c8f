/** Capabilities as objects, without a connection: the public names. */

export { BrokenHook, nullCapability } from "./broken.js";
export type { CallOptions } from "./call-options.js";
export { callStacks } from "./call-site.js";
export { Client, type ClientClass } from "./client.js";
export { attenuate, type Revocable, revocable, serveRevocable } from "./facet.js";
export { fileDescriptor, getFd, type HasFileDescriptor } from "./file-descriptor.js";
export type {
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
export {
  type AnyInterfaceType,
  Capability,
  CapabilityClient,
  type CapabilityInit,
  type ClientType,
  type InterfaceSpec,
  InterfaceType,
  interfaceType,
} from "./interface-type.js";
export { type Leak, leaks } from "./leak.js";
export { type Dispatch, LocalHook, type PathShortener, shortenPath } from "./local.js";
export { Membrane } from "./membrane.js";
export type { MembraneCall, MembranePolicy } from "./membrane-policy.js";
export { type AnyMethod, Method, type MethodSpec, method, type Params } from "./method.js";
export { type OpenTelemetryOptions, openTelemetry, type SpanLike, type TracerLike } from "./open-telemetry.js";
export {
  AnyPipeline,
  Pipeline,
  type PipelineClass,
  type RemotePromise,
  StreamPromise,
} from "./remote-promise.js";
export { RpcError, type RpcErrorDetail, type RpcErrorKind, type RpcErrorOptions } from "./rpc-error.js";
export { sameCapability, sameNow } from "./same.js";
export type { ServerContext, ServerResult } from "./server.js";
export { ServerSet } from "./server-set.js";
export { type CallSpan, type CallTracer, type TracedCall, traceCalls } from "./tracing.js";
export { type Delivery, TurnQueue, turns } from "./turn.js";
export { type StreamTarget, sendAll, type WritableStreamOf, type WriterOf, writableStream } from "./writable.js";
