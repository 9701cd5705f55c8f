/**
 * ClientTable: the cap table of a message as typed code sees it. Each slot has one Client, so reading a field twice gives
 * the same object and disposing it gives back the slot's reference. A results or params message points here (as its
 * capTable) while user code reads it; InterfaceType.read finds the Client through it.
 */

import type { CapTableReader } from "../wire/cap-table.js";
import type { Client } from "./client.js";
import type { CapabilityHook } from "./hook.js";
import type { ClientType } from "./interface-type.js";

export abstract class ClientTable implements CapTableReader {
  #clients: (Client | undefined)[] | null = null;
  /** A slot read as more than one interface. Rare. */
  #others: Client[] | null = null;

  /** Borrowed: what slot `index` holds as long as no Client has taken it over. Throws UsageError once the message was given back. */
  protected abstract slot(index: number): CapabilityHook | null;

  /** A new Client of `type` for slot `index` (-1: a null pointer). */
  protected abstract makeClient<C extends Client>(index: number, type: ClientType<C>): C;

  /** Borrowed: for copying the message's pointers into another message. Null once the slot's Client was disposed; UsageError once the message was. */
  capability(index: number): CapabilityHook | null {
    const client = this.#clients?.[index];
    if (!client) return this.slot(index);
    return client.$disposed ? null : client.$hook;
  }

  /** The Client of slot `index` as `type`. */
  client<C extends Client>(index: number, type: ClientType<C>): C {
    if (index < 0) return this.makeClient(index, type);
    this.#clients ??= [];
    const clients = this.#clients;
    const known = clients[index];
    if (!known) {
      const client = this.makeClient(index, type);
      clients[index] = client;
      return client;
    }
    if (known instanceof type.Client) return known;
    this.#others ??= [];
    const others = this.#others;
    for (const other of others) {
      if (other instanceof type.Client && !other.$disposed && !known.$disposed && other.$hook === known.$hook)
        return other;
    }
    const other = known.castAs(type);
    others.push(other);
    return other;
  }

  /** Makes `client` the one of slot `index`: it was pipelined before the slot was known. False if the slot has one. */
  protected adopt(index: number, client: Client): boolean {
    this.#clients ??= [];
    if (this.#clients[index]) return false;
    this.#clients[index] = client;
    return true;
  }

  /** Disposes every Client handed out; `reason` is what using one afterwards says. */
  protected disposeClients(reason: string): void {
    const clients = this.#clients;
    const others = this.#others;
    this.#clients = null;
    this.#others = null;
    if (clients) for (const client of clients) client?.$expire(reason);
    if (others) for (const client of others) client.$expire(reason);
  }
}
