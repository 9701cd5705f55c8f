/** String literals as C writes them: what cannot be printed by name or as three octal digits. */

const NAMED: { readonly [character: string]: string | undefined } = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "'": "\\'",
  '"': '\\"',
  "\\": "\\\\",
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
const SPECIAL = /[\x00-\x1f\x7f'"\\]/g;

/** Text in quotes. */
export function escapeText(text: string): string {
  return `"${text.replace(SPECIAL, (character) => NAMED[character] ?? octal(character.charCodeAt(0)))}"`;
}

/** Bytes in quotes; those beyond ASCII as octal digits. */
export function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += NAMED[character] ?? (byte < 0x20 || byte >= 0x7f ? octal(byte) : character);
  }
  return `"${text}"`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}
