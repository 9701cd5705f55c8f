/** Unix sockets that carry descriptors, from an address: connecting, listening, and taking one that is connected already. */

import { unlink } from "node:fs/promises";
import { UsageError } from "../../../errors.js";
import { MAX_FDS_PER_MESSAGE } from "../../../wire/fds.js";
import { TransportError } from "../../errors.js";
import { StreamTransport, type StreamTransportOptions } from "../../stream.js";
import {
  AF_UNIX,
  checked,
  ERRNO,
  isAgain,
  libc,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  systemError,
} from "./libc.js";
import { READABLE, Watch } from "./readiness.js";
import { FdByteStream } from "./stream.js";

/** A Unix socket over which descriptors are passed. */
export interface FdAddress {
  readonly path: string;
  readonly maxFdsPerMessage: number;
}

export interface FdTransportOptions extends StreamTransportOptions {
  readonly peerName?: string;
  readonly lingerMs?: number;
}

/** Bytes of sockaddr_un.sun_path. */
const MAX_PATH_BYTES = 108;
const BACKLOG = 511;
/** How long to wait where the other side, or the process, has no room for another connection, in ms. */
const RETRY_MS = 20;

/** A transport over the connected Unix socket `fd`, which it takes: one end of a socketpair(2), or inherited. */
export function fdTransport(fd: number, maxFdsPerMessage: number, options: FdTransportOptions = {}): StreamTransport {
  if (!(maxFdsPerMessage >= 0 && maxFdsPerMessage <= MAX_FDS_PER_MESSAGE)) {
    const range = `0 to ${MAX_FDS_PER_MESSAGE}`;
    throw new UsageError("max-fds-per-message", `maxFdsPerMessage is ${maxFdsPerMessage}, which is not ${range}`);
  }
  const { peerName = `fd:${fd}`, lingerMs } = options;
  const stream = new FdByteStream(fd, { peerName, maxFdsPerMessage, ...(lingerMs !== undefined && { lingerMs }) });
  return new StreamTransport(stream, options);
}

/** Connects to `address`. Rejects with a TransportError that names it, `timeout` ms later or with the signal's reason at the latest. */
export async function connectFdTransport(
  { path, maxFdsPerMessage }: FdAddress,
  options: FdTransportOptions & { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Promise<StreamTransport> {
  const { peerName = `unix:${path}`, signal, timeout = Number.POSITIVE_INFINITY } = options;
  const what = `cannot connect to ${peerName}`;
  const address = socketAddress(path);
  const giveUp = performance.now() + timeout;
  const fd = openSocket(what);
  try {
    // A Unix socket connects at once, or there are too many before it.
    while (libc().connect(fd, address, address.byteLength) < 0) {
      const errno = libc().errno();
      if (!isAgain(errno)) throw systemError(what, errno);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      signal?.throwIfAborted();
      if (performance.now() >= giveUp) throw new TransportError("timeout", `${what}: no answer within ${timeout} ms`);
    }
    return fdTransport(fd, maxFdsPerMessage, { ...options, peerName });
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/** A listening socket. */
export interface FdListener {
  close(): void;
}

/** Listens at `address`, at which there must be no file; hands each peer's transport to `accept`. Throws TransportError if the address cannot be had. */
export function listenFdTransport(
  { path, maxFdsPerMessage }: FdAddress,
  accept: (transport: StreamTransport) => void,
  options: StreamTransportOptions & { readonly onError?: (error: Error) => void } = {},
): FdListener {
  const peerName = `unix:${path}`;
  const what = `cannot listen on ${peerName}`;
  const address = socketAddress(path);
  const fd = openSocket(what);
  let retry: NodeJS.Timeout | null = null;
  const welcome = (accepted: number) => {
    let transport: StreamTransport;
    try {
      transport = fdTransport(accepted, maxFdsPerMessage, { ...options, peerName });
    } catch (error) {
      libc().close(accepted);
      options.onError?.(error as Error);
      return;
    }
    accept(transport);
  };
  const ready = () => {
    for (;;) {
      const accepted = libc().accept4(fd, 0, 0, SOCK_CLOEXEC);
      if (accepted >= 0) {
        welcome(accepted);
        continue;
      }
      const errno = libc().errno();
      if (isAgain(errno)) break;
      if (errno === ERRNO.EINTR) continue;
      options.onError?.(systemError(`${peerName}: cannot accept`, errno));
      if (errno !== ERRNO.EMFILE && errno !== ERRNO.ENFILE) break;
      // The peer waits until there are descriptors again.
      retry = setTimeout(() => watch.want(READABLE), RETRY_MS);
      return;
    }
    watch.want(READABLE);
  };
  let watch: Watch;
  try {
    checked(what, libc().bind(fd, address, address.byteLength));
    checked(what, libc().listen(fd, BACKLOG));
    watch = new Watch(fd, ready, (error) => options.onError?.(error));
  } catch (error) {
    libc().close(fd);
    throw error;
  }
  watch.want(READABLE);
  let closed = false;
  return {
    close() {
      if (closed) return;
      closed = true;
      if (retry) clearTimeout(retry);
      watch.end();
      libc().close(fd);
      if (!isAbstract(path)) unlink(path).catch(() => {});
    },
  };
}

function openSocket(what: string): number {
  return checked(what, libc().socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/** In Linux's own name space, not the file system. */
function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/** struct sockaddr_un. */
function socketAddress(path: string): Uint8Array {
  const bytes = new TextEncoder().encode(isAbstract(path) ? path : `${path}\0`);
  if (bytes.byteLength > MAX_PATH_BYTES) {
    throw new UsageError("path-too-long", `the path of a Unix socket has ${MAX_PATH_BYTES - 1} bytes at most: ${path}`);
  }
  const address = new Uint8Array(new ArrayBuffer(2 + MAX_PATH_BYTES)).subarray(0, 2 + bytes.byteLength);
  address[0] = AF_UNIX;
  address.set(bytes, 2);
  return address;
}
