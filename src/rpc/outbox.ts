/**
 * Outbox: messages on their way out, built in place one behind the other in pooled slabs (wire/slab.ts), in the order they
 * were posted. Whoever drives the connection takes the frames of a turn and hands the buffers back when they are written.
 */

import { RpcError } from "../cap/rpc-error.js";
import type { AttachedFds } from "../wire/fds.js";
import type { MessageBuilder } from "../wire/message.js";
import { MessageSlab, type OutgoingFrame } from "../wire/slab.js";
import { BYTES_PER_WORD } from "../wire/word.js";
import type { MessageFds } from "./message-fds.js";

export class Outbox {
  readonly #slab = new MessageSlab();
  readonly #maxWords: number;
  /** Runs when the first message since the last `take` is posted. */
  readonly #onPosted: () => void;
  #frames: OutgoingFrame[] = [];
  /** The file descriptors of frames not recycled yet; null as long as there have been none. */
  #attached: Map<OutgoingFrame, MessageFds> | null = null;
  /** Sees each message just before it is posted. */
  observe: ((message: MessageBuilder) => void) | null = null;
  #closed = false;
  #urgent = false;

  constructor(maxWords: number, onPosted: () => void) {
    this.#maxWords = maxWords;
    this.#onPosted = onPosted;
  }

  /** Starts a message; `post` or `abandon` ends it. */
  begin(): MessageBuilder {
    return this.#slab.begin();
  }

  /** Why `message` must not be sent, null if it may. Rpc messages over the peer's limit would cost the whole connection. */
  tooLarge(message: MessageBuilder): RpcError | null {
    const words = message.byteLength / BYTES_PER_WORD;
    if (words <= this.#maxWords) return null;
    return RpcError.failed(
      `the message has ${words} words, more than the ${this.#maxWords} a peer accepts (limit maxOutgoingWords)`,
    );
  }

  /**
   * Queues `message`, with the file descriptors `fds` (taken). The cap table was written as descriptors; what it held is given back.
   * `urgent` is false for what nobody waits for (Finish, Release): it may wait for company.
   */
  post(message: MessageBuilder, urgent = true, fds: MessageFds | null = null): void {
    if (this.#closed) {
      fds?.release();
      return this.abandon(message);
    }
    if (urgent) this.#urgent = true;
    this.observe?.(message);
    const first = this.#frames.length === 0;
    const frame = this.#slab.finish(message);
    this.#frames.push(frame);
    if (fds && fds.fds.length > 0) {
      this.#attached ??= new Map();
      this.#attached.set(frame, fds);
    }
    if (message.capabilityCount > 0) message.capTable.release();
    if (first) this.#onPosted();
  }

  abandon(message: MessageBuilder): void {
    this.#slab.abandon(message);
    if (message.capabilityCount > 0) message.capTable.release();
  }

  /** `message` will not be sent, but may still be written to, until `abandon`. */
  disown(message: MessageBuilder): void {
    this.#slab.disown(message);
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** Whether something posted since the last `take` is waited for by the peer. */
  get isUrgent(): boolean {
    return this.#urgent;
  }

  /** The frames posted since the last call. */
  take(): readonly OutgoingFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#urgent = false;
    return frames;
  }

  /** The file descriptors of frames taken and not recycled yet. */
  get attached(): AttachedFds | undefined {
    return this.#attached?.size ? this.#attached : undefined;
  }

  /** The frames were written; their buffers may be used again, and their file descriptors closed. */
  recycle(frames: readonly OutgoingFrame[]): void {
    this.#slab.recycle(frames);
    const attached = this.#attached;
    if (!attached?.size) return;
    for (const frame of frames) {
      const fds = attached.get(frame);
      if (fds && attached.delete(frame)) fds.release();
    }
  }

  /** Accepts no more messages. */
  close(): void {
    this.#closed = true;
  }
}
