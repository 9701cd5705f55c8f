/**
 * Embargo: calls held back so that they cannot overtake earlier ones (rpc.capnp Disembargo). When a promise resolves to
 * something we can reach by a shorter way, calls queue here while a Disembargo follows the old way; its echo says that
 * everything sent before has passed.
 *
 * An embargo (`m1`) lives from our senderLoopback until the peer's receiverLoopback with the same id, or the end of the connection.
 */

import { BrokenHook } from "../cap/broken.js";
import { type CapabilityHook, innermost } from "../cap/hook.js";
import { QueuedHook } from "../cap/queued.js";
import type { RpcError } from "../cap/rpc-error.js";
import { type Disembargo, Message, type MessageTarget } from "../std/rpc.js";
import type { Connection } from "./connection.js";
import { resolveTarget } from "./descriptor.js";
import type { EmbargoId } from "./ids.js";
import { PromiseHook } from "./promise-hook.js";
import { ProtocolError } from "./protocol-error.js";
import { WireTarget } from "./rpc-hook.js";

export class Embargo {
  readonly id: EmbargoId;
  /** Owned: where the promise's calls wait. */
  readonly #queue: QueuedHook;
  /** Owned until lifted. */
  readonly #replacement: CapabilityHook;

  constructor(id: EmbargoId, queue: QueuedHook, replacement: CapabilityHook) {
    this.id = id;
    this.#queue = queue;
    this.#replacement = replacement;
  }

  /** The echo arrived: what waited goes to the replacement, and so does what follows. */
  lift(): void {
    this.#queue.resolve(this.#replacement);
    this.#queue.release();
  }

  /** The echo will never arrive. */
  break(error: RpcError): void {
    this.#replacement.release();
    this.#queue.resolve(new BrokenHook(error));
    this.#queue.release();
  }
}

/** Sends a Disembargo after the calls made to `address` and returns the queue that stands for `replacement` (taken) meanwhile. */
export function embargo(connection: Connection, address: WireTarget, replacement: CapabilityHook): CapabilityHook {
  const queue = new QueuedHook();
  const { id } = connection.embargoes.add((id) => new Embargo(id, queue.addRef(), replacement));
  sendDisembargo(connection, (disembargo) => {
    address.writeTarget(disembargo.initTarget());
    disembargo.context.senderLoopback = id;
  });
  return queue;
}

/** rpc.capnp Disembargo, either direction of a loop. */
export function handleDisembargo(connection: Connection, disembargo: Disembargo.Reader): void {
  const { context } = disembargo;
  switch (context.which) {
    case "senderLoopback":
      echo(connection, disembargo.target, context.senderLoopback);
      return;
    case "receiverLoopback": {
      const id = context.receiverLoopback as EmbargoId;
      const entry = connection.embargoes.remove(id);
      if (!entry)
        throw new ProtocolError(
          "disembargo-of-unknown-embargo",
          `receiverLoopback names embargo ${id}, which is not in progress`,
        );
      entry.lift();
      return;
    }
    default:
      throw new ProtocolError("unknown-disembargo", `Disembargo of kind ${String(context.which)}`);
  }
}

/**
 * The peer learnt that `target` leads back to itself and asks when its earlier calls have been sent back. Our queues pass calls
 * on inside the transition that resolves them, so everything received before this message is in the outgoing queue already.
 */
function echo(connection: Connection, target: MessageTarget.Reader, id: number): void {
  const hook = resolveTarget(connection, target);
  try {
    const end = innermost(hook);
    const address = end instanceof PromiseHook ? end.address : end;
    if (!(address instanceof WireTarget) || address.connection !== connection) {
      throw new ProtocolError(
        "disembargo-not-looped",
        "senderLoopback names a target that does not lead back to the sender",
      );
    }
    sendDisembargo(connection, (disembargo) => {
      address.writeTarget(disembargo.initTarget());
      disembargo.context.receiverLoopback = id;
    });
  } finally {
    hook.release();
  }
}

function sendDisembargo(connection: Connection, fill: (disembargo: Disembargo.Builder) => void): void {
  const message = connection.outbox.begin();
  fill(message.initRoot(Message).initDisembargo());
  connection.outbox.post(message);
}
