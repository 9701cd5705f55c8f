/** Numbers in JSON, read for what they say: integers of 64 bits without going through a double. */

import type { PrimitiveTypeName } from "../schema/model.js";

export type IntegerTypeName = Extract<PrimitiveTypeName, `int${string}` | `uint${string}`>;

/** The range of each integer type. */
export const INTEGER_RANGES: { readonly [K in IntegerTypeName]: { readonly min: bigint; readonly max: bigint } } = {
  int8: range(-(2n ** 7n), 2n ** 7n),
  int16: range(-(2n ** 15n), 2n ** 15n),
  int32: range(-(2n ** 31n), 2n ** 31n),
  int64: range(-(2n ** 63n), 2n ** 63n),
  uint8: range(0n, 2n ** 8n),
  uint16: range(0n, 2n ** 16n),
  uint32: range(0n, 2n ** 32n),
  uint64: range(0n, 2n ** 64n),
};

function range(min: bigint, end: bigint): { min: bigint; max: bigint } {
  return { min, max: end - 1n };
}

/** No integer of ours is longer; longer digits need not be looked at. */
const MAX_DIGITS = 40;

/** The integer that a JSON number is: `12`, `1.20e2`. Undefined if it has a fraction, or is far beyond 64 bits. */
export function integerOf(number: string): bigint | undefined {
  if (/^-?[0-9]{1,40}$/.test(number)) return BigInt(number);
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(number);
  if (!match) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return 0n;
  const zeros = digits.length - significant.length + Number(power) - fraction.length;
  if (zeros < 0 || significant.length + zeros > MAX_DIGITS) return undefined;
  return BigInt(sign + significant + "0".repeat(zeros));
}

/** The integer in a string, as C++ takes it: decimal, or hexadecimal after `0x`. Undefined for anything else. */
export function integerInString(text: string): bigint | undefined {
  const match = /^\s*([+-]?)0*([0-9]{1,40})$/.exec(text) ?? /^\s*(-?)(0[xX][0-9a-fA-F]{1,32})$/.exec(text);
  if (!match) return undefined;
  const magnitude = BigInt(match[2]!);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** The float in a string, as C++ takes it: a number, or a name of what JSON has no number for. Undefined for anything else. */
export function floatInString(text: string): number | undefined {
  const match = /^\s*([+-]?)(.*)$/s.exec(text)!;
  const sign = match[1] === "-" ? -1 : 1;
  const rest = match[2]!;
  if (/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(rest)) return sign * Number(rest);
  if (/^inf(?:inity)?$/i.test(rest)) return sign * Infinity;
  return /^nan$/i.test(rest) ? Number.NaN : undefined;
}
