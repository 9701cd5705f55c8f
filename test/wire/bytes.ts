/** Messages written out by hand: words in hexadecimal, and readers over them. */

import { MessageReader, type ReaderOptions } from "capwire/wire";

/** Bytes from hex digits; anything that is no hex digit separates. Lines are words, in the order of memory. */
export function hex(strings: TemplateStringsArray): Uint8Array {
  const digits = strings.raw
    .join("")
    .replace(/#.*$/gm, "")
    .replace(/[^0-9a-f]/gi, "");
  if (digits.length % 16 !== 0) throw new Error(`${digits.length / 2} bytes make no whole words`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

/** The bytes of `value` in `size` bytes, little-endian. */
function littleEndian(value: bigint, size: number): number[] {
  return Array.from({ length: size }, (_, index) => Number((value >> BigInt(index * 8)) & 0xffn));
}

/** A segment of words given as 64-bit numbers. */
export function words(...values: (bigint | number)[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => littleEndian(BigInt.asUintN(64, BigInt(value)), 8)));
}

/** A struct pointer; `offset` in words from the end of the pointer. */
export function structPointer(offset: number, dataWords: number, pointers: number): bigint {
  return BigInt.asUintN(32, BigInt(offset * 4)) | (BigInt(dataWords) << 32n) | (BigInt(pointers) << 48n);
}

/** A list pointer; `count` is elements, or words for size 7. */
export function listPointer(offset: number, elementSize: number, count: number): bigint {
  return BigInt.asUintN(32, BigInt(offset * 4 + 1)) | (BigInt(elementSize) << 32n) | (BigInt(count) << 35n);
}

export function farPointer(segment: number, word: number, isDouble = false): bigint {
  return BigInt(word) * 8n + (isDouble ? 6n : 2n) + (BigInt(segment) << 32n);
}

export function capabilityPointer(index: number): bigint {
  return 3n | (BigInt(index) << 32n);
}

/** A message of one segment, or several. */
export function message(segments: Uint8Array | Uint8Array[], options?: ReaderOptions): MessageReader {
  return new MessageReader(Array.isArray(segments) ? segments : [segments], options);
}

/** Bytes as a 64-bit word: up to eight characters, padded with NUL. */
export function chars(text: string): bigint {
  return BigInt(
    `0x${[...new TextEncoder().encode(text.padEnd(8, "\0"))]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("")}`,
  );
}

/** `bytes` as lines of words, for comparing with what was expected. */
export function dump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 8) {
    lines.push([...bytes.subarray(at, at + 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" "));
  }
  return lines;
}

/** The code of the error `action` throws. */
export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
  return "nothing thrown";
}
