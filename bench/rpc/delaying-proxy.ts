/**
 * A TCP proxy that holds each chunk back for a while in each direction, so that the time of a chain of calls tells its round trips.
 * Usage: delaying-proxy <port of the server> <one-way delay in ms>
 */

import net from "node:net";
import { answerRequests } from "../answer-requests.js";

const targetPort = Number(process.argv[2]);
const delayMs = Number(process.argv[3]);

const server = net.createServer((near) => {
  const far = net.connect(targetPort, "127.0.0.1");
  forward(near, far);
  forward(far, near);
});
server.listen(0, "127.0.0.1", () => {
  void answerRequests((server.address() as net.AddressInfo).port, () => {
    throw new Error("a proxy is not asked for samples");
  });
});

function forward(from: net.Socket, to: net.Socket): void {
  from.setNoDelay(true);
  from.on("data", (chunk) => setTimeout(() => to.writable && to.write(chunk), delayMs));
  from.on("close", () => setTimeout(() => to.destroy(), delayMs));
  from.on("error", () => to.destroy());
}
