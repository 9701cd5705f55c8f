/** Schemas made up from a seed, for questions that no hand-written list of cases answers, such as where fields go. */

/** A small random number generator (mulberry32): equal seeds, equal numbers. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TYPES = [
  "Void",
  "Bool",
  "Int8",
  "UInt8",
  "Int16",
  "UInt16",
  "Int32",
  "Float32",
  "Int64",
  "Float64",
  "Text",
  "Data",
];

interface Slot {
  readonly type: string;
  ordinal: number;
}

type Member = Slot | { readonly kind: "union" | "group"; readonly named: boolean; readonly members: Member[] };

/** A file with structs of nested groups and unions, whose fields got their ordinals in random order. */
export function randomStructs(seed: number, structs: number, fields: number): string {
  const random = randomFrom(seed);
  const lines = [`@0x${(0x8000_0000 + (seed >>> 1)).toString(16)}${"0".repeat(8)};`];
  for (let index = 0; index < structs; index++) {
    const slots: Slot[] = [];
    const count = 1 + Math.floor(random() * fields);
    const members = randomMembers(random, count, 3, slots, true);
    shuffle(slots, random).forEach((slot, ordinal) => {
      slot.ordinal = ordinal;
    });
    lines.push(`struct S${index} {`, ...spell(members, { next: 0 }, "  "), "}");
  }
  return `${lines.join("\n")}\n`;
}

function randomMembers(
  random: () => number,
  count: number,
  depth: number,
  slots: Slot[],
  mayBeUnnamed: boolean,
): Member[] {
  const members: Member[] = [];
  let unnamed = !mayBeUnnamed;
  for (let left = count; left > 0; ) {
    const kind = random();
    if (depth === 0 || kind < 0.55 || left < 2) {
      const slot = { type: TYPES[Math.floor(random() * TYPES.length)] as string, ordinal: 0 };
      slots.push(slot);
      members.push(slot);
      left--;
      continue;
    }
    const size = Math.min(left, 2 + Math.floor(random() * 6));
    const isUnion = kind < 0.85;
    const named = !isUnion || unnamed || random() < 0.6;
    if (!named) unnamed = true;
    const inner = randomMembers(random, size, depth - 1, slots, !isUnion);
    while (isUnion && inner.length < 2) inner.push(...randomMembers(random, 1, 0, slots, false));
    members.push({ kind: isUnion ? "union" : "group", named, members: inner });
    left -= size;
  }
  return members;
}

function spell(members: readonly Member[], names: { next: number }, indent: string): string[] {
  return members.flatMap((member) => {
    if ("type" in member) return [`${indent}f${names.next++} @${member.ordinal} :${member.type};`];
    const head = member.named ? `g${names.next++} :${member.kind}` : member.kind;
    return [`${indent}${head} {`, ...spell(member.members, names, `${indent}  `), `${indent}}`];
  });
}

export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
