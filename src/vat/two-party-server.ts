/**
 * TwoPartyServer: one service, many connections. Owns the sessions it accepted, from `accept` until each has ended. What
 * listens for peers is the platform's affair (node/two-party.ts): here a peer is a transport.
 */

import { BrokenHook } from "../cap/broken.js";
import { Client } from "../cap/client.js";
import { Capability, InterfaceType } from "../cap/interface-type.js";
import { isThenable, promisedHook, takeClient } from "../cap/promised.js";
import { RpcError } from "../cap/rpc-error.js";
import { turns } from "../cap/turn.js";
import { UsageError } from "../errors.js";
import { abortMessage } from "../rpc/exception.js";
import type { Observer } from "../rpc/observe.js";
import type { Transport } from "../transport/transport.js";
import type { FrameOptions } from "../wire/framing.js";
import { checkSessionOptions, Session, type SessionOptions } from "./session.js";

export interface TwoPartyServerOptions extends Omit<SessionOptions, "bootstrap" | "side"> {
  /** Limits on incoming messages, for the transports the server makes itself; wire/framing.ts has the defaults. */
  readonly reader?: FrameOptions;
  /** Connections at once; one more is told so and closed on arrival, and told to `onError`. */
  readonly maxConnections?: number;
  /** A connection was accepted. */
  readonly onConnection?: (session: Session) => void;
  /** What went wrong outside of any connection: a listener, a handshake, a factory that threw. Ignored unless given. */
  readonly onError?: (error: Error) => void;
}

export const DEFAULT_MAX_CONNECTIONS = 10_000;

export interface CloseOptions {
  /** How long calls in progress may take to finish before they are cut off, in ms; Infinity is as long as they like. 0 unless given. */
  readonly grace?: number;
}

type Promised<T> = T | PromiseLike<T>;

/** Makes what a new connection gets as its bootstrap, owned by that connection. Application code. */
type BootstrapFactory = (session: Session) => Client | PromiseLike<Client>;

export class TwoPartyServer<C extends Client = Client, S extends object = object> implements AsyncDisposable {
  readonly #factory: BootstrapFactory;
  readonly #options: TwoPartyServerOptions;
  readonly #sessions = new Set<Session>();
  /** The capability every connection shares, if it is one; disposed when the server has closed. */
  #shared: Client | null = null;
  #closing: Promise<void> | null = null;

  /**
   * Serves `server`, an implementation of `type`, to every connection; with a function, what it returns for each. Either may be a promise,
   * which calls wait for. A server object's `Symbol.dispose` runs when its last user is gone: the server for a shared one, the
   * connection for one of its own. Calls of a connection whose function throws or rejects fail with that error, which `onError` hears.
   * Throws UsageError for a server that is none.
   */
  constructor(
    type: InterfaceType<C, S>,
    server: Promised<NoInfer<S>> | ((session: Session) => Promised<NoInfer<S>>),
    options?: TwoPartyServerOptions,
  );
  /** Serves a capability: the server keeps a reference of its own. A function makes one for each connection, which takes it. */
  constructor(bootstrap: C | ((session: Session) => Promised<C>), options?: TwoPartyServerOptions);
  constructor(
    first: InterfaceType<C, S> | C | BootstrapFactory,
    second?: Promised<S> | ((session: Session) => Promised<S>) | TwoPartyServerOptions,
    third?: TwoPartyServerOptions,
  ) {
    if (first instanceof InterfaceType) {
      this.#options = third ?? {};
      const serve = (made: S) => first.serve(made);
      if (typeof second === "function") {
        this.#factory = (session) => {
          const made = second(session);
          return isThenable(made) ? Promise.resolve(made).then(serve) : serve(made);
        };
      } else
        this.#factory = this.#share(isThenable(second) ? first.from(second as PromiseLike<S>) : serve(second as S));
    } else {
      this.#options = (second as TwoPartyServerOptions | undefined) ?? {};
      if (first instanceof Client) this.#factory = this.#share(first.dup());
      else if (typeof first === "function") this.#factory = first;
      else
        throw new UsageError(
          "no-interface",
          "a server object needs its interface: new TwoPartyServer(Calculator, server)",
        );
    }
    checkSessionOptions(this.#options);
  }

