/** A page that reads and writes one struct: an address book with people, phones and a union. */

import { decodeFrame, MessageBuilder } from "capwire/wire";
import { AddressBook } from "../../../bench/schema/bench.capnp.js";

export function write(names: readonly string[]): Uint8Array {
  const message = new MessageBuilder();
  const contacts = message.initRoot(AddressBook).initContacts(names.length);
  names.forEach((name, i) => {
    const contact = contacts.at(i);
    contact.name = name;
    contact.phones = [{ number: "555-1212", kind: "mobile" }];
    contact.work.company = "Works";
  });
  return message.toBytes();
}

export function read(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (const { name, phones, work } of decodeFrame(bytes).getRoot(AddressBook).contacts) {
    const at = work.which === "company" ? ` at ${work.company}` : "";
    lines.push(`${name}${at}: ${Array.from(phones, (phone) => phone.number).join(", ")}`);
  }
  return lines;
}
