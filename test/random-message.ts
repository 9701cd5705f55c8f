/** Random messages of any schema, seeded: every field type with its extremes, every union member, absent pointers, unknown values. */

import {
  choose,
  dataBits,
  type FieldSchema,
  fieldAccess,
  isPointerType,
  type SchemaType,
  type StructSchema,
  wireTypes,
} from "capwire/schema";
import { type AnyPointerBuilder, Data, type ListBuilder, MessageBuilder, type StructBuilder, Text } from "capwire/wire";
import { elementPointer } from "../src/schema/list-access.js";

export interface RandomOptions {
  /** What texts are made of. */
  readonly texts?: readonly string[];
  /** Only values that C++ reads back from its own text: no unknown enum values or union members, no negative zero. */
  readonly isReadable?: boolean;
  /** Names of fields that stay as they are. */
  readonly skip?: readonly string[];
  /** How deep structs nest. */
  readonly depth?: number;
}

const TEXTS = [
  "",
  "a",
  "plain text",
  "caf\u00e9 \u2603 \u{1f600}",
  "tab\tline\nquote'\"\\/",
  "\0\x01\x1f\x7f",
  "x".repeat(60),
];
const FLOATS = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  1e21,
  1e-7,
  123456789.125,
  5e-324,
  1.7976931348623157e308,
  Infinity,
  -Infinity,
  Number.NaN,
];
const FLOATS32 = [
  0,
  -0,
  1,
  -1.5,
  0.1,
  1e10,
  3.4028234663852886e38,
  1e-45,
  16777216,
  Infinity,
  -Infinity,
  Number.NaN,
].map(Math.fround);

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A message whose root is a `schema`. */
export function randomMessage(schema: StructSchema, seed: number, options: RandomOptions = {}): MessageBuilder {
  const message = new MessageBuilder();
  const maker = new Maker(randomSource(seed), options);
  maker.struct(schema, message.initRoot(wireTypes.struct(schema)), options.depth ?? 3);
  return message;
}

class Maker {
  readonly #random: () => number;
  readonly #options: RandomOptions;

  constructor(random: () => number, options: RandomOptions) {
    this.#random = random;
    this.#options = options;
  }

  struct(schema: StructSchema, struct: StructBuilder, depth: number): void {
    for (const field of schema.nonUnionFields) this.#field(field, struct, depth);
    if (!schema.hasUnion) return;
    if (this.#chance(0.05) && !this.#options.isReadable) struct.$setUint16(schema.discriminantOffset, 999);
    else {
      // C++'s tool cannot read even a null capability.
      const member = this.#pick(schema.unionFields.filter(({ type }) => type.kind !== "interface"));
      choose(struct, member);
      this.#field(member, struct, depth);
    }
  }

  #field(field: FieldSchema, struct: StructBuilder, depth: number): void {
    const { type } = field;
    if (this.#options.skip?.includes(field.name)) return;
    const access = fieldAccess(field);
    if (field.isGroup && type.kind === "struct")
      this.struct(type.schema, access.get.call(struct) as StructBuilder, depth);
    else if (!isPointerType(type)) {
      if (this.#chance(0.8)) access.set.call(struct, this.#scalar(type));
    } else if (this.#chance(0.7)) this.#pointer(type, struct.$pointer(field.offset), depth);
  }

  #pointer(type: SchemaType, pointer: AnyPointerBuilder, depth: number): void {
    if (type.kind === "text") pointer.set(Text, this.#pick(this.#options.texts ?? TEXTS));
    else if (type.kind === "data") pointer.set(Data, this.#bytes());
    else if (type.kind === "struct" && depth > 0) {
      this.struct(type.schema, pointer.init(wireTypes.struct(type.schema)), depth - 1);
    } else if (type.kind === "list" && depth > 0) this.#list(type.element, pointer, depth - 1);
  }

  #list(element: SchemaType, pointer: AnyPointerBuilder, depth: number): void {
    if (element.kind === "interface" || element.kind === "anyPointer") return;
    const count = Math.floor(this.#random() * 4);
    const list = pointer.init(wireTypes.list(element), count);
    for (let index = 0; index < count; index++) {
      if (element.kind === "struct") this.struct(element.schema, (list as ListBuilder<StructBuilder>).at(index), depth);
      else if (isPointerType(element)) this.#pointer(element, elementPointer(list, index), depth);
      else if (ArrayBuffer.isView(list)) Object.assign(list, { [index]: this.#scalar(element) });
      else (list as ListBuilder<unknown>).set(index, this.#scalar(element));
    }
  }

  #scalar(type: SchemaType): unknown {
    switch (type.kind) {
      case "void":
        return null;
      case "bool":
        return this.#chance(0.5);
      case "enum":
        return this.#chance(0.1) && !this.#options.isReadable ? 999 : this.#pick(type.schema.names);
      case "float32":
        return this.#float(FLOATS32);
      case "float64":
        return this.#chance(0.5) ? this.#anyDouble() : this.#float(FLOATS);
      default:
        return this.#integer(type);
    }
  }

  #float(values: readonly number[]): number {
    const value = this.#pick(values);
    return Object.is(value, -0) && this.#options.isReadable ? 0 : value;
  }

  #anyDouble(): number {
    const power = Math.floor(this.#random() * 40) - 20;
    // Not `10 ** power`, which is not the same in every engine.
    return (this.#random() - 0.5) * Number(`1e${power}`);
  }

  #integer(type: SchemaType): number | bigint {
    const bits = dataBits(type)!;
    const unsigned = type.kind.startsWith("u");
    const min = unsigned ? 0n : -(2n ** BigInt(bits - 1));
    const max = 2n ** BigInt(unsigned ? bits : bits - 1) - 1n;
    const value = this.#pick([min, max, 0n, 1n, max / 3n, min / 7n]);
    return bits === 64 ? value : Number(value);
  }

  #bytes(): Uint8Array {
    return Uint8Array.from({ length: Math.floor(this.#random() * 6) }, () => Math.floor(this.#random() * 256));
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)]!;
  }
}