  /** The connections that live now. */
  get connections(): ReadonlySet<Session> {
    return this.#sessions;
  }

  get isClosing(): boolean {
    return this.#closing !== null;
  }

  /** Serves the peer at the other end of `transport`, which must not have been started. Never throws for what the peer does. */
  accept(transport: Transport): Session {
    if (this.#closing) {
      transport.close();
      throw new UsageError("server-closed", `cannot accept ${transport.peerName}: the server is closing`);
    }
    let own: Client | RpcError = RpcError.failed("the connection has ended");
    const observer = this.observerFor(transport);
    const session = new Session(transport, {
      ...this.#options,
      ...(observer && { observer }),
      side: "server",
      bootstrap: () => (own instanceof RpcError ? new BrokenHook(own) : own.$hook.addRef()),
    });
    this.#sessions.add(session);
    session.disconnected.then(() => {
      this.#sessions.delete(session);
      if (!(own instanceof RpcError)) own[Symbol.dispose]();
    });
    own = this.#makeBootstrap(session);
    session.start();
    try {
      this.#options.onConnection?.(session);
    } catch (error) {
      this.report(RpcError.from(error));
    }
    return session;
  }

  /**
   * Ends the server: accepts nobody any more, gives calls in progress `grace` to finish while new ones fail with kind `disconnected`, and closes
   * every connection (Session.drain). Resolves when all have ended. A further call waits for the same end; one that gives a `grace` may
   * shorten the wait.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const { grace } = options;
    if (!this.#closing) this.#closing = this.#close(grace ?? 0);
    else if (grace !== undefined) for (const session of this.#sessions) void session.drain(grace);
    return this.#closing;
  }

  /** Limits for transports made by the platform's part of the server. */
  protected get reader(): FrameOptions {
    return this.#options.reader ?? {};
  }

  /** Who sees the messages of a connection. */
  protected observerFor(_transport: Transport): Observer | undefined {
    return this.#options.observer;
  }

  /** Whatever listens for peers stops; platforms that listen override it. */
  protected async stopListening(): Promise<void> {}

  /** Accepts a peer that a listener brings; too many, or one that comes too late, are turned away. */
  protected welcome(transport: Transport): void {
    const { maxConnections = DEFAULT_MAX_CONNECTIONS } = this.#options;
    if (this.#closing) {
      transport.close();
      return;
    }
    if (this.#sessions.size >= maxConnections) {
      const why = `${maxConnections} connections live (limit maxConnections)`;
      transport.send([[abortMessage(RpcError.overloaded(`turned away: ${why}`))]], () => {});
      transport.close();
      this.report(RpcError.overloaded(`turned ${transport.peerName} away: ${why}`));
      return;
    }
    this.accept(transport);
  }

  /** Tells `onError`. What that throws goes to `turns.onError`. */
  protected report(error: Error): void {
    turns.guard(() => this.#options.onError?.(error));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #share(client: Client): BootstrapFactory {
    this.#shared = client;
    return () => client.dup();
  }

  #makeBootstrap(session: Session): Client | RpcError {
    const failed = (thrown: unknown) => {
      const failure = RpcError.from(thrown);
      this.report(failure);
      return failure;
    };
    const take = (client: Client) => takeClient(client, "the server's function");
    try {
      const made = this.#factory(session);
      if (made instanceof Client) return made;
      return Capability.client(isThenable(made) ? promisedHook(made, take, failed) : take(made));
    } catch (thrown) {
      return failed(thrown);
    }
  }

  async #close(grace: number): Promise<void> {
    await this.stopListening();
    await Promise.all([...this.#sessions].map((session) => session.drain(grace)));
    this.#shared?.[Symbol.dispose]();
    this.#shared = null;
  }
}
