/** `capwire`: what most programs need, on any platform. `capwire/node` adds sockets; the folders have the rest. */

export {
  type CallOptions,
  Capability,
  Client,
  type RemotePromise,
  RpcError,
  type RpcErrorDetail,
  type RpcErrorKind,
  type ServerContext,
} from "./cap/index.js";
export { CapwireError, UsageError } from "./errors.js";
export { type ConnectionLimits, type Observer, ProtocolError } from "./rpc/index.js";
export { memoryTransportPair, type Transport, WebSocketTransport } from "./transport/index.js";
export {
  type SessionLimits,
  TwoPartyClient,
  type TwoPartyClientOptions,
  TwoPartyServer,
  type TwoPartyServerOptions,
} from "./vat/index.js";
export {
  AnyPointerBuilder,
  AnyPointerReader,
  decodeFrame,
  encodeFrame,
  FrameDecoder,
  type FrameOptions,
  ListBuilder,
  ListReader,
  MessageBuilder,
  MessageReader,
  Orphan,
  type ReaderOptions,
  StructBuilder,
  StructReader,
  type StructType,
  WireError,
  type WireErrorCode,
} from "./wire/index.js";
