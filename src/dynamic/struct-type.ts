/**
 * DynamicStructType: a struct type made of its schema. It is a StructType as generated code has them, so it goes wherever one does
 * (`reader.as(Person)`, `listOf(Person)`, `message.initRoot(Person)`); and what is declared inside the struct are its properties.
 */

import { UsageError } from "../errors.js";
import { type FieldAccess, fieldAccess } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import type { StructSchema } from "../schema/struct-schema.js";
import type { SchemaType } from "../schema/type.js";
import { decodeFrame, type FrameOptions } from "../wire/framing.js";
import { type BuilderOptions, MessageBuilder } from "../wire/message.js";
import { decodePackedFrame } from "../wire/packed.js";
import type { StructType } from "../wire/pointer-type.js";
import type { BuilderSegment, ReaderSegment } from "../wire/segment.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { structType } from "../wire/struct-type.js";
import { assign, type FromObjectOptions } from "./from-object.js";
import type { DynamicBuilder, DynamicBuilderClass, DynamicReader, DynamicReaderClass, Fields } from "./struct.js";
import { makeBuilderClass, makeReaderClass } from "./struct-class.js";
import { toObject } from "./to-object.js";
import type { DynamicTypes } from "./types.js";

/** A field and how to reach it, with what is asked at every access. */
export interface Member {
  readonly field: FieldSchema;
  readonly access: FieldAccess;
  /** A slot in the pointer section. */
  readonly isPointer: boolean;
  readonly isGroup: boolean;
  /** Which member of the union it is; -1 outside of unions. */
  readonly discriminant: number;
  /** Where the union's discriminant lies. */
  readonly discriminantOffset: number;
}

/** What may be given for a struct: a plain object, or a reader or builder, which is copied. */
export type StructInit = object;

