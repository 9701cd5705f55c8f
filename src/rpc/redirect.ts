/**
 * Redirect: the results of a call with sendResultsTo.yourself. They stay here, until a question of ours claims them
 * (Return.takeFromOtherQuestion) or the call is finished without.
 */

import type { RpcError } from "../cap/rpc-error.js";
import type { Answer } from "./answer.js";
import { BuiltResults } from "./built-results.js";
import type { Question } from "./question.js";

export class Redirect {
  /** Owned: the outcome, until claimed. */
  #outcome: BuiltResults | RpcError | null = null;
  /** Who claimed it before it was there. */
  #question: Question | null = null;
  #claimed = false;

  /** `question` takes the results of `answer`. False if one has. */
  claim(question: Question, answer: Answer): boolean {
    if (this.#claimed) return false;
    this.#claimed = true;
    const outcome = this.#outcome;
    this.#outcome = null;
    if (outcome) {
      settle(question, outcome);
    } else {
      this.#question = question;
      question.redirected(answer);
    }
    return true;
  }

  /** The question that claimed the results was cancelled. */
  abandon(): void {
    this.#question = null;
  }

  /** The results are here (taken): hands them to whoever claimed them, or keeps them until somebody does. */
  settle(outcome: BuiltResults | RpcError): void {
    const question = this.#question;
    this.#question = null;
    if (question) settle(question, outcome);
    else this.#outcome = outcome;
  }

  release(): void {
    if (this.#outcome instanceof BuiltResults) this.#outcome.release();
    this.#outcome = null;
  }
}

function settle(question: Question, outcome: BuiltResults | RpcError): void {
  if (question.phase === "cancelled") {
    if (outcome instanceof BuiltResults) outcome.release();
  } else if (outcome instanceof BuiltResults) {
    question.returned(outcome, true);
  } else {
    question.failed(outcome, true);
  }
}
