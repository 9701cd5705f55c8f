/** The attacks: hostile messages, and what a program might do with each; frames, packed bytes, JSON and text that ask for too much. */

import { compile } from "capwire/compiler";
import { DynamicTypes } from "capwire/dynamic";
import { JsonCodec, parseJson } from "capwire/json";
import type { StructSchema } from "capwire/schema";
import { SchemaLoader } from "capwire/schema";
import { messagesIn } from "capwire/streams";
import { parseText, printText } from "capwire/text";
import {
  AnyStruct,
  canonicalize,
  decodeFrame,
  equals,
  FrameDecoder,
  isCanonical,
  MessageBuilder,
  pack,
  type StructReader,
  totalSize,
  unpack,
} from "capwire/wire";
import { $schema, Lists, Pointers } from "../schemas/all-types.capnp.js";
import { HOSTILE_MESSAGES, type HostileMessage } from "./messages.js";

export interface Attack {
  readonly what: string;
  /** Bytes that the attacker has to send. */
  readonly sent: number;
  /** What the victim does with them; each is an attack of its own. */
  readonly victims: { readonly [name: string]: () => unknown };
}

const loader = new SchemaLoader();
loader.loadBundle($schema);

function schemaOf(type: HostileMessage["type"]): StructSchema {
  return loader.struct((type === "Lists" ? Lists : Pointers).id);
}

function victimsOf({ type, bytes }: HostileMessage): Attack["victims"] {
  const schema = schemaOf(type);
  const dynamic = DynamicTypes.of(loader).struct(schema);
  const root = (): StructReader => decodeFrame(bytes).getRoot(AnyStruct);
  return {
    "generated toObject()": () =>
      type === "Lists" ? decodeFrame(bytes).getRoot(Lists).toObject() : decodeFrame(bytes).getRoot(Pointers).toObject(),
    "dynamic toObject()": () => decodeFrame(bytes).getRoot(dynamic).toObject(),
    JSON: () => new JsonCodec().encode(root(), schema),
    text: () => printText(root(), schema),
    copy: () => new MessageBuilder().setRoot(AnyStruct, root()),
    canonicalize: () => canonicalize(root()),
    isCanonical: () => isCanonical(decodeFrame(bytes)),
    equals: () => equals(decodeFrame(bytes).root, decodeFrame(bytes).root),
    totalSize: () => totalSize(root()),
  };
}

const MEGABYTE = 1 << 20;

/** A packed run of zero words, as often as it makes `megabytes` of zeros. */
function zeros(megabytes: number): Uint8Array {
  const runs = Math.ceil((megabytes * MEGABYTE) / (256 * 8));
  return new Uint8Array(runs * 2).map((_, index) => (index % 2 === 0 ? 0 : 0xff));
}

function u32(...words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const lists = schemaOf("Lists");
const pointers = schemaOf("Pointers");

function textAttack(what: string, source: string): Attack {
  return { what, sent: source.length, victims: { parseText: () => parseText(source, pointers) } };
}

function jsonAttack(what: string, source: string): Attack {
  return {
    what,
    sent: source.length,
    victims: { parseJson: () => parseJson(source), "JsonCodec.decode": () => new JsonCodec().decode(source, lists) },
  };
}

function streamAttack(what: string, format: "binary" | "packed" | "flat-packed", bytes: Uint8Array): Attack {
  return { what, sent: bytes.length, victims: { messagesIn: () => [...messagesIn(bytes, { format })] } };
}

const bomb = zeros(1024);
/** The header of a message of 64 MiB less a word, packed; then zeros. */
const framedBomb = Buffer.concat([pack(u32(0, 8 * MEGABYTE - 1)), zeros(1024)]);
const greatestTable = u32(0xffff_fffe);

const OTHERS: readonly Attack[] = [
  { what: "1 MiB of packed zero runs: 1 GiB", sent: bomb.length, victims: { unpack: () => unpack(bomb) } },
  streamAttack("the same as a stream of messages", "packed", bomb),
  streamAttack("the same, flat", "flat-packed", bomb),
  streamAttack("a packed message of 64 MiB of zeros, and more behind it", "packed", framedBomb),
  streamAttack("a table of 2^32 - 1 segments", "binary", greatestTable),
  streamAttack("a table of 512 segments", "binary", u32(511, ...new Array<number>(513).fill(0))),
  streamAttack("a segment of 2^32 - 1 words", "binary", u32(0, 0xffff_ffff)),
  streamAttack("511 segments of 32 GiB", "binary", u32(510, ...new Array<number>(511).fill(0xffff_ffff))),
  {
    what: "a message of 64 MiB announced on 100 streams, with 1 KiB of it",
    sent: 100 * 1032,
    victims: {
      FrameDecoder: () => {
        const decoders = Array.from({ length: 100 }, () => new FrameDecoder());
        for (const each of decoders)
          each.push(Buffer.concat([u32(0, 8 * MEGABYTE - 1), new Uint8Array(1024)]), () => {});
        return decoders;
      },
    },
  },
  jsonAttack("1 Mi brackets: [[[[…", "[".repeat(MEGABYTE)),
  jsonAttack('objects in objects, 100,000 deep: {"points":[{…', '{"points":['.repeat(100_000)),
  jsonAttack("a number of 1 Mi digits", `{"int64s":[${"9".repeat(MEGABYTE)}]}`),
  jsonAttack("a number with an exponent of 9 digits", '{"int64s":[1e999999999]}'),
  jsonAttack("1 Mi of the same member", `{${'"voids":[],'.repeat(MEGABYTE / 12)}"voids":[]}`),
  jsonAttack("500,000 empty structs: [{},{},…", `{"points":[${"{},".repeat(500_000)}{}]}`),
  textAttack("1 Mi parentheses: ((((…", "(".repeat(MEGABYTE)),
  textAttack("structs in structs, 100,000 deep: (self = (self = …", "(self = ".repeat(100_000)),
  textAttack("a number of 1 Mi digits", `(point = (x = ${"9".repeat(MEGABYTE)}))`),
  {
    what: "a schema: 100,000 structs in each other",
    sent: 100_000 * 10,
    victims: {
      compile: () => {
        const source = `@0xf1e2d3c4b5a69788;\n${"struct A {".repeat(100_000)}`;
        return compile({ files: ["a.capnp"], readFile: (path) => (path === "a.capnp" ? source : undefined) });
      },
    },
  },
  {
    what: "a schema: a constant in 100,000 brackets",
    sent: 100_000,
    victims: {
      compile: () => {
        const source = `@0xf1e2d3c4b5a69788;\nconst a :List(Int32) = ${"[".repeat(100_000)};`;
        return compile({ files: ["a.capnp"], readFile: (path) => (path === "a.capnp" ? source : undefined) });
      },
    },
  },
  {
    what: "text in JSON: 1 Mi escapes",
    sent: 6 * MEGABYTE,
    victims: {
      "JsonCodec.decode": () => new JsonCodec().decode(utf8(`{"texts":["${"\\u0000".repeat(MEGABYTE)}"]}`), lists),
    },
  },
];

export const ATTACKS: readonly Attack[] = [
  ...HOSTILE_MESSAGES.map((each) => ({ what: each.what, sent: each.bytes.length, victims: victimsOf(each) })),
  ...OTHERS,
];
