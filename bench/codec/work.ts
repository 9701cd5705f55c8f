/** The codec benches: one codec's work on the contents of content.ts. */

import type { Work, Works } from "../work.js";
import type { Codec } from "./codec.js";
import { makeContacts, makeReading, touch } from "./content.js";

const SMALL_BOOK = 100;
const LARGE_BOOK = 10_000;
/** Coprime to LARGE_BOOK: random access visits every contact, none in order. */
const STRIDE = 7919;

export function codecWorks(codec: Codec): Works {
  return {
    "book-encode"() {
      const book = codec.book(makeContacts(SMALL_BOOK));
      return { run: () => codec.encodeBook(book), check: () => codec.decodeBook(codec.encodeBook(book)) };
    },
    "book-decode"() {
      const bytes = codec.encodeBook(codec.book(makeContacts(SMALL_BOOK)));
      const run = () => codec.decodeBook(bytes);
      return { run, check: run };
    },
    "numeric-encode"() {
      const reading = codec.reading(makeReading());
      return {
        run: () => codec.encodeReading(reading),
        check: () => codec.decodeReading(codec.encodeReading(reading)),
      };
    },
    "numeric-decode"() {
      const bytes = codec.encodeReading(codec.reading(makeReading()));
      const run = () => codec.decodeReading(bytes);
      return { run, check: run };
    },
    "random-access": () => randomAccess(codec),
  };
}

function randomAccess(codec: Codec): Work {
  const bytes = codec.encodeBook(codec.book(makeContacts(LARGE_BOOK))).slice();
  let index = 0;
  return {
    run() {
      index = (index + STRIDE) % LARGE_BOOK;
      return codec.emailAt(bytes, index);
    },
    check: () => touch(codec.emailAt(bytes, LARGE_BOOK - 1)),
  };
}
