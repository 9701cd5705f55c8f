/** Data as JSON strings: base64 (RFC 4648, padded) and hexadecimal. Undefined for text that is neither. */

const HEX = "0123456789abcdef";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte >>> 4]! + HEX[byte & 15]!;
  return text;
}

export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = Number.parseInt(text.substr(index * 2, 2), 16);
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    text += ALPHABET[bits >>> 18]! + ALPHABET[(bits >>> 12) & 63]!;
    text += left > 1 ? ALPHABET[(bits >>> 6) & 63]! : "=";
    text += left > 2 ? ALPHABET[bits & 63]! : "=";
  }
  return text;
}

const VALUES: ReadonlyMap<string, number> = /*@__PURE__*/ new Map(
  [...ALPHABET].map((letter, value) => [letter, value]),
);

/** Accepts space between the digits and missing padding, as C++ does; not other characters, which C++ skips. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "").replace(/={1,2}$/, "");
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (let index = 0; index < digits.length; index++) {
    const value = VALUES.get(digits[index]!);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    const place = index % 4;
    if (place > 0) bytes[at++] = bits >>> (6 - 2 * place);
  }
  return bytes;
}
