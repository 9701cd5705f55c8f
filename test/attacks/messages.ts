/** Small messages that are much to read: every shape by which a few bytes ask their reader for work or memory without end. */

/** Words of a segment, each a pair of its lower and upper half. */
type Word = readonly [low: number, high: number];

export function structPointer(offset: number, dataWords: number, pointers: number): Word {
  return [(offset << 2) >>> 0, (dataWords | (pointers << 16)) >>> 0];
}

/** `count` elements; words behind the tag for composite lists (size 7). */
export function listPointer(offset: number, size: number, count: number): Word {
  return [((offset << 2) | 1) >>> 0, (size | (count << 3)) >>> 0];
}

export function farPointer(segment: number, offset: number, isDouble = false): Word {
  return [(2 | (isDouble ? 4 : 0) | (offset << 3)) >>> 0, segment];
}

const VOID = 0;
const BIT = 1;
const BYTE = 2;
const POINTER = 6;
const COMPOSITE = 7;
const MOST_ELEMENTS = 2 ** 29 - 1;
const NOTHING: Word = [0, 0];

function bytesOf(words: readonly Word[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [low, high]] of words.entries()) {
    view.setUint32(index * 8, low, true);
    view.setUint32(index * 8 + 4, high, true);
  }
  return bytes;
}

/** A framed message of these segments. */
function message(...segments: readonly (readonly Word[])[]): Uint8Array {
  const header = [segments.length - 1, ...segments.map((segment) => segment.length)];
  if (header.length % 2 === 1) header.push(0);
  const table = new Uint8Array(Uint32Array.from(header).buffer);
  return Buffer.concat([table, ...segments.map(bytesOf)]);
}

/** A root struct without data whose pointer `index` of `count` is `content`, followed by `rest`. */
function rooted(count: number, index: number, content: (toEnd: number) => Word, rest: readonly Word[]): Uint8Array {
  const pointers = Array.from({ length: count }, (_, at) => (at === index ? content(count - 1 - index) : NOTHING));
  return message([structPointer(0, 0, count), ...pointers, ...rest]);
}

/** Structs of test/schemas/all-types.capnp: how many pointers they have, and which of them is used. */
const LISTS = 20;
const VOIDS = 0;
const BOOLS = 1;
const TEXTS = 13;
const POINTS = 15;
const MATRIX = 16;
const POINT_LISTS = 18;
const POINTERS = 9;
const SELF = 3;

export interface HostileMessage {
  readonly what: string;
  readonly type: "Lists" | "Pointers";
  readonly bytes: Uint8Array;
}

/** How many words the object has that everything points to. */
const BIG_WORDS = 1 << 16;

function* fill(count: number, word: (index: number) => Word): Generator<Word> {
  for (let index = 0; index < count; index++) yield word(index);
}

export const HOSTILE_MESSAGES: readonly HostileMessage[] = [
  {
    what: "a list of 2^29 - 1 Voids",
    type: "Lists",
    bytes: rooted(LISTS, VOIDS, (to) => listPointer(to, VOID, MOST_ELEMENTS), []),
  },
  {
    what: "a list of 8 Mi Voids, just within the limit",
    type: "Lists",
    bytes: rooted(LISTS, VOIDS, (to) => listPointer(to, VOID, 8 * 1024 * 1024 - 100), []),
  },
  {
    what: "a list of 2^29 - 1 empty structs",
    type: "Lists",
    bytes: rooted(LISTS, POINTS, (to) => listPointer(to, COMPOSITE, 0), [[(MOST_ELEMENTS << 2) >>> 0, 0]]),
  },
  {
    what: "a list of 8 Mi empty structs, just within the limit",
    type: "Lists",
    bytes: rooted(LISTS, POINTS, (to) => listPointer(to, COMPOSITE, 0), [[(8 * 1024 * 1024 - 100) << 2, 0]]),
  },
  {
    what: "a list of 2^29 - 1 Bools that are not there",
    type: "Lists",
    bytes: rooted(LISTS, BOOLS, (to) => listPointer(to, BIT, MOST_ELEMENTS), []),
  },
  {
    what: "1,000 lists of 100,000 empty structs each, all the same one",
    type: "Lists",
    bytes: rooted(LISTS, POINT_LISTS, (to) => listPointer(to, POINTER, 1000), [
      ...fill(1000, (index) => listPointer(999 - index, COMPOSITE, 0)),
      [100_000 << 2, 0],
    ]),
  },
  {
    what: "64 Ki pointers to one text of 512 KiB",
    type: "Lists",
    bytes: rooted(LISTS, TEXTS, (to) => listPointer(to, POINTER, 1 << 16), [
      ...fill(1 << 16, (index) => listPointer((1 << 16) - 1 - index, BYTE, BIG_WORDS * 8)),
      ...fill(BIG_WORDS, (index) => (index === BIG_WORDS - 1 ? [0x61616161, 0x616161] : [0x61616161, 0x61616161])),
    ]),
  },
  {
    what: "64 Ki pointers to one list of 64 Ki numbers",
    type: "Lists",
    bytes: rooted(LISTS, MATRIX, (to) => listPointer(to, POINTER, 1 << 16), [
      ...fill(1 << 16, (index) => listPointer((1 << 16) - 1 - index, 5, BIG_WORDS)),
      ...fill(BIG_WORDS, () => [0, 0x3ff00000]),
    ]),
  },
  {
    what: "structs that each point twice to the next, 60 deep",
    type: "Pointers",
    // Pointers.point is read as a Point, which has one pointer, a text; `self` and `anyStruct` go on.
    bytes: message([
      structPointer(0, 0, POINTERS),
      ...fill(60 * POINTERS, (index) => {
        const pointer = index % POINTERS;
        const isLast = index >= 59 * POINTERS;
        return !isLast && (pointer === SELF || pointer === 5)
          ? structPointer(POINTERS - 1 - pointer, 0, POINTERS)
          : NOTHING;
      }),
    ]),
  },
  {
    what: "a struct that points to itself",
    type: "Pointers",
    bytes: rooted(POINTERS, SELF, () => structPointer(-SELF - 1, 0, POINTERS), []),
  },
  {
    what: "lists of lists, 100,000 deep",
    type: "Lists",
    bytes: rooted(LISTS, MATRIX, (to) => listPointer(to, POINTER, 1), [
      ...fill(100_000, () => listPointer(0, POINTER, 1)),
      NOTHING,
    ]),
  },
  {
    what: "far pointers in a circle",
    type: "Pointers",
    bytes: message([farPointer(1, 0)], [farPointer(2, 0)], [farPointer(1, 0)]),
  },
  {
    what: "double-far pointers in a circle",
    type: "Pointers",
    bytes: message([farPointer(1, 0, true)], [farPointer(1, 0, true), farPointer(1, 0, true)]),
  },
  {
    what: "a struct that points to itself through a double-far pointer",
    type: "Pointers",
    bytes: message(
      [
        structPointer(0, 0, POINTERS),
        ...fill(POINTERS, (index) => (index === SELF ? farPointer(1, 0, true) : NOTHING)),
      ],
      [farPointer(0, 1), structPointer(0, 0, POINTERS)],
    ),
  },
];
