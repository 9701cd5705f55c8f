/**
 * MD5, as RFC 1321 defines it. Cap'n Proto derives the ids of declarations with it; nothing here is a matter of security.
 */

/** How far the four steps of each round rotate in turn. */
const ROUND_ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

/** The same for each of the 64 steps. */
const ROTATIONS = Uint8Array.from({ length: 64 }, (_, step) => ROUND_ROTATIONS[step >> 4]![step & 3]!);

/** Which word of the block a round's first step takes, and how far on the next one is. */
const ROUND_WORDS = [
  [0, 1],
  [1, 5],
  [5, 3],
  [0, 7],
] as const;

const WORDS = Uint8Array.from({ length: 64 }, (_, step) => {
  const [first, distance] = ROUND_WORDS[step >> 4]!;
  return (first + distance * step) & 15;
});

/** The integer parts of |sin(i)| · 2³², for i from 1 in radians. */
const SINES = Uint32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));

/** The 16-byte digest of `message`. */
export function md5(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < padded.length; block += 64) mixBlock(state, view, block);
  const digest = new Uint8Array(16);
  const out = new DataView(digest.buffer);
  for (let i = 0; i < 4; i++) out.setUint32(i * 4, state[i]!, true);
  return digest;
}

/** The message, a 1 bit, zeros up to 8 bytes short of a block, and the length in bits. */
function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array((((message.length + 8) >> 6) << 6) + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(message.length) * 8n, true);
  return padded;
}

function mixBlock(state: Uint32Array, view: DataView, block: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const word = view.getUint32(block + (WORDS[step] as number) * 4, true);
    const sum = (a + mix(round, b, c, d) + (SINES[step] as number) + word) | 0;
    const rotation = ROTATIONS[step] as number;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << rotation) | (sum >>> (32 - rotation)))) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}

/** The round's function of three words. */
function mix(round: number, b: number, c: number, d: number): number {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (d & b) | (~d & c);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}
