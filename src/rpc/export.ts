/**
 * Export: an object of ours the peer holds references to, under an id we chose. A promise is exported once however often it
 * is sent; when it resolves, the peer is told (Resolve) and the entry is from then on pinned to exactly what was told,
 * even if we later learn a shorter way (rpc.capnp Disembargo, Tribble's race). Driven by Release.
 */

import type { BrokenHook } from "../cap/broken.js";
import { BROKEN_BRAND, type CapabilityHook, NULL_BRAND } from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import { Message, type Release } from "../std/rpc.js";
import type { Connection } from "./connection.js";
import { pinned, writeDescriptor } from "./descriptor.js";
import type { ExportId } from "./ids.js";
import { ProtocolError } from "./protocol-error.js";
import { rules } from "./rules.js";
import { OwnedTable } from "./table.js";

export class Export {
  readonly id: ExportId;
  /** Owned. For a promise: the promise until it resolves, then what the peer was told it resolved to. */
  hook: CapabilityHook;
  /** References the peer holds: descriptors sent less releases received. */
  references = 0;
  /** Takes back the observer of an unresolved promise. */
  unsubscribe: (() => void) | null = null;

  constructor(id: ExportId, hook: CapabilityHook) {
    this.id = id;
    this.hook = hook;
  }

  describe(): string {
    return `e${this.id}`;
  }
}

export class ExportTable {
  readonly #connection: Connection;
  readonly #table = new OwnedTable<ExportId, Export>();
  readonly #byHook = new Map<CapabilityHook, Export>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get size(): number {
    return this.#table.size;
  }

  get(id: ExportId): Export | undefined {
    return this.#table.get(id);
  }

  values(): IterableIterator<Export> {
    return this.#table.values();
  }

  /** Adds one reference to the export of `hook` (borrowed, not on this connection, resolved as far as known), making the entry if need be. */
  add(hook: CapabilityHook): Export {
    let entry = this.#byHook.get(hook);
    if (!entry) {
      const { maxExports } = this.#connection.limits;
      if (this.#table.size >= maxExports) {
        throw RpcError.overloaded(`more than ${maxExports} capabilities exported to one peer (limit maxExports)`);
      }
      entry = this.#table.add((id) => new Export(id, hook.addRef()));
      this.#byHook.set(hook, entry);
      if (hook.isUnresolvedPromise) this.#follow(entry);
    }
    entry.references++;
    return entry;
  }

  /** Takes back `count` references. Throws ProtocolError when there are not that many. */
  release(id: ExportId, count: number): void {
    const entry = this.#table.get(id);
    if (!entry) throw new ProtocolError("release-of-unknown-export", `Release of export ${id}, which does not exist`);
    if (count > entry.references) {
      throw new ProtocolError(
        "release-below-zero",
        `Release of ${count} references of export ${id}, which has ${entry.references}`,
      );
    }
    entry.references -= count;
    if (entry.references > 0) return;
    this.#table.remove(id);
    this.#dispose(entry);
  }

  /** The connection is gone: removes every entry and gives back the objects. */
  drain(): void {
    for (const entry of this.#table.drain()) this.#dispose(entry);
    this.#byHook.clear();
  }

  #dispose(entry: Export): void {
    entry.unsubscribe?.();
    if (this.#byHook.get(entry.hook) === entry) this.#byHook.delete(entry.hook);
    entry.hook.release();
  }

  #follow(entry: Export): void {
    entry.unsubscribe = entry.hook.whenResolved((resolution) => {
      entry.unsubscribe = null;
      this.#resolved(entry, resolution);
    });
  }

  /** The promise behind `entry` became `resolution` (borrowed). */
  #resolved(entry: Export, resolution: CapabilityHook): void {
    const connection = this.#connection;
    const promise = entry.hook;
    const target = pinned(connection, resolution);
    if (this.#byHook.get(promise) === entry) this.#byHook.delete(promise);
    entry.hook = (rules.tribble ? target : resolution).addRef();
    if (target.isUnresolvedPromise && target.brand !== connection && !this.#byHook.has(target)) {
      // One promise has become another one of ours. The peer need not know: the entry now stands for that.
      this.#byHook.set(target, entry);
      this.#follow(entry);
    } else {
      this.#sendResolve(entry, target);
    }
    promise.release();
  }

  #sendResolve(entry: Export, target: CapabilityHook): void {
    const { outbox } = this.#connection;
    const fds = this.#connection.newFds();
    const message = outbox.begin();
    const resolve = message.initRoot(Message).initResolve();
    resolve.promiseId = entry.id;
    if (target.brand === BROKEN_BRAND) {
      this.#connection.writeError(resolve.initException(), (target as BrokenHook).error);
    } else {
      try {
        const descriptor = resolve.initCap();
        // C++ refuses a Resolve whose descriptor is `none`, and exports the null capability instead. So do we: given back to us, it is null.
        if (target.brand === NULL_BRAND) descriptor.senderHosted = this.add(target).id;
        else writeDescriptor(this.#connection, descriptor, target, fds);
      } catch (error) {
        this.#connection.writeError(resolve.initException(), RpcError.from(error));
      }
    }
    outbox.post(message, true, fds);
  }
}

/** rpc.capnp Release. */
export function handleRelease(connection: Connection, release: Release.Reader): void {
  connection.exports.release(release.id as ExportId, release.referenceCount);
}
