/** Addresses of Unix sockets as the kernel wants them, and sockets to connect or listen with. */

import { UsageError } from "../../../errors.js";
import { MAX_FDS_PER_MESSAGE } from "../../../wire/fds.js";
import { checkSocketPath } from "../address.js";
import { AF_UNIX, checked, libc, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "./libc.js";

/** A Unix socket over which descriptors are passed. */
export interface FdAddress {
  readonly path: string;
  readonly maxFdsPerMessage: number;
}

/** How long to wait where the other side, or the process, has no room for another connection, in ms. */
export const RETRY_MS = 20;

/** Throws UsageError `max-fds-per-message` for what is no number of descriptors, or more than one message can carry. */
export function checkMaxFds(maxFdsPerMessage: number): void {
  if (Number.isInteger(maxFdsPerMessage) && maxFdsPerMessage >= 0 && maxFdsPerMessage <= MAX_FDS_PER_MESSAGE) return;
  const range = `0 to ${MAX_FDS_PER_MESSAGE}`;
  throw new UsageError("max-fds-per-message", `maxFdsPerMessage is ${maxFdsPerMessage}, which is not ${range}`);
}

/** Owned: a socket that is not connected. Throws TransportError, saying `what` could not be done. */
export function openSocket(what: string): number {
  return checked(what, libc().socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/** In Linux's own name space, not the file system. */
export function isAbstract(path: string): boolean {
  return path.startsWith("\0");
}

/** struct sockaddr_un. Throws UsageError for a path that no socket can have. */
export function socketAddress(path: string): Uint8Array {
  checkSocketPath(path);
  const bytes = new TextEncoder().encode(isAbstract(path) ? path : `${path}\0`);
  const address = new Uint8Array(new ArrayBuffer(2 + bytes.byteLength));
  address[0] = AF_UNIX;
  address.set(bytes, 2);
  return address;
}
