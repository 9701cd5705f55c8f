/** Messages for the tests of streams: each is a struct with a number and a text. */

import { MessageBuilder, type MessageReader, StructBuilder, StructReader, structType } from "capwire/wire";

export const Note = structType<StructReader, StructBuilder, never>({
  id: 1n,
  name: "Note",
  dataWords: 1,
  pointerCount: 1,
  Reader: StructReader,
  Builder: StructBuilder,
});

export function note(number: number, text = `note ${number}`): MessageBuilder {
  const message = new MessageBuilder({ firstSegmentWords: 8 + Math.ceil(text.length / 2) });
  const root = message.initRoot(Note);
  root.$setUint32(0, number);
  root.$setText(0, text);
  return message;
}

export function notes(count: number): MessageBuilder[] {
  return Array.from({ length: count }, (_, index) => note(index));
}

export function numberOf(message: MessageReader): number {
  return message.getRoot(Note).$uint32(0);
}

export function textOf(message: MessageReader): string {
  return message.getRoot(Note).$text(0);
}

/** `bytes` cut into chunks of `size`. */
export function chunked(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

export async function collect<T>(values: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
