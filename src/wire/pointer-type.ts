/**
 * The uniform face of everything a pointer field can hold. A type is a value (`Text`, `listOf(Person)`), so generic code,
 * generated code and generics bound at run time all go through these five verbs.
 */

import type { ListBuilder } from "./list-reader.js";
import type { BuilderSegment, ReaderSegment } from "./segment.js";
import type { StructBuilder } from "./struct-builder.js";
import type { StructReader } from "./struct-reader.js";

export type PointerTypeKind = "text" | "data" | "struct" | "list" | "capability" | "any";

/**
 * `R` is what reading gives, `B` what a builder gives, `I` what may be set. `at` is the byte offset of the pointer word
 * itself; it lies within the segment (the caller checked the pointer section).
 */
export interface PointerType<R, B, I> {
  readonly kind: PointerTypeKind;
  /** Reads the pointer; a null pointer is the zero value. `nesting` is how many pointers may still be followed in depth. Throws WireError. */
  read(segment: ReaderSegment, at: number, nesting: number): R;
  /** The zero value: what a pointer beyond the pointer section reads as. */
  zero(): R;
  /** For changing in place. A null struct is allocated; a null list, text or data is empty; a struct smaller than the schema's is moved and grown. */
  get(segment: BuilderSegment, at: number): B;
  /** Replaces what the pointer holds by a zeroed object; `count` is the length of a list, text or data. */
  init(segment: BuilderSegment, at: number, count?: number): B;
  /** Replaces what the pointer holds by a copy of `value`: plain, a reader or a builder. */
  set(segment: BuilderSegment, at: number, value: I): void;
  /** `value` as plain objects that share no memory with the message. */
  toPlain?(value: R): unknown;
  /** The list of this type, kept here by `listOf`; null until it is asked for. */
  listType?: unknown;
}

/** Any pointer type at all, for code that only stores or compares them. */
export type AnyPointerType = PointerType<unknown, unknown, never>;

export type ReaderOf<T> = T extends PointerType<infer R, infer _B, infer _I> ? R : never;
export type BuilderOf<T> = T extends PointerType<infer _R, infer B, infer _I> ? B : never;
export type InitOf<T> = T extends PointerType<infer _R, infer _B, infer I> ? I : never;

/** The class of a struct's readers; every subclass of StructReader that keeps its constructor is one. */
export type StructReaderClass<R> = new (
  segment: ReaderSegment,
  data: number,
  dataSize: number,
  pointers: number,
  pointerCount: number,
  nesting: number,
) => R;

export type StructBuilderClass<B> = new (
  segment: BuilderSegment,
  data: number,
  pointers: number,
  pointerCount: number,
) => B;

/**
 * `new Reader(…)` as a function. Each class has one of its own, written out where the class is known: V8 then builds the object
 * inline, where `new` with whatever class a type holds is a slow generic construction.
 */
export type StructReaderFactory<R> = (
  segment: ReaderSegment,
  data: number,
  dataSize: number,
  pointers: number,
  pointerCount: number,
  nesting: number,
) => R;

export type StructBuilderFactory<B> = (
  segment: BuilderSegment,
  data: number,
  pointers: number,
  pointerCount: number,
) => B;

/**
 * `new List(…)` of a subclass of StructListBuilder whose elements are of one class, for the same reason. Of a method's type, whose params
 * TypeScript compares both ways: otherwise whether a StructType is one of wider types depends on which file it looks at first.
 */
export type StructListFactory<B, I> = {
  make(
    type: StructType<unknown, B, I>,
    segment: BuilderSegment,
    start: number,
    length: number,
    dataSize: number,
    pointerCount: number,
  ): ListBuilder<B, I>;
}["make"];

/** A struct type: layout, classes and how plain objects go in and come out. */
export interface StructType<R, B, I, P = unknown> extends PointerType<R, B, I> {
  readonly kind: "struct";
  readonly id: bigint;
  readonly name: string;
  readonly dataWords: number;
  readonly pointerCount: number;
  readonly Reader: StructReaderClass<R>;
  readonly Builder: StructBuilderClass<B>;
  readonly makeReader: StructReaderFactory<R>;
  readonly makeBuilder: StructBuilderFactory<B>;
  /** Lists being built; without it they are StructListBuilders, which is slower. */
  readonly makeList?: StructListFactory<B, I>;
  toPlain(value: R): P;
  /** Copies `value` into a builder that is zero so far. */
  assign(builder: B, value: I): void;
}

/** Narrow helpers for code that handles structs of any type. */
export type AnyStructType = StructType<StructReader, StructBuilder, never>;
