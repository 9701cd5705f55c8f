/** capnp-ts 0.9.3 RPC over TCP: its Conn on our framing. Servers are not told of their release, so exports are counted. */

import { Conn } from "capnp-ts";
import type { RpcLibrary } from "../../rpc/rpc-library.js";
import { connect, type FrameSocket, listen } from "../frame-socket.js";
import { Counter, Service, type Service_Client } from "../generated/capnp-ts/bench.capnp.js";

class Transport {
  readonly #socket: FrameSocket;
  constructor(socket: FrameSocket) {
    this.#socket = socket;
  }
  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }
  onMessage(callback: (frame: Uint8Array) => void): void {
    this.#socket.onFrame = callback;
  }
  onClose(callback: (error?: Error) => void): void {
    this.#socket.onClose = callback;
  }
  close(): void {
    this.#socket.close();
  }
}

function makeService(exportCount: () => number): InstanceType<typeof Service.Server> {
  const service: InstanceType<typeof Service.Server> = new Service.Server({
    echo(params, results) {
      results.number = params.number;
      results.text = params.text;
    },
    echoData(params, results) {
      const data = params.getData();
      results.initData(data.getLength()).copyBuffer(data.toUint8Array());
    },
    next(_params, results) {
      results.setService(service);
    },
    makeCounter(params, results) {
      let value = params.start;
      const counter = new Counter.Server({
        add(params, results) {
          value += params.amount;
          results.value = value;
        },
      });
      results.setCounter(counter);
    },
    liveCounters(_params, results) {
      results.count = exportCount() - 1; // all but the service itself
    },
  });
  return service;
}

export const library: RpcLibrary = {
  listen: () =>
    listen((socket) => {
      const connection: Conn = new Conn(new Transport(socket), {
        main: makeService(() => (connection as unknown as { exports: Map<number, unknown> }).exports.size),
        onError: () => {},
      });
    }),

  async connect(port) {
    const connection = new Conn(new Transport(await connect(port)), { onError: () => {} });
    const service = connection.bootstrap(Service) as Service_Client;
    return {
      echo: (number, text) => service.echo({ number, text }),
      async echoData(data) {
        const results = await service.echoData((params) => params.initData(data.length).copyBuffer(data));
        return results.getData().toUint8Array();
      },
      async chain(length) {
        let last = service;
        for (let i = 0; i < length; i++) last = last.next().getService();
        return (await last.echo({ number: length, text: "" })).number;
      },
      async makeCounter(start) {
        const counter = (await service.makeCounter({ start })).getCounter();
        return { release: () => counter.dispose() };
      },
      liveCounters: async () => (await service.liveCounters({})).count,
    };
  },
};
