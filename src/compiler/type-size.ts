/** How much room a field of a type takes. */

import type { Type } from "../schema/model.js";

/** The base-2 logarithm of the size in bits, from 0 for Bool to 6 for 64-bit numbers. */
export type LgSize = 0 | 3 | 4 | 5 | 6;

/** In the data section, by size; or a pointer; or, for Void, nothing. */
export function sizeOf(type: Type): LgSize | "pointer" | "nothing" {
  switch (type.which) {
    case "void":
      return "nothing";
    case "bool":
      return 0;
    case "int8":
    case "uint8":
      return 3;
    case "int16":
    case "uint16":
    case "enum":
      return 4;
    case "int32":
    case "uint32":
    case "float32":
      return 5;
    case "int64":
    case "uint64":
    case "float64":
      return 6;
    default:
      return "pointer";
  }
}
