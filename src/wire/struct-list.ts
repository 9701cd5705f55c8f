/**
 * Lists of structs. On the wire mostly composite lists; a list of a primitive or of pointers reads as structs whose first
 * field it is, unless it is a list of Bool.
 */

import { copyList, copySections, copyStruct, replaceByCopy } from "./copy.js";
import { emptyTarget } from "./empty.js";
import {
  allocateStructList,
  type BuiltTarget,
  clearPointer,
  clearPointers,
  copyBytes,
  follow,
  replace,
  transfer,
} from "./layout.js";
import { tooDeep } from "./limits.js";
import { ListTarget, resolveList } from "./list-pointer.js";
import { ListBuilder, type ListInit, ListReader, toArrayLike, wrappedIndex } from "./list-reader.js";
import { isNull } from "./pointer.js";
import type { PointerType, StructListFactory, StructReaderFactory, StructType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { StructBuilder } from "./struct-builder.js";
import { StructReader } from "./struct-reader.js";
import { growStructList } from "./upgrade.js";
import { COMPOSITE_ELEMENTS, LIST, UNLIMITED_NESTING } from "./word.js";

export class StructListReader<R> extends ListReader<R> implements ListTarget {
  declare readonly segment: ReaderSegment;
  declare readonly start: number;
  declare readonly step: number;
  declare readonly dataSize: number;
  declare readonly pointerCount: number;
  declare readonly elementSize: number;
  declare readonly nesting: number;
  declare private readonly make: StructReaderFactory<R>;

  constructor(make: StructReaderFactory<R>, target: ListTarget, nesting: number) {
    super(target.length);
    this.segment = target.segment;
    this.start = target.start;
    this.step = target.step;
    this.dataSize = target.dataSize;
    this.pointerCount = target.pointerCount;
    this.elementSize = target.elementSize;
    this.nesting = nesting;
    this.make = make;
  }

  /** Throws WireError "nesting-limit": an element lies one level below its list, as in C++. */
  protected element(index: number): R {
    const data = this.start + index * this.step;
    const nesting = this.nesting - 1;
    if (nesting < 0) throw tooDeep(this.segment, data);
    return this.make(this.segment, data, this.dataSize, data + this.dataSize, this.pointerCount, nesting);
  }
}

/** Lists of most structs are of a subclass whose elements are of one class (StructListFactory). */
export class StructListBuilder<B, I> extends ListBuilder<B, I> {
  declare readonly segment: BuilderSegment;
  declare readonly start: number;
  declare readonly dataSize: number;
  declare readonly pointerCount: number;
  declare private readonly type: StructType<unknown, B, I>;

  constructor(
    type: StructType<unknown, B, I>,
    segment: BuilderSegment,
    start: number,
    length: number,
    dataSize: number,
    pointerCount: number,
  ) {
    super(length);
    this.segment = segment;
    this.start = start;
    this.dataSize = dataSize;
    this.pointerCount = pointerCount;
    this.type = type;
  }

  protected element(index: number): B {
    const data = this.dataOf(index);
    return this.type.makeBuilder(this.segment, data, data + this.dataSize, this.pointerCount);
  }

  /** Where the data section of element `index` is. */
  private dataOf(index: number): number {
    return this.start + index * (this.dataSize + this.pointerCount * 8);
  }

  /** Erases the element, then copies `value` into it. A reader or builder of a larger struct loses what does not fit. */
  set(index: number, value: I): void {
    const data = this.dataOf(wrappedIndex(index, this.length));
    const source = structSource(value);
    if (!source) {
      this.erase(data);
      this.type.assign(this.at(index), value);
    } else if (this.segment.message.isMirror(source.$segment.message)) {
      if (source.$data !== data || source.$segment.bytes !== this.segment.bytes) this.copyWithin(source, data);
    } else {
      this.erase(data);
      this.copy(source, data);
    }
  }

  private erase(data: number): void {
    clearPointers(this.segment, data + this.dataSize, this.pointerCount);
    this.segment.bytes.fill(0, data, data + this.dataSize);
  }

  /** Copies a part of this message, which may contain the element or lie in it, by way of a spare pointer. */
  private copyWithin(source: StructReader, data: number): void {
    const slot = this.segment.message.takeSlot(this.segment);
    const { $segment, $data, $dataSize, $pointers, $pointerCount, $nesting } = source;
    copyStruct(slot.segment, slot.at, $segment, $data, $dataSize, $pointers, $pointerCount, $nesting);
    this.erase(data);
    this.takeOver(follow(slot.segment, slot.at), data);
    clearPointer(slot.segment, slot.at);
    this.segment.message.giveSlot(slot);
  }

  /** Moves the sections of another struct into the zeroed element; what does not fit stays. */
  private takeOver({ segment, high, content }: BuiltTarget, data: number): void {
    const dataSize = (high & 0xffff) * 8;
    const pointerCount = Math.min(high >>> 16, this.pointerCount);
    copyBytes(this.segment.bytes, data, segment.bytes, content, Math.min(dataSize, this.dataSize));
    for (let index = 0; index < pointerCount; index++) {
      transfer(this.segment, data + this.dataSize + index * 8, segment, content + dataSize + index * 8);
    }
  }

  /** Copies a struct's sections into the zeroed element. */
  private copy(source: StructReader, data: number): void {
    copySections(
      this.segment,
      data,
      data + this.dataSize,
      source.$segment,
      source.$data,
      Math.min(source.$dataSize, this.dataSize),
      source.$pointers,
      Math.min(source.$pointerCount, this.pointerCount),
      source.$nesting,
    );
  }

  /** The list as readers see it. */
  asReader<R>(make: StructReaderFactory<R>): StructListReader<R> {
    const target = new ListTarget(
      this.segment.reader(),
      this.start,
      this.length,
      this.dataSize + this.pointerCount * 8,
      this.dataSize,
      this.pointerCount,
      COMPOSITE_ELEMENTS,
    );
    return new StructListReader(make, target, UNLIMITED_NESTING);
  }
}

function structListBuilder<B, I>(...list: Parameters<StructListFactory<B, I>>): ListBuilder<B, I> {
  return new StructListBuilder(...list);
}

/** `value` as a reader if it is a struct of some message. */
export function structSource(value: unknown): StructReader | null {
  if (value instanceof StructReader) return value;
  if (value instanceof StructBuilder) return value.$asReader(StructReader);
  return null;
}

/** Up to here a list's bytes, whatever its structs, are a 32-bit number. */
const LARGEST_SIMPLE_LENGTH = 1000;

/** List(T) for a struct type T. */
export class StructListType<R, B, I>
  implements PointerType<ListReader<R>, ListBuilder<B, I>, ListInit<I> | ListReader<R> | ListBuilder<B, I>>
{
  readonly kind = "list";
  declare readonly elementType: StructType<R, B, I>;
  // What the element type says, here as well: element types have many shapes, list types one.
  declare private readonly make: StructReaderFactory<R>;
  declare private readonly makeList: StructListFactory<B, I>;
  declare private readonly dataWords: number;
  declare private readonly pointerCount: number;
  declare private readonly step: number;

  constructor(elementType: StructType<R, B, I>) {
    this.elementType = elementType;
    this.make = elementType.makeReader;
    this.makeList = elementType.makeList ?? structListBuilder;
    this.dataWords = elementType.dataWords;
    this.pointerCount = elementType.pointerCount;
    this.step = (elementType.dataWords + elementType.pointerCount) * 8;
  }

  read(segment: ReaderSegment, at: number, nesting: number): ListReader<R> {
    if (isNull(segment.view, at)) return this.zero();
    const target = resolveList(segment, at, nesting, COMPOSITE_ELEMENTS);
    return new StructListReader(this.make, target, nesting - 1);
  }

  zero(): ListReader<R> {
    return new StructListReader(this.make, emptyTarget(), 0);
  }

  get(segment: BuilderSegment, at: number): ListBuilder<B, I> {
    if (isNull(segment.view, at)) return this.makeList(this.elementType, segment, at, 0, 0, 0);
    const found = growStructList(segment, at, this.dataWords, this.pointerCount);
    return this.makeList(
      this.elementType,
      found.segment,
      found.start,
      found.length,
      found.dataWords * 8,
      found.pointerCount,
    );
  }

  init(segment: BuilderSegment, at: number, count = 0): ListBuilder<B, I> {
    const { view } = segment;
    const { dataWords, pointerCount } = this;
    if ((view.getInt32(at, true) | view.getInt32(at + 4, true)) !== 0) clearPointer(segment, at);
    if (count >>> 0 !== count || count > LARGEST_SIMPLE_LENGTH) return this.initElsewhere(segment, at, count);
    const bytes = count * this.step;
    const tag = segment.allocate(bytes + 8);
    if (tag < 0) return this.initElsewhere(segment, at, count);
    view.setInt32(at, ((tag - at - 8) >>> 1) + LIST, true);
    view.setInt32(at + 4, bytes + COMPOSITE_ELEMENTS, true);
    view.setInt32(tag, count << 2, true);
    view.setInt32(tag + 4, dataWords | (pointerCount << 16), true);
    return this.makeList(this.elementType, segment, tag + 8, count, dataWords * 8, pointerCount);
  }

  /** A list that is very long, or does not fit into the pointer's segment. */
  private initElsewhere(segment: BuilderSegment, at: number, count: number): ListBuilder<B, I> {
    const { dataWords, pointerCount } = this;
    const place = allocateStructList(segment, at, count, dataWords, pointerCount);
    const first = place.content + 8;
    return this.makeList(this.elementType, place.segment, first, count, dataWords * 8, pointerCount);
  }

  set(segment: BuilderSegment, at: number, value: ListInit<I> | ListReader<R> | ListBuilder<B, I>): void {
    if (value instanceof StructListReader) {
      replaceByCopy(segment, at, value.segment, (to, toAt) => copyList(to, toAt, value, value.nesting));
    } else if (value instanceof StructListBuilder) {
      this.set(segment, at, value.asReader<R>(this.elementType.makeReader));
    } else {
      const values = toArrayLike(value as ListInit<I>);
      if (isNull(segment.view, at)) this.fill(segment, at, values);
      else replace(segment, at, () => this.fill(segment, at, values));
    }
  }

  private fill(segment: BuilderSegment, at: number, values: ArrayLike<I>): void {
    const list = this.init(segment, at, values.length);
    for (let index = 0; index < values.length; index++) list.set(index, values[index]!);
  }

  toPlain(value: ListReader<R>): unknown[] {
    return value.map((element) => this.elementType.toPlain(element));
  }
}
