/**
 * Type-level helpers of generated code: the faces of a bound type parameter, and the shapes that unions take as readers, as what
 * may be assigned, and as plain objects. No code.
 */

import type { AnyPointerBuilder, AnyPointerReader } from "../../wire/any-pointer.js";
import type { AnyPointer as AnyPointerValue } from "../../wire/any-pointer-type.js";
import type { CapabilityReference } from "../../wire/cap-table.js";
import type { ListBuilder, ListInit, ListReader } from "../../wire/list-reader.js";
import type { AnyPointerType, BuilderOf, InitOf, PointerType, ReaderOf, StructType } from "../../wire/pointer-type.js";
import type { StructBuilder } from "../../wire/struct-builder.js";
import type { StructReader } from "../../wire/struct-reader.js";

export type { BuilderOf, InitOf, ReaderOf } from "../../wire/pointer-type.js";

/** Whatever a type parameter can be bound to. */
export type AnyType = AnyPointerType;

/** What may be assigned to an AnyPointer: what another pointer holds, a struct, a capability, whatever a callback puts there, or null. */
export type AnyPointerInput =
  | AnyPointerReader
  | AnyPointerBuilder
  | StructReader
  | StructBuilder
  | { readonly $hook: CapabilityReference }
  | ((pointer: AnyPointerBuilder) => void)
  | null;

/** List(E) as a type argument. */
export type ListOf<E extends AnyType> = PointerType<
  ListReader<ReaderOf<E>>,
  ListBuilder<BuilderOf<E>, InitOf<E>>,
  ListInit<InitOf<E>> | ListReader<ReaderOf<E>> | ListBuilder<BuilderOf<E>, InitOf<E>>
> & { readonly elementType: E };

/** List(E) of an enum as a type argument. */
export type EnumList<E extends string> = PointerType<
  ListReader<E | number>,
  ListBuilder<E | number, E | number>,
  ListInit<E | number>
>;

/** The plain form of what a type parameter is bound to. */
export type PlainOf<K> =
  K extends StructType<infer _R, infer _B, infer _I, infer P>
    ? P | undefined
    : K extends { readonly elementType: infer E }
      ? Exclude<PlainOf<E>, undefined>[]
      : K extends typeof AnyPointerValue
        ? AnyPointerReader | null
        : ReaderOf<K>;

/** The reader of a struct with an unnamed union: `which` says which of `Members` is there. `Class` is the class behind it. */
export type Variants<Class extends { readonly which: unknown }, Members extends keyof Class> = Omit<
  Class,
  Members | "which"
> &
  ({ [M in Members]: { readonly which: M } & Pick<Class, M> }[Members] | { readonly which: number });

/**
 * One member of a union at most, to be assigned: by its name, by `which` (what is not given then has its default), or both.
 */
export type OneOf<Members> =
  | { [M in keyof Members]: Chosen<Members, M> }[keyof Members]
  | ({ readonly which?: number | undefined } & { readonly [M in keyof Members]?: undefined });

type Chosen<Members, M extends keyof Members> = { readonly [Other in Exclude<keyof Members, M>]?: undefined } & (
  | ({ readonly which?: M | undefined } & { readonly [Name in M]: Members[M] })
  | ({ readonly which: M } & { readonly [Name in M]?: Members[M] | undefined })
);

/** `OneOf` as the code that assigns it sees it. */
export type Open<Members> = { readonly which?: keyof Members | number | undefined } & {
  readonly [M in keyof Members]?: Members[M] | undefined;
};

/** A union as plain object; a member of a newer schema is its discriminant. */
export type PlainUnion<Members> =
  | { [M in keyof Members]: { which: M } & { [Name in M]: Members[M] } }[keyof Members]
  | { which: number };
