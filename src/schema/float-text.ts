/**
 * Floating-point numbers as Cap'n Proto's tools write them, in JSON and in the text format alike: 15 digits if those say it all,
 * 17 if not; for Float32 6, 8 or 9. That is C's `%.*g`, without the plus sign of exponents.
 */

/** `inf`, `-inf` and `nan` for what is no number. */
export function float64Text(value: number): string {
  return special(value) ?? exact(value, [15, 17], (text) => Number(text) === value);
}

/**
 * The same for a Float32. C++ stops at 8 digits, which for some values name a neighbour; those get the 9 they need.
 */
export function float32Text(value: number): string {
  // C's strtof finds fault with denormal numbers however exact, so C++ never leaves them at 6 digits.
  const precisions = Math.abs(value) < MIN_NORMAL_FLOAT32 ? [8, 9] : [6, 8, 9];
  return special(value) ?? exact(value, precisions, (text) => Math.fround(Number(text)) === value);
}

const MIN_NORMAL_FLOAT32 = 2 ** -126;

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return Object.is(value, -0) ? "-0" : String(value);
  return undefined;
}

/** The shortest of the given precisions that `isExact` accepts; the last one in any case. */
function exact(value: number, precisions: readonly number[], isExact: (text: string) => boolean): string {
  let text = "";
  for (const precision of precisions) {
    text = general(value, precision);
    if (isExact(text)) break;
  }
  return text;
}

/** C's `%.{precision}g`, less the plus sign. */
function general(value: number, precision: number): string {
  const { digits, exponent } = rounded(Math.abs(value), precision);
  const significant = digits.replace(/0+$/, "") || "0";
  const sign = value < 0 ? "-" : "";
  if (exponent < -4 || exponent >= precision) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : "";
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${significant[0]}${fraction}e${exponent < 0 ? "-" : ""}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${significant}`;
  const whole = significant.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = significant.slice(exponent + 1);
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** Digits enough to see whether what is cut off is exactly a half. */
const LONG = 60;

/**
 * The first `precision` decimal digits of `value` and its decimal exponent, rounded half to even as C does; JavaScript's
 * own rounding takes a half up.
 */
function rounded(value: number, precision: number): { digits: string; exponent: number } {
  const [mantissa, power] = value.toExponential(LONG).split("e") as [string, string];
  const all = mantissa.replace(".", "");
  const exponent = Number(power);
  const kept = all.slice(0, precision);
  const rest = all.slice(precision);
  const isOdd = Number(kept[precision - 1]) % 2 === 1;
  const roundsUp = rest[0]! > "5" || (rest[0] === "5" && (isOdd || /[1-9]/.test(rest.slice(1))));
  if (!roundsUp) return { digits: kept, exponent };
  const next = String(BigInt(kept) + 1n);
  return next.length > precision
    ? { digits: next.slice(0, precision), exponent: exponent + 1 }
    : { digits: next, exponent };
}
