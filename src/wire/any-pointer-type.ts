/** AnyPointer as a pointer type, for fields and type parameters whose type is left open. */

import { AnyPointerBuilder, AnyPointerReader } from "./any-pointer.js";
import { nullPointer } from "./empty.js";
import { clearPointer } from "./layout.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";

class AnyPointerType implements PointerType<AnyPointerReader, AnyPointerBuilder, AnyPointerReader | AnyPointerBuilder> {
  readonly kind = "any";

  read(segment: ReaderSegment, at: number, nesting: number): AnyPointerReader {
    return new AnyPointerReader(segment, at, nesting);
  }

  zero(): AnyPointerReader {
    return nullPointer;
  }

  get(segment: BuilderSegment, at: number): AnyPointerBuilder {
    return new AnyPointerBuilder(segment, at);
  }

  /** Makes the pointer null. */
  init(segment: BuilderSegment, at: number, _count?: number): AnyPointerBuilder {
    clearPointer(segment, at);
    return new AnyPointerBuilder(segment, at);
  }

  set(segment: BuilderSegment, at: number, value: AnyPointerReader | AnyPointerBuilder): void {
    new AnyPointerBuilder(segment, at).setAny(value);
  }
}

export const AnyPointer: PointerType<AnyPointerReader, AnyPointerBuilder, AnyPointerReader | AnyPointerBuilder> =
  /*@__PURE__*/ new AnyPointerType();
