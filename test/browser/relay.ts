/**
 * Two WebSockets joined, so that a page, which can only connect, serves those who connect to us: whoever comes is given to the page, which is
 * told of him and connects too.
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export class Relay {
  readonly #server: WebSocketServer;
  readonly #waiting = new Map<string, WebSocket>();
  #visitors = 0;

  private constructor(server: WebSocketServer, invite: (url: string) => void) {
    this.#server = server;
    server.on("connection", (socket, { url = "/" }) => {
      const visitor = this.#waiting.get(url);
      if (visitor) {
        this.#waiting.delete(url);
        join(visitor, socket);
        join(socket, visitor);
        visitor.resume();
        return;
      }
      const path = `/page-${++this.#visitors}`;
      this.#waiting.set(path, socket);
      // What the visitor says must wait until somebody listens.
      socket.pause();
      invite(`ws://127.0.0.1:${this.port}${path}`);
    });
  }

  /** `invite` is told where the page has to connect to meet the newest visitor. */
  static async open(invite: (url: string) => void): Promise<Relay> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new Relay(server, invite);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}

function join(from: WebSocket, to: WebSocket): void {
  from.on("message", (data) => to.send(data as Buffer));
  from.on("close", (code) => to.close(code === 1005 || code === 1006 ? 1000 : code));
  from.on("error", () => to.terminate());
}
