/**
 * File descriptors that belong to capabilities (C++ readers: `Server::getFd`, `Client::getFd`). An object may have one of the
 * operating system's; it travels with the capability where every link on the way passes descriptors, and is none where one does not.
 */

import { BrokenHook } from "./broken.js";
import type { Client } from "./client.js";
import { innermost, NULL_BRAND } from "./hook.js";

/**
 * A server object with a number under this name has that file descriptor attached: `get [fileDescriptor]() { return this.handle.fd }`. It stays
 * the object's, which keeps it open as long as it is a capability: until its `Symbol.dispose` runs. Who gets the capability through a link that
 * passes descriptors gets one of its own for the same open file, which revoking the capability does not take back: membranes hide it unless
 * their policy says `allowFdPassthrough`, revocable, attenuated and reconnecting capabilities always.
 */
export const fileDescriptor: unique symbol = Symbol.for("capwire.fileDescriptor");

/** A server object that has a file descriptor, now or at times. */
export interface HasFileDescriptor {
  readonly [fileDescriptor]: number | null | undefined;
}

/** The descriptor of `server`; null for none, and for what is no descriptor. */
export function descriptorOf(server: object): number | null {
  try {
    const fd: unknown = (server as Partial<HasFileDescriptor>)[fileDescriptor];
    // A C int, as it will be written: what does not fit would be another one.
    return fd === ((fd as number) | 0) && fd >= 0 ? fd : null;
  } catch {
    // A getter is the application's; an object that cannot say has none.
    return null;
  }
}

/**
 * The file descriptor of the object behind `client`; null if it has none, or a link on the way passes none. Waits for a promise
 * to resolve, and rejects as it does. The descriptor stays the capability's: it is open as long as `client` (or a `dup` of it) is neither
 * disposed nor garbage, so hold on to that; and to be duplicated for whoever closes what he is given: `new Socket({ fd: dup(fd) })`.
 */
export async function getFd(client: Client): Promise<number | null> {
  using kept = client.dup();
  for (;;) {
    const hook = innermost(kept.$hook);
    const { fd } = hook;
    if (fd !== null) return fd;
    if (!hook.isUnresolvedPromise) {
      if (hook instanceof BrokenHook && hook.brand !== NULL_BRAND) throw hook.error;
      return null;
    }
    await new Promise<void>((resolve) => hook.whenResolved(() => resolve()));
  }
}
