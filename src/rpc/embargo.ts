/**
 * Embargo: calls held back so that they cannot overtake earlier ones (rpc.capnp Disembargo). When a promise resolves to
 * something we can reach by a shorter way, calls queue here while a Disembargo follows the old way; its echo says that
 * everything sent before has passed.
 *
 * An embargo (`m1`) lives from our senderLoopback until the peer's receiverLoopback with the same id, or the end of the connection.
 */

import { BrokenHook } from "../cap/broken.js";
import { BROKEN_BRAND, type CapabilityHook, innermost, NULL_BRAND } from "../cap/hook.js";
import { QueuedHook } from "../cap/queued.js";
import type { RpcError } from "../cap/rpc-error.js";
import { type Disembargo, Message, type MessageTarget } from "../std/rpc.js";
import type { Connection } from "./connection.js";
import { resolveTarget } from "./descriptor.js";
import type { EmbargoId, ExportId } from "./ids.js";
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

  /**
   * The echo arrived and came out at `end`. Usually that is the replacement, and what waited goes there. But what the peer was told of our
   * answer or export may be a promise of a peer's, and so where the earlier calls have gone now is out again, by that promise's old
   * way, although we have since learnt that it leads back to us: then they are followed by another Disembargo, until they come
   * to an end. As long as we know no better they are on the replacement's own way, and that promise is to embargo them.
   */
  echoed(end: CapabilityHook | null): void {
    const address = end instanceof PromiseHook ? end.address : end;
    if (address instanceof WireTarget && !address.connection.closedBy) {
      const target = innermost(this.#replacement);
      const { brand } = target;
      const follows = target === address || (target instanceof PromiseHook && target.address === address);
      if (address.loops && !follows && brand !== NULL_BRAND && brand !== BROKEN_BRAND) {
        disembargo(address, this.#queue, this.#replacement);
        return;
      }
      address.passed();
    }
    this.#lift();
  }

  /** What waited goes to the replacement, and so does what follows. */
  #lift(): void {
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
export function embargo(address: WireTarget, replacement: CapabilityHook): CapabilityHook {
  const queue = new QueuedHook();
  disembargo(address, queue.addRef(), replacement);
  return queue;
}

/** Follows the calls made to `address`; `queue` becomes `replacement` (both taken) when they have come out. */
function disembargo(address: WireTarget, queue: QueuedHook, replacement: CapabilityHook): void {
  const { connection } = address;
  const { id } = connection.embargoes.add((id) => new Embargo(id, queue, replacement));
  sendDisembargo(connection, (disembargo) => {
    address.writeTarget(disembargo.initTarget());
    disembargo.context.senderLoopback = id;
  });
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
      const end = emergence(connection, disembargo.target);
      entry.echoed(end && innermost(end));
      end?.release();
      return;
    }
    default:
      throw new ProtocolError("unknown-disembargo", `Disembargo of kind ${String(context.which)}`);
  }
}

/** Owned: what of ours `target` names; null if there is no such thing any more. */
function emergence(connection: Connection, target: MessageTarget.Reader): CapabilityHook | null {
  if (target.which === "importedCap" && !connection.exports.get(target.importedCap as ExportId)) return null;
  return resolveTarget(connection, target);
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
