/** capwire's RPC over TCP. */

import type { Observer, SessionLimits } from "capwire";
import { TwoPartyClient, TwoPartyServer } from "capwire/node";
import { type Counter, Service } from "../schema/bench.capnp.js";
import type { RpcLibrary } from "./rpc-library.js";

let liveCounters = 0;

class CounterServer implements Counter.Server {
  #value: number;

  constructor(start: number) {
    this.#value = start;
    liveCounters++;
  }

  add({ amount }: Counter.AddParams): Counter.AddResults.Init {
    this.#value += amount;
    return { value: this.#value };
  }

  [Symbol.dispose](): void {
    liveCounters--;
  }
}

class ServiceServer implements Service.Server {
  echo({ number, text }: Service.EchoParams): Service.EchoResults.Init {
    return { number, text };
  }

  echoData({ data }: Service.EchoDataParams): Service.EchoDataResults.Init {
    return { data };
  }

  next(): Service.NextResults.Init {
    return { service: this };
  }

  makeCounter({ start }: Service.MakeCounterParams): Service.MakeCounterResults.Init {
    return { counter: new CounterServer(start) };
  }

  liveCounters(): Service.LiveCountersResults.Init {
    return { count: liveCounters };
  }
}

export interface CapwireOptions {
  readonly limits?: Partial<SessionLimits>;
  readonly observer?: Observer;
}

/** capwire with options for both ends of a connection. */
export function capwireLibrary(options: CapwireOptions): RpcLibrary {
  return {
    async listen() {
      const server = new TwoPartyServer(Service, new ServiceServer(), options);
      const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
      if (port === null) throw new Error("not a TCP port");
      return port;
    },

    async connect(port) {
      const client = await TwoPartyClient.connect({ host: "127.0.0.1", port, ...options });
      const service = client.bootstrap(Service);
      return {
        echo: (number, text) => service.echo({ number, text }),
        echoData: async (data) => (await service.echoData({ data })).data,
        async chain(length) {
          const held: Service.Client[] = [];
          let last = service;
          for (let i = 0; i < length; i++) {
            last = last.next().service;
            held.push(last);
          }
          const { number } = await last.echo({ number: length, text: "" });
          for (const link of held) link[Symbol.dispose]();
          return number;
        },
        async makeCounter(start) {
          const { counter } = await service.makeCounter({ start });
          return { release: () => counter[Symbol.dispose]() };
        },
        liveCounters: async () => (await service.liveCounters()).count,
      };
    },
  };
}

export const library: RpcLibrary = capwireLibrary({});
