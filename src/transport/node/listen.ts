/**
 * Listening: from an address to a transport for each peer that connects. A listener outlives whatever a single peer
 * does: a failed handshake or a socket that breaks early is told to `onError` and forgotten.
 */

import { lstat, unlink } from "node:fs/promises";
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type WebSocket, WebSocketServer } from "ws";
import { TransportError } from "../errors.js";
import type { StreamTransportOptions } from "../stream.js";
import type { Transport } from "../transport.js";
import { WebSocketTransport } from "../websocket.js";
import {
  checkSocketPath,
  formatHostPort,
  formatListenAddress,
  type ListenAddress,
  type TcpAddress,
  type TlsListenAddress,
  type UnixAddress,
  type WebSocketListenAddress,
} from "./address.js";
import { maxPayload, streamTransport, TCP_OPTIONS } from "./connect.js";
import { FdListener } from "./descriptors/listen.js";
import { naming, reasonOf } from "./failure.js";

export interface ListenOptions extends StreamTransportOptions {
  /** What went wrong with the listener itself, or with a peer before it became a transport. Ignored unless given. */
  readonly onError?: (error: Error) => void;
}

export interface Listener<Port extends number | null = number | null> {
  /** Where it listens: "127.0.0.1:4000", "unix:/run/x.sock", "ws://127.0.0.1:4000/". */
  readonly address: string;
  /** The TCP port, also when 0 was asked for; null for a Unix socket. */
  readonly port: Port;
  /** Accepts nobody any more, and drops who has not finished a handshake. Transports handed out live on. */
  close(): Promise<void>;
}

/** What kind of port a listener at an address of type `A` has. */
export type PortOf<A extends ListenAddress> = A extends { readonly path: string }
  ? null
  : A extends { readonly webSocket: unknown }
    ? number | null
    : number;

/** Listens at `address` and hands each peer's transport, not yet started, to `accept`. Rejects with a TransportError if the address cannot be had. */
export function listenTransport<A extends ListenAddress>(
  address: A,
  accept: (transport: Transport) => void,
  options?: ListenOptions,
): Promise<Listener<PortOf<A>>>;
export function listenTransport(
  address: ListenAddress,
  accept: (transport: Transport) => void,
  options: ListenOptions = {},
): Promise<Listener> {
  return naming(`cannot listen on ${formatListenAddress(address)}`, async () => {
    if ("webSocket" in address) return listenWebSocket(address, accept, options);
    if ("path" in address) return listenUnix(address, accept, options);
    return listenTcp(address, accept, options);
  });
}

async function listenTcp(
  address: TcpAddress | TlsListenAddress,
  accept: (transport: Transport) => void,
  options: ListenOptions,
): Promise<Listener> {
  // Sockets whose TLS handshake is not over, by the two addresses they connect.
  const handshakes = new Map<string, Socket>();
  const accepted = (socket: Socket) => {
    handshakes.delete(ends(socket));
    accept(streamTransport(socket, options));
  };
  const server =
    "tls" in address
      ? createTlsServer({ ...address.tls, ...TCP_OPTIONS, allowHalfOpen: true }, accepted)
      : createTcpServer({ ...TCP_OPTIONS, allowHalfOpen: true }, accepted);
  if ("tls" in address) {
    server.on("connection", (socket: Socket) => {
      const key = ends(socket);
      handshakes.set(key, socket);
      socket.once("close", () => handshakes.delete(key));
    });
  }
  server.on("tlsClientError", (error: Error, socket: Socket) => {
    const { remoteAddress = "?", remotePort = 0 } = socket;
    const peer = formatHostPort(remoteAddress, remotePort);
    options.onError?.(
      new TransportError("failed", `no TLS handshake with ${peer}: ${reasonOf(error)}`, { cause: error }),
    );
  });
  await listening(server, { port: address.port, host: address.host }, formatListenAddress(address), options);
  const bound = server.address() as AddressInfo;
  const close = async () => {
    await closed(server);
    // A peer that does not finish its handshake would keep the process for two minutes.
    for (const socket of handshakes.values()) socket.destroy();
  };
  return { address: formatHostPort(bound.address, bound.port), port: bound.port, close };
}

function ends({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

async function listenUnix(
  { path, maxFdsPerMessage }: UnixAddress,
  accept: (transport: Transport) => void,
  options: ListenOptions,
): Promise<Listener> {
  const peerName = `unix:${path}`;
  if (maxFdsPerMessage) {
    checkSocketPath(path);
    if (await isStale(path)) await unlink(path).catch(() => {});
    const listener = new FdListener({ path, maxFdsPerMessage }, accept, options);
    return { address: peerName, port: null, close: async () => listener.close() };
  }
  const server = createTcpServer({ allowHalfOpen: true }, (socket) =>
    accept(streamTransport(socket, { ...options, peerName })),
  );
  checkSocketPath(path);
  if (await isStale(path)) await unlink(path).catch(() => {});
  await listening(server, { path }, peerName, options);
  return { address: peerName, port: null, close: () => closed(server) };
}

/** Whether `path` is a socket left behind by a process that died: nobody answers there. Neither does anybody at a file, which is not ours to remove. */
async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (!found?.isSocket()) return false;
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

async function listenWebSocket(
  address: WebSocketListenAddress,
  accept: (transport: Transport) => void,
  options: ListenOptions,
): Promise<Listener> {
  const { server: given, path, port = 0, host, verify } = address.webSocket;
  const server = given ?? createHttpServer(refuse);
  const webSockets = new WebSocketServer({
    server: server as HttpServer,
    ...(path !== undefined && { path }),
    ...(verify && { verifyClient: ({ req }: { req: IncomingMessage }) => verify(req) }),
    perMessageDeflate: false,
    maxPayload: maxPayload(options),
  });
  // What the HTTP server says before it listens is told to who listens; a server of the user's is the user's.
  webSockets.on("error", (error) => {
    if (server.listening) options.onError?.(error);
  });
  webSockets.on("wsClientError", (error, socket) => {
    options.onError?.(error);
    socket.destroy();
  });
  webSockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    const { remoteAddress = "?", remotePort = 0 } = request.socket;
    request.socket.setNoDelay(true);
    const peerName = `ws://${formatHostPort(remoteAddress, remotePort)}`;
    accept(new WebSocketTransport(socket, { ...options, peerName }));
  });
  if (!given) await listening(server, { port, host }, formatListenAddress(address), options);
  const bound = server.address() as AddressInfo | null;
  return {
    address: bound ? `ws://${formatHostPort(bound.address, bound.port)}${path ?? "/"}` : formatListenAddress(address),
    port: bound?.port ?? null,
    close: async () => {
      webSockets.close();
      if (given) return;
      await closed(server as Server);
      // Those that have sent half a request: WebSockets are not among them any more.
      server.closeAllConnections();
    },
  };
}

/** Starts `server` listening; afterwards its errors go to `onError`. */
function listening(
  server: Pick<Server, "listen" | "on" | "off" | "once">,
  where: { port?: number; host?: string | undefined; path?: string },
  name: string,
  options: ListenOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(new TransportError("failed", `cannot listen on ${name}: ${reasonOf(error)}`, { cause: error }));
    server.once("error", failed);
    server.listen(where, () => {
      server.off("error", failed);
      server.on("error", (error) => options.onError?.(error));
      resolve();
    });
  });
}

/** Stops listening. Node's own callback also waits for every connection to end, which is not ours to wait for. */
async function closed(server: Server): Promise<void> {
  server.close();
}

function refuse(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { "content-type": "text/plain", connection: "close" });
  response.end("This is a WebSocket server.\n");
}
