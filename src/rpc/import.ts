/**
 * Import: an object the peer hosts, under the export id it chose. Counts how often the peer sent it (each time is one
 * reference over there) and gives all of them back in one Release when the last local reference goes.
 * Driven by Resolve; created by descriptors (descriptor.ts).
 */

import { BrokenHook } from "../cap/broken.js";
import type { CapabilityHook } from "../cap/hook.js";
import type { RpcError } from "../cap/rpc-error.js";
import type { CapDescriptor, MessageTarget, Resolve } from "../std/rpc.js";
import type { OwnedFd } from "../wire/fds.js";
import type { Connection } from "./connection.js";
import { readDescriptor } from "./descriptor.js";
import { readException } from "./exception.js";
import type { ImportId } from "./ids.js";
import { PromiseHook } from "./promise-hook.js";
import { ProtocolError } from "./protocol-error.js";
import { WireTarget } from "./rpc-hook.js";
import { rules } from "./rules.js";

/** The wire address of an import. */
export class ImportHook extends WireTarget {
  readonly id: ImportId;
  /** References the peer has counted for us: one for each descriptor naming this id. */
  remoteReferences = 0;
  /** Whether the peer said it is a promise, and whether it has told us what became of it. */
  state: "object" | "promise" | "resolved" = "object";
  /** Borrowed: the promise around this address while somebody holds it. */
  promise: PromiseHook | null = null;
  /** Owned: the file descriptor that first came with it. */
  #fd: OwnedFd | null = null;

  constructor(connection: Connection, id: ImportId) {
    super(connection);
    this.id = id;
  }

  writeTarget(builder: MessageTarget.Builder): void {
    builder.importedCap = this.id;
  }

  writeDescriptor(builder: CapDescriptor.Builder): void {
    builder.receiverHosted = this.id;
  }

  describe(): string {
    return `i${this.id}`;
  }

  override get fd(): number | null {
    return this.#fd?.fd ?? null;
  }

  /** Takes `fd`, which came with this import. Closes it if one came before, which may be in use, or the peer has us hold too many. */
  attach(fd: OwnedFd): void {
    const { connection } = this;
    if (this.#fd || connection.heldFds >= connection.limits.maxFds) return fd.close();
    connection.heldFds++;
    this.#fd = fd;
  }

  protected override dispose(): void {
    super.dispose();
    const { connection } = this;
    if (this.#fd) {
      this.#fd.close();
      connection.heldFds--;
    }
    if (connection.imports.get(this.id) === this) connection.imports.remove(this.id);
    if (rules.release) connection.sendRelease(this.id, this.remoteReferences);
  }
}

/** A descriptor named import `id` once more, and `fd` (taken) came with it. Returns an owned hook: the address itself, or the promise around it. */
export function receiveImport(
  connection: Connection,
  id: ImportId,
  isPromise: boolean,
  fd: OwnedFd | null = null,
): CapabilityHook {
  let hook = connection.imports.get(id);
  if (hook) {
    hook.addRef();
  } else {
    hook = new ImportHook(connection, id);
    connection.imports.put(id, hook);
  }
  hook.remoteReferences++;
  if (fd) hook.attach(fd);
  if (!isPromise) return hook;
  if (hook.promise) {
    // The promise owns its own reference on the address.
    const promise = hook.promise.addRef();
    hook.release();
    return promise;
  }
  const promise = new PromiseHook(connection, hook, () => {
    hook.promise = null;
  });
  if (hook.state === "object") hook.state = "promise";
  hook.promise = promise;
  return promise;
}

/** rpc.capnp Resolve: a promise the peer exported has become something. */
export function handleResolve(connection: Connection, resolve: Resolve.Reader): void {
  const id = resolve.promiseId as ImportId;
  let resolution: CapabilityHook;
  let reflected = false;
  switch (resolve.which) {
    case "cap": {
      const received = readDescriptor(connection, resolve.cap);
      if (!received) throw new ProtocolError("unknown-resolution", `Resolve of promise ${id} carries no capability`);
      resolution = received.hook;
      reflected = received.reflected;
      break;
    }
    case "exception":
      resolution = new BrokenHook(readException(resolve.exception, connection.peerName));
      break;
    default:
      throw new ProtocolError(
        "unknown-resolution",
        `Resolve of promise ${id} is neither a capability nor an exception`,
      );
  }
  const hook = connection.imports.get(id);
  if (!hook) {
    // We released the promise while the Resolve was on its way. The capability it carries is ours to give back.
    resolution.release();
    return;
  }
  if (hook.state !== "promise") {
    resolution.release();
    if (hook.state === "object")
      throw new ProtocolError("resolve-of-non-promise", `Resolve of import ${id}, which is not a promise`);
    throw new ProtocolError("resolve-of-settled-import", `second Resolve of promise ${id}`);
  }
  hook.state = "resolved";
  // Without a promise only pinned forwarding uses the address, which keeps going there whatever it resolved to.
  if (hook.promise) hook.promise.resolve(resolution, reflected);
  else resolution.release();
}

/** The connection is gone: promises the peer will never resolve become broken. */
export function breakImports(connection: Connection, error: RpcError): void {
  for (const hook of connection.imports.drain()) {
    const { promise } = hook;
    if (promise && !promise.resolution) promise.resolve(new BrokenHook(error), false);
  }
}
