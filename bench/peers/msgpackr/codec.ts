/** msgpackr 2.1.3 as a codec: plain MessagePack maps that any implementation can read, not its own record extension. */

import { Packr } from "msgpackr";
import type { Codec } from "../../codec/codec.js";
import { bookSum, type Contact, type Reading, readingSum } from "../../codec/content.js";

const packr = new Packr({ useRecords: false, int64AsType: "bigint" });

export const codec: Codec<{ contacts: readonly Contact[] }, Reading> = {
  book: (contacts) => ({ contacts }),
  encodeBook: (book) => packr.pack(book),
  decodeBook: (bytes) => bookSum((packr.unpack(bytes) as { contacts: Contact[] }).contacts),
  reading: (reading) => reading,
  encodeReading: (reading) => packr.pack(reading),
  decodeReading: (bytes) => readingSum(packr.unpack(bytes) as Reading),
  emailAt: (bytes, index) => (packr.unpack(bytes) as { contacts: Contact[] }).contacts[index]!.email,
};
