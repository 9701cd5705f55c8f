/** capwire as a codec: builders and readers, as code that cares about speed would use them. */

import { decodeFrame, MessageBuilder } from "capwire/wire";
import { AddressBook, Reading as ReadingStruct } from "../schema/bench.capnp.js";
import type { Codec } from "./codec.js";
import { type Contact, PHONE_KINDS, type Reading, readingSum, touch } from "./content.js";

export const codec: Codec<readonly Contact[], Reading> = {
  book: (contacts) => contacts,

  encodeBook(contacts) {
    const message = new MessageBuilder();
    buildBook(message.initRoot(AddressBook), contacts);
    return message.finish();
  },

  decodeBook: (bytes) => sumOfBook(decodeFrame(bytes).getRoot(AddressBook)),

  reading: (reading) => reading,

  encodeReading(from) {
    const message = new MessageBuilder();
    const to = message.initRoot(ReadingStruct);
    to.valid = from.valid;
    to.stale = from.stale;
    to.gain = from.gain;
    to.offset = from.offset;
    to.raw = from.raw;
    to.ticks = from.ticks;
    to.channel = from.channel;
    to.flags = from.flags;
    to.sequence = from.sequence;
    to.serial = from.serial;
    to.ratio = from.ratio;
    to.value = from.value;
    to.low = from.low;
    to.high = from.high;
    to.lowAlarm = from.lowAlarm;
    to.highAlarm = from.highAlarm;
    to.mean = from.mean;
    to.deviation = from.deviation;
    to.minimum = from.minimum;
    to.maximum = from.maximum;
    return message.finish();
  },

  decodeReading: (bytes) => readingSum(decodeFrame(bytes).getRoot(ReadingStruct)),
  emailAt: (bytes, index) => decodeFrame(bytes).getRoot(AddressBook).contacts.at(index).email,
};

/** Sets every field of an empty book. */
export function buildBook(book: AddressBook.Builder, contacts: readonly Contact[]): void {
  const list = book.initContacts(contacts.length);
  for (let i = 0; i < contacts.length; i++) {
    const from = contacts[i]!;
    const to = list.at(i);
    to.id = from.id;
    to.name = from.name;
    to.email = from.email;
    const numbers = from.phones;
    const phones = to.initPhones(numbers.length);
    for (let j = 0; j < numbers.length; j++) {
      const { number, kind } = numbers[j]!;
      const phone = phones.at(j);
      phone.number = number;
      phone.kind = kind;
    }
    const work = to.work;
    const job = from.work;
    if ("company" in job) work.company = job.company;
    else if ("university" in job) work.university = job.university;
    else if ("freelance" in job) work.freelance = null;
    else work.none = null;
  }
}

/** Reads every field; the sum of content.ts's bookSum. */
export function sumOfBook(book: AddressBook.Reader): number {
  let sum = 0;
  for (const contact of book.contacts) {
    sum += contact.id + touch(contact.name) + touch(contact.email);
    for (const phone of contact.phones) {
      sum += touch(phone.number) + (typeof phone.kind === "string" ? PHONE_KINDS.indexOf(phone.kind) : 0);
    }
    const work = contact.work;
    switch (work.which) {
      case "company":
        sum += touch(work.company);
        break;
      case "university":
        sum += touch(work.university);
        break;
      case "freelance":
        sum += 3;
        break;
    }
  }
  return sum;
}
