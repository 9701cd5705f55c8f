/**
 * What capwire makes of the codecs' corpus without any connection: compiled from source, written, packed, made canonical, printed and read
 * back, damaged. The same program runs in Node; what it gives must be the same.
 */

import { encodeRequest, generate } from "capwire/codegen";
import { compile, formatDiagnostics } from "capwire/compiler";
import { JsonCodec } from "capwire/json";
import { SchemaLoader, type StructSchema } from "capwire/schema";
import { readMessages } from "capwire/streams";
import { parseText, printText } from "capwire/text";
import {
  AnyStruct,
  canonicalize,
  decodeFrame,
  decodePackedFrame,
  encodeFrame,
  encodePackedFrame,
  MessageBuilder,
  Text,
  WireError,
} from "capwire/wire";
import { CORPUS } from "../../corpus.js";
import { randomMessage } from "../../random-message.js";

const SEEDS = 40;
const LETTERS = ["a", "\x7f", "ö", "\u07ff", "\u0800", "€", "🙂", "\ud83d", "\ude42"];

/** Everything by name, as text. `sources` are the schemas by file name. */
export async function digest(sources: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const readFile = (path: string) => sources[path];
  for (const [file, name] of CORPUS) {
    const { request } = compile({ files: [file], readFile });
    found[`${file}: request`] = hash(encodeRequest(request));
    found[`${file}: generated`] = hash(
      generate(request)
        .map(({ text }) => text)
        .join("\n"),
    );
    const loader = new SchemaLoader();
    loader.loadRequest(request);
    const struct = loader.findFile(file)?.nestedNode(name);
    if (struct?.kind !== "struct") throw new Error(`${file} has no struct ${name}`);
    for (let seed = 0; seed < SEEDS; seed++) Object.assign(found, await formats(`${name} ${seed}`, struct, seed));
  }
  const { diagnostics } = compile({ files: ["x.capnp"], readFile: () => "struct X {\n  a @0 :Nothing;\n" });
  return { ...found, ...texts(), wrong: formatDiagnostics(diagnostics) };
}

/** One random message in every format, and back from each. */
async function formats(title: string, struct: StructSchema, seed: number): Promise<Record<string, string>> {
  const message = randomMessage(struct, seed, { isReadable: true });
  const bytes = encodeFrame(message);
  const packed = encodePackedFrame(message);
  const root = message.asReader().getRoot(AnyStruct);
  const json = new JsonCodec().encode(root, struct);
  const text = printText(root, struct);
  const again = parseText(text, struct);
  const unpacked = decodePackedFrame(packed).getRoot(AnyStruct);
  let streamed = 0;
  const halves = new Blob([bytes, bytes]).stream();
  for await (const each of readMessages(halves)) streamed += canonicalize(each.getRoot(AnyStruct)).length;
  return {
    [`${title}: bytes`]: hash(bytes),
    [`${title}: packed`]: hash(packed),
    [`${title}: canonical`]: hash(canonicalize(root)),
    [`${title}: unpacked`]: hash(canonicalize(unpacked)),
    [`${title}: JSON`]: hash(json),
    [`${title}: text`]: hash(text),
    [`${title}: parsed`]: hash(canonicalize(again.asReader().getRoot(AnyStruct))),
    [`${title}: streamed`]: `${streamed}`,
    [`${title}: cut`]: cut(bytes, struct),
  };
}

/** What the message says with an end missing or a bit turned. */
function cut(bytes: Uint8Array, struct: StructSchema): string {
  const seen: string[] = [];
  for (let at = 0; at < bytes.length; at += 7) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1 << (at & 7);
    for (const each of [bytes.subarray(0, at), damaged]) {
      try {
        seen.push(printText(decodeFrame(each).getRoot(AnyStruct), struct));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        seen.push(error.code);
      }
    }
  }
  return hash(seen.join());
}

/** Texts of every length with letters of one to four bytes and halves of letters at every place. */
function texts(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const letter of LETTERS) {
    const seen: string[] = [];
    for (let length = 0; length < 80; length++) {
      const text = `${"x".repeat(length)}${letter}${"y".repeat(length % 9)}`;
      const message = new MessageBuilder();
      message.setRoot(Text, text);
      const bytes = message.toBytes();
      seen.push(hash(bytes), decodeFrame(bytes).getRoot(Text));
    }
    found[`text with ${escape(letter)}`] = hash(seen.join());
  }
  return found;
}

/** FNV-1a over bytes, or over the units of a text. */
function hash(of: Uint8Array | string): string {
  let value = 0x811c9dc5;
  const add = (byte: number) => {
    value = Math.imul(value ^ byte, 0x01000193);
  };
  if (typeof of === "string") for (let i = 0; i < of.length; i++) add(of.charCodeAt(i));
  else for (const byte of of) add(byte);
  return `${of.length}:${(value >>> 0).toString(16)}`;
}

Object.assign(globalThis, { digest, isReady: true });
