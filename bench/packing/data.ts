/** What the packing benches pack: whole words, the same in cpp/packing.c++. */

export const SIZE = 1_000_000;

/** xorshift32: the next of a fixed sequence of 32-bit numbers at each call. */
function numbers(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Half of the words empty, in the others a quarter of the bytes set. */
export function makeZeros(): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const next = numbers();
  for (let word = 0; word < SIZE; word += 8) {
    const choice = next();
    if ((choice & 1) === 0) continue;
    for (let i = 0; i < 8; i++) {
      if (((choice >>> (1 + 2 * i)) & 3) === 0) bytes[word + i] = 1 + (next() % 255);
    }
  }
  return bytes;
}

export function makeText(): Uint8Array {
  const letters = new TextEncoder().encode("etaoin shrdlu cmfwyp vbgkjqxz  .");
  const next = numbers();
  return Uint8Array.from({ length: SIZE }, () => letters[next() % 32]!);
}

export function makeRandom(): Uint8Array {
  const next = numbers();
  return Uint8Array.from({ length: SIZE }, () => next() >>> 8);
}

/** A message again and again; the last bytes are zero. */
export function repeated(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  for (let at = 0; at + message.length <= SIZE; at += message.length) bytes.set(message, at);
  return bytes;
}

/** A number that tells bytes apart. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return sum + 2 ** 32 * (bytes.length % 1000003);
}
