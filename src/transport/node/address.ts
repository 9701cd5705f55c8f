/** Addresses as a user writes them, for connecting and listening, and as error messages show them. */

import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { ConnectionOptions as TlsConnectOptions, TlsOptions as TlsListenOptions } from "node:tls";

import { UsageError } from "../../errors.js";

/** TCP. Port 0 when listening: any free one. */
export interface TcpAddress {
  readonly port: number;
  /** Connecting: "localhost" unless given. Listening: every interface unless given, as in Node. */
  readonly host?: string;
}

/** A Unix socket, or a named pipe on Windows. */
export interface UnixAddress {
  readonly path: string;
  /** Passes file descriptors along with capabilities, so many with one message at most, 253 at the very most. None unless given; needs the package koffi, and Linux. */
  readonly maxFdsPerMessage?: number;
}

/** TLS over TCP; `tls` holds Node's own options (`ca`, `cert`, `key`, `servername`, `ALPNProtocols` …). */
export interface TlsConnectAddress extends TcpAddress {
  readonly tls: TlsConnectOptions | true;
}

export interface TlsListenAddress extends TcpAddress {
  readonly tls: TlsListenOptions;
}

/** `ws:` or `wss:`, `tcp://host:port`, or `unix:/path`. */
export interface UrlAddress {
  readonly url: string | URL;
  /** Sent with a WebSocket's handshake: credentials, `Origin`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A WebSocket server: on a port of its own, or attached to an HTTP server of yours (which you start and close). */
export interface WebSocketListenAddress {
  readonly webSocket: {
    readonly port?: number;
    readonly host?: string;
    readonly server?: HttpServer | HttpsServer;
    /** Only this path of the URL is ours; other requests are refused. */
    readonly path?: string;
    /** Whether to let this client in: the place to check `Origin` and credentials. Everybody unless given. */
    readonly verify?: (request: IncomingMessage) => boolean;
  };
}

export type ConnectAddress = TcpAddress | UnixAddress | TlsConnectAddress | UrlAddress;
export type ListenAddress = TcpAddress | UnixAddress | TlsListenAddress | WebSocketListenAddress;

/** "host:port", IPv6 in brackets. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Bytes of the longest path of a Unix socket; what is longer Node cuts off, and so may listen where another one does. */
const MAX_PATH = process.platform === "darwin" ? 103 : 107;

/** Throws UsageError for a path that no socket can have. */
export function checkSocketPath(path: string): void {
  if (process.platform === "win32") return;
  const bytes = Buffer.byteLength(path);
  const refuse = (reason: string): never => {
    throw new UsageError("bad-address", `unix:${path}: ${reason}`);
  };
  if (bytes > MAX_PATH) refuse(`a socket's path has ${MAX_PATH} bytes at most, and not ${bytes}`);
  // In front it means Linux's abstract names; elsewhere it ends the path, which may be another one's then.
  if (bytes === 0 || path.indexOf("\0", 1) > 0) refuse("a socket's path is not empty, and has no NUL inside");
}

/** How error messages call an address to listen at. */
export function formatListenAddress(address: ListenAddress): string {
  return "host" in address || "path" in address || "webSocket" in address
    ? formatAddress(address)
    : `*:${address.port}`;
}

/** How error messages call an address. */
export function formatAddress(address: ConnectAddress | ListenAddress): string {
  if ("url" in address) return String(address.url);
  if ("path" in address) return `unix:${address.path}`;
  if ("webSocket" in address) {
    const { host, port, path } = address.webSocket;
    return `ws://${formatHostPort(host ?? "*", port ?? 0)}${path ?? "/"}`;
  }
  return formatHostPort(address.host ?? "localhost", address.port);
}
