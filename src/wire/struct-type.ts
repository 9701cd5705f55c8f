/** Struct types as pointer types: how a pointer to a struct is read, allocated, grown and copied. */

import { UsageError } from "../errors.js";
import { copyStruct, replaceByCopy } from "./copy.js";
import { emptyStruct } from "./empty.js";
import { allocateStruct, clearPointer, replace } from "./layout.js";
import { overdrawn, tooDeep } from "./limits.js";
import { followFar, isNull, outOfBounds, wrongKind } from "./pointer.js";
import type {
  StructBuilderClass,
  StructBuilderFactory,
  StructListFactory,
  StructReaderClass,
  StructReaderFactory,
  StructType,
} from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { StructBuilder } from "./struct-builder.js";
import { structSource } from "./struct-list.js";
import { StructReader } from "./struct-reader.js";
import { growStruct } from "./upgrade.js";
import { FAR, STRUCT } from "./word.js";

/** What makes a struct type. */
export interface StructLayout<R, B, I, P> {
  /** The schema node's id. */
  readonly id: bigint;
  /** For messages: "Person.PhoneNumber". */
  readonly name: string;
  readonly dataWords: number;
  readonly pointerCount: number;
  readonly Reader: StructReaderClass<R>;
  readonly Builder: StructBuilderClass<B>;
  /** `new Reader(…)` and `new Builder(…)`, written out for this type; without them it works, more slowly. */
  readonly makeReader?: StructReaderFactory<R>;
  readonly makeBuilder?: StructBuilderFactory<B>;
  readonly makeList?: StructListFactory<B, I>;
  /** Copies a plain object into a builder that is zero so far. */
  readonly assign?: (builder: B, value: I) => void;
  readonly toPlain?: (value: R) => P;
}

class StructTypeOf<R, B, I, P> implements StructType<R, B, I, P> {
  readonly kind = "struct";
  declare readonly id: bigint;
  declare readonly name: string;
  declare readonly dataWords: number;
  declare readonly pointerCount: number;
  declare readonly Reader: StructReaderClass<R>;
  declare readonly Builder: StructBuilderClass<B>;
  declare readonly makeReader: StructReaderFactory<R>;
  declare readonly makeBuilder: StructBuilderFactory<B>;
  declare readonly makeList?: StructListFactory<B, I>;
  declare private readonly layout: StructLayout<R, B, I, P>;
  declare private empty: R | null;
  declare listType: unknown;

  constructor(layout: StructLayout<R, B, I, P>) {
    this.id = layout.id;
    this.name = layout.name;
    this.dataWords = layout.dataWords;
    this.pointerCount = layout.pointerCount;
    this.Reader = layout.Reader;
    this.Builder = layout.Builder;
    this.makeReader = layout.makeReader ?? readerFactory(layout.Reader);
    this.makeBuilder = layout.makeBuilder ?? builderFactory(layout.Builder);
    if (layout.makeList) this.makeList = layout.makeList;
    this.layout = layout;
    this.empty = null;
    this.listType = null;
  }

  read(segment: ReaderSegment, at: number, nesting: number): R {
    const { view } = segment;
    const low = view.getInt32(at, true);
    const high = view.getUint32(at + 4, true);
    if (low === 0 && high === 0) return this.zero();
    if ((low & 3) === FAR) {
      const target = followFar(segment, at, low, high);
      return this.readAt(segment, at, nesting, target.segment, target.low, target.high, target.content);
    }
    return this.readAt(segment, at, nesting, segment, low, high, at + 8 + low * 2);
  }

  /** The struct at `content` of `home`, described by (low, high); the pointer stands at `at` of `segment`. */
  private readAt(
    segment: ReaderSegment,
    at: number,
    nesting: number,
    home: ReaderSegment,
    low: number,
    high: number,
    content: number,
  ): R {
    if ((low & 3) !== STRUCT) throw wrongKind(segment, at, low, "struct");
    const dataWords = high & 0xffff;
    const pointerCount = high >>> 16;
    const words = dataWords + pointerCount;
    if (content < home.start || content + words * 8 > home.end) throw outOfBounds(segment, at);
    if (nesting <= 0) throw tooDeep(segment, at);
    const { message } = segment;
    message.remaining -= words;
    if (message.remaining < 0) overdrawn(segment, at, words);
    const dataSize = dataWords * 8;
    return this.makeReader(home, content, dataSize, content + dataSize, pointerCount, nesting - 1);
  }

  zero(): R {
    this.empty ??= emptyStruct(this.Reader);
    return this.empty;
  }

  get(segment: BuilderSegment, at: number): B {
    if (isNull(segment.view, at)) return this.init(segment, at);
    const found = growStruct(segment, at, this.dataWords, this.pointerCount);
    const { segment: home, start } = found;
    return this.makeBuilder(home, start, start + found.dataWords * 8, found.pointerCount);
  }

  init(segment: BuilderSegment, at: number): B {
    clearPointer(segment, at);
    const place = allocateStruct(segment, at, this.dataWords, this.pointerCount);
    const { content } = place;
    return this.makeBuilder(place.segment, content, content + this.dataWords * 8, this.pointerCount);
  }

  set(segment: BuilderSegment, at: number, value: I): void {
    const source = structSource(value);
    if (source) replaceByCopy(segment, at, source.$segment, (to, toAt) => copyWhole(to, toAt, source));
    else if (isNull(segment.view, at)) this.assign(this.init(segment, at), value);
    else replace(segment, at, () => this.assign(this.init(segment, at), value));
  }

  assign(builder: B, value: I): void {
    if (!this.layout.assign) throw noPlainForm(this.name);
    this.layout.assign(builder, value);
  }

  toPlain(value: R): P {
    if (!this.layout.toPlain) throw noPlainForm(this.name);
    return this.layout.toPlain(value);
  }
}

function copyWhole(segment: BuilderSegment, at: number, source: StructReader): void {
  const { $segment, $data, $dataSize, $pointers, $pointerCount, $nesting } = source;
  copyStruct(segment, at, $segment, $data, $dataSize, $pointers, $pointerCount, $nesting);
}

function noPlainForm(name: string): UsageError {
  return new UsageError("no-plain-form", `${name} is only known as readers and builders, not as plain objects`);
}

function readerFactory<R>(Reader: StructReaderClass<R>): StructReaderFactory<R> {
  return (segment, data, dataSize, pointers, pointerCount, nesting) =>
    new Reader(segment, data, dataSize, pointers, pointerCount, nesting);
}

function builderFactory<B>(Builder: StructBuilderClass<B>): StructBuilderFactory<B> {
  return (segment, data, pointers, pointerCount) => new Builder(segment, data, pointers, pointerCount);
}

/** Makes a struct type. */
export function structType<R, B, I, P = unknown>(layout: StructLayout<R, B, I, P>): StructType<R, B, I, P> {
  return new StructTypeOf(layout);
}

/** A struct of which nothing is known: reads and copies any. */
export const AnyStruct: StructType<StructReader, StructBuilder, StructReader | StructBuilder> =
  /*@__PURE__*/ structType({
    id: 0n,
    name: "AnyStruct",
    dataWords: 0,
    pointerCount: 0,
    Reader: StructReader,
    Builder: StructBuilder,
  });
