/**
 * Whether the beginning of some input looks like a format, by the rules of the C++ tool: so that a message read in the wrong
 * format gives a hint instead of a riddle.
 */

import type { StructSchema } from "../schema/index.js";
import type { Format } from "./format.js";

/** From worst to best. `wrong-type`: the format fits, the sizes of the root struct don't. */
export type Plausibility = "impossible" | "implausible" | "wrong-type" | "plausible";

/** Packed input is unpacked no further than this. */
const LONGEST_PREFIX_BYTES = 1024;
/** A root struct that is larger by so many words is hardly a newer version of the one in the schema. */
const LARGEST_GROWTH_WORDS = 128;

/** How plausible it is that input that begins with `prefix` is in `format`. `schema` is undefined where none was named. */
export function plausibility(format: Format, prefix: Uint8Array, schema: StructSchema | undefined): Plausibility {
  switch (format) {
    case "binary":
      return binary(prefix, schema);
    case "packed":
      return packed(prefix, (unpacked) => binary(unpacked, schema));
    case "flat":
    case "canonical":
      return flat(prefix, 1, schema);
    case "flat-packed":
      return packed(prefix, (unpacked) => flat(unpacked, 1, schema));
    case "text":
      return characters(prefix, 0x28, [0x23]);
    case "json":
      return characters(prefix, 0x7b, [0x23, 0x2f]);
  }
}

/** The likeliest format of input that is not what it was said to be. */
export function guessFormat(prefix: Uint8Array, schema: StructSchema | undefined): Format | undefined {
  const candidates: Format[] = ["binary", "text", "packed", "json", "flat", "flat-packed"];
  return candidates.find((format) => {
    const found = plausibility(format, prefix, schema);
    return found === "plausible" || found === "wrong-type";
  });
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function binary(prefix: Uint8Array, schema: StructSchema | undefined): Plausibility {
  if (prefix.length < 8) return "plausible";
  const segmentCount = word(prefix, 0) + 1;
  if (segmentCount > 65_536) return "impossible";
  if (segmentCount > 256 || word(prefix, 4) > 1 << 27) return "implausible";
  const content = Math.ceil((4 + segmentCount * 4) / 8) * 8;
  return prefix.length < content + 8 ? "plausible" : flat(prefix.subarray(content), segmentCount, schema);
}

function flat(prefix: Uint8Array, segmentCount: number, schema: StructSchema | undefined): Plausibility {
  if (prefix.length < 8) return "plausible";
  const low = word(prefix, 0);
  const high = word(prefix, 4);
  if ((low & 3) === 2) return high === 0 || high >= segmentCount ? "impossible" : "plausible";
  if ((low & 3) !== 0) return "impossible";
  // The empty struct's offset is -1; no other is negative.
  if (low >= 0x8000_0000 && !(low === 0xffff_fffc && high === 0)) return "impossible";
  if (low < 0x8000_0000 && low >= 0x2000_0000) return "implausible";
  return rootSizes(high & 0xffff, high >>> 16, schema);
}

function rootSizes(data: number, pointers: number, schema: StructSchema | undefined): Plausibility {
  if (data + pointers > 2048) return "implausible";
  if (!schema) return "plausible";
  const moreData = data - schema.dataWords;
  const morePointers = pointers - schema.pointerCount;
  // Neither an older nor a newer version.
  if ((moreData < 0 && morePointers > 0) || (moreData > 0 && morePointers < 0)) return "wrong-type";
  return moreData > LARGEST_GROWTH_WORDS || morePointers > LARGEST_GROWTH_WORDS ? "wrong-type" : "plausible";
}

function packed(prefix: Uint8Array, check: (unpacked: Uint8Array) => Plausibility): Plausibility {
  const end = Math.min(prefix.length, LONGEST_PREFIX_BYTES);
  const unpacked: number[] = [];
  for (let at = 0; at < end; ) {
    const tag = prefix[at++]!;
    for (let bit = 0; bit < 8 && at < end; bit++) {
      const byte = tag & (1 << bit) ? prefix[at++]! : 0;
      // A zero byte would have been left out.
      if (tag & (1 << bit) && byte === 0) return "impossible";
      unpacked.push(byte);
    }
    if (at === end || (tag !== 0 && tag !== 0xff)) continue;
    const count = prefix[at++]! * 8;
    for (let index = 0; index < count && (tag === 0 || at < end); index++) unpacked.push(tag === 0 ? 0 : prefix[at++]!);
  }
  return check(Uint8Array.from(unpacked));
}

/** Text that begins with `open`, after space and comments. */
function characters(prefix: Uint8Array, open: number, comments: readonly number[]): Plausibility {
  let state: "before" | "comment" | "inside" = "before";
  for (const byte of prefix) {
    const isSpace = byte === 0x20 || (byte >= 0x09 && byte <= 0x0b) || byte === 0x0d;
    if (state === "before" && byte === open) state = "inside";
    else if (state === "before" && comments.includes(byte)) state = "comment";
    else if (state === "before" && !isSpace) return "impossible";
    else if (state === "comment" && byte === 0x0a) state = "before";
    else if (state === "inside" && byte === 0x22) return "plausible";
    else if ((byte < 0x20 && !isSpace) || byte === 0x7f) return "impossible";
  }
  return "plausible";
}
