import { MessageChannel, Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { messagePortTransport } from "../../src/transport/index.js";
import { runTransportContract } from "./contract.js";
import { frameOf, record, settle } from "./messages.js";

const channels: MessageChannel[] = [];
afterAll(() => {
  for (const { port1 } of channels) port1.close();
});

function channel(): MessageChannel {
  const made = new MessageChannel();
  channels.push(made);
  return made;
}

runTransportContract({
  name: "a MessagePort",
  pair: async () => {
    const { port1, port2 } = channel();
    return { left: messagePortTransport(port1), right: messagePortTransport(port2) };
  },
  raw: async () => {
    const { port1, port2 } = channel();
    const received: Uint8Array[] = [];
    port2.on("message", (data: ArrayBuffer | null) => data && received.push(new Uint8Array(data)));
    return {
      transport: messagePortTransport(port1),
      peer: {
        write: (bytes) => port2.postMessage(bytes.slice().buffer),
        end: () => port2.postMessage(null),
        destroy: () => port2.close(),
        received: () => Buffer.concat(received),
      },
    };
  },
  halfClose: true,
});

describe("a MessagePort", () => {
  it("that carries anything but buffers is refused", async () => {
    const { port1, port2 } = channel();
    const seen = record(messagePortTransport(port1));
    port2.postMessage("hello");
    await seen.ended();
    expect(seen.ending).toMatchObject({ code: "not-bytes" });
  });

  it("takes the frames of one send across as one buffer", async () => {
    const { port1, port2 } = channel();
    let buffers = 0;
    port2.on("message", () => buffers++);
    const transport = messagePortTransport(port1);
    transport.send([[frameOf("one")], [frameOf("two")]], () => {});
    await settle();
    expect(buffers).toBe(1);
  });

  it("reaches a worker thread", async () => {
    const { port1, port2 } = channel();
    const echo = `
      const { workerData } = require("node:worker_threads");
      workerData.on("message", (data) => { workerData.postMessage(data); if (data === null) workerData.close(); });
    `;
    const worker = new Worker(echo, { eval: true, workerData: port2, transferList: [port2] });
    const transport = messagePortTransport(port1);
    const seen = record(transport);
    transport.send([[frameOf("there and back")]], () => {});
    await seen.until((record) => record.payloads.length === 1);
    expect(seen.texts).toEqual(["there and back"]);
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    transport.close();
    await exited;
  });
});
