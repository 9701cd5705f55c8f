/**
 * One message as one line, for transcripts: `call q2 a1.0 0xabc.3 caps [senderHosted 0]`, `return a2 results caps []`, …
 * Ids carry the table of whoever sent the message: q question, a answer (the receiver's question), i import, e export, m embargo.
 */

import type { CapDescriptor, Message, MessageTarget, Payload, PromisedAnswer } from "../../src/std/rpc.js";

export function line(message: Message.Reader): string {
  switch (message.which) {
    case "bootstrap":
      return `bootstrap q${message.bootstrap.questionId}`;
    case "call": {
      const { call } = message;
      const notes = [
        call.sendResultsTo.which === "yourself" ? " to yourself" : "",
        call.onlyPromisePipeline ? " pipeline only" : "",
        call.noPromisePipelining ? " no pipelining" : "",
      ].join("");
      return `call q${call.questionId} on ${target(call.target)} method ${call.methodId}${caps(call.params)}${notes}`;
    }
    case "return": {
      const returned = message.return;
      const notes = `${returned.noFinishNeeded ? " no finish needed" : ""}${returned.releaseParamCaps ? " release params" : ""}`;
      const head = `return q${returned.answerId}`;
      switch (returned.which) {
        case "results":
          return `${head} results${caps(returned.results)}${notes}`;
        case "exception":
          return `${head} exception ${String(returned.exception.type)}: ${returned.exception.reason}${notes}`;
        case "takeFromOtherQuestion":
          return `${head} take from q${returned.takeFromOtherQuestion}${notes}`;
        default:
          return `${head} ${String(returned.which)}${notes}`;
      }
    }
    case "finish":
      return `finish q${message.finish.questionId}${message.finish.releaseResultCaps ? " release results" : ""}`;
    case "resolve": {
      const { resolve } = message;
      const head = `resolve e${resolve.promiseId}`;
      if (resolve.which === "cap") return `${head} to ${descriptor(resolve.cap)}`;
      return resolve.which === "exception" ? `${head} to exception: ${resolve.exception.reason}` : `${head} to ?`;
    }
    case "release":
      return `release ${message.release.id} × ${message.release.referenceCount}`;
    case "disembargo": {
      const { context } = message.disembargo;
      const id =
        context.which === "senderLoopback"
          ? context.senderLoopback
          : context.which === "receiverLoopback"
            ? context.receiverLoopback
            : "?";
      return `disembargo ${String(context.which)} m${id} on ${target(message.disembargo.target)}`;
    }
    case "abort":
      return `abort: ${message.abort.reason}`;
    case "unimplemented":
      return `unimplemented (${line(message.unimplemented)})`;
    default:
      return String(message.which);
  }
}

function target(reader: MessageTarget.Reader): string {
  switch (reader.which) {
    case "importedCap":
      return `export ${reader.importedCap}`;
    case "promisedAnswer":
      return answer(reader.promisedAnswer);
    default:
      return "?";
  }
}

function answer(reader: PromisedAnswer.Reader): string {
  const path: string[] = [`q${reader.questionId}`];
  for (const op of reader.transform) if (op.which === "getPointerField") path.push(String(op.getPointerField));
  return path.join(".");
}

function caps(payload: Payload.Reader): string {
  const list = [...payload.capTable].map(descriptor);
  return list.length > 0 ? ` caps [${list.join(", ")}]` : "";
}

function descriptor(reader: CapDescriptor.Reader): string {
  switch (reader.which) {
    case "none":
      return "none";
    case "senderHosted":
      return `senderHosted ${reader.senderHosted}`;
    case "senderPromise":
      return `senderPromise ${reader.senderPromise}`;
    case "receiverHosted":
      return `receiverHosted ${reader.receiverHosted}`;
    case "receiverAnswer":
      return `receiverAnswer ${answer(reader.receiverAnswer)}`;
    default:
      return String(reader.which);
  }
}
