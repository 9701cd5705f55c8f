/**
 * TwoPartyClient: this vat's end of one connection to a server, over any transport. It is meant to be closed; one that was dropped instead
 * lives as long as anything is in use over it, in either direction, and is then closed when the collector has seen that nobody has it.
 */

import type { Client } from "../cap/client.js";
import type { InterfaceType } from "../cap/interface-type.js";
import type { RpcError } from "../cap/rpc-error.js";
import type { ConnectionStats, TableRow } from "../rpc/observe.js";
import type { Transport } from "../transport/transport.js";
import { type BootstrapOptions, Session, type SessionOptions } from "./session.js";

export interface TwoPartyClientOptions extends Omit<SessionOptions, "bootstrap"> {
  /** What the server gets if it asks for *our* bootstrap capability. Taken: disposed when the connection ends. */
  readonly bootstrap?: Client;
}

export class TwoPartyClient implements Disposable, AsyncDisposable {
  readonly #session: Session;

  /** Takes `transport`, which must not have been started. */
  constructor(transport: Transport, options: TwoPartyClientOptions = {}) {
    const { bootstrap, ...rest } = options;
    this.#session = new Session(transport, {
      ...rest,
      ...(bootstrap && { bootstrap: () => bootstrap.$hook.addRef() }),
    });
    if (bootstrap) this.disconnected.then(() => bootstrap[Symbol.dispose]());
    // A vat that offers something may be asked for it at any time, whoever has dropped what.
    else dropped.register(this, this.#session);
    this.#session.start();
  }

  /**
   * The server's bootstrap capability, usable at once. Every call asks the server anew. `{ vat: "client" }` gives our own instead, the
   * `bootstrap` of the options, without asking anybody; calls on it fail if there is none, as the server's would.
   */
  bootstrap<C extends Client, S extends object>(type: InterfaceType<C, S>, options?: BootstrapOptions): C {
    return this.#session.bootstrap(type, options);
  }

  /**
   * Resolves, and never rejects, when the connection has ended: to null if the end was in order and cost nothing,
   * otherwise to the error that calls in progress and calls on its capabilities fail with.
   */
  get disconnected(): Promise<RpcError | null> {
    return this.#session.disconnected;
  }

  get isClosed(): boolean {
    return this.#session.isClosed;
  }

  /** Who the server is, for messages: "localhost:4000". */
  get peerName(): string {
    return this.#session.peerName;
  }

  get stats(): ConnectionStats {
    return this.#session.stats;
  }

  /** The connection's tables, a row per entry. */
  dump(): TableRow[] {
    return this.#session.dump();
  }

  /** Ends the connection; what was called before is still sent, and calls in progress fail with kind `disconnected`. Idempotent. */
  close(): void {
    this.#session.close();
  }

  /** Ends the connection when no call is in progress any more, in `grace` ms at the latest (Session.drain). */
  drain(grace: number): Promise<void> {
    return this.#session.drain(grace);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.disconnected;
  }
}

/** Connections whose TwoPartyClient has been collected. */
const dropped = /*@__PURE__*/ new FinalizationRegistry<Session>((session) => session.closeWhenIdle());
