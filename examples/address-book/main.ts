/**
 * A program that imports its schema: in a browser by Vite's plugin, in Node by `--import capwire/register`. It writes an address book, reads it
 * as if it came from elsewhere, and says what it found.
 */

import { decodeFrame, MessageBuilder } from "capwire";
import { AddressBook, type Person } from "./addressbook.capnp";

/** A framed message with two people in it. */
export function write(): Uint8Array {
  const message = new MessageBuilder();
  message.initRoot(AddressBook).assign({
    people: [
      { name: "Ada", phones: [{ number: "555-1212" }], school: "MIT" },
      { name: "Grace", phones: [{ number: "555-7654", kind: "work" }, { number: "555-3456" }], employer: "the Navy" },
    ],
  });
  return message.toBytes();
}

/** One line for each person. */
export function read(bytes: Uint8Array): string[] {
  const { people } = decodeFrame(bytes).getRoot(AddressBook);
  return people.map((person) => {
    const phones = person.phones.map(({ number, kind }) => `${number} (${kind})`).join(", ");
    return `${person.name}, ${occupation(person)}: ${phones}`;
  });
}

function occupation(person: Person): string {
  switch (person.which) {
    case "school":
      return `at ${person.school}`;
    case "employer":
      return `working for ${person.employer}`;
    default:
      return "whereabouts unknown";
  }
}

for (const line of read(write())) console.log(line);
