/**
 * PointerTypes: schema types as the wire layer's pointer types. There is one for each face that structs can have: plain StructReaders and
 * StructBuilders (`wireTypes`, for code that goes by schema: codecs, tools) and the classes of capwire/dynamic.
 */

import { Capability } from "../cap/interface-type.js";
import { UsageError } from "../errors.js";
import { AnyPointer } from "../wire/any-pointer-type.js";
import { Data } from "../wire/data.js";
import type { EnumType } from "../wire/enum-type.js";
import { listOf } from "../wire/list-of.js";
import type { ListReader } from "../wire/list-reader.js";
import {
  Float32List,
  Float64List,
  Int8List,
  Int16List,
  Int32List,
  Int64List,
  UInt8List,
  UInt16List,
  UInt32List,
  UInt64List,
} from "../wire/number-list.js";
import type { PointerType, StructType } from "../wire/pointer-type.js";
import { BoolList, enumList, VoidList } from "../wire/small-list.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { structType } from "../wire/struct-type.js";
import { Text } from "../wire/text.js";
import type { InterfaceSchema } from "./interface-schema.js";
import type { StructSchema } from "./struct-schema.js";
import { type SchemaType, typeName } from "./type.js";

/** A pointer type of which only the schema knows what it reads. */
export type UntypedPointer = PointerType<unknown, unknown, unknown>;

/** Makes the types of named declarations; PointerTypes asks once for each. */
export interface PointerFace {
  struct(schema: StructSchema): StructType<StructReader, StructBuilder, unknown>;
  capability(schema: InterfaceSchema): UntypedPointer;
  /** AnyPointer; without it the wire layer's. */
  readonly any?: UntypedPointer;
}

export class PointerTypes {
  readonly #face: PointerFace;
  readonly #structs = new WeakMap<StructSchema, StructType<StructReader, StructBuilder, unknown>>();
  readonly #interfaces = new WeakMap<InterfaceSchema, UntypedPointer>();
  readonly #enumLists = new WeakMap<EnumType<string>, UntypedPointer>();

  constructor(face: PointerFace) {
    this.#face = face;
  }

  struct(schema: StructSchema): StructType<StructReader, StructBuilder, unknown> {
    let type = this.#structs.get(schema);
    if (!type) {
      type = this.#face.struct(schema);
      this.#structs.set(schema, type);
    }
    return type;
  }

  capability(schema: InterfaceSchema): UntypedPointer {
    let type = this.#interfaces.get(schema);
    if (!type) {
      type = this.#face.capability(schema);
      this.#interfaces.set(schema, type);
    }
    return type;
  }

  /** The pointer type of `type`. Throws UsageError for types that live in the data section. */
  of(type: SchemaType): UntypedPointer {
    switch (type.kind) {
      case "text":
        return Text as UntypedPointer;
      case "data":
        return Data as UntypedPointer;
      case "list":
        return this.list(type.element);
      case "struct":
        return this.struct(type.schema) as UntypedPointer;
      case "interface":
        return this.capability(type.schema);
      case "anyPointer":
        return type.pointer === "capability"
          ? (Capability as UntypedPointer)
          : (this.#face.any ?? (AnyPointer as UntypedPointer));
      default:
        throw new UsageError("no-pointer-type", `${typeName(type)} is no pointer type`);
    }
  }

  /** The type of List(element). */
  list(element: SchemaType): UntypedPointer {
    const simple = SIMPLE_LISTS[element.kind];
    if (simple) return simple;
    if (element.kind !== "enum") return listOf(this.of(element)) as UntypedPointer;
    let type = this.#enumLists.get(element.schema);
    if (!type) {
      type = enumList(element.schema) as UntypedPointer;
      this.#enumLists.set(element.schema, type);
    }
    return type;
  }
}

const SIMPLE_LISTS: { readonly [kind: string]: UntypedPointer | undefined } = {
  void: VoidList as UntypedPointer,
  bool: BoolList as UntypedPointer,
  int8: Int8List as UntypedPointer,
  int16: Int16List as UntypedPointer,
  int32: Int32List as UntypedPointer,
  int64: Int64List as UntypedPointer,
  uint8: UInt8List as UntypedPointer,
  uint16: UInt16List as UntypedPointer,
  uint32: UInt32List as UntypedPointer,
  uint64: UInt64List as UntypedPointer,
  float32: Float32List as UntypedPointer,
  float64: Float64List as UntypedPointer,
};

/** Elements of a list as reading one gives them. */
export type AnyList = ListReader<unknown> | ArrayLike<number | bigint>;

/** Structs as plain StructReaders and StructBuilders, capabilities as clients of no known interface. */
export const wireTypes: PointerTypes = /*@__PURE__*/ new PointerTypes({
  struct: ({ id, name, dataWords, pointerCount }) =>
    structType({ id, name, dataWords, pointerCount, Reader: StructReader, Builder: StructBuilder }),
  capability: () => Capability as UntypedPointer,
});