export class DynamicStructType<F extends object = Fields>
  implements StructType<DynamicReader & Readonly<F>, DynamicBuilder & F, StructInit, F>
{
  readonly kind = "struct";
  readonly id: bigint;
  readonly name: string;
  readonly dataWords: number;
  readonly pointerCount: number;
  readonly Reader: StructType<DynamicReader & Readonly<F>, unknown, never>["Reader"];
  readonly Builder: StructType<unknown, DynamicBuilder & F, never>["Builder"];
  readonly makeReader: StructType<DynamicReader & Readonly<F>, unknown, never>["makeReader"];
  readonly makeBuilder: StructType<unknown, DynamicBuilder & F, never>["makeBuilder"];
  readonly schema: StructSchema;
  /** Where the types of its fields come from. */
  readonly types: DynamicTypes;
  /** By name and by property; null until first asked. */
  #members: ReadonlyMap<string, Member> | null = null;
  readonly #wire: StructType<DynamicReader & Readonly<F>, DynamicBuilder & F, StructInit, F>;

  /** Made by DynamicTypes.struct, which makes one for each schema. */
  constructor(schema: StructSchema, types: DynamicTypes) {
    this.schema = schema;
    this.types = types;
    this.id = schema.id;
    this.name = schema.brandedName;
    this.dataWords = schema.dataWords;
    this.pointerCount = schema.pointerCount;
    const self = this as unknown as DynamicStructType;
    this.Reader = makeReaderClass(self) as DynamicReaderClass as typeof this.Reader;
    this.Builder = makeBuilderClass(self) as DynamicBuilderClass as typeof this.Builder;
    this.#wire = structType({
      id: this.id,
      name: this.name,
      dataWords: this.dataWords,
      pointerCount: this.pointerCount,
      Reader: this.Reader,
      Builder: this.Builder,
      assign: (builder: DynamicBuilder & F, value: StructInit) => assign(builder, value),
      toPlain: (reader: DynamicReader & Readonly<F>) => toObject(reader) as F,
    });
    this.makeReader = this.#wire.makeReader;
    this.makeBuilder = this.#wire.makeBuilder;
  }

  /** A message with this struct as its root: `init` says what it holds. The message is the builder's `$segment.message`. */
  newMessage(init?: StructInit, options?: BuilderOptions): DynamicBuilder & F {
    const message = new MessageBuilder(options);
    if (init instanceof StructReader || init instanceof StructBuilder) {
      message.setRoot(this, init);
      return message.getRoot(this);
    }
    const root = message.initRoot(this);
    if (init !== undefined) assign(root, init);
    return root;
  }

  /** As newMessage, from data that came from elsewhere: `options` say how it writes bytes and whether it may have unknown fields. */
  fromObject(value: object, options?: FromObjectOptions): DynamicBuilder & F {
    const root = new MessageBuilder().initRoot(this);
    assign(root, value, options);
    return root;
  }

  /** Reads a framed message whose root is such a struct. Throws WireError. */
  read(bytes: Uint8Array, options?: FrameOptions): DynamicReader & Readonly<F>;
  read(segment: ReaderSegment, at: number, nesting: number): DynamicReader & Readonly<F>;
  read(from: ReaderSegment | Uint8Array, at?: number | FrameOptions, nesting?: number): DynamicReader & Readonly<F> {
    if (typeof at === "number") return this.#wire.read(from as ReaderSegment, at, nesting as number);
    if (!(from instanceof Uint8Array))
      throw new UsageError("wrong-type", `${this.name}.read takes the bytes of a message`);
    return decodeFrame(from, at).getRoot(this.#wire);
  }

  /** Reads a packed message whose root is such a struct. Throws WireError. */
  readPacked(bytes: Uint8Array, options?: FrameOptions): DynamicReader & Readonly<F> {
    return decodePackedFrame(bytes, options).getRoot(this.#wire);
  }

  zero(): DynamicReader & Readonly<F> {
    return this.#wire.zero();
  }

  get(segment: BuilderSegment, at: number): DynamicBuilder & F {
    return this.#wire.get(segment, at);
  }

  init(segment: BuilderSegment, at: number): DynamicBuilder & F {
    return this.#wire.init(segment, at);
  }

  set(segment: BuilderSegment, at: number, value: StructInit): void {
    this.#wire.set(segment, at, value);
  }

  assign(builder: DynamicBuilder & F, value: StructInit): void {
    assign(builder, value);
  }

  toPlain(value: DynamicReader & Readonly<F>): F {
    return toObject(value) as F;
  }

  /** This generic struct with its type parameters bound, those of enclosing scopes first. Throws UsageError for a wrong number. */
  of(...args: TypeArgument[]): DynamicStructType {
    return this.types.struct(this.schema.bind(...args.map((each) => this.types.argument(each))));
  }

  /** The field called `name`, in the schema or as a property. Throws UsageError, naming the struct and the nearest name. */
  member(name: string): Member {
    const member = this.findMember(name);
    if (member) return member;
    // Says what is wrong with the name.
    return this.#makeMember(this.schema.field(name));
  }

  /** The field called `name`, in the schema or as a property; undefined if there is none. */
  findMember(name: string): Member | undefined {
    this.#members ??= this.#makeMembers();
    return this.#members.get(name);
  }

  #makeMembers(): ReadonlyMap<string, Member> {
    const members = new Map<string, Member>();
    const made = this.schema.fields.map((field) => this.#makeMember(field));
    for (const member of made) members.set(member.field.property, member);
    // Where one field's property is another's name, the name counts.
    for (const member of made) members.set(member.field.name, member);
    return members;
  }

  #makeMember(field: FieldSchema): Member {
    return {
      field,
      access: fieldAccess(field, this.types.pointers),
      isPointer: field.isPointer,
      isGroup: field.isGroup,
      discriminant: field.discriminant ?? -1,
      discriminantOffset: this.schema.discriminantOffset,
    };
  }
}

/** What a type parameter can be bound to: a dynamic struct or interface type, or any schema type. */
export type TypeArgument = SchemaType | { readonly schema: StructSchema } | { readonly $schema: unknown };
