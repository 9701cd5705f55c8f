/**
 * 64-bit ids. An id that is not written down is derived: the first eight bytes, big-endian, of an MD5 digest that starts with the
 * parent's id, with the highest bit set. Moving or renaming a declaration without an explicit id therefore changes its id.
 */

import { md5 } from "./md5.js";

const HIGH_BIT = 1n << 63n;

const utf8 = /*@__PURE__*/ new TextEncoder();

/** Of a declaration nested in another. */
export function childId(parent: bigint, name: string): bigint {
  return derive(parent, utf8.encode(name));
}

/** Of a group or named union; `index` is its position among its parent's fields in the order of ordinals. */
export function groupId(parent: bigint, index: number): bigint {
  return derive(parent, Uint8Array.of(index & 0xff, index >> 8));
}

/** Of the struct that a method's parameter or result list makes. */
export function paramStructId(parent: bigint, methodOrdinal: number, isResults: boolean): bigint {
  return derive(parent, Uint8Array.of(methodOrdinal & 0xff, methodOrdinal >> 8, isResults ? 1 : 0));
}

/** A new random id for a file or declaration. `randomBytes` fills the array it is given, as `crypto.getRandomValues` does. */
export function generateId(randomBytes: (bytes: Uint8Array) => unknown): bigint {
  const bytes = new Uint8Array(8);
  randomBytes(bytes);
  return new DataView(bytes.buffer).getBigUint64(0) | HIGH_BIT;
}

/** As schemas spell ids: `0x` and 16 lower-case digits. */
export function formatId(id: bigint): string {
  return `0x${id.toString(16).padStart(16, "0")}`;
}

function derive(parent: bigint, rest: Uint8Array): bigint {
  const bytes = new Uint8Array(8 + rest.length);
  new DataView(bytes.buffer).setBigUint64(0, parent, true);
  bytes.set(rest, 8);
  return new DataView(md5(bytes).buffer).getBigUint64(0) | HIGH_BIT;
}
