/**
 * DynamicReader and DynamicBuilder: structs that are known by their schema alone. For each struct type a subclass is made
 * (struct-class.ts) with an accessor for each field, named as generated code names it; the methods here take names. A field called
 * like one of these methods hides it; the functions of field.ts do the same and cannot be hidden.
 */

import type { ListInit } from "../wire/list-reader.js";
import type { Orphan } from "../wire/orphan.js";
import type { StructBuilderClass, StructReaderClass } from "../wire/pointer-type.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import type { TotalSize } from "../wire/total-size.js";
import {
  adoptField,
  clearField,
  disownField,
  getField,
  hasField,
  initField,
  newOrphan,
  setField,
  whichMember,
} from "./field.js";
import { assign, type FromObjectOptions } from "./from-object.js";
import { INSPECT, type InspectFunction, inspectStruct } from "./inspect.js";
import type { DynamicStructType } from "./struct-type.js";
import { type ToObjectOptions, toObject } from "./to-object.js";
import { copyOf, frameOf, packedFrameOf, sameContent, sizeOf } from "./whole.js";

/** Fields by property. */
export interface Fields {
  [property: string]: unknown;
  /** Which member of a union is set. */
  which?: unknown;
}

export class DynamicReader extends StructReader {
  /** Its type; on the prototype. */
  declare readonly $type: DynamicStructType;

  /** Which member of the unnamed union is set: its name, or its number if the schema doesn't know it. Undefined without a union. */
  get which(): string | number | undefined {
    return whichMember(this);
  }

  /** The value of a field. Throws UsageError for a name the struct does not have, and for a union member that is not set. */
  get(name: string): unknown {
    return getField(this, name);
  }

  /** Whether a pointer field is not null; for other fields, whether they are set as far as unions go. */
  has(name: string): boolean {
    return hasField(this, name);
  }

  /** A plain object that shares nothing with the message. */
  toObject(options?: ToObjectOptions): Fields {
    return toObject(this, options);
  }

  /** A copy in a message of its own, for changing. */
  copy(): DynamicBuilder {
    return copyOf(this);
  }

  /** Whether both hold the same, whatever their messages look like. */
  equals(other: StructReader | StructBuilder): boolean {
    return sameContent(this, other);
  }

  /** How much room a copy would take. */
  totalSize(): TotalSize {
    return sizeOf(this);
  }

  /** A framed message with a copy of this struct as its root. */
  toBytes(): Uint8Array {
    return frameOf(this);
  }

  /** The same, packed. */
  toPackedBytes(): Uint8Array {
    return packedFrameOf(this);
  }

  [INSPECT](depth: number, options: object, inspect: InspectFunction): string {
    return inspectStruct(this, depth, options, inspect);
  }
}

export class DynamicBuilder extends StructBuilder {
  declare readonly $type: DynamicStructType;

  get which(): string | number | undefined {
    return whichMember(this);
  }

  /** The value of a field, for changing in place: structs and lists are builders. */
  get(name: string): unknown {
    return getField(this, name);
  }

  has(name: string): boolean {
    return hasField(this, name);
  }

  /** Sets a field to plain data, or to a copy of a reader or builder; a union member becomes the one that is set. Null clears a pointer. */
  set(name: string, value: unknown): this {
    setField(this, name, value);
    return this;
  }

  /** Makes a zeroed struct, group, or list, text or data of `count` elements, and returns its builder. */
  init(name: string, count?: number): unknown {
    return initField(this, name, count);
  }

  /** Makes the field what it is in a new struct. */
  clear(name: string): void {
    clearField(this, name);
  }

  /** Takes what a pointer field holds off the tree, leaving null. */
  disown(name: string): Orphan {
    return disownField(this, name);
  }

  /** Replaces what a pointer field holds by an orphan of the same message, which is used up. */
  adopt(name: string, orphan: Orphan): void {
    adoptField(this, name, orphan);
  }

  /** An object of this message that no pointer leads to yet: what field `name` could hold. */
  newOrphan(name: string, count?: number): Orphan {
    return newOrphan(this, name, count);
  }

  /** Sets what `init` gives and leaves the rest as it is. Throws UsageError for names the struct does not have. */
  assign(init: object, options?: FromObjectOptions): this {
    assign(this, init, options);
    return this;
  }

  toObject(options?: ToObjectOptions): Fields {
    return toObject(this.$asReader(this.$type.Reader), options);
  }

  /** The struct as readers see it; sees what is built until something more is allocated. */
  asReader(): DynamicReader {
    return this.$asReader(this.$type.Reader);
  }

  copy(): DynamicBuilder {
    return copyOf(this);
  }

  equals(other: StructReader | StructBuilder): boolean {
    return sameContent(this, other);
  }

  totalSize(): TotalSize {
    return sizeOf(this);
  }

  /** A framed message with this struct as its root: its own message if it is the root of that, else a copy. */
  toBytes(): Uint8Array {
    return frameOf(this);
  }

  /** The same, packed. */
  toPackedBytes(): Uint8Array {
    return packedFrameOf(this);
  }

  [INSPECT](depth: number, options: object, inspect: InspectFunction): string {
    return inspectStruct(this.$asReader(this.$type.Reader), depth, options, inspect);
  }
}

export type DynamicStruct = DynamicReader | DynamicBuilder;
export type DynamicReaderClass = StructReaderClass<DynamicReader>;
export type DynamicBuilderClass = StructBuilderClass<DynamicBuilder>;
export type { ListInit };
