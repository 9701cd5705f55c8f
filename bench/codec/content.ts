/**
 * What the codecs encode and decode, as plain objects, and the sums their decoders must reach. cpp/codec.c++ builds the same contents.
 * Every name has a letter outside ASCII: addresses of real people do, and a decoder good at ASCII only should not look better than it is.
 */

export type PhoneKind = "mobile" | "home" | "office";

export interface Phone {
  number: string;
  kind: PhoneKind;
}

export type Work = { none: null } | { company: string } | { university: string } | { freelance: null };

export interface Contact {
  id: number;
  name: string;
  email: string;
  phones: Phone[];
  work: Work;
}

export interface Reading {
  valid: boolean;
  stale: boolean;
  gain: number;
  offset: number;
  raw: number;
  ticks: bigint;
  channel: number;
  flags: number;
  sequence: number;
  serial: bigint;
  ratio: number;
  value: number;
  low: number;
  high: number;
  lowAlarm: number;
  highAlarm: number;
  mean: number;
  deviation: number;
  minimum: number;
  maximum: number;
}

/** Phone kinds in the order of their ordinals in bench.capnp. */
export const PHONE_KINDS: readonly PhoneKind[] = ["mobile", "home", "office"];

const GIVEN_NAMES = ["Zoë", "Jürgen", "Amélie", "Søren", "Inês", "Łukasz", "Małgorzata"];
const DOMAINS = ["example.org", "mail.example.com", "example.net"];

export function makeContacts(count: number): Contact[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i * 31 + 5,
    name: `${GIVEN_NAMES[i % 7]} Sample the ${i}th`,
    email: `sample.${i}@${DOMAINS[i % 3]}`,
    phones: Array.from({ length: 1 + (i % 3) }, (_, j) => ({
      number: `+49 30 ${5550000 + i * 3 + j}`,
      kind: PHONE_KINDS[j]!,
    })),
    work: makeWork(i),
  }));
}

function makeWork(i: number): Work {
  switch (i % 4) {
    case 0:
      return { none: null };
    case 1:
      return { company: `Works No. ${i % 25}` };
    case 2:
      return { university: `University of Town ${i % 9}` };
    default:
      return { freelance: null };
  }
}

export function makeReading(): Reading {
  return {
    valid: true,
    stale: false,
    gain: -7,
    offset: -3210,
    raw: 1234567,
    ticks: -9876543210123n,
    channel: 250,
    flags: 65000,
    sequence: 3999999999,
    serial: 1122334455667n,
    ratio: 0.75,
    value: 21.4375,
    low: -100,
    high: 100,
    lowAlarm: -1000000,
    highAlarm: 1000000,
    mean: 0.5,
    deviation: 1e-9,
    minimum: -12345.678,
    maximum: 98765.4321,
  };
}

/** Length plus first character, so that a text is really there and not a promise of one. */
export function touch(text: string): number {
  return text.length === 0 ? 0 : text.length + text.charCodeAt(0);
}

/** What decodeBook must return for `contacts`. */
export function bookSum(contacts: Iterable<Contact>): number {
  let sum = 0;
  for (const contact of contacts) {
    sum += contact.id + touch(contact.name) + touch(contact.email);
    for (const phone of contact.phones) sum += touch(phone.number) + PHONE_KINDS.indexOf(phone.kind);
    sum += workSum(contact.work);
  }
  return sum;
}

export function workSum(work: Work): number {
  if ("company" in work) return touch(work.company);
  if ("university" in work) return touch(work.university);
  return "freelance" in work ? 3 : 0;
}

/** What decodeReading must return for `reading`; the two wide integers count as doubles, as they do in C++. */
export function readingSum(r: Reading): number {
  return (
    (r.valid ? 1 : 0) +
    (r.stale ? 1 : 0) +
    r.gain +
    r.offset +
    r.raw +
    Number(r.ticks) +
    r.channel +
    r.flags +
    r.sequence +
    Number(r.serial) +
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
}
