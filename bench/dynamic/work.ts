/**
 * The dynamic benches: messages of a schema read from disk when the program runs, everything by name. cpp/dynamic.c++ and
 * python/dynamic.py do the same.
 */

import { type DynamicBuilder, type DynamicReader, getField } from "capwire/dynamic";
import { load } from "capwire/dynamic/node";
import type { ListReader } from "capwire/wire";
import { bookSum, type Contact, makeContacts, PHONE_KINDS, type PhoneKind, touch } from "../codec/content.js";
import type { Works } from "../work.js";

const CONTACTS = 100;

/** The fields read by `dynamic-get`, in order, as a program would hold them that learnt of them at run time. */
const CONTACT_NAMES = ["id", "name", "email", "phones", "work"];
const PHONE_NAMES = ["number", "kind"];

interface PlainContact {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly phones: Iterable<{ readonly number: string; readonly kind: PhoneKind }>;
  readonly work: { readonly which: string; readonly company?: string; readonly university?: string };
}

interface Book {
  readonly contacts: Iterable<PlainContact>;
}

/** What is built field by field. */
interface ContactBuilder {
  id: number;
  name: string;
  email: string;
  readonly work: { none: null; company: string; university: string; freelance: null };
  init(name: "phones", count: number): { at(index: number): { number: string; kind: PhoneKind } };
}

/** `schema` is the path of bench.capnp. */
export function dynamicWorks(schema: string): Works {
  const AddressBook = load(schema).$struct<Book>("AddressBook");
  const contacts = makeContacts(CONTACTS);
  const encode = () => AddressBook.newMessage({ contacts }).toBytes();
  const decoding = (decode: (book: Book & DynamicReader) => number) => () => {
    const bytes = encode();
    const run = () => decode(AddressBook.read(bytes));
    return { run, check: run };
  };

  return {
    "dynamic-read": decoding((book) => sumOfProperties(book.contacts)),
    "dynamic-get": decoding((book) => sumOfNames(book)),
    "dynamic-build"() {
      const run = () => {
        const book = AddressBook.newMessage();
        build(book, contacts);
        return book.toBytes();
      };
      return { run, check: () => sumOfProperties(AddressBook.read(run()).contacts) };
    },
    "dynamic-to-object"() {
      const bytes = encode();
      const run = () => AddressBook.read(bytes).toObject() as object as Book;
      return { run, check: () => sumOfProperties(run().contacts) };
    },
    "dynamic-from-object": () => ({
      run: encode,
      check: () => sumOfProperties(AddressBook.read(encode()).contacts),
    }),
  };
}

/** What every check must give. */
export function expectedSum(): number {
  return bookSum(makeContacts(CONTACTS));
}

function sumOfProperties(contacts: Iterable<PlainContact>): number {
  let sum = 0;
  for (const { id, name, email, phones, work } of contacts) {
    sum += id + touch(name) + touch(email);
    for (const { number, kind } of phones) sum += touch(number) + PHONE_KINDS.indexOf(kind);
    if (work.which === "company") sum += touch(work.company!);
    else if (work.which === "university") sum += touch(work.university!);
    else if (work.which === "freelance") sum += 3;
  }
  return sum;
}

function sumOfNames(book: DynamicReader): number {
  let sum = 0;
  for (const contact of getField(book, "contacts") as ListReader<DynamicReader>) {
    for (const name of CONTACT_NAMES) {
      const value = getField(contact, name);
      if (typeof value === "number") sum += value;
      else if (typeof value === "string") sum += touch(value);
      else if (name === "phones") sum += sumOfPhones(value as ListReader<DynamicReader>);
      else sum += sumOfWork(value as DynamicReader);
    }
  }
  return sum;
}

function sumOfPhones(phones: ListReader<DynamicReader>): number {
  let sum = 0;
  for (const phone of phones) {
    for (const name of PHONE_NAMES) {
      const value = getField(phone, name) as string;
      sum += name === "kind" ? PHONE_KINDS.indexOf(value as PhoneKind) : touch(value);
    }
  }
  return sum;
}

/** Reads the member that is set, whichever that is. */
function sumOfWork(work: DynamicReader): number {
  const which = work.which as string;
  const value = getField(work, which);
  if (typeof value === "string") return touch(value);
  return which === "freelance" ? 3 : 0;
}

function build(book: DynamicBuilder, contacts: readonly Contact[]): void {
  const list = book.init("contacts", contacts.length) as { at(index: number): ContactBuilder };
  for (let i = 0; i < contacts.length; i++) {
    const from = contacts[i]!;
    const to = list.at(i);
    to.id = from.id;
    to.name = from.name;
    to.email = from.email;
    const phones = to.init("phones", from.phones.length);
    for (let j = 0; j < from.phones.length; j++) {
      const phone = phones.at(j);
      phone.number = from.phones[j]!.number;
      phone.kind = from.phones[j]!.kind;
    }
    const { work } = to;
    const job = from.work;
    if ("company" in job) work.company = job.company;
    else if ("university" in job) work.university = job.university;
    else if ("freelance" in job) work.freelance = null;
    else work.none = null;
  }
}
