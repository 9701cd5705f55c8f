/** Unix sockets that carry descriptors: connecting, and taking one that is connected already. */

import { TransportError } from "../../errors.js";
import { StreamTransport, type StreamTransportOptions } from "../../stream.js";
import { checkMaxFds, type FdAddress, openSocket, RETRY_MS, socketAddress } from "./address.js";
import { closeOnExec, isAgain, libc, systemError } from "./libc.js";
import { FdByteStream } from "./stream.js";

export interface FdTransportOptions extends StreamTransportOptions {
  readonly peerName?: string;
  readonly lingerMs?: number;
}

/** A transport over the connected Unix socket `fd`, which it takes: one end of a socketpair(2), or inherited. What it throws leaves `fd` the caller's. */
export function fdTransport(fd: number, maxFdsPerMessage: number, options: FdTransportOptions = {}): StreamTransport {
  checkMaxFds(maxFdsPerMessage);
  const { peerName = `fd:${fd}`, lingerMs } = options;
  const stream = new FdByteStream(fd, { peerName, maxFdsPerMessage, ...(lingerMs !== undefined && { lingerMs }) });
  // One that was inherited is not yet. A child that held it, too, would keep the peer from hearing of the end.
  closeOnExec(fd);
  return new StreamTransport(stream, options);
}

/** Connects to `address`. Rejects with a TransportError that names it, `timeout` ms later or with the signal's reason at the latest. */
export async function connectFdTransport(
  { path, maxFdsPerMessage }: FdAddress,
  options: FdTransportOptions & { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Promise<StreamTransport> {
  const { peerName = `unix:${path}`, signal, timeout = Number.POSITIVE_INFINITY } = options;
  const what = `cannot connect to ${peerName}`;
  checkMaxFds(maxFdsPerMessage);
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
