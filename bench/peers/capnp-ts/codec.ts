/** capnp-ts 0.9.3 as a codec. */

import { Message } from "capnp-ts";
import type { Codec } from "../../codec/codec.js";
import { type Contact, PHONE_KINDS, type Reading, touch } from "../../codec/content.js";
import {
  AddressBook,
  Reading as ReadingStruct,
  Contact_Work_Which as Which,
} from "../generated/capnp-ts/bench.capnp.js";

export const codec: Codec<readonly Contact[], Reading> = {
  book: (contacts) => contacts,

  encodeBook(contacts) {
    const message = new Message();
    const list = message.initRoot(AddressBook).initContacts(contacts.length);
    for (let i = 0; i < contacts.length; i++) {
      const from = contacts[i]!;
      const to = list.get(i);
      to.setId(from.id);
      to.setName(from.name);
      to.setEmail(from.email);
      const phones = to.initPhones(from.phones.length);
      for (let j = 0; j < from.phones.length; j++) {
        const phone = phones.get(j);
        phone.setNumber(from.phones[j]!.number);
        phone.setKind(PHONE_KINDS.indexOf(from.phones[j]!.kind));
      }
      const work = to.getWork();
      if ("company" in from.work) work.setCompany(from.work.company);
      else if ("university" in from.work) work.setUniversity(from.work.university);
      else if ("freelance" in from.work) work.setFreelance();
      else work.setNone();
    }
    return new Uint8Array(message.toArrayBuffer());
  },

  decodeBook(bytes) {
    let sum = 0;
    const list = new Message(bytes, false).getRoot(AddressBook).getContacts();
    for (let i = 0, length = list.getLength(); i < length; i++) {
      const contact = list.get(i);
      sum += contact.getId() + touch(contact.getName()) + touch(contact.getEmail());
      const phones = contact.getPhones();
      for (let j = 0, count = phones.getLength(); j < count; j++) {
        const phone = phones.get(j);
        sum += touch(phone.getNumber()) + phone.getKind();
      }
      const work = contact.getWork();
      switch (work.which()) {
        case Which.COMPANY:
          sum += touch(work.getCompany());
          break;
        case Which.UNIVERSITY:
          sum += touch(work.getUniversity());
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
    to.setValid(from.valid);
    to.setStale(from.stale);
    to.setGain(from.gain);
    to.setOffset(from.offset);
    to.setRaw(from.raw);
    to.setTicks(from.ticks);
    to.setChannel(from.channel);
    to.setFlags(from.flags);
    to.setSequence(from.sequence);
    to.setSerial(from.serial);
    to.setRatio(from.ratio);
    to.setValue(from.value);
    to.setLow(from.low);
    to.setHigh(from.high);
    to.setLowAlarm(from.lowAlarm);
    to.setHighAlarm(from.highAlarm);
    to.setMean(from.mean);
    to.setDeviation(from.deviation);
    to.setMinimum(from.minimum);
    to.setMaximum(from.maximum);
    return new Uint8Array(message.toArrayBuffer());
  },

  decodeReading(bytes) {
    const r = new Message(bytes, false).getRoot(ReadingStruct);
    return (
      (r.getValid() ? 1 : 0) +
      (r.getStale() ? 1 : 0) +
      r.getGain() +
      r.getOffset() +
      r.getRaw() +
      Number(r.getTicks()) +
      r.getChannel() +
      r.getFlags() +
      r.getSequence() +
      Number(r.getSerial()) +
      r.getRatio() +
      r.getValue() +
      r.getLow() +
      r.getHigh() +
      r.getLowAlarm() +
      r.getHighAlarm() +
      r.getMean() +
      r.getDeviation() +
      r.getMinimum() +
      r.getMaximum()
    );
  },

  emailAt: (bytes, index) => new Message(bytes, false).getRoot(AddressBook).getContacts().get(index).getEmail(),
};
