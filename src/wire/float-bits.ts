/** Floats and their bit patterns, for defaults (stored value XOR default, bit for bit). */

const buffer = new ArrayBuffer(8);
const float32 = new Float32Array(buffer);
const uint32 = new Uint32Array(buffer);
const float64 = new Float64Array(buffer);
const uint64 = new BigUint64Array(buffer);

/** What every NaN is written as, so that equal values have equal bytes (C++ does the same). */
const FLOAT32_NAN_BITS = 0x7fc00000;
const FLOAT64_NAN_BITS = 0x7ff8_0000_0000_0000n;

export function float32FromBits(bits: number): number {
  uint32[0] = bits;
  return float32[0]!;
}

export function float32Bits(value: number): number {
  if (Number.isNaN(value)) return FLOAT32_NAN_BITS;
  float32[0] = value;
  return uint32[0]!;
}

export function float64FromBits(bits: bigint): number {
  uint64[0] = bits;
  return float64[0]!;
}

export function float64Bits(value: number): bigint {
  if (Number.isNaN(value)) return FLOAT64_NAN_BITS;
  float64[0] = value;
  return uint64[0]!;
}
