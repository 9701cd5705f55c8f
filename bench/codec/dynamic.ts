/** capwire's dynamic face as a codec: the schema is known at run time only. Plain objects in; fields as properties out. */

import { loadGenerated } from "capwire/dynamic";
import { $schema } from "../schema/bench.capnp.js";
import type { Codec } from "./codec.js";
import { type Contact, PHONE_KINDS, type PhoneKind, type Reading, readingSum, touch } from "./content.js";

interface DynamicContact {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly phones: Iterable<{ readonly number: string; readonly kind: PhoneKind }>;
  readonly work: { readonly which: string; readonly company: string; readonly university: string };
}

interface Book {
  contacts: Iterable<DynamicContact> & { at(index: number): DynamicContact };
}

const schema = loadGenerated($schema);
const AddressBook = schema.$struct<Book>("AddressBook");
const ReadingStruct = schema.$struct<Reading>("Reading");

export const codec: Codec<{ contacts: readonly Contact[] }, Reading> = {
  book: (contacts) => ({ contacts }),
  encodeBook: (book) => AddressBook.newMessage(book).toBytes(),

  decodeBook(bytes) {
    let sum = 0;
    for (const { id, name, email, phones, work } of AddressBook.read(bytes).contacts) {
      sum += id + touch(name) + touch(email);
      for (const { number, kind } of phones) sum += touch(number) + PHONE_KINDS.indexOf(kind);
      if (work.which === "company") sum += touch(work.company);
      else if (work.which === "university") sum += touch(work.university);
      else if (work.which === "freelance") sum += 3;
    }
    return sum;
  },

  reading: (reading) => reading,
  encodeReading: (reading) => ReadingStruct.newMessage(reading).toBytes(),
  decodeReading: (bytes) => readingSum(ReadingStruct.read(bytes)),
  emailAt: (bytes, index) => AddressBook.read(bytes).contacts.at(index).email,
};
