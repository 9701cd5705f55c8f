/**
 * capnp-es 0.0.16 RPC over TCP. As published its server cannot be called twice: its answer to Bootstrap carries no capability.
 * repairBootstrap() replaces that one method; nothing else of the library is touched. It never sends Release, so capabilities fail.
 */

import { Conn, Interface, Message, utils } from "capnp-es";
import { Message as RpcMessage } from "capnp-es/capnp/rpc";
import type { RpcLibrary } from "../../rpc/rpc-library.js";
import { connect, type FrameSocket, listen } from "../frame-socket.js";
import { Counter, Service, type Service$Client } from "../generated/capnp-es/bench.capnp.js";

/** Stands in for the library's DeferredTransport, which loses a message when two arrive before the next receive. */
class QueueingTransport {
  readonly #socket: FrameSocket;
  readonly #frames: Uint8Array[] = [];
  #receiver: ((message: RpcMessage) => void) | null = null;

  constructor(socket: FrameSocket) {
    this.#socket = socket;
    socket.onFrame = (frame) => {
      const receiver = this.#receiver;
      this.#receiver = null;
      if (receiver) receiver(parse(frame));
      else this.#frames.push(frame);
    };
  }

  sendMessage(message: RpcMessage): void {
    this.#socket.send(new Uint8Array(message.segment.message.toArrayBuffer()));
  }

  recvMessage(): Promise<RpcMessage> {
    const frame = this.#frames.shift();
    return new Promise((resolve) => {
      if (frame) resolve(parse(frame));
      else this.#receiver = resolve;
    });
  }

  close(): void {
    this.#socket.close();
  }
}

function parse(frame: Uint8Array): RpcMessage {
  return new Message(frame, false).getRoot(RpcMessage);
}

function repairBootstrap(connection: Conn): void {
  connection.handleBootstrapMessage = function (message) {
    const answer = this.insertAnswer(message.bootstrap.questionId)!;
    const results = new Message();
    const pointer = new Interface(results.getSegment(0), 0);
    utils.setInterfacePointer(results.addCap(this.main!), pointer);
    answer.fulfill(pointer);
  };
}

function serve(socket: FrameSocket): void {
  const connection = newConnection(socket);
  const target: ConstructorParameters<typeof Service.Server>[0] = {
    async echo(params, results) {
      results.number = params.number;
      results.text = params.text;
    },
    async echoData(params, results) {
      const data = params.data.toUint8Array();
      results._initData(data.length).copyBuffer(data);
    },
    async next(_params, results) {
      results.service = service.client();
    },
    async makeCounter(params, results) {
      let value = params.start;
      const counter = new Counter.Server({
        async add(params, results) {
          value += params.amount;
          results.value = value;
        },
      });
      results.counter = counter.client();
    },
    async liveCounters(_params, results) {
      results.count = connection.exports.filter((entry) => entry && entry.client !== connection.main).length - 1;
    },
  };
  const service = new Service.Server(target);
  connection.initMain(Service, target);
  repairBootstrap(connection);
}

function newConnection(socket: FrameSocket): Conn {
  const connection = new Conn(new QueueingTransport(socket) as never);
  connection.onError = () => {};
  return connection;
}

export const library: RpcLibrary = {
  listen: () => listen(serve),

  async connect(port) {
    const connection = newConnection(await connect(port));
    const service = connection.bootstrap(Service) as Service$Client;
    return {
      echo: (number, text) =>
        service
          .echo((params) => {
            params.number = number;
            params.text = text;
          })
          .promise(),
      async echoData(data) {
        const results = await service.echoData((params) => params._initData(data.length).copyBuffer(data)).promise();
        return results.data.toUint8Array();
      },
      async chain(length) {
        let last = service;
        for (let i = 0; i < length; i++) last = last.next().getService();
        const call = last.echo((params) => {
          params.number = length;
        });
        return (await call.promise()).number;
      },
      async makeCounter(start) {
        const call = service.makeCounter((params) => {
          params.start = start;
        });
        const { counter } = await call.promise();
        return { release: () => counter.client.close() };
      },
      liveCounters: async () => (await service.liveCounters().promise()).count,
    };
  },
};
