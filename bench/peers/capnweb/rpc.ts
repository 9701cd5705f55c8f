/** Cap'n Web 0.12 over a WebSocket of `ws`, without compression. Another protocol (JSON), the same object model. */

import type { AddressInfo } from "node:net";
import { newWebSocketRpcSession, type RpcStub, RpcTarget } from "capnweb";
import { WebSocket, WebSocketServer } from "ws";
import type { RpcLibrary } from "../../rpc/rpc-library.js";

// Cap'n Web looks up the state constants there; Node 20 has no WebSocket of its own.
Object.assign(globalThis, { WebSocket });

const MAX_PAYLOAD_BYTES = 64 << 20;
let liveCounters = 0;

class Counter extends RpcTarget {
  #value: number;
  constructor(start: number) {
    super();
    this.#value = start;
    liveCounters++;
  }
  add(amount: number): number {
    this.#value += amount;
    return this.#value;
  }
  [Symbol.dispose](): void {
    liveCounters--;
  }
}

class Service extends RpcTarget {
  echo(number: number, text: string): { number: number; text: string } {
    return { number, text };
  }
  echoData(data: Uint8Array): Uint8Array {
    return data;
  }
  next(): Service {
    return new Service();
  }
  makeCounter(start: number): Counter {
    return new Counter(start);
  }
  liveCounters(): number {
    return liveCounters;
  }
}

export const library: RpcLibrary = {
  listen() {
    const server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      maxPayload: MAX_PAYLOAD_BYTES,
      perMessageDeflate: false,
    });
    server.on("connection", (socket) => {
      newWebSocketRpcSession(socket as never, new Service());
    });
    return new Promise((resolve) => {
      server.on("listening", () => resolve((server.address() as AddressInfo).port));
    });
  },

  async connect(port) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false, maxPayload: MAX_PAYLOAD_BYTES });
    const service = newWebSocketRpcSession<Service>(socket as never);
    return {
      echo: (number, text) => service.echo(number, text),
      echoData: (data) => service.echoData(data) as PromiseLike<Uint8Array>,
      async chain(length) {
        const held: Disposable[] = [];
        let last: RpcStub<Service> = service;
        for (let i = 0; i < length; i++) {
          last = last.next() as unknown as RpcStub<Service>;
          held.push(last as Disposable);
        }
        const { number } = await last.echo(length, "");
        for (const stub of held) stub[Symbol.dispose]();
        return number;
      },
      async makeCounter(start) {
        const counter = await service.makeCounter(start);
        return { release: () => (counter as Disposable)[Symbol.dispose]() };
      },
      liveCounters: async () => service.liveCounters(),
    };
  },
};
