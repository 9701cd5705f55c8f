/** What the declarations in generated code call: the makers of struct types, and what puts nested declarations onto them. */

import { UsageError } from "../../errors.js";
import { AnyPointerBuilder, AnyPointerReader } from "../../wire/any-pointer.js";
import { AnyPointer } from "../../wire/any-pointer-type.js";
import { listOf as listOfWire } from "../../wire/list-of.js";
import type {
  StructBuilderClass,
  StructBuilderFactory,
  StructListFactory,
  StructReaderClass,
  StructReaderFactory,
  StructType,
} from "../../wire/pointer-type.js";
import { AnyStruct, structType } from "../../wire/struct-type.js";
import { brand } from "./brand.js";
import type { AnyPointerInput, AnyType, ListOf } from "./faces.js";

/** What `struct` is told of a struct. */
export interface StructSpec<R, B, I> {
  readonly id: bigint;
  /** "Person.PhoneNumber" */
  readonly name: string;
  readonly dataWords: number;
  readonly pointerCount: number;
  readonly Reader: StructReaderClass<R>;
  readonly Builder: StructBuilderClass<B>;
  readonly makeReader: StructReaderFactory<R>;
  readonly makeBuilder: StructBuilderFactory<B>;
  readonly makeList?: StructListFactory<B, I | B>;
  /** How many type parameters a generic struct has, those of enclosing scopes included. */
  readonly typeParameters?: number;
}

/** The object that stands for a struct at run time. A generic one is made with all its parameters bound to AnyPointer. */
export function struct<R, B, I, P>(spec: StructSpec<R, B, I>): StructType<R, B, I | B, P> {
  const { Reader, Builder, typeParameters } = spec;
  if (typeParameters) {
    const unbound = brand(new Array<AnyType>(typeParameters).fill(AnyPointer));
    Object.defineProperty(Reader.prototype, "$brand", { value: unbound });
    Object.defineProperty(Builder.prototype, "$brand", { value: unbound });
  }
  const { makeReader, makeBuilder, makeList } = spec;
  const assign = (Builder.prototype as { assign(this: B, init: I | B): void }).assign;
  const toObject = (Reader.prototype as { toObject(this: R): P }).toObject;
  return structType<R, B, I | B, P>({
    id: spec.id,
    name: spec.name,
    dataWords: spec.dataWords,
    pointerCount: spec.pointerCount,
    Reader,
    Builder,
    makeReader,
    makeBuilder,
    ...(makeList && { makeList }),
    assign: (builder, init) => assign.call(builder, init),
    toPlain: (reader) => toObject.call(reader),
  });
}

/** List(E), as a type argument knows it. */
export const listOf = listOfWire as <E extends AnyType>(elementType: E) => ListOf<E>;

/** `type` with `members`: the types and constants declared inside it. */
export function withMembers<T extends object, M extends object>(type: T, members: M): T & M {
  return Object.assign(type, members);
}

/** The reader class of a struct with a union, as what makes readers that narrow on `which`. */
export function narrowed<R>(Reader: StructReaderClass<unknown>): StructReaderClass<R> {
  return Reader as StructReaderClass<R>;
}

/** An AnyPointer in a plain object: a null pointer is null. */
export function nullable(pointer: AnyPointerReader): AnyPointerReader | null {
  return pointer.isNull ? null : pointer;
}

/** Sets an AnyPointer to whatever `value` is. */
export function setAnyPointer(pointer: AnyPointerBuilder, value: AnyPointerInput): void {
  if (value === null) pointer.clear();
  else if (typeof value === "function") value(pointer);
  else if (value instanceof AnyPointerReader || value instanceof AnyPointerBuilder) pointer.setAny(value);
  else if ("$hook" in value) pointer.setCapability(value.$hook.addRef());
  else pointer.set(AnyStruct, value);
}

/** A plain object named a union member that the schema does not have. */
export function unknownMember(type: string, member: unknown): UsageError {
  return new UsageError(
    "unknown-union-member",
    `${type} has no union member ${JSON.stringify(member)} that could be set`,
  );
}

/** The plain form of what a pointer of `type` holds, for types that are only known at run time. */
export function toPlain<P>(type: AnyType, value: unknown): P {
  if (value instanceof AnyPointerReader) return nullable(value) as P;
  return (type.toPlain ? type.toPlain(value) : value) as P;
}
