/**
 * The interop service and its scenarios in a page: as client of whoever serves them over a WebSocket or in a worker, and as server to whoever
 * is at the other end of a WebSocket.
 */

import { type RpcError, TwoPartyClient, TwoPartyServer, WebSocketTransport } from "capwire";
import { type MessagePortLike, messagePortTransport, type Transport } from "capwire/transport";
import { Interop } from "../../interop/interop.capnp.js";
import { SCENARIOS } from "../../interop/scenarios/index.js";
import { InteropService } from "../../interop/service.js";
import { Stage } from "../../interop/stage.js";
import { calculate } from "./calculate.js";

/** What a page has and the types of Node do not. */
declare const Worker: new (
  url: string,
  options: { readonly type: "module" },
) => MessagePortLike & { terminate(): void };

/** Tells one scenario over a connection of its own, which must end with nothing in its tables. */
async function tell(transport: Transport, title: string): Promise<void> {
  const scenario = SCENARIOS.find((each) => each.title === title);
  if (!scenario) throw new Error(`no such scenario: ${title}`);
  const client = new TwoPartyClient(transport);
  const interop = client.bootstrap(Interop);
  await scenario.run(new Stage(interop));
  client.close();
  const error = await client.disconnected;
  if (error) throw error;
}

const services: InteropService[] = [];
const server = new TwoPartyServer(Interop, () => {
  const service = new InteropService();
  services.push(service);
  return service;
});

const functions = {
  titles: () => SCENARIOS.map(({ title }) => title),

  tellOverWebSocket: (url: string, title: string) => tell(new WebSocketTransport(new WebSocket(url)), title),

  async tellWorker(title: string): Promise<void> {
    const worker = new Worker("/worker.js", { type: "module" });
    try {
      await tell(messagePortTransport(worker), title);
    } finally {
      worker.terminate();
    }
  },

  /** Serves whoever is at the other end until he goes. */
  serve(url: string): void {
    server.accept(new WebSocketTransport(new WebSocket(url)));
  },

  /** What is left of all that was served. */
  left: () => ({
    connections: server.connections.size,
    objects: services.map(({ ledger }) => ledger.liveCounters + ledger.liveSequences + ledger.hanging),
  }),

  calculate: (url: string) => calculate(new WebSocketTransport(new WebSocket(url))),

  /** Leaves a call in progress; says how it ends. */
  async hang(url: string): Promise<string> {
    const client = new TwoPartyClient(new WebSocketTransport(new WebSocket(url)));
    const hanging = client.bootstrap(Interop).hang({});
    return hanging.then(
      () => "it returned",
      (error: unknown) => (error as RpcError).kind,
    );
  },
};

Object.assign(globalThis, functions, { isReady: true });
