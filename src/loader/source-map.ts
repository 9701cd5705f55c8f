/** Source maps (ECMA-426) of generated code: from its lines to the declarations in the schema that they are made from. */

import type { PrintedFile } from "../codegen/printer.js";

export interface SourceMap {
  version: 3;
  sources: string[];
  sourcesContent: string[];
  names: string[];
  mappings: string;
}

/** The map of `file`, made from the schema `source`. The source is named relative to the generated code, which has its place. */
export function sourceMap({ places }: PrintedFile, source: string, content: string | Uint8Array): SourceMap {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const positionOf = positions(bytes);
  let previous = { line: 0, column: 0 };
  const mappings = places.map((place) => {
    if (place === undefined) return "";
    const { line, column } = positionOf(place);
    // One segment: from the line's first column on it is source 0, at the line and column that are so far from those before.
    const segment = [0, 0, line - previous.line, column - previous.column].map(base64Vlq).join("");
    previous = { line, column };
    return segment;
  });
  const text = new TextDecoder().decode(bytes);
  return { version: 3, sources: [source], sourcesContent: [text], names: [], mappings: mappings.join(";") };
}

/** What turns the offset of a byte into line and column, both from 0; columns count UTF-16 units. */
function positions(bytes: Uint8Array): (offset: number) => { line: number; column: number } {
  const starts = [0];
  bytes.forEach((byte, index) => {
    if (byte === 0x0a) starts.push(index + 1);
  });
  const decoder = new TextDecoder();
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    const line = (after < 0 ? starts.length : after) - 1;
    return { line, column: decoder.decode(bytes.subarray(starts[line], offset)).length };
  };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A number as source maps have it: sign in the lowest bit, then five bits a digit, low ones first. */
function base64Vlq(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    const isLast = rest < 32;
    text += DIGITS[(rest % 32) + (isLast ? 0 : 32)];
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}
