/**
 * Random schemas and random values that fit them, from a seed: structs with fields of every type, defaults, groups, unions named and
 * unnamed, lists in lists. Values are what generated code takes as plain objects.
 */

type Type =
  | { kind: "void" | "bool" | "enum" | "text" | "data" }
  | { kind: "number"; name: string }
  | { kind: "list"; element: Type }
  | { kind: "struct"; index: number };

type Member =
  | { kind: "slot"; name: string; ordinal: number; type: Type; fallback: string | null }
  | { kind: "group" | "union"; name: string; members: Member[] };

type Plain = { [name: string]: unknown };

const ENUMERANTS = ["red", "green", "blue", "black"];
const TEXTS = ["", "a", "hello", "☃ snow", 'q"uote', "a text of some words, which need more than one"];
/** Random numbers of each type that C++'s text form gives back exactly. */
const NUMBERS: { readonly [type: string]: (random: Random) => number | bigint } = {
  Int8: (random) => random.below(256) - 128,
  Int16: (random) => random.below(65536) - 32768,
  Int32: (random) => random.below(2 ** 32) - 2 ** 31,
  Int64: (random) => BigInt(random.below(2 ** 40)) - 2n ** 39n,
  UInt8: (random) => random.below(256),
  UInt16: (random) => random.below(65536),
  UInt32: (random) => random.below(2 ** 32),
  UInt64: (random) => BigInt(random.below(2 ** 45)),
  Float32: (random) => (random.below(2000) - 1000) / 8,
  Float64: (random) => (random.below(2_000_000) - 1_000_000) / 64,
};

/** A seeded generator (mulberry32). */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 2654435761) >>> 0;
  }

  below(count: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * count);
  }

  chance(probability: number): boolean {
    return this.below(1000) < probability * 1000;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

export class RandomSchema {
  readonly #random: Random;
  readonly #structs: Member[][] = [];
  readonly #structCount: number;
  readonly #seed: number;
  #ordinal = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#structCount = 2 + this.#random.below(3);
    while (this.#structs.length < this.#structCount) this.#structs.push(this.#struct());
  }

  get structNames(): string[] {
    return this.#structs.map((_, index) => `S${index}`);
  }

  /** The schema's text. */
  toString(): string {
    const id = (0xd000_0000_0000_0000n + BigInt(this.#seed)).toString(16);
    const enumerants = ENUMERANTS.map((name, ordinal) => `${name} @${ordinal};`).join(" ");
    const structs = this.#structs.map((members, index) => `struct S${index} {\n${printMembers(members)}}\n`);
    return `@0x${id};\nenum Color { ${enumerants} }\n${structs.join("")}`;
  }

  /** A plain object for struct `index`, with some fields left out. */
  value(index: number): Plain {
    return this.#plain(this.#structs[index]!, 0);
  }

  #struct(): Member[] {
    this.#ordinal = 0;
    const members = this.#members(2 + this.#random.below(9), 0);
    if (this.#random.chance(0.5)) {
      members.push({ kind: "union", name: "", members: this.#members(2 + this.#random.below(4), 1) });
    }
    return members;
  }

  #members(count: number, depth: number): Member[] {
    return Array.from({ length: count }, () => this.#member(depth));
  }

  #member(depth: number): Member {
    const random = this.#random;
    const name = `f${this.#ordinal}d${depth}`;
    if (depth < 2 && random.chance(0.14))
      return { kind: "group", name, members: this.#members(1 + random.below(3), depth + 1) };
    if (depth < 2 && random.chance(0.12))
      return { kind: "union", name, members: this.#members(2 + random.below(3), depth + 1) };
    const type = this.#type(0);
    const fallback = random.chance(0.4) && hasLiteral(type) ? literal(this.#of(type, 0)) : null;
    return { kind: "slot", name, ordinal: this.#ordinal++, type, fallback };
  }

  #type(depth: number): Type {
    const random = this.#random;
    if (random.chance(0.55)) return this.#scalar();
    if (random.chance(0.4)) return { kind: random.pick(["text", "data"] as const) };
    if (depth < 2 && random.chance(0.5)) return { kind: "list", element: this.#type(depth + 1) };
    return { kind: "struct", index: random.below(this.#structCount) };
  }

  #scalar(): Type {
    if (this.#random.chance(0.3)) return { kind: this.#random.pick(["void", "bool", "enum"] as const) };
    return { kind: "number", name: this.#random.pick(Object.keys(NUMBERS)) };
  }

  #plain(members: readonly Member[], depth: number): Plain {
    const plain: Plain = {};
    for (const member of members) {
      if (this.#random.chance(0.25)) continue;
      if (member.kind === "union" && member.name === "") Object.assign(plain, this.#one(member.members, depth));
      else plain[member.name] = this.#memberValue(member, depth);
    }
    return plain;
  }

  #memberValue(member: Member, depth: number): unknown {
    if (member.kind === "slot") return this.#of(member.type, depth);
    return member.kind === "group" ? this.#plain(member.members, depth) : this.#one(member.members, depth);
  }

  #one(members: readonly Member[], depth: number): Plain {
    const member = this.#random.pick(members);
    return { [member.name]: this.#memberValue(member, depth) };
  }

  #of(type: Type, depth: number): unknown {
    const random = this.#random;
    switch (type.kind) {
      case "void":
        return null;
      case "bool":
        return random.chance(0.5);
      case "enum":
        return random.pick(ENUMERANTS);
      case "text":
        return random.pick(TEXTS);
      case "data":
        // Letters: what 0.9.2 prints of other bytes, it does not always read again.
        return Uint8Array.from({ length: 1 + random.below(12) }, () => 97 + random.below(26));
      case "number":
        return NUMBERS[type.name]!(random);
      case "list":
        return Array.from({ length: random.below(4) }, () => this.#of(type.element, depth + 1));
      case "struct":
        return depth > 2 ? {} : this.#plain(this.#structs[type.index]!, depth + 1);
    }
  }
}

/** Whether a default of this type is easily written down. */
function hasLiteral(type: Type): boolean {
  return type.kind === "list" ? hasLiteral(type.element) : type.kind !== "struct" && type.kind !== "void";
}

function literal(value: unknown): string {
  if (value instanceof Uint8Array) return `0x"${Buffer.from(value).toString("hex")}"`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return typeof value === "string" && !ENUMERANTS.includes(value) ? JSON.stringify(value) : String(value);
}

function printMembers(members: readonly Member[]): string {
  return members.map(printMember).join("");
}

function printMember(member: Member): string {
  if (member.kind === "slot") {
    const fallback = member.fallback === null ? "" : ` = ${member.fallback}`;
    return `${member.name} @${member.ordinal} :${typeName(member.type)}${fallback};\n`;
  }
  const head = member.name === "" ? "union" : `${member.name} :${member.kind}`;
  return `${head} {\n${printMembers(member.members)}}\n`;
}

function typeName(type: Type): string {
  switch (type.kind) {
    case "number":
      return type.name;
    case "list":
      return `List(${typeName(type.element)})`;
    case "struct":
      return `S${type.index}`;
    case "enum":
      return "Color";
    default:
      return type.kind.charAt(0).toUpperCase() + type.kind.slice(1);
  }
}
