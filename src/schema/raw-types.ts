/** `rawTypes`: as `wireTypes`, but what a schema leaves open (capabilities, AnyPointer) stays a pointer. For codecs, which have no vat. */

import { AnyPointer } from "../wire/any-pointer-type.js";
import { PointerTypes, type UntypedPointer, wireTypes } from "./pointer-types.js";
import type { SchemaType } from "./type.js";

class RawTypes extends PointerTypes {
  override of(type: SchemaType): UntypedPointer {
    return type.kind === "anyPointer" ? (AnyPointer as UntypedPointer) : super.of(type);
  }
}

export const rawTypes: PointerTypes = /*@__PURE__*/ new RawTypes({
  struct: (schema) => wireTypes.struct(schema),
  capability: () => AnyPointer as UntypedPointer,
});
