/** rpc.capnp Message.unimplemented, either way: messages of the peer's that we do not know, and ours that it does not. */

import { type Call, Message } from "../std/rpc.js";
import type { MessageReader } from "../wire/message.js";
import type { Connection } from "./connection.js";
import type { ExportId, QuestionId } from "./ids.js";
import { ProtocolError } from "./protocol-error.js";

/** The peer does not know `original`, a message of ours. Only a ping, a Resolve and a tail call can be done without. */
export function handleUnimplemented(connection: Connection, original: Message.Reader): void {
  if (original.which === "obsoleteDelete" && connection.takePing()) return;
  if (original.which === "call" && tailCallRefused(connection, original.call)) return;
  if (original.which !== "resolve") {
    throw new ProtocolError("required-message-unimplemented", `the peer does not implement ${String(original.which)}`);
  }
  const { resolve } = original;
  if (resolve.which !== "cap") return;
  const { cap } = resolve;
  if (cap.which === "senderHosted") connection.exports.release(cap.senderHosted as ExportId, 1);
  else if (cap.which === "senderPromise") connection.exports.release(cap.senderPromise as ExportId, 1);
}

/** The call is lost, for its caller is on the way to look for its results; later ones take the way that every peer knows. */
function tailCallRefused(connection: Connection, call: Call.Reader): boolean {
  const question = connection.questions.get(call.questionId as QuestionId);
  if (call.sendResultsTo.which !== "yourself" || !question?.refused()) return false;
  connection.tailCalls = false;
  return true;
}

/** Sends back a message that we do not know: Provide, Accept, Join, ThirdPartyAnswer, the obsolete ones and whatever is newer than we are. */
export function echoUnimplemented(connection: Connection, source: MessageReader): void {
  const { outbox } = connection;
  const message = outbox.begin();
  try {
    message.initRoot(Message).unimplemented = source.getRoot(Message);
  } catch (error) {
    outbox.abandon(message);
    throw error;
  }
  outbox.post(message);
}
