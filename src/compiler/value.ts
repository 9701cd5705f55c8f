/**
 * Values as the compiler works with them, between an expression and its wire form. They share structure where a constant is used
 * more than once, so they are never changed.
 */

import type { Field, Type } from "../schema/model.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";

export type Evaluated =
  | { readonly kind: "void" }
  | { readonly kind: "bool"; readonly value: boolean }
  /** Any integer; whether it fits is checked against the type it is used for. */
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "data"; readonly value: Uint8Array }
  | { readonly kind: "enum"; readonly typeId: bigint; readonly ordinal: number }
  | ListValue
  | StructValue
  /** An embedded message. */
  | { readonly kind: "pointer"; readonly type: Type; readonly content: AnyPointerReader };

export interface ListValue {
  readonly kind: "list";
  /** The type of the list, not of its elements. */
  readonly type: Extract<Type, { which: "list" }>;
  readonly items: readonly Evaluated[];
}

export type StructType = Extract<Type, { which: "struct" }>;

export interface StructValue {
  readonly kind: "struct";
  readonly type: StructType;
  readonly assignments: readonly Assignment[];
}

/** A field that is given a value, with its type as it is in this struct. */
export type Assignment =
  | {
      readonly kind: "slot";
      readonly field: Extract<Field, { which: "slot" }>;
      readonly type: Type;
      readonly value: Evaluated;
    }
  | {
      readonly kind: "group";
      readonly field: Extract<Field, { which: "group" }>;
      readonly assignments: readonly Assignment[];
    };
