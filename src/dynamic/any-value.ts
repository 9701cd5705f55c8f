/** AnyPointer fields of dynamic structs: like the wire layer's, but whatever has a pointer form of its own may be assigned. */

import { Client } from "../cap/client.js";
import { UsageError } from "../errors.js";
import { AnyPointerBuilder, AnyPointerReader } from "../wire/any-pointer.js";
import { AnyPointer } from "../wire/any-pointer-type.js";
import { Data } from "../wire/data.js";
import type { PointerType } from "../wire/pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "../wire/segment.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { AnyStruct } from "../wire/struct-type.js";
import { Text } from "../wire/text.js";

/**
 * Sets a pointer to what `value` is: what another pointer holds, a struct of any message, a capability, a string (as Text), bytes (as
 * Data), null, or whatever a callback builds there. Lists and plain objects have no type of their own: set those through
 * `AnyPointerBuilder.set(type, value)`. Throws UsageError.
 */
export function setAnyValue(pointer: AnyPointerBuilder, value: unknown): void {
  if (value === null || value === undefined) pointer.clear();
  else if (typeof value === "function") value(pointer);
  else if (typeof value === "string") pointer.set(Text, value);
  else if (value instanceof Uint8Array) pointer.set(Data, value);
  else if (value instanceof AnyPointerReader || value instanceof AnyPointerBuilder) pointer.setAny(value);
  else if (value instanceof StructReader || value instanceof StructBuilder) pointer.set(AnyStruct, value);
  else if (value instanceof Client) pointer.setCapability(value.$hook.addRef());
  else {
    throw new UsageError(
      "untyped-value",
      "an AnyPointer cannot tell what type this value is of; give a callback that sets it: (pointer) => pointer.set(type, value)",
    );
  }
}

class AnyValueType implements PointerType<AnyPointerReader, AnyPointerBuilder, unknown> {
  readonly kind = "any";

  read(segment: ReaderSegment, at: number, nesting: number): AnyPointerReader {
    return AnyPointer.read(segment, at, nesting);
  }

  zero(): AnyPointerReader {
    return AnyPointer.zero();
  }

  get(segment: BuilderSegment, at: number): AnyPointerBuilder {
    return AnyPointer.get(segment, at);
  }

  init(segment: BuilderSegment, at: number): AnyPointerBuilder {
    return AnyPointer.init(segment, at);
  }

  set(segment: BuilderSegment, at: number, value: unknown): void {
    setAnyValue(new AnyPointerBuilder(segment, at), value);
  }
}

export const AnyValue: PointerType<AnyPointerReader, AnyPointerBuilder, unknown> = /*@__PURE__*/ new AnyValueType();
