/** The two-party client and server of Node: they connect to and listen at addresses. */

import type { Client } from "../../cap/client.js";
import { UsageError } from "../../errors.js";
import type { Observer } from "../../rpc/observe.js";
import { formatListenAddress } from "../../transport/node/address.js";
import {
  type ConnectAddress,
  type ConnectOptions,
  connectTransport,
  type ListenAddress,
  type Listener,
  listenTransport,
  type NodeStream,
  type PortOf,
  streamTransport,
} from "../../transport/node/index.js";
import type { Transport } from "../../transport/transport.js";
import { type WebSocketLike, WebSocketTransport } from "../../transport/websocket.js";
import { checkSessionOptions, type Session } from "../session.js";
import { TwoPartyClient as NeutralClient, type TwoPartyClientOptions } from "../two-party-client.js";
import { TwoPartyServer as NeutralServer } from "../two-party-server.js";
import { observeMessages, publishCalls, publishConnection } from "./diagnostics.js";

export interface ConnectClientOptions extends TwoPartyClientOptions, Omit<ConnectOptions, "schedule"> {}

/** A client that can find its server: `await TwoPartyClient.connect({ host, port })`. */
export class TwoPartyClient extends NeutralClient {
  /** Takes `transport`, which must not have been started. */
  constructor(transport: Transport, options: TwoPartyClientOptions = {}) {
    const note = { side: "client", peer: transport.peerName } as const;
    const observer = observeMessages(note, options.observer);
    super(transport, observer ? { ...options, observer } : options);
    publishCalls();
    publishConnection(note, this.disconnected);
  }

  /** Connects to `address`. Rejects with a TransportError that names it, and with a UsageError for options that no connection can have. */
  static async connect(address: ConnectAddress, options: ConnectClientOptions = {}): Promise<TwoPartyClient> {
    checkSessionOptions(options); // before there is anything to be closed again
    return new TwoPartyClient(await connectTransport(address, options), options);
  }
}

/** A server that listens, at any number of addresses: `await server.listen({ port })`. */
export class TwoPartyServer<C extends Client = Client, S extends object = object> extends NeutralServer<C, S> {
  readonly #listeners = new Set<Listener>();

  /** Accepts everybody who connects to `address` until the listener or the server is closed. Rejects with a TransportError if the address cannot be had, with a UsageError if the server is closing. */
  async listen<A extends ListenAddress>(address: A): Promise<Listener<PortOf<A>>> {
    if (this.isClosing) throw closing(address);
    const listener = await listenTransport(address, (transport) => this.welcome(transport), {
      reader: this.reader,
      onError: (error) => this.report(error),
    });
    if (this.isClosing) {
      await listener.close();
      throw closing(address);
    }
    this.#listeners.add(listener);
    return listener;
  }

  /** Serves one peer: a transport not yet started, a WebSocket, a duplex stream, or a readable and a writable. */
  override accept(peer: Transport | WebSocketLike | NodeStream): Session {
    publishCalls();
    const session = super.accept(this.#transportTo(peer));
    publishConnection({ side: "server", peer: session.peerName }, session.disconnected);
    return session;
  }

  protected override observerFor(transport: Transport): Observer | undefined {
    return observeMessages({ side: "server", peer: transport.peerName }, super.observerFor(transport));
  }

  protected override async stopListening(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    this.#listeners.clear();
  }

  #transportTo(peer: Transport | WebSocketLike | NodeStream): Transport {
    if ("schedule" in peer) return peer;
    if ("binaryType" in peer) return new WebSocketTransport(peer, { reader: this.reader });
    return streamTransport(peer, { reader: this.reader });
  }
}

function closing(address: ListenAddress): UsageError {
  return new UsageError("server-closed", `cannot listen on ${formatListenAddress(address)}: the server is closing`);
}
