/** A TCP link on which every byte takes a while: what makes round trips felt. Keeps the order of the bytes, adds nothing else. */

import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Forwards connections to `host`:`port`, delaying each direction by half of `roundTripMs`. Returns the port it listens on. */
export function slowLink(host: string, port: number, roundTripMs: number): Promise<number> {
  const listener = createServer({ noDelay: true }, (near) => {
    const far = connect({ host, port, noDelay: true });
    delay(near, far, roundTripMs / 2);
    delay(far, near, roundTripMs / 2);
  });
  listener.unref();
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => resolve((listener.address() as AddressInfo).port));
  });
}

function delay(from: Socket, to: Socket, ms: number): void {
  from.on("data", (chunk) => setTimeout(() => to.write(chunk), ms));
  from.on("end", () => setTimeout(() => to.end(), ms));
  from.on("error", () => to.destroy());
}
