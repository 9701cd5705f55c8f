/** Two vats joined by a link with latency and bandwidth, in virtual time: what takes a minute there takes a moment here. */

import type { Client, InterfaceType } from "../../src/cap/index.js";
import { turns } from "../../src/cap/turn.js";
import { Connection, type ConnectionOptions } from "../../src/rpc/connection.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { settled } from "./pair.js";

interface Travelling {
  readonly at: number;
  readonly to: Connection;
  readonly frame: Uint8Array;
}

export interface LinkOptions {
  /** Bytes per millisecond, each way. */
  readonly bandwidth: number;
  /** One way, in ms. */
  readonly latency: number;
}

/** One link; `now` is its clock, in ms. */
export class SlowLink {
  now = 0;
  bandwidth: number;
  latency: number;
  /** Most bytes that were under way towards the server at once, those waiting for the link included. */
  mostQueued = 0;
  readonly client: Connection;
  readonly server: Connection;
  /** When each direction is free again. */
  readonly #free = new Map<Connection, number>();
  #travelling: Travelling[] = [];
  #queued = 0;

  constructor(options: LinkOptions, client: ConnectionOptions, server: ConnectionOptions) {
    this.bandwidth = options.bandwidth;
    this.latency = options.latency;
    this.client = new Connection({ peerName: "server", ...client });
    this.server = new Connection({ peerName: "client", ...server });
  }

  bootstrap<C extends Client, S extends object>(type: InterfaceType<C, S>): C {
    return type.client(this.client.bootstrap());
  }

  /** Lets time pass until `done`, or nothing is under way. */
  async run(done: () => boolean): Promise<void> {
    for (;;) {
      await this.#settle();
      if (done()) return;
      const next = this.#travelling.shift();
      if (!next) return;
      this.now = next.at;
      if (next.to === this.server) this.#queued -= next.frame.length;
      next.to.receive(decodeFrame(next.frame));
      // What arrives at the same moment is one read.
      while (this.#travelling[0]?.at === next.at && this.#travelling[0].to === next.to) {
        const also = this.#travelling.shift() as Travelling;
        if (also.to === this.server) this.#queued -= also.frame.length;
        also.to.receive(decodeFrame(also.frame));
      }
    }
  }

  /** Runs what can run without time passing. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      turns.drain();
      const moved = this.#send(this.client, this.server) || this.#send(this.server, this.client);
      await settled();
      quiet = moved ? 0 : quiet + 1;
    }
  }

  #send(from: Connection, to: Connection): boolean {
    const frames = from.takeOutgoing();
    for (const pieces of frames) {
      const frame = new Uint8Array(Buffer.concat(pieces));
      const free = Math.max(this.#free.get(from) ?? 0, this.now) + frame.length / this.bandwidth;
      this.#free.set(from, free);
      if (to === this.server) {
        this.#queued += frame.length;
        this.mostQueued = Math.max(this.mostQueued, this.#queued);
      }
      this.#travelling.push({ at: free + this.latency, to, frame });
    }
    if (frames.length > 0) this.#travelling.sort((a, b) => a.at - b.at);
    from.recycle(frames);
    return frames.length > 0;
  }
}
