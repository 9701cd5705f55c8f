/**
 * ResultsDraft: the results of an answer while its method builds them: in place in the Return that will carry them, or in a message of
 * their own if they stay here. And the writing of Returns.
 */

import type { RpcError } from "../cap/rpc-error.js";
import { Message, type Return } from "../std/rpc.js";
import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import { MessageBuilder } from "../wire/message.js";
import { BuiltResults } from "./built-results.js";
import type { Connection } from "./connection.js";
import { writeCapTable } from "./descriptor.js";
import type { Export } from "./export.js";
import type { AnswerId } from "./ids.js";
import type { MessageFds } from "./message-fds.js";
import { Pins } from "./pins.js";

export class ResultsDraft {
  readonly content: AnyPointerBuilder;
  readonly #connection: Connection;
  readonly #message: MessageBuilder;
  /** The Return that `#message` is; null for a message of its own. */
  readonly #return: Return.Builder | null;
  /** The file descriptors that go with it, once its cap table is written. */
  #fds: MessageFds | null = null;

  constructor(connection: Connection, inPlace: boolean) {
    this.#connection = connection;
    if (inPlace) {
      this.#message = connection.outbox.begin();
      this.#return = this.#message.initRoot(Message).initReturn();
      this.content = this.#return.initResults().content;
    } else {
      this.#message = new MessageBuilder();
      this.#return = null;
      this.content = this.#message.root;
    }
  }

  /** Whether the results hold any capability. */
  get hasCapabilities(): boolean {
    return this.#message.capabilityCount > 0;
  }

  /** The results read in place; releasing that releases their capabilities. */
  built(): BuiltResults {
    return new BuiltResults(this.#message, this.content);
  }

  /** Owned: the capabilities as they are now. */
  pins(): Pins {
    return new Pins(this.#connection, this.#message, this.content);
  }

  /** Writes the cap table. Returns the exports that gained a reference; throws RpcError, none having, if the results cannot be sent. */
  export(): Export[] {
    const { outbox, exports } = this.#connection;
    const fds = this.hasCapabilities ? this.#connection.newFds() : null;
    const gained = writeCapTable(this.#connection, (this.#return as Return.Builder).results, this.#message, fds);
    const tooLarge = outbox.tooLarge(this.#message);
    if (!tooLarge) {
      this.#fds = fds;
      return gained;
    }
    fds?.release();
    for (const entry of gained) exports.release(entry.id, 1);
    throw tooLarge;
  }

  /** Sends the Return, whose cap table is written. Not to be used afterwards. */
  post(id: AnswerId): void {
    const returned = this.#return as Return.Builder;
    returned.answerId = id;
    returned.releaseParamCaps = false;
    // rpc.capnp Return.noFinishNeeded: without capabilities nothing can be pipelined on, nothing needs releasing.
    if (!this.hasCapabilities) returned.noFinishNeeded = true;
    this.#connection.outbox.post(this.#message, true, this.#fds);
  }

  /** It will not be sent. Its method may go on building, and calls pipelined on it wait for what it holds in the end. */
  disown(): void {
    if (this.#return) this.#connection.outbox.disown(this.#message);
  }

  /** Throws away results that will not be sent. Not to be used afterwards. */
  discard(): void {
    if (this.#return) this.#connection.outbox.abandon(this.#message);
    else if (this.hasCapabilities) this.#message.capTable.release();
  }
}

/** Sends the Return of answer `id` that `fill` completes. */
export function postReturn(connection: Connection, id: AnswerId, fill: (returned: Return.Builder) => void): void {
  const { outbox } = connection;
  const message = outbox.begin();
  const returned = message.initRoot(Message).initReturn();
  returned.answerId = id;
  returned.releaseParamCaps = false;
  fill(returned);
  outbox.post(message);
}

/** Sends the Return of an answer that failed. */
export function postFailure(connection: Connection, id: AnswerId, error: RpcError, noFinishNeeded: boolean): void {
  postReturn(connection, id, (returned) => {
    if (noFinishNeeded) returned.noFinishNeeded = true;
    connection.writeError(returned.initException(), error);
  });
}
