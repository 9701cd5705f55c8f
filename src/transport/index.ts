/** `capwire/transport`: frames in, frames out, on any platform. */

export { TransportError, type TransportErrorCode } from "./errors.js";
export {
  type MemoryDescriptors,
  type MemoryLink,
  type MemoryPairOptions,
  MemoryStream,
  type MemoryStreamPair,
  type MemoryTransportOptions,
  type MemoryTransportPair,
  memoryStreamPair,
  memoryTransportPair,
} from "./memory.js";
export { type MessagePortLike, type MessagePortTransportOptions, messagePortTransport } from "./message-port.js";
export { type ByteStream, type ByteStreamHandler, StreamTransport, type StreamTransportOptions } from "./stream.js";
export type { OutgoingFrame, Transport, TransportHandler } from "./transport.js";
export { type WebSocketLike, WebSocketTransport, type WebSocketTransportOptions } from "./websocket.js";
