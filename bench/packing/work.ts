/** The packing benches: whole messages, and bytes of several kinds. cpp/packing.c++ does the same. */

import { decodePackedFrame, encodePackedFrame, MessageBuilder, pack, unpack } from "capwire/wire";
import { buildBook, codec, sumOfBook } from "../codec/capwire.js";
import { makeContacts } from "../codec/content.js";
import { AddressBook } from "../schema/bench.capnp.js";
import type { Work, Works } from "../work.js";
import { checksum, makeRandom, makeText, makeZeros, repeated, SIZE } from "./data.js";

const contacts = makeContacts(100);
const MEGABYTES = SIZE / 1e6;

export const packingWorks: Works = {
  "packed-encode": () => ({ run: encodeBook, check: () => decodeBook(encodeBook()) }),
  "packed-decode"() {
    const packed = encodeBook();
    const run = () => decodeBook(packed);
    return { run, check: run };
  },
  ...bothWays("book", () => repeated(codec.encodeBook(contacts))),
  ...bothWays("zeros", makeZeros),
  ...bothWays("text", makeText),
  ...bothWays("random", makeRandom),
};

function encodeBook(): Uint8Array {
  const message = new MessageBuilder();
  buildBook(message.initRoot(AddressBook), contacts);
  return encodePackedFrame(message);
}

function decodeBook(packed: Uint8Array): number {
  return sumOfBook(decodePackedFrame(packed).getRoot(AddressBook));
}

/** Packing the bytes, and unpacking what that gives. */
function bothWays(name: string, make: () => Uint8Array): Works {
  const work = (run: () => Uint8Array): Work => ({ run, check: () => checksum(run()), perRun: MEGABYTES });
  return {
    [`pack-${name}`]() {
      const bytes = make();
      return work(() => pack(bytes));
    },
    [`unpack-${name}`]() {
      const packed = pack(make());
      return work(() => unpack(packed));
    },
  };
}
