/** ListReader: a list being read, element by element. One subclass per encoding; numeric lists are typed arrays instead. */

import { UsageError } from "../errors.js";
import { WireError } from "./errors.js";

/** A read-only list. Elements are made anew at each access; an element that is malformed throws WireError when it is accessed. */
export abstract class ListReader<T> implements Iterable<T> {
  declare readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  /** The element at `index`, which lies within the list. */
  protected abstract element(index: number): T;

  /** Element `index`; negative indices count from the end. Throws UsageError outside of the list. */
  at(index: number): T {
    return this.element(index >>> 0 === index && index < this.length ? index : wrappedIndex(index, this.length));
  }

  [Symbol.iterator](): IterableIterator<T> {
    return new ListIterator<T>(this);
  }

  forEach(visit: (value: T, index: number) => void): void {
    for (let index = 0; index < this.length; index++) visit(this.element(index), index);
  }

  map<U>(transform: (value: T, index: number) => U): U[] {
    const values: U[] = [];
    for (let index = 0; index < this.length; index++) values.push(transform(this.element(index), index));
    return values;
  }

  filter(test: (value: T, index: number) => boolean): T[] {
    const values: T[] = [];
    for (let index = 0; index < this.length; index++) {
      const value = this.element(index);
      if (test(value, index)) values.push(value);
    }
    return values;
  }

  find(test: (value: T, index: number) => boolean): T | undefined {
    const index = this.findIndex(test);
    return index < 0 ? undefined : this.element(index);
  }

  findIndex(test: (value: T, index: number) => boolean): number {
    for (let index = 0; index < this.length; index++) if (test(this.element(index), index)) return index;
    return -1;
  }

  some(test: (value: T, index: number) => boolean): boolean {
    return this.findIndex(test) >= 0;
  }

  every(test: (value: T, index: number) => boolean): boolean {
    return this.findIndex((value, index) => !test(value, index)) < 0;
  }

  reduce<U>(combine: (result: U, value: T, index: number) => U, initial: U): U {
    let result = initial;
    for (let index = 0; index < this.length; index++) result = combine(result, this.element(index), index);
    return result;
  }

  toArray(): T[] {
    return this.map((value) => value);
  }

  /** What Node's console shows: the elements, as many as it shows of an array. A list in few bytes may be very long. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    const shown: T[] = [];
    try {
      for (let index = 0; index < this.length && index < MOST_SHOWN; index++) shown.push(this.element(index));
    } catch (error) {
      // Looking at a message must not fail because a part of it is malformed.
      if (!(error instanceof WireError)) throw error;
      return `${inspect(shown, options)} <malformed: ${error.message}>`;
    }
    const more = this.length - shown.length;
    return inspect(shown, options) + (more > 0 ? ` and ${more} more` : "");
  }
}

class ListIterator<T> implements IterableIterator<T> {
  declare private readonly list: { readonly length: number; at(index: number): T };
  declare private index: number;

  constructor(list: { readonly length: number; at(index: number): T }) {
    this.list = list;
    this.index = 0;
  }

  next(): IteratorResult<T> {
    if (this.index >= this.list.length) return { done: true, value: undefined };
    return { done: false, value: this.list.at(this.index++) };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** How many elements of a list are shown: the console's own limit for arrays. */
const MOST_SHOWN = 100;

/** A list being built, of fixed length. */
export abstract class ListBuilder<B, I = unknown> extends ListReader<B> {
  /** Makes element `index` a copy of `value`. Throws UsageError outside of the list. */
  abstract set(index: number, value: I): void;
}

/** `index` from the end, or UsageError. */
export function wrappedIndex(index: number, length: number): number {
  if (Number.isInteger(index)) {
    if (index >= 0 && index < length) return index;
    if (index < 0 && index + length >= 0) return index + length;
  }
  throw new UsageError("index-out-of-range", `Index ${index} is outside of a list of ${length}`);
}

/** Values for a list that are no list of a message. */
export type ListInit<I> = Iterable<I> | ArrayLike<I>;

/** `values` with a known length. */
export function toArrayLike<I>(values: ListInit<I>): ArrayLike<I> {
  if (values instanceof ListReader) return values.toArray();
  return "length" in values ? values : Array.from(values);
}
