/** Enums: string names in programs, 16-bit ordinals on the wire. An ordinal the schema does not know reads as its number. */

import { UsageError } from "../errors.js";

export interface EnumType<E extends string> {
  /** Names by ordinal. */
  readonly names: readonly E[];
}

/** The ordinal of `value`. Throws UsageError for an unknown name or a number that is no ordinal. */
export function enumOrdinal<E extends string>(type: EnumType<E>, value: E | number): number {
  if (typeof value === "number") {
    if ((value & 0xffff) === value) return value;
  } else {
    // Names are few and interned: comparing them in turn beats a hash.
    const { names } = type;
    for (let ordinal = 0; ordinal < names.length; ordinal++) if (names[ordinal] === value) return ordinal;
  }
  throw new UsageError("value-out-of-range", `${JSON.stringify(value)} is none of ${type.names.join(", ")}`);
}
