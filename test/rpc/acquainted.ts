/** The usual beginning of a story: Alice holds Bob's friend. And frames written by hand, for peers that are played by the story. */

import type { Connection, ConnectionOptions } from "../../src/rpc/connection.js";
import { Message } from "../../src/std/rpc.js";
import { decodeFrame } from "../../src/wire/framing.js";
import { MessageBuilder } from "../../src/wire/message.js";
import { Friend, serveFriend, TestFriend } from "./friend.js";
import { Story } from "./pair.js";

/** Two vats, Bob with `server` as his bootstrap. The bootstrap has been asked for but, unless `met`, not delivered. */
export async function acquainted(
  options: {
    server?: Friend.Server;
    met?: boolean;
    alice?: Partial<ConnectionOptions>;
    bob?: Partial<ConnectionOptions>;
  } = {},
) {
  const server = options.server ?? new TestFriend();
  const story = new Story();
  using served = serveFriend(server);
  const bobHook = served.$hook.addRef();
  const [alice, bob] = story.link(
    { name: "alice", ...options.alice },
    { name: "bob", bootstrap: () => bobHook.addRef(), ...options.bob },
  );
  const friend = Friend.client(alice.connection.bootstrap());
  if (options.met ?? true) {
    await story.run();
    story.transcript.length = 0;
  }
  return {
    story,
    alice,
    bob,
    friend,
    server,
    /** Everybody lets go; nothing must be left. */
    end: async () => {
      friend[Symbol.dispose]();
      bobHook.release();
      await story.finish();
    },
  };
}

/** The frame of whatever `fill` writes. */
export function frame(fill: (message: Message.Builder) => void): Uint8Array {
  const builder = new MessageBuilder();
  fill(builder.initRoot(Message));
  return builder.toBytes();
}

/** Hands `connection` a message as if its peer had sent it. */
export function say(connection: Connection, fill: (message: Message.Builder) => void): void {
  connection.receive(decodeFrame(frame(fill)));
}

/** How a promise settled: "fulfilled", or the message it was rejected with. */
export async function outcome(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise;
    return "fulfilled";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What `sender` sent, in order, as lines. Messages of two senders may interleave in more than one right way. */
export function sentBy(story: Story, sender: string): string[] {
  const head = new RegExp(`^${sender} → [^:]*: `);
  return story.transcript.filter((text) => head.test(text)).map((text) => text.replace(head, ""));
}
