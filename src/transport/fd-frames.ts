/**
 * FdFrames: which message file descriptors came with. A sender writes a message that has some apart from others, the descriptors on its first
 * byte; a read that brings them may begin with what was sent before but ends within that message, so they belong to the message
 * that the read's last byte is in. That one may not be complete yet: then they wait for the rest.
 */

import type { ReceivedFds } from "../wire/fds.js";
import type { FrameDecoder } from "../wire/framing.js";
import type { MessageReader } from "../wire/message.js";

export class FdFrames {
  readonly #decoder: FrameDecoder;
  readonly #max: number;
  /** Owned: of the message whose beginning the decoder has. */
  #waiting: ReceivedFds | null = null;

  constructor(decoder: FrameDecoder, max: number) {
    this.#decoder = decoder;
    this.#max = max;
  }

  /** Whether the next chunk, which comes with `fds`, must be pushed here. */
  concerns(fds: ReceivedFds | undefined): boolean {
    return fds !== undefined || this.#waiting !== null;
  }

  /** Decodes `chunk`, which came with `fds` (taken), and delivers messages with what came with each. Throws as the decoder does, having closed what is left. */
  push(
    chunk: Uint8Array,
    fds: ReceivedFds | undefined,
    deliver: (message: MessageReader, fds?: ReceivedFds) => void,
  ): void {
    // The message before is only told of when we know whether it is the last.
    let last: MessageReader | null = null;
    const flush = (ofLast?: ReceivedFds) => {
      if (!last) return;
      const message = last;
      last = null;
      const earlier = this.#waiting;
      this.#waiting = null;
      if (earlier && ofLast) earlier.append(ofLast);
      deliver(message, this.#limited(earlier ?? ofLast));
    };
    try {
      this.#decoder.push(chunk, (message) => {
        flush();
        last = message;
      });
    } catch (error) {
      flush();
      fds?.close();
      this.close();
      throw error;
    }
    if (!this.#decoder.isInsideFrame) return flush(fds);
    flush();
    if (!fds) return;
    if (this.#waiting) this.#waiting.append(fds);
    else this.#waiting = fds;
    this.#limited(this.#waiting);
  }

  /** Closes what waits for its message. */
  close(): void {
    this.#waiting?.close();
    this.#waiting = null;
  }

  #limited(fds: ReceivedFds | undefined): ReceivedFds | undefined {
    fds?.limit(this.#max);
    return fds;
  }
}
