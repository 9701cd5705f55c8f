/** capnp-es 0.0.16 as a codec. */

import { Message } from "capnp-es";
import type { Codec } from "../../codec/codec.js";
import { type Contact, PHONE_KINDS, type Reading, readingSum, touch } from "../../codec/content.js";
import {
  AddressBook,
  type Contact_Phone_Kind,
  Reading as ReadingStruct,
  Contact_Work_Which as Which,
} from "../generated/capnp-es/bench.capnp.js";

export const codec: Codec<readonly Contact[], Reading> = {
  book: (contacts) => contacts,

  encodeBook(contacts) {
    const message = new Message();
    const list = message.initRoot(AddressBook)._initContacts(contacts.length);
    for (let i = 0; i < contacts.length; i++) {
      const from = contacts[i]!;
      const to = list.get(i);
      to.id = from.id;
      to.name = from.name;
      to.email = from.email;
      const phones = to._initPhones(from.phones.length);
      for (let j = 0; j < from.phones.length; j++) {
        const phone = phones.get(j);
        phone.number = from.phones[j]!.number;
        phone.kind = PHONE_KINDS.indexOf(from.phones[j]!.kind) as Contact_Phone_Kind;
      }
      const work = to.work;
      if ("company" in from.work) work.company = from.work.company;
      else if ("university" in from.work) work.university = from.work.university;
      else if ("freelance" in from.work) work.freelance = true;
      else work.none = true;
    }
    return new Uint8Array(message.toArrayBuffer());
  },

  decodeBook(bytes) {
    let sum = 0;
    const list = new Message(bytes, false).getRoot(AddressBook).contacts;
    for (let i = 0, length = list.length; i < length; i++) {
      const contact = list.get(i);
      sum += contact.id + touch(contact.name) + touch(contact.email);
      const phones = contact.phones;
      for (let j = 0, count = phones.length; j < count; j++) {
        const phone = phones.get(j);
        sum += touch(phone.number) + phone.kind;
      }
      const work = contact.work;
      switch (work.which()) {
        case Which.COMPANY:
          sum += touch(work.company);
          break;
        case Which.UNIVERSITY:
          sum += touch(work.university);
          break;
        case Which.FREELANCE:
          sum += 3;
          break;
      }
    }
    return sum;
  },

  reading: (reading) => reading,

  encodeReading(from) {
    const message = new Message();
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
    return new Uint8Array(message.toArrayBuffer());
  },

  decodeReading: (bytes) => readingSum(new Message(bytes, false).getRoot(ReadingStruct)),
  emailAt: (bytes, index) => new Message(bytes, false).getRoot(AddressBook).contacts.get(index).email,
};
