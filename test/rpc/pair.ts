/**
 * Vats joined by queues of messages, delivered one at a time: the stage on which protocol stories are played. After every
 * delivery all tables are checked; when something breaks, the transcript so far and both tables are in the error.
 */

import { expect } from "vitest";
import type { CapabilityHook } from "../../src/cap/hook.js";
import { turns } from "../../src/cap/turn.js";
import { Connection, type ConnectionOptions } from "../../src/rpc/connection.js";
import { Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { line } from "./line.js";

/** One end of a link: a connection and the frames waiting to be delivered to it. */
export class End {
  readonly name: string;
  readonly connection: Connection;
  readonly #inbox: Uint8Array[] = [];
  peer!: End;
  readonly #story: Story;

  constructor(story: Story, name: string, peerName: string, options: ConnectionOptions) {
    this.#story = story;
    this.name = name;
    this.connection = new Connection({ peerName, ...options });
  }

  /** Moves what the connection wants to send into the peer's inbox. */
  flush(): void {
    const frames = this.connection.takeOutgoing();
    for (const frame of frames) this.peer.#inbox.push(concatenate(frame));
    this.connection.recycle(frames);
  }

  /** What waits to be delivered here, as lines. */
  get waiting(): string[] {
    this.#story.settleAll();
    return this.#inbox.map((frame) => line(decodeFrame(frame).getRoot(Message)));
  }

  /** Delivers the oldest message; returns its line, null if there is none. Server methods run afterwards, in order. */
  receiveNext(): string | null {
    this.#story.settleAll();
    const frame = this.#inbox.shift();
    if (!frame) return null;
    const text = line(decodeFrame(frame).getRoot(Message));
    this.#story.transcript.push(`${this.peer.name} → ${this.name}: ${text}`);
    this.connection.receive(decodeFrame(frame));
    this.#story.settleAll();
    this.#story.check();
    return text;
  }

  /** Delivers the oldest message, which must be described by `expected` (a whole line or its beginning). */
  receive(expected: string): void {
    const text = this.receiveNext();
    if (text === null || !text.startsWith(expected)) {
      throw new Error(
        `expected ${this.peer.name} → ${this.name}: ${expected}\n     got ${text ?? "nothing"}\n${this.#story.describe()}`,
      );
    }
  }

  /** Sends `frame` to this end as if its peer had. */
  inject(frame: Uint8Array): void {
    this.#inbox.push(frame);
  }
}

/** A set of links between vats, with one transcript. */
export class Story {
  readonly transcript: string[] = [];
  readonly ends: End[] = [];

  /** Joins two vats. */
  link(left: { name: string } & ConnectionOptions, right: { name: string } & ConnectionOptions): [End, End] {
    const a = new End(this, left.name, right.name, left);
    const b = new End(this, right.name, left.name, right);
    a.peer = b;
    b.peer = a;
    this.ends.push(a, b);
    return [a, b];
  }

  /** Runs deliveries to application code and moves outgoing messages, until neither is left. Promise reactions are not waited for. */
  settleAll(): void {
    turns.drain();
    for (const end of this.ends) end.flush();
  }

  check(): void {
    for (const end of this.ends) {
      try {
        end.connection.check();
      } catch (error) {
        throw new Error(`${end.name}: ${String(error)}\n${this.describe()}`, { cause: error });
      }
    }
  }

  /** Delivers everything, each link in turn one message, until all is quiet; awaits promise reactions in between. */
  async run(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      let moved = false;
      for (const end of this.ends) moved = end.receiveNext() !== null || moved;
      await settled();
      quiet = moved ? 0 : quiet + 1;
    }
  }

  /** Everything is delivered and nothing is left in any table. */
  async finish(): Promise<void> {
    await this.run();
    for (const end of this.ends) {
      expect(end.connection.stats, `${end.name}\n${this.describe()}`).toEqual(EMPTY);
    }
  }

  describe(): string {
    const tables = this.ends.map((end) => {
      const rows = end.connection.dump().map((row) => `${row.label} (${row.state})`);
      return `${end.name} towards ${end.peer.name}: ${rows.join(", ") || "empty"}`;
    });
    return `${this.transcript.map((text) => `  ${text}`).join("\n")}\n${tables.join("\n")}`;
  }
}

export const EMPTY = { questions: 0, answers: 0, imports: 0, exports: 0, embargoes: 0 };

/** Two vats, each with the bootstrap capability given (borrowed). */
export function pair(
  options: { alice?: CapabilityHook; bob?: CapabilityHook; limits?: ConnectionOptions["limits"] } = {},
): {
  story: Story;
  alice: End;
  bob: End;
} {
  const story = new Story();
  const side = (name: string, hook: CapabilityHook | undefined) => ({
    name,
    ...(hook ? { bootstrap: () => hook.addRef() } : {}),
    ...(options.limits ? { limits: options.limits } : {}),
  });
  const [alice, bob] = story.link(side("alice", options.alice), side("bob", options.bob));
  return { story, alice, bob };
}

/** Lets every promise reaction that can run, run. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
