/** What the peer asks for: Call and Bootstrap become answers and go to their target. */

import { BrokenHook } from "../cap/broken.js";
import { type CallHints, NO_HINTS } from "../cap/hook.js";
import { RpcError } from "../cap/rpc-error.js";
import type { Bootstrap, Call } from "../std/rpc.js";
import { Answer, type ResultsDestination } from "./answer.js";
import type { Connection } from "./connection.js";
import { resolveTarget } from "./descriptor.js";
import type { AnswerId } from "./ids.js";
import { ProtocolError } from "./protocol-error.js";
import { readPayload } from "./results.js";

/** rpc.capnp Call. */
export function handleCall(connection: Connection, call: Call.Reader): void {
  const id = newAnswerId(connection, call.questionId);
  const hints = readHints(call);
  const destination = readDestination(call, hints);
  const target = resolveTarget(connection, call.target);
  const bytes = call.$segment.message.byteLength;
  try {
    const answer = new Answer(
      connection,
      id,
      { interfaceId: call.interfaceId, methodId: call.methodId, hints, destination },
      readPayload(connection, call.params),
      bytes,
    );
    if (!admit(connection, answer, bytes)) return;
    if (connection.closing && isNew(connection, call)) return answer.fail(connection.closing);
    try {
      answer.deliver(target);
    } catch (error) {
      // A target that throws instead of failing its call must not take the connection with it.
      answer.fail(RpcError.from(error));
    }
  } finally {
    target.release();
  }
}

/** Enters `answer` into the table; false, with the call refused, if the peer has too many in progress. */
function admit(connection: Connection, answer: Answer, bytes = 0): boolean {
  connection.answers.put(answer.id, answer);
  const { maxAnswers, maxCallBytes } = connection.limits;
  const { callBytes } = connection;
  if (connection.answers.size > maxAnswers) {
    answer.refuse(RpcError.overloaded(`more than ${maxAnswers} calls of one peer in progress (limit maxAnswers)`));
    return false;
  }
  if (callBytes > maxCallBytes && callBytes > bytes) {
    const reason = `calls of one peer with ${callBytes - bytes} bytes in progress, ${bytes} more (limit maxCallBytes, ${maxCallBytes})`;
    answer.refuse(RpcError.overloaded(reason));
    return false;
  }
  return true;
}

/** Whether `call` belongs to no other that is in progress: neither to one of the peer's, as a pipelined call does, nor, as far as we know, to one of ours. */
function isNew(connection: Connection, call: Call.Reader): boolean {
  return call.target.which === "importedCap" && !connection.awaitsReturn;
}

/** rpc.capnp Bootstrap. */
export function handleBootstrap(connection: Connection, bootstrap: Bootstrap.Reader): void {
  const id = newAnswerId(connection, bootstrap.questionId);
  const answer = new Answer(connection, id, BOOTSTRAP, null);
  if (!admit(connection, answer)) return;
  if (connection.closing) return answer.fail(connection.closing);
  if (bootstrap.hasDeprecatedObjectId()) {
    answer.fail(RpcError.unimplemented("named exports (Bootstrap.deprecatedObjectId) are not supported"));
    return;
  }
  const hook = connection.makeBootstrap();
  if (hook instanceof BrokenHook) {
    answer.fail(hook.error);
    hook.release();
    return;
  }
  answer.results().setCapability(hook);
  answer.returnResults();
}

const BOOTSTRAP = { interfaceId: 0n, methodId: 0, hints: NO_HINTS, destination: "caller" } as const;

function newAnswerId(connection: Connection, questionId: number): AnswerId {
  const id = questionId as AnswerId;
  if (connection.answers.has(id))
    throw new ProtocolError("duplicate-question", `question ${id} is already in progress`);
  connection.refusals.forget(id);
  return id;
}

function readHints(call: Call.Reader): CallHints {
  const { noPromisePipelining, onlyPromisePipeline } = call;
  return noPromisePipelining || onlyPromisePipeline ? { noPromisePipelining, onlyPromisePipeline } : NO_HINTS;
}

function readDestination(call: Call.Reader, hints: CallHints): ResultsDestination {
  const to = call.sendResultsTo;
  switch (to.which) {
    case "caller":
      return hints.onlyPromisePipeline ? "nowhere" : "caller";
    case "yourself":
      return "yourself";
    default:
      throw new ProtocolError("unsupported-send-results-to", `Call.sendResultsTo is ${String(to.which)}`);
  }
}
