/**
 * Capabilities between cap tables and the wire: CapDescriptor, MessageTarget and PromisedAnswer (rpc.capnp).
 * Reading adds imports and finds exports and answers; a descriptor the peer got wrong makes a broken capability, one of an
 * unknown kind ends the connection. Writing adds one reference to each export it names, to be rolled back if the
 * message is not sent after all.
 */

import { BrokenHook } from "../cap/broken.js";
import { type CapabilityHook, innermost, NULL_BRAND, type PipelinePath } from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import type { CapDescriptor, MessageTarget, Payload, PromisedAnswer } from "../std/rpc.js";
import type { ListReader } from "../wire/list-reader.js";
import type { MessageBuilder } from "../wire/message.js";
import type { Connection } from "./connection.js";
import type { Export } from "./export.js";
import type { AnswerId, ExportId, ImportId } from "./ids.js";
import { receiveImport } from "./import.js";
import type { MessageFds } from "./message-fds.js";
import { PromiseHook } from "./promise-hook.js";
import { ProtocolError } from "./protocol-error.js";
import { WireTarget } from "./rpc-hook.js";

/** One capability received. `hook` is owned. */
export interface ReceivedCapability {
  readonly hook: CapabilityHook;
  /** The peer named one of our own exports or answers, and that leads back to the peer: calls through the peer take a longer way than calls of ours. */
  readonly reflected: boolean;
}

/** Reads one descriptor; null for `none`. */
export function readDescriptor(connection: Connection, descriptor: CapDescriptor.Reader): ReceivedCapability | null {
  switch (descriptor.which) {
    case "none":
      return null;
    case "senderHosted":
      return imported(connection, descriptor, descriptor.senderHosted as ImportId, false);
    case "senderPromise":
      return imported(connection, descriptor, descriptor.senderPromise as ImportId, true);
    case "receiverHosted": {
      const id = descriptor.receiverHosted as ExportId;
      const entry = connection.exports.get(id);
      if (!entry) return broken(`receiverHosted names export ${id}, which does not exist`);
      return ours(connection, entry.hook.addRef());
    }
    case "receiverAnswer":
      return ours(connection, resolvePromisedAnswer(connection, descriptor.receiverAnswer));
    case "thirdPartyHosted":
      // Without level 3 the vine stands for the object: calls are proxied by the introducer (rpc.capnp ThirdPartyCapDescriptor.vineId).
      return imported(connection, descriptor, descriptor.thirdPartyHosted.vineId as ImportId, false);
    default:
      throw new ProtocolError("unknown-descriptor", `CapDescriptor of kind ${String(descriptor.which)}`);
  }
}

function imported(
  connection: Connection,
  descriptor: CapDescriptor.Reader,
  id: ImportId,
  isPromise: boolean,
): ReceivedCapability {
  const { receivedFds } = connection;
  const fd = receivedFds ? receivedFds.take(descriptor.attachedFd) : null;
  return { hook: receiveImport(connection, id, isPromise, fd), reflected: false };
}

function ours(connection: Connection, hook: CapabilityHook): ReceivedCapability {
  return { hook, reflected: innermost(hook).brand === connection };
}

function broken(message: string): ReceivedCapability {
  return { hook: new BrokenHook(RpcError.failed(message)), reflected: false };
}

/** The capabilities of a received payload, by slot. Null when there are none, the usual case. */
export function readCapTable(connection: Connection, payload: Payload.Reader): (ReceivedCapability | null)[] | null {
  if (!payload.hasCapTable()) return null;
  const list: ListReader<CapDescriptor.Reader> = payload.capTable;
  if (list.length === 0) return null;
  const received: (ReceivedCapability | null)[] = [];
  try {
    for (let index = 0; index < list.length; index++)
      received.push(readDescriptor(connection, list.at(index) as CapDescriptor.Reader));
  } catch (error) {
    for (const capability of received) capability?.hook.release();
    throw error;
  }
  return received;
}

