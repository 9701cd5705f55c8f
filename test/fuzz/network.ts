/**
 * The network of a randomised run: each pair of vats joined by a connection whose messages wait in a queue per direction until
 * somebody delivers the oldest, and, if there is one, the malicious vat's connections to all of them.
 */

import { RpcError } from "../../src/cap/rpc-error.js";
import type { Connection } from "../../src/rpc/connection.js";
import { Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { line } from "../rpc/line.js";
import { EvilPeer } from "./evil.js";
import { joined } from "./frames.js";

/** One direction between two vats: the connection at its end, and what waits for it. */
interface Inbox {
  readonly connection: Connection;
  /** Null is the end of the stream. */
  readonly frames: (Uint8Array | null)[];
}

/** Makes vat `vat`'s end of a link. An honest peer's must not break. */
type Connect = (vat: number, peerName: string, honest: boolean) => Connection;

export class Network {
  readonly size: number;
  /** By the vat it talks to; empty without a malicious vat, whose own index is `size`. */
  readonly evil: EvilPeer[] = [];
  readonly transcript: string[] = [];
  /** Keeps the transcript; costs time. */
  verbose = false;
  messages = 0;
  /** `[to][from]`. */
  readonly #inboxes: (Inbox | null)[][] = [];

  constructor(size: number, evil: boolean, connect: Connect) {
    this.size = size;
    for (let to = 0; to < size; to++) {
      const row: (Inbox | null)[] = [];
      for (let from = 0; from < size; from++) {
        row.push(from === to ? null : { connection: connect(to, `vat${from}`, true), frames: [] });
      }
      this.#inboxes.push(row);
      if (evil) this.evil.push(new EvilPeer(() => connect(to, "evil", false)));
    }
  }

  /** Vat `vat`'s end of its link to `peer`; null if there is none. The malicious vat's link has no such end. */
  connection(vat: number, peer: number): Connection | null {
    return this.#inbox(vat, peer)?.connection ?? null;
  }

  /** Delivers the oldest message from `from` to `to`. */
  deliver(from: number, to: number): void {
    if (from === this.size) return;
    if (to === this.size) {
      this.evil[from]?.takeOne();
      return;
    }
    const inbox = this.#inbox(to, from);
    const frame = inbox?.frames.shift();
    if (!inbox || frame === undefined) return;
    if (frame === null) return inbox.connection.disconnect(RpcError.disconnected("end of stream"));
    this.messages++;
    if (this.verbose) this.transcript.push(`vat${from} → vat${to}: ${line(decodeFrame(frame).getRoot(Message))}`);
    inbox.connection.receive(decodeFrame(frame));
  }

  /** Cuts the link at `vat`'s end. What was on its way is lost if the peer isn't told. */
  cut(vat: number, peer: number, tell: boolean): void {
    const { connection } = this.#inbox(vat, peer) ?? {};
    connection?.disconnect(RpcError.disconnected("the link was cut"), tell);
    this.flush();
    const other = this.#inbox(peer, vat);
    if (!tell) other?.frames.splice(0);
    other?.frames.push(null);
  }

  /** The malicious vat says something to `vat`. */
  provoke(vat: number, seed: number): void {
    const text = this.evil[vat]?.send(seed);
    if (this.verbose && text) this.transcript.push(`evil → vat${vat}: ${text}`);
  }

  /** Links with messages waiting, as [from, to]. */
  get waiting(): [number, number][] {
    const found = this.waitingBetweenVats;
    for (let to = 0; to < this.size; to++) if (this.evil[to]?.hasWaiting) found.push([to, this.size]);
    return found;
  }

  /** The same without the malicious vat's. */
  get waitingBetweenVats(): [number, number][] {
    const found: [number, number][] = [];
    for (let to = 0; to < this.size; to++) {
      for (let from = 0; from < this.size; from++) if (this.#inbox(to, from)?.frames.length) found.push([from, to]);
    }
    return found;
  }

  /** Moves what connections want to send into the queues. */
  flush(): void {
    for (let vat = 0; vat < this.size; vat++) {
      for (let peer = 0; peer < this.size; peer++) {
        const connection = this.connection(vat, peer);
        if (!connection?.hasOutgoing) continue;
        const frames = connection.takeOutgoing();
        for (const pieces of frames) this.#inbox(peer, vat)?.frames.push(joined(pieces));
        connection.recycle(frames);
      }
      this.evil[vat]?.flush();
    }
  }

  /** Throws if a table is not in order. */
  check(): void {
    for (const row of this.#inboxes) for (const inbox of row) inbox?.connection.check();
    for (const peer of this.evil) peer.connection.check();
  }

  /** What some table still holds; null if nothing. */
  leftover(): string | null {
    for (const [to, row] of this.#inboxes.entries()) {
      for (const [from, inbox] of row.entries()) {
        if (!inbox || inbox.connection.isIdle) continue;
        const rows = inbox.connection.dump().map(({ label, state }) => `${label} (${state})`);
        return `vat${to} still has towards vat${from}: ${rows.join(", ")}`;
      }
    }
    return null;
  }

  #inbox(to: number, from: number): Inbox | null {
    return this.#inboxes[to]?.[from] ?? null;
  }
}
