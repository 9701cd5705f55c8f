/** Connecting: from an address to a transport whose peer is there. */

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsConnectOptions } from "node:tls";
import { WebSocket } from "ws";
import { UsageError } from "../../errors.js";
import { delay } from "../../timer.js";
import { DEFAULT_TRAVERSAL_LIMIT_IN_WORDS } from "../../wire/limits.js";
import { TransportError } from "../errors.js";
import { StreamTransport, type StreamTransportOptions } from "../stream.js";
import type { Transport } from "../transport.js";
import { WebSocketTransport } from "../websocket.js";
import {
  type ConnectAddress,
  checkSocketPath,
  formatAddress,
  type TcpAddress,
  type TlsConnectAddress,
  type UnixAddress,
} from "./address.js";
import { NodeByteStream, type NodeByteStreamOptions, type NodeStream } from "./byte-stream.js";
import { connectFdTransport } from "./descriptors/connect.js";
import { naming, reasonOf } from "./failure.js";

export interface NodeTransportOptions extends StreamTransportOptions, NodeByteStreamOptions {}

export interface ConnectOptions extends NodeTransportOptions {
  /** Gives up, with a TransportError `timeout`, after this many ms. Never unless given. */
  readonly timeout?: number;
  /** Gives up, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Connects to `address`. Rejects with a TransportError that names it, or a UsageError for an address that is none. */
export function connectTransport(address: ConnectAddress, options: ConnectOptions = {}): Promise<Transport> {
  const open = async () => {
    if ("url" in address) return connectUrl(new URL(address.url), address.headers ?? {}, options);
    return connectSocket(address, options);
  };
  return naming(`cannot connect to ${formatAddress(address)}`, open, options.signal);
}

/** A transport over a duplex that is connected already. A net.Socket should allow half-open and have `setNoDelay`. */
export function streamTransport(stream: NodeStream, options: NodeTransportOptions = {}): StreamTransport {
  return new StreamTransport(new NodeByteStream(stream, options), options);
}

/** A transport over standard input and output: the other end is whoever started this process. */
export function stdioTransport(options: NodeTransportOptions = {}): StreamTransport {
  return streamTransport({ readable: process.stdin, writable: process.stdout }, { peerName: "stdio", ...options });
}

/** The largest WebSocket frame accepted: the largest message, and room for its segment table. */
export function maxPayload({ reader = {} }: StreamTransportOptions): number {
  const words = reader.maxMessageWords ?? reader.traversalLimitInWords ?? DEFAULT_TRAVERSAL_LIMIT_IN_WORDS;
  return 8 * words + MAX_SEGMENT_TABLE;
}

function connectUrl(url: URL, headers: Readonly<Record<string, string>>, options: ConnectOptions): Promise<Transport> {
  switch (url.protocol) {
    case "ws:":
    case "wss:":
      return connectWebSocket(url, headers, options);
    case "tcp:":
      if (url.port === "") throw new UsageError("bad-address", `cannot connect to ${url}: it has no port`);
      return connectSocket({ host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) }, options);
    case "unix:":
      return connectSocket({ path: decodeURIComponent(url.pathname) }, options);
    default:
      throw new UsageError("unknown-url-scheme", `cannot connect to ${url}: use ws:, wss:, tcp: or unix:`);
  }
}

async function connectSocket(
  address: TcpAddress | UnixAddress | TlsConnectAddress,
  options: ConnectOptions,
): Promise<Transport> {
  options.signal?.throwIfAborted();
  if ("path" in address && address.maxFdsPerMessage) {
    const { path, maxFdsPerMessage } = address;
    return connectFdTransport({ path, maxFdsPerMessage }, options);
  }
  const peerName = options.peerName ?? formatAddress(address);
  const socket = openSocket(address);
  // Made before the wait, so that nothing the socket emits goes unheard.
  const transport = streamTransport(socket, { ...options, peerName });
  const event = "tls" in address ? "secureConnect" : "connect";
  await established(socket, event, peerName, options, () => socket.destroy());
  return transport;
}

function openSocket(address: TcpAddress | UnixAddress | TlsConnectAddress): Socket {
  if ("path" in address) {
    checkSocketPath(address.path);
    return connectTcp({ path: address.path, allowHalfOpen: true });
  }
  const { port, host = "localhost" } = address;
  if ("tls" in address) {
    // Node's types do not know that TLS sockets may be half-open, too.
    const options: TlsConnectOptions & { allowHalfOpen: boolean } = {
      port,
      host,
      allowHalfOpen: true,
      ...(address.tls === true ? {} : address.tls),
    };
    return connectTls(options).setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  }
  return connectTcp({ port, host, allowHalfOpen: true, ...TCP_OPTIONS });
}

async function connectWebSocket(
  url: URL,
  headers: Readonly<Record<string, string>>,
  options: ConnectOptions,
): Promise<Transport> {
  options.signal?.throwIfAborted();
  const peerName = options.peerName ?? url.href;
  const socket = new WebSocket(url, {
    headers: { ...headers },
    perMessageDeflate: false,
    maxPayload: maxPayload(options),
  });
  const transport = new WebSocketTransport(socket, { ...options, peerName });
  await established(socket, "open", peerName, options, () => socket.terminate());
  return transport;
}

interface Opening {
  once(event: string, listener: (error: Error) => void): unknown;
  off(event: string, listener: (error: Error) => void): unknown;
}

/** Waits for `event`; an error, the timeout or the signal coming before it reject, after `abandon`. */
function established(
  socket: Opening,
  event: string,
  peerName: string,
  options: ConnectOptions,
  abandon: () => void,
): Promise<void> {
  const { signal, timeout } = options;
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      stopTimer?.();
      signal?.removeEventListener("abort", aborted);
      socket.off(event, opened);
      socket.off("error", failed);
      outcome();
    };
    const giveUp = (reason: unknown) => {
      settle(() => reject(reason));
      abandon();
    };
    const opened = () => settle(resolve);
    const failed = (error: Error) =>
      giveUp(new TransportError("failed", `cannot connect to ${peerName}: ${reasonOf(error)}`, { cause: error }));
    const aborted = () => giveUp(signal?.reason);
    const expired = () =>
      giveUp(new TransportError("timeout", `cannot connect to ${peerName}: no answer within ${timeout} ms`));
    const stopTimer = timeout === undefined ? null : delay(timeout, expired);
    signal?.addEventListener("abort", aborted);
    socket.once(event, opened);
    socket.once("error", failed);
  });
}

/** A peer that vanished without a word (power, network) is noticed after this much silence and the probes that follow. */
const KEEP_ALIVE_MS = 60_000;

/** How every TCP socket is set: small messages leave at once, and dead peers are noticed. */
export const TCP_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS } as const;

/** Bytes of the longest segment table: 512 sizes (wire/framing.ts). */
const MAX_SEGMENT_TABLE = 4 * 513;
