/** rpc.capnp Return: how a question of ours ended. */

import { RpcError } from "../cap/rpc-error.js";
import type { Return } from "../std/rpc.js";
import type { Connection } from "./connection.js";
import { readException } from "./exception.js";
import { type AnswerId, FIRST_NO_RETURN_ID, type QuestionId } from "./ids.js";
import { ProtocolError } from "./protocol-error.js";
import type { Question } from "./question.js";
import { readPayload } from "./results.js";

export function handleReturn(connection: Connection, returned: Return.Reader): void {
  const id = returned.answerId as QuestionId;
  if (id >= FIRST_NO_RETURN_ID) {
    // The peer does not know onlyPromisePipeline and returns all the same: tolerated, and not used with it again.
    connection.peerIgnoresPipelineOnly = true;
    return;
  }
  const question = connection.questions.get(id);
  if (!question)
    throw new ProtocolError("return-for-unknown-question", `Return for question ${id}, which is not in progress`);
  if (question.phase !== "waiting" && question.phase !== "cancelled") {
    throw new ProtocolError("duplicate-return", `second Return for question ${id}`);
  }
  if (returned.releaseParamCaps) {
    for (const entry of question.paramExports) connection.exports.release(entry.id, 1);
  }
  question.paramExports = [];
  if (question.phase === "cancelled") handleLateReturn(connection, question, returned);
  else settle(connection, question, returned);
}

function settle(connection: Connection, question: Question, returned: Return.Reader): void {
  const finishNeeded = !returned.noFinishNeeded;
  const tail = question.kind === "tail";
  switch (returned.which) {
    case "results":
      if (tail)
        throw new ProtocolError(
          "results-for-tail-call",
          `question ${question.id} asked for its results to be sent elsewhere`,
        );
      question.returned(readPayload(connection, returned.results), finishNeeded);
      return;
    case "exception":
      if (tail)
        throw new ProtocolError(
          "results-for-tail-call",
          `question ${question.id} asked for its results to be sent elsewhere`,
        );
      question.failed(readException(returned.exception, connection.peerName), finishNeeded);
      return;
    case "canceled":
      throw new ProtocolError(
        "unrequested-cancel",
        `question ${question.id} was cancelled by the peer, but we did not finish it`,
      );
    case "resultsSentElsewhere":
      if (!tail)
        throw new ProtocolError(
          "results-elsewhere-not-requested",
          `question ${question.id} did not ask for its results to be sent elsewhere`,
        );
      question.sentElsewhere();
      return;
    case "takeFromOtherQuestion":
      takeFrom(connection, question, returned.takeFromOtherQuestion as AnswerId);
      return;
    default:
      throw new ProtocolError("unknown-return", `Return of kind ${String(returned.which)} for question ${question.id}`);
  }
}

function takeFrom(connection: Connection, question: Question, id: AnswerId): void {
  if (connection.answers.get(id)?.claim(question)) return;
  throw new ProtocolError(
    "take-from-unknown-answer",
    `takeFromOtherQuestion names question ${id}, which holds no unclaimed results`,
  );
}

/** We finished the question before this Return: only a call redirected to us still has to be let go. */
function handleLateReturn(connection: Connection, question: Question, returned: Return.Reader): void {
  if (returned.which === "takeFromOtherQuestion") {
    const answer = connection.answers.get(returned.takeFromOtherQuestion as AnswerId);
    if (!answer?.claim(question)) {
      throw new ProtocolError(
        "take-from-unknown-answer",
        "takeFromOtherQuestion names a question that holds no unclaimed results",
      );
    }
    answer.abandonRedirect();
  }
  question.returnedAfterCancel();
}

/** The error every call in progress ends with when the connection does. Keeps what is known of the cause; its kind is always `disconnected`. */
export function disconnectedError(cause: Error, peer: string): RpcError {
  if (cause instanceof RpcError) {
    return new RpcError("disconnected", cause.reason, {
      cause,
      fromPeer: cause.fromPeer,
      details: cause.details,
      ...(cause.remoteTrace === undefined ? {} : { remoteTrace: cause.remoteTrace }),
    });
  }
  const reason = cause instanceof ProtocolError ? `${peer} broke the protocol: ${cause.detail}` : cause.message;
  return RpcError.disconnected(reason, { cause });
}
