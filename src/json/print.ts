/** JsonValue → text: compact, or in the layout of C++'s JsonCodec (two spaces, one line as long as no part exceeds 50 bytes). */

import { utf8Length } from "../wire/utf8.js";
import type { JsonValue } from "./value.js";

/** A list or object with more than one part is broken into lines if one of them is longer than this, in bytes. */
const MAX_INLINE_BYTES = 50;

export interface JsonPrintOptions {
  readonly pretty?: boolean;
}

export function printJson(value: JsonValue, options: JsonPrintOptions = {}): string {
  return options.pretty ? pretty(value, 0, false).text : compact(value);
}

function compact(value: JsonValue): string {
  switch (value.kind) {
    case "array":
      return `[${value.items.map(compact).join(",")}]`;
    case "object":
      return `{${value.members.map((member) => `${quote(member.name)}:${compact(member.value)}`).join(",")}}`;
    case "call":
      return `${value.name}(${value.params.map(compact).join(",")})`;
    default:
      return leaf(value);
  }
}

type Leaf = Exclude<JsonValue, { readonly kind: "array" | "object" | "call" }>;

function leaf(value: Leaf): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
      return value.value ? "true" : "false";
    case "string":
      return quote(value.value);
    default:
      return value.text;
  }
}

interface Printed {
  readonly text: string;
  readonly isMultiline: boolean;
}

/** `hasPrefix`: something stands in front of the value on its line. */
function pretty(value: JsonValue, indent: number, hasPrefix: boolean): Printed {
  switch (value.kind) {
    case "array": {
      const inner = indent + (value.items.length > 1 ? 1 : 0);
      return delimit(
        "[",
        value.items.map((item) => pretty(item, inner, false)),
        "]",
        indent,
        hasPrefix,
      );
    }
    case "object": {
      const inner = indent + (value.members.length > 1 ? 1 : 0);
      const parts = value.members.map((member) => {
        const { text, isMultiline } = pretty(member.value, inner, true);
        return { text: `${quote(member.name)}: ${text}`, isMultiline };
      });
      return delimit("{", parts, "}", indent, hasPrefix);
    }
    case "call": {
      const inner = indent + (value.params.length > 1 ? 1 : 0);
      const parts = value.params.map((param) => pretty(param, inner, false));
      return delimit(`${value.name}(`, parts, ")", indent, true);
    }
    default:
      return { text: leaf(value), isMultiline: false };
  }
}

function delimit(open: string, parts: readonly Printed[], close: string, indent: number, hasPrefix: boolean): Printed {
  const breaks = parts.length > 1 && parts.some(({ text, isMultiline }) => isMultiline || isLong(text));
  const texts = parts.map(({ text }) => text);
  if (!breaks) return { text: open + texts.join(", ") + close, isMultiline: false };
  const space = " ".repeat((indent + 1) * 2);
  const first = hasPrefix ? `\n${space}` : " ";
  return { text: `${open}${first}${texts.join(`,\n${space}`)} ${close}`, isMultiline: true };
}

function isLong(text: string): boolean {
  return text.length > MAX_INLINE_BYTES || utf8Length(text) > MAX_INLINE_BYTES;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
const SPECIAL = /["\\\u0000-\u001f]/g;
const ESCAPES: { readonly [character: string]: string | undefined } = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A JSON string; only what must be is escaped. */
export function quote(text: string): string {
  return `"${text.replace(
    SPECIAL,
    (character) => ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}"`;
}
