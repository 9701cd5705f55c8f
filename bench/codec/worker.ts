/** The process that measures one codec. Usage: worker <module exporting `codec`> */

import { answerRequests } from "../answer-requests.js";
import { rate } from "../rate.js";
import type { Codec } from "./codec.js";
import { bookSum, makeContacts, makeReading, readingSum } from "./content.js";

const SMALL_BOOK = 100;
const LARGE_BOOK = 10_000;
/** Coprime to LARGE_BOOK: random access visits every contact, none in order. */
const STRIDE = 7919;

const { codec } = (await import(process.argv[2]!)) as { codec: Codec };
const contacts = makeContacts(SMALL_BOOK);
const book = codec.book(contacts);
const reading = codec.reading(makeReading());
const bookBytes = codec.encodeBook(book);
const readingBytes = codec.encodeReading(reading);
let largeBytes: Uint8Array | null = null;
let index = 0;

verify("book", codec.decodeBook(bookBytes), bookSum(contacts));
verify("reading", codec.decodeReading(readingBytes), readingSum(makeReading()));
await answerRequests(0, sample);

function sample(bench: string, seconds: number): number {
  switch (bench) {
    case "book-encode":
      return rate(seconds, () => codec.encodeBook(book));
    case "book-decode":
      return rate(seconds, () => codec.decodeBook(bookBytes));
    case "numeric-encode":
      return rate(seconds, () => codec.encodeReading(reading));
    case "numeric-decode":
      return rate(seconds, () => codec.decodeReading(readingBytes));
    case "random-access":
      return randomAccess(seconds);
    default:
      throw new Error(`no bench named ${bench}`);
  }
}

function randomAccess(seconds: number): number {
  largeBytes ??= encodeLarge();
  const bytes = largeBytes;
  return rate(seconds, () => {
    index = (index + STRIDE) % LARGE_BOOK;
    return codec.emailAt(bytes, index);
  });
}

function encodeLarge(): Uint8Array {
  const large = makeContacts(LARGE_BOOK);
  const bytes = codec.encodeBook(codec.book(large)).slice();
  const last = LARGE_BOOK - 1;
  if (codec.emailAt(bytes, last) !== large[last]!.email) throw new Error("emailAt reads the wrong field");
  return bytes;
}

function verify(what: string, got: number, expected: number): void {
  if (Math.abs(got - expected) > Math.abs(expected) * 1e-9)
    throw new Error(`${what}: decoded ${got}, expected ${expected}`);
}
