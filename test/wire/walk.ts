/** Visits everything there is in a message, in every way it can be read, as a hostile message would be met by real readers. */

import {
  type AnyPointerReader,
  AnyStruct,
  BoolList,
  Data,
  equals,
  Float64List,
  listOf,
  MessageBuilder,
  type MessageReader,
  type PointerType,
  type StructReader,
  Text,
  UInt8List,
  UInt16List,
  UInt32List,
  VoidList,
  WireError,
} from "capwire/wire";
import { AddressBook, Person } from "./address-book.js";
import { AllTypes, ColorList, SmallList } from "./all-types.js";

const StructList = listOf(AnyStruct);
const TextList = listOf(Text);
const WHOLE: PointerType<unknown, unknown, never>[] = [
  Text,
  Data,
  BoolList,
  VoidList,
  UInt8List,
  UInt16List,
  UInt32List,
  Float64List,
  ColorList,
];

/** What a walk saw. */
export interface Visit {
  /** Objects read without an error. */
  read: number;
  /** Accesses that were refused. */
  refused: number;
}

/** Runs `access`; a WireError is an answer, anything else a bug. */
function attempt(visit: Visit, access: () => void): void {
  try {
    access();
    visit.read++;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    visit.refused++;
  }
}

/** Walks the whole message. Throws whatever is no WireError. */
export function walk(open: () => MessageReader): Visit {
  const visit: Visit = { read: 0, refused: 0 };
  attempt(visit, () => walkPointer(visit, open().root));
  attempt(visit, () => AllTypes.toPlain(open().getRoot(AllTypes)));
  attempt(visit, () => AddressBook.toPlain(open().getRoot(AddressBook)));
  attempt(visit, () => Person.toPlain(open().getRoot(Person)));
  attempt(visit, () => new MessageBuilder().root.setAny(open().root));
  attempt(visit, () => equals(open().root, open().root));
  return visit;
}

function walkPointer(visit: Visit, pointer: AnyPointerReader): void {
  attempt(visit, () => pointer.kind);
  attempt(visit, () => pointer.capabilityIndex);
  for (const type of WHOLE) {
    attempt(visit, () => {
      const value = pointer.as(type);
      if (Symbol.iterator in Object(value)) for (const _ of value as Iterable<unknown>);
    });
  }
  attempt(visit, () => walkStruct(visit, pointer.as(AnyStruct)));
  attempt(visit, () => {
    for (const struct of pointer.as(StructList)) walkStruct(visit, struct);
  });
  attempt(visit, () => {
    for (const small of pointer.as(SmallList)) small.$text(0);
  });
  attempt(visit, () => {
    const texts = pointer.as(TextList);
    for (let index = 0; index < texts.length; index++) attempt(visit, () => texts.at(index));
  });
}

function walkStruct(visit: Visit, struct: StructReader): void {
  visit.read++;
  for (let offset = 0; offset < Math.min(struct.$dataSize, 64) + 8; offset++) {
    struct.$uint8(offset);
    struct.$uint32(offset);
    struct.$uint64(offset);
    struct.$bool(offset * 8 + 7);
    struct.$float64Default(offset, 1n);
  }
  for (let index = 0; index <= Math.min(struct.$pointerCount, 40); index++) {
    if (struct.$has(index)) walkPointer(visit, struct.$pointer(index));
  }
}