/**
 * Writes `hook` (borrowed), and where its file descriptor is among `fds`, which get it. Returns the export that gained a reference, null if
 * none did. Throws RpcError `overloaded` at the limit on exports.
 */
export function writeDescriptor(
  connection: Connection,
  descriptor: CapDescriptor.Builder,
  hook: CapabilityHook,
  fds: MessageFds | null,
): Export | null {
  const target = pinned(connection, hook);
  if (target.brand === NULL_BRAND) {
    descriptor.none = null;
    return null;
  }
  if (target instanceof WireTarget && target.connection === connection) {
    target.writeDescriptor(descriptor);
    return null;
  }
  const entry = connection.exports.add(target);
  if (target.isUnresolvedPromise) descriptor.senderPromise = entry.id;
  else descriptor.senderHosted = entry.id;
  if (fds) {
    const index = fds.add(target);
    if (index >= 0) descriptor.attachedFd = index;
  }
  return entry;
}

/** Writes the cap table of a payload; `fds` get the file descriptors. Returns the exports that gained a reference; when it throws, none did. */
export function writeCapTable(
  connection: Connection,
  payload: Payload.Builder,
  message: MessageBuilder,
  fds: MessageFds | null,
): Export[] {
  if (message.capabilityCount === 0) return NO_EXPORTS;
  const { slots } = message.capTable;
  const gained: Export[] = [];
  try {
    const descriptors = payload.initCapTable(slots.length);
    for (let index = 0; index < slots.length; index++) {
      const hook = slots[index] as CapabilityHook | null;
      if (!hook) continue; // an empty slot stays `none`, the default
      const entry = writeDescriptor(connection, descriptors.at(index) as CapDescriptor.Builder, hook, fds);
      if (entry) gained.push(entry);
    }
  } catch (error) {
    for (const entry of gained) connection.exports.release(entry.id, 1);
    fds?.release();
    throw error;
  }
  return gained;
}

const NO_EXPORTS: Export[] = [];

/** Borrowed: what `hook` is as of now, a promise of the peer's as the very wire address it has now. What the peer is told of a capability is this. */
export function pinned(connection: Connection, hook: CapabilityHook): CapabilityHook {
  const target = innermost(hook);
  return target instanceof PromiseHook && target.connection === connection ? (target.address as WireTarget) : target;
}

/** Owned: what a call or disembargo is aimed at. A finished or unknown answer is a broken capability; an unknown export ends the connection. */
export function resolveTarget(connection: Connection, target: MessageTarget.Reader): CapabilityHook {
  switch (target.which) {
    case "importedCap": {
      const id = target.importedCap as ExportId;
      const entry = connection.exports.get(id);
      if (!entry) throw new ProtocolError("call-on-unknown-export", `the target is export ${id}, which does not exist`);
      return entry.hook.addRef();
    }
    case "promisedAnswer":
      return resolvePromisedAnswer(connection, target.promisedAnswer);
    default:
      throw new ProtocolError("unknown-message-target", `MessageTarget of kind ${String(target.which)}`);
  }
}

function resolvePromisedAnswer(connection: Connection, promised: PromisedAnswer.Reader): CapabilityHook {
  const path = readPath(promised);
  const id = promised.questionId as AnswerId;
  const answer = connection.answers.get(id);
  if (!answer) {
    const refusal = connection.refusals.get(id);
    return new BrokenHook(refusal ?? RpcError.failed(`promisedAnswer names question ${id}, which is not in progress`));
  }
  return answer.pipelined(path);
}

function readPath(promised: PromisedAnswer.Reader): PipelinePath {
  const { transform } = promised;
  if (transform.length === 0) return ROOT_PATH;
  const path: number[] = [];
  for (const op of transform) {
    switch (op.which) {
      case "noop":
        break;
      case "getPointerField":
        path.push(op.getPointerField);
        break;
      default:
        throw new ProtocolError("unknown-pipeline-op", `PromisedAnswer.Op of kind ${String(op.which)}`);
    }
  }
  return path;
}

const ROOT_PATH: PipelinePath = Object.freeze([]);
