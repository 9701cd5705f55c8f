/** `capwire/transport/node`: transports over Node's sockets, pipes and WebSockets. */

export type {
  ConnectAddress,
  ListenAddress,
  TcpAddress,
  TlsConnectAddress,
  TlsListenAddress,
  UnixAddress,
  UrlAddress,
  WebSocketListenAddress,
} from "./address.js";
export { NodeByteStream, type NodeByteStreamOptions, type NodeStream } from "./byte-stream.js";
export {
  type ConnectOptions,
  connectTransport,
  type NodeTransportOptions,
  stdioTransport,
  streamTransport,
} from "./connect.js";
export { type Listener, type ListenOptions, listenTransport, type PortOf } from "./listen.js";
export { childTransport, type DescriptorTransportOptions, descriptorTransport, socketPair } from "./socketpair.js";
