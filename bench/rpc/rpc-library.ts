/** RpcLibrary: what an RPC library has to do to be measured. One module per library exports one as `library`. */

export interface RpcLibrary {
  /** Serves the Service of bench.capnp on a free port of 127.0.0.1; returns the port. */
  listen(): Promise<number>;
  /** Connects to a Service on 127.0.0.1. */
  connect(port: number): Promise<ServiceClient>;
}

/** A Service as the workloads of client.ts use it. Results are the library's own objects: making plain ones would be measured too. */
export interface ServiceClient {
  echo(number: number, text: string): PromiseLike<EchoAnswer>;
  echoData(data: Uint8Array): PromiseLike<Uint8Array>;
  /** Calls next() `length` times, each on the result of the one before, then echo(length) on the last; pipelined where the library can. */
  chain(length: number): PromiseLike<number>;
  makeCounter(start: number): PromiseLike<HeldCounter>;
  liveCounters(): PromiseLike<number>;
}

export interface EchoAnswer {
  readonly number: number;
  readonly text: string;
}

export interface HeldCounter {
  /** Gives the counter up, so that the server can free it. */
  release(): void;
}
