/** Lists of Bool, of Void and of enums: elements that are neither numbers nor pointers. */

import { emptyTarget } from "./empty.js";
import { type EnumType, enumOrdinal } from "./enum-type.js";
import { allocateList, type BuiltTarget, clearPointer, follow, replace } from "./layout.js";
import { type ListTarget, resolveList } from "./list-pointer.js";
import { ListBuilder, type ListInit, ListReader, toArrayLike, wrappedIndex } from "./list-reader.js";
import { isNull } from "./pointer.js";
import type { PointerType } from "./pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import { wrongKind } from "./upgrade.js";
import { BIT_ELEMENTS, LIST, TWO_BYTE_ELEMENTS, VOID_ELEMENTS } from "./word.js";

class BoolListReader extends ListReader<boolean> {
  declare private readonly bytes: Uint8Array;
  declare private readonly start: number;

  constructor(bytes: Uint8Array, start: number, length: number) {
    super(length);
    this.bytes = bytes;
    this.start = start;
  }

  protected element(index: number): boolean {
    return ((this.bytes[this.start + (index >>> 3)]! >>> (index & 7)) & 1) !== 0;
  }
}

class BoolListBuilder extends ListBuilder<boolean, boolean> {
  declare private readonly bytes: Uint8Array;
  declare private readonly start: number;

  constructor(bytes: Uint8Array, start: number, length: number) {
    super(length);
    this.bytes = bytes;
    this.start = start;
  }

  protected element(index: number): boolean {
    return ((this.bytes[this.start + (index >>> 3)]! >>> (index & 7)) & 1) !== 0;
  }

  set(index: number, value: boolean): void {
    const bit = wrappedIndex(index, this.length);
    const at = this.start + (bit >>> 3);
    if (value) this.bytes[at]! |= 1 << (bit & 7);
    else this.bytes[at]! &= ~(1 << (bit & 7));
  }
}

class VoidListBuilder extends ListBuilder<null, null> {
  protected element(_index: number): null {
    return null;
  }

  set(index: number, _value: null): void {
    wrappedIndex(index, this.length);
  }
}

class EnumListReader<E extends string> extends ListReader<E | number> {
  declare private readonly names: readonly E[];
  declare private readonly target: ListTarget;

  constructor(names: readonly E[], target: ListTarget) {
    super(target.length);
    this.names = names;
    this.target = target;
  }

  protected element(index: number): E | number {
    const { segment, start, step } = this.target;
    const ordinal = segment.view.getUint16(start + index * step, true);
    return this.names[ordinal] ?? ordinal;
  }
}

class EnumListBuilder<E extends string> extends ListBuilder<E | number, E | number> {
  declare private readonly type: EnumType<E>;
  declare private readonly view: DataView;
  declare private readonly start: number;

  constructor(type: EnumType<E>, view: DataView, start: number, length: number) {
    super(length);
    this.type = type;
    this.view = view;
    this.start = start;
  }

  protected element(index: number): E | number {
    const ordinal = this.view.getUint16(this.start + index * 2, true);
    return this.type.names[ordinal] ?? ordinal;
  }

  set(index: number, value: E | number): void {
    const ordinal = enumOrdinal(this.type, value);
    this.view.setUint16(this.start + wrappedIndex(index, this.length) * 2, ordinal, true);
  }
}

/** What the three list types have in common; `V` is the element. */
abstract class SmallListType<V> implements PointerType<ListReader<V>, ListBuilder<V, V>, ListInit<V>> {
  readonly kind = "list";
  protected abstract readonly elementSize: number;
  protected abstract reader(target: ListTarget): ListReader<V>;
  protected abstract builder(segment: BuilderSegment, start: number, length: number): ListBuilder<V, V>;

  read(segment: ReaderSegment, at: number, nesting: number): ListReader<V> {
    if (isNull(segment.view, at)) return this.zero();
    return this.reader(resolveList(segment, at, nesting, this.elementSize));
  }

  zero(): ListReader<V> {
    return this.reader(emptyTarget());
  }

  get(segment: BuilderSegment, at: number): ListBuilder<V, V> {
    if (isNull(segment.view, at)) return this.builder(segment, at, 0);
    const target: BuiltTarget = follow(segment, at);
    if ((target.low & 3) !== LIST || (target.high & 7) !== this.elementSize) throw wrongKind("list of these elements");
    return this.builder(target.segment, target.content, target.high >>> 3);
  }

  init(segment: BuilderSegment, at: number, count = 0): ListBuilder<V, V> {
    clearPointer(segment, at);
    const place = allocateList(segment, at, this.elementSize, count);
    return this.builder(place.segment, place.content, count);
  }

  set(segment: BuilderSegment, at: number, value: ListInit<V>): void {
    const values = toArrayLike(value);
    replace(segment, at, () => {
      const list = this.init(segment, at, values.length);
      for (let index = 0; index < values.length; index++) list.set(index, values[index]!);
    });
  }

  toPlain(value: ListReader<V>): V[] {
    return value.toArray();
  }
}

class BoolListType extends SmallListType<boolean> {
  protected readonly elementSize = BIT_ELEMENTS;

  protected reader({ segment, start, length }: ListTarget): ListReader<boolean> {
    return new BoolListReader(segment.bytes, start, length);
  }

  protected builder(segment: BuilderSegment, start: number, length: number): ListBuilder<boolean, boolean> {
    return new BoolListBuilder(segment.bytes, start, length);
  }
}

class VoidListType extends SmallListType<null> {
  protected readonly elementSize = VOID_ELEMENTS;

  protected reader({ length }: ListTarget): ListReader<null> {
    return new VoidListBuilder(length);
  }

  protected builder(_segment: BuilderSegment, _start: number, length: number): ListBuilder<null, null> {
    return new VoidListBuilder(length);
  }
}

class EnumListType<E extends string> extends SmallListType<E | number> {
  protected readonly elementSize = TWO_BYTE_ELEMENTS;
  declare readonly type: EnumType<E>;

  constructor(type: EnumType<E>) {
    super();
    this.type = type;
  }

  protected reader(target: ListTarget): ListReader<E | number> {
    return new EnumListReader(this.type.names, target);
  }

  protected builder(segment: BuilderSegment, start: number, length: number): ListBuilder<E | number, E | number> {
    return new EnumListBuilder(this.type, segment.view, start, length);
  }
}

/** The type of a list of `V` that is read and built element by element. */
export type ValueListType<V> = PointerType<ListReader<V>, ListBuilder<V, V>, ListInit<V>>;

export const BoolList: ValueListType<boolean> = /*@__PURE__*/ new BoolListType();
export const VoidList: ValueListType<null> = /*@__PURE__*/ new VoidListType();

const enumLists = /*@__PURE__*/ new WeakMap<object, unknown>();

/** List(E) for an enum E. One object per enum, so that what is made for a type argument is made once. */
export function enumList<E extends string>(type: EnumType<E>): ValueListType<E | number> {
  let list = enumLists.get(type) as ValueListType<E | number> | undefined;
  if (!list) {
    list = new EnumListType(type);
    enumLists.set(type, list);
  }
  return list;
}

/** The enum of a type that `enumList` made. */
export function enumOf(type: object): EnumType<string> | undefined {
  return type instanceof EnumListType ? type.type : undefined;
}
