/** JSON as a codec: text in UTF-8, wide integers as decimal strings. What everybody has without a library. */

import type { Codec } from "./codec.js";
import { bookSum, type Contact, type Reading, readingSum } from "./content.js";

export const codec: Codec<{ contacts: readonly Contact[] }, Reading> = {
  book: (contacts) => ({ contacts }),
  encodeBook: (book) => Buffer.from(JSON.stringify(book)),
  decodeBook: (bytes) => bookSum((parse(bytes) as { contacts: Contact[] }).contacts),
  reading: (reading) => reading,
  encodeReading: (reading) =>
    Buffer.from(JSON.stringify({ ...reading, ticks: String(reading.ticks), serial: String(reading.serial) })),
  // readingSum makes numbers of the decimal strings itself.
  decodeReading: (bytes) => readingSum(parse(bytes) as Reading),
  emailAt: (bytes, index) => (parse(bytes) as { contacts: Contact[] }).contacts[index]!.email,
};

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}
