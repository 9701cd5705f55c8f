/**
 * QuestionTable: the questions of a connection, in two ranges of ids: those that get a Return, lowest free id first, and pipeline-only ones,
 * round-robin from 2³¹ on, so that an id is not met again before its Finish has long been seen (rpc.capnp Call.onlyPromisePipeline).
 */

import { FIRST_NO_RETURN_ID, type QuestionId } from "./ids.js";
import type { Question, QuestionKind } from "./question.js";
import { OwnedTable } from "./table.js";

export class QuestionTable {
  readonly #returning = new OwnedTable<QuestionId, Question>();
  readonly #pipelineOnly = new Map<QuestionId, Question>();
  #nextPipelineOnly = FIRST_NO_RETURN_ID as QuestionId;

  get size(): number {
    return this.#returning.size + this.#pipelineOnly.size;
  }

  /** The question that a Return may name. */
  get(id: QuestionId): Question | undefined {
    return this.#returning.get(id);
  }

  add(kind: QuestionKind, create: (id: QuestionId) => Question): Question {
    if (kind !== "pipeline-only") return this.#returning.add(create);
    let id = this.#nextPipelineOnly;
    while (this.#pipelineOnly.has(id)) id = following(id);
    this.#nextPipelineOnly = following(id);
    const question = create(id);
    this.#pipelineOnly.set(id, question);
    return question;
  }

  /** Removes the question; its id may mean another one from now on. */
  retire(id: QuestionId): void {
    if (id >= FIRST_NO_RETURN_ID) this.#pipelineOnly.delete(id);
    else this.#returning.remove(id);
  }

  *values(): IterableIterator<Question> {
    yield* this.#returning.values();
    yield* this.#pipelineOnly.values();
  }

  /** Removes everything and returns it. */
  drain(): Question[] {
    const questions = [...this.#returning.drain(), ...this.#pipelineOnly.values()];
    this.#pipelineOnly.clear();
    return questions;
  }
}

function following(id: QuestionId): QuestionId {
  return (id === 0xffff_ffff ? FIRST_NO_RETURN_ID : id + 1) as QuestionId;
}
