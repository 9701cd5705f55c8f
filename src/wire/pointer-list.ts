/**
 * Lists whose elements are pointers: List(Text), List(Data), lists of lists, of capabilities, of AnyPointer. A list of
 * structs reads as the list of their first pointers.
 */

import { copyPointer, replaceByCopy } from "./copy.js";
import { emptyTarget } from "./empty.js";
import { allocateList, clearPointer, follow, replace } from "./layout.js";
import { ListTarget, resolveList } from "./list-pointer.js";
import { ListBuilder, type ListInit, ListReader, toArrayLike, wrappedIndex } from "./list-reader.js";
import { isNull } from "./pointer.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { wrongKind } from "./upgrade.js";
import { COMPOSITE_ELEMENTS, LIST, POINTER_ELEMENTS, UNLIMITED_NESTING } from "./word.js";

export class PointerListReader<R> extends ListReader<R> {
  declare readonly target: ListTarget;
  declare readonly nesting: number;
  declare private readonly type: PointerType<R, unknown, never>;

  constructor(type: PointerType<R, unknown, never>, target: ListTarget, nesting: number) {
    super(target.length);
    this.target = target;
    this.nesting = nesting;
    this.type = type;
  }

  protected element(index: number): R {
    const { segment, start, step } = this.target;
    return this.type.read(segment, start + index * step, this.nesting);
  }
}

export class PointerListBuilder<B, I> extends ListBuilder<B, I> {
  declare readonly segment: BuilderSegment;
  declare readonly start: number;
  /** 8, or more for the first pointers of structs. */
  declare readonly step: number;
  declare private readonly type: PointerType<unknown, B, I>;

  constructor(type: PointerType<unknown, B, I>, segment: BuilderSegment, start: number, length: number, step: number) {
    super(length);
    this.segment = segment;
    this.start = start;
    this.step = step;
    this.type = type;
  }

  protected element(index: number): B {
    return this.type.get(this.segment, this.start + index * this.step);
  }

  set(index: number, value: I): void {
    this.type.set(this.segment, this.start + wrappedIndex(index, this.length) * this.step, value);
  }

  /** Replaces element `index` by a zeroed object; `count` is the length of a list, text or data. */
  init(index: number, count?: number): B {
    return this.type.init(this.segment, this.start + wrappedIndex(index, this.length) * this.step, count);
  }

  /** The list as readers of any pointer type see it. */
  asTarget(): ListTarget {
    return new ListTarget(this.segment.reader(), this.start, this.length, this.step, 0, 1, POINTER_ELEMENTS);
  }
}

/** List(T) for a pointer type T that is no struct. */
export class PointerListType<R, B, I>
  implements PointerType<ListReader<R>, ListBuilder<B, I>, ListInit<I> | ListReader<R> | ListBuilder<B, I>>
{
  readonly kind = "list";
  declare readonly elementType: PointerType<R, B, I>;

  constructor(elementType: PointerType<R, B, I>) {
    this.elementType = elementType;
  }

  read(segment: ReaderSegment, at: number, nesting: number): ListReader<R> {
    if (isNull(segment.view, at)) return this.zero();
    const target = resolveList(segment, at, nesting, POINTER_ELEMENTS);
    return new PointerListReader<R>(this.elementType, target, nesting - 1);
  }

  zero(): ListReader<R> {
    return new PointerListReader<R>(this.elementType, emptyTarget(), 0);
  }

  get(segment: BuilderSegment, at: number): ListBuilder<B, I> {
    if (isNull(segment.view, at)) return new PointerListBuilder(this.elementType, segment, at, 0, 8);
    const target = follow(segment, at);
    if ((target.low & 3) !== LIST) throw wrongKind("list");
    const elementSize = target.high & 7;
    if (elementSize === POINTER_ELEMENTS) {
      return new PointerListBuilder(this.elementType, target.segment, target.content, target.high >>> 3, 8);
    }
    if (elementSize !== COMPOSITE_ELEMENTS) throw wrongKind("list of pointers");
    return this.firstPointers(target.segment, target.content);
  }

  private firstPointers(segment: BuilderSegment, tag: number): ListBuilder<B, I> {
    const length = segment.view.getUint32(tag, true) >>> 2;
    const sizes = segment.view.getUint32(tag + 4, true);
    const dataSize = (sizes & 0xffff) * 8;
    const pointerCount = sizes >>> 16;
    if (pointerCount === 0) throw wrongKind("list of pointers");
    const step = dataSize + pointerCount * 8;
    return new PointerListBuilder(this.elementType, segment, tag + 8 + dataSize, length, step);
  }

  init(segment: BuilderSegment, at: number, count = 0): ListBuilder<B, I> {
    clearPointer(segment, at);
    const place = allocateList(segment, at, POINTER_ELEMENTS, count);
    return new PointerListBuilder(this.elementType, place.segment, place.content, count, 8);
  }

  set(segment: BuilderSegment, at: number, value: ListInit<I> | ListReader<R> | ListBuilder<B, I>): void {
    if (value instanceof PointerListReader) {
      const { target, nesting } = value;
      replaceByCopy(segment, at, target.segment, (to, toAt) => this.copy(to, toAt, target, nesting));
    } else if (value instanceof PointerListBuilder) {
      const target = value.asTarget();
      replaceByCopy(segment, at, target.segment, (to, toAt) => this.copy(to, toAt, target, UNLIMITED_NESTING));
    } else {
      const values = toArrayLike(value as ListInit<I>);
      replace(segment, at, () => this.fill(segment, at, values));
    }
  }

  private fill(segment: BuilderSegment, at: number, values: ArrayLike<I>): void {
    const list = this.init(segment, at, values.length);
    for (let index = 0; index < values.length; index++) list.set(index, values[index]!);
  }

  /** Copies the elements only: what else structs hold that are read as their first pointers is no part of this list. */
  private copy(segment: BuilderSegment, at: number, from: ListTarget, nesting: number): void {
    const place = allocateList(segment, at, POINTER_ELEMENTS, from.length);
    for (let index = 0; index < from.length; index++) {
      copyPointer(place.segment, place.content + index * 8, from.segment, from.start + index * from.step, nesting);
    }
  }

  toPlain(value: ListReader<R>): unknown[] {
    const { elementType } = this;
    return value.map((element) => (elementType.toPlain ? elementType.toPlain(element) : element));
  }
}
