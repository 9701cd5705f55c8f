/**
 * Ordinals of one struct, enum or interface: each number from 0 up, once.
 */

import type { LocatedInteger } from "./ast.js";
import type { DiagnosticSink } from "./diagnostic.js";
import type { SourceFile } from "./source.js";

/** Members in the order of their ordinals, those of the same ordinal in the order of the source. */
export function byOrdinal<T extends { readonly ordinal: LocatedInteger }>(members: readonly T[]): T[] {
  return [...members].sort((a, b) => compareOrdinals(a.ordinal, b.ordinal));
}

/** For sorting. */
export function compareOrdinals(a: LocatedInteger, b: LocatedInteger): number {
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** Is told the ordinals in ascending order and reports those that repeat or leave a hole. */
export class OrdinalCheck {
  readonly #source: SourceFile;
  readonly #sink: DiagnosticSink;
  #expected = 0;
  #last: LocatedInteger | undefined;

  constructor(source: SourceFile, sink: DiagnosticSink) {
    this.#source = source;
    this.#sink = sink;
  }

  check(ordinal: LocatedInteger): void {
    const value = Number(ordinal.value);
    if (value < this.#expected) {
      const first = this.#last;
      const related =
        first === undefined ? [] : [{ source: this.#source, span: first, message: `@${value} is first used here.` }];
      this.#sink.error("duplicate-ordinal", this.#source, ordinal, `The ordinal @${value} is used twice.`, related);
      return;
    }
    if (value > this.#expected) {
      const message = `The ordinal @${this.#expected} is missing; ordinals count up from 0 without holes.`;
      this.#sink.error("skipped-ordinal", this.#source, ordinal, message);
    }
    this.#expected = value + 1;
    this.#last = ordinal;
  }
}
