/** protobufjs 8.8.1 as a codec, through its reflection interface, which compiles an encoder and a decoder for each type. */

import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { Codec } from "../../codec/codec.js";
import { PHONE_KINDS, type Reading, touch } from "../../codec/content.js";

interface PlainContact {
  id: number;
  name: string;
  email: string;
  phones: { number: string; kind: number }[];
  work?: "none" | "company" | "university" | "freelance";
  none?: boolean;
  company?: string;
  university?: string;
  freelance?: boolean;
}
type Wide = { toNumber(): number } | number;
type PlainReading = Omit<Reading, "ticks" | "serial"> & { ticks: Wide; serial: Wide };

const root = protobuf.loadSync(fileURLToPath(new URL("../../../protobufjs/bench.proto", import.meta.url)));
const AddressBook = root.lookupType("bench.AddressBook");
const ReadingType = root.lookupType("bench.Reading");

export const codec: Codec<{ contacts: PlainContact[] }, PlainReading> = {
  book: (contacts) => ({
    contacts: contacts.map(({ work, ...contact }) => ({
      ...contact,
      phones: contact.phones.map(({ number, kind }) => ({ number, kind: PHONE_KINDS.indexOf(kind) })),
      ...("none" in work ? { none: true } : "freelance" in work ? { freelance: true } : work),
    })),
  }),

  encodeBook: (book) => AddressBook.encode(book).finish(),

  decodeBook(bytes) {
    let sum = 0;
    for (const contact of (AddressBook.decode(bytes) as unknown as { contacts: PlainContact[] }).contacts) {
      sum += contact.id + touch(contact.name) + touch(contact.email);
      for (const phone of contact.phones) sum += touch(phone.number) + phone.kind;
      if (contact.work === "company") sum += touch(contact.company!);
      else if (contact.work === "university") sum += touch(contact.university!);
      else if (contact.work === "freelance") sum += 3;
    }
    return sum;
  },

  reading: (reading) => ({ ...reading, ticks: wide(reading.ticks), serial: wide(reading.serial) }),
  encodeReading: (reading) => ReadingType.encode(reading).finish(),

  decodeReading(bytes) {
    const r = ReadingType.decode(bytes) as unknown as PlainReading;
    return (
      (r.valid ? 1 : 0) +
      (r.stale ? 1 : 0) +
      r.gain +
      r.offset +
      r.raw +
      toNumber(r.ticks) +
      r.channel +
      r.flags +
      r.sequence +
      toNumber(r.serial) +
      r.ratio +
      r.value +
      r.low +
      r.high +
      r.lowAlarm +
      r.highAlarm +
      r.mean +
      r.deviation +
      r.minimum +
      r.maximum
    );
  },

  emailAt: (bytes, index) =>
    (AddressBook.decode(bytes) as unknown as { contacts: PlainContact[] }).contacts[index]!.email,
};

/** A 64-bit integer in the form protobufjs has for it here: a Long where that library is installed, otherwise a number. */
function wide(value: bigint): Wide {
  const Long = protobuf.util.Long as unknown as { fromString(text: string): { toNumber(): number } } | undefined;
  return Long ? Long.fromString(String(value)) : Number(value);
}

function toNumber(value: Wide): number {
  return typeof value === "number" ? value : value.toNumber();
}
