/** Codec: what a serialization library has to do to be measured. One module per library exports one as `codec`. */

import type { Contact, Reading } from "./content.js";

/**
 * `Book` and `PlainReading` are the plain objects the library's users would hold; making them is not measured. Encoding starts from them
 * and ends with the bytes of a message. Decoding starts from the bytes and touches **every** field, so that lazy readers do the same work as
 * parsers; it returns the sum content.ts expects.
 */
export interface Codec<Book = unknown, PlainReading = unknown> {
  book(contacts: readonly Contact[]): Book;
  encodeBook(book: Book): Uint8Array;
  decodeBook(bytes: Uint8Array): number;
  reading(reading: Reading): PlainReading;
  encodeReading(reading: PlainReading): Uint8Array;
  decodeReading(bytes: Uint8Array): number;
  /** The email of contact `index`, reading nothing else that can be left out. */
  emailAt(bytes: Uint8Array, index: number): string;
}
