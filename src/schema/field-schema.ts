/** FieldSchema: one field or group of a struct: its name, type, place and default. */

import type { AnyPointerReader } from "../wire/any-pointer.js";
import { float32Bits, float64Bits } from "../wire/float-bits.js";
import { SchemaError } from "./errors.js";
import type { FieldNames } from "./member-names.js";
import { type Field, NO_DISCRIMINANT } from "./model.js";
import { type AppliedAnnotation, applied, findAnnotation, type SchemaValue, schemaValue } from "./node-schema.js";
import { resolveType } from "./schema-brand.js";
import type { StructSchema } from "./struct-schema.js";
import { DATA_BITS, type SchemaType } from "./type.js";

export class FieldSchema {
  readonly parent: StructSchema;
  /** Its position in `parent.fields`, which is the order of ordinals. */
  readonly index: number;
  readonly name: string;
  /** What readers, builders and plain objects call it: the name, unless JavaScript or capwire means something else by that. */
  readonly property: string;
  /** What else is named after it: `hasName`, `initName`. */
  readonly names: FieldNames;
  readonly field: Field;
  #type: SchemaType | null = null;

  constructor(parent: StructSchema, index: number, field: Field, names: FieldNames) {
    this.parent = parent;
    this.index = index;
    this.name = field.name;
    this.property = names.property;
    this.names = names;
    this.field = field;
  }

  /** A group or named union: a view of the same struct, with no place of its own. */
  get isGroup(): boolean {
    return this.field.which === "group";
  }

  /** The type with type parameters bound; of a group the struct that is its node. Throws SchemaError for nodes that are not there. */
  get type(): SchemaType {
    this.#type ??= this.#resolve();
    return this.#type;
  }

  #resolve(): SchemaType {
    const { loader, brand } = this.parent;
    const { field } = this;
    if (field.which === "group") return { kind: "struct", schema: this.#group(field.group.typeId) };
    return resolveType(loader, field.slot.type, brand);
  }

  /** The group's node, which must really be part of this struct: builders rely on its fields lying inside. */
  #group(id: bigint): StructSchema {
    const { parent } = this;
    const group = parent.loader.struct(id, parent.brand);
    const fits = group.dataWords <= parent.dataWords && group.pointerCount <= parent.pointerCount;
    if (group.isGroup && group.node.scopeId === parent.id && fits) return group;
    throw new SchemaError("invalid-node", `${group.displayName} is no group of ${parent.displayName}`);
  }

  /** Which member of the union it is; null outside of unions. */
  get discriminant(): number | null {
    const { discriminantValue } = this.field;
    return discriminantValue === NO_DISCRIMINANT ? null : discriminantValue;
  }

  /** Position in the source among the members of its parent. */
  get codeOrder(): number {
    return this.field.codeOrder;
  }

  /** The number after the `@`; null for a group. */
  get ordinal(): number | null {
    return this.field.ordinal.which === "explicit" ? this.field.ordinal.explicit : null;
  }

  /**
   * Where it lies: bits from the start of the data section for Bool, bytes for other data, the index of the pointer for what lives
   * in the pointer section; 0 for Void and groups.
   */
  get offset(): number {
    if (this.field.which === "group") return 0;
    const { offset, type } = this.field.slot;
    // By what the schema says: type parameters stand for pointers only.
    const bits = DATA_BITS[type.which];
    return bits === undefined || bits === 1 ? offset : (offset * bits) / 8;
  }

  /** Whether it has a place in the pointer section. */
  get isPointer(): boolean {
    return this.field.which === "slot" && DATA_BITS[this.field.slot.type.which] === undefined;
  }

  get hadExplicitDefault(): boolean {
    return this.field.which === "slot" && this.field.slot.hadExplicitDefault;
  }

  /** The default; null for groups, and for pointers whose default is null. */
  get defaultValue(): SchemaValue {
    return this.field.which === "slot" ? schemaValue(this.field.slot.defaultValue) : null;
  }

  /** What the wire value is XORed with: the default of a number or enum, the bits of a float's. 0 (0n for 64 bits) for none. */
  get mask(): number | bigint {
    if (this.field.which === "group") return 0;
    const value = this.field.slot.defaultValue;
    switch (value.which) {
      case "bool":
        return value.bool ? 1 : 0;
      case "int8":
      case "int16":
      case "int32":
      case "int64":
      case "uint8":
      case "uint16":
      case "uint32":
      case "uint64":
      case "enum":
        return schemaValue(value) as number | bigint;
      case "float32":
        return float32Bits(value.float32);
      case "float64":
        return float64Bits(value.float64);
      default:
        return 0;
    }
  }

  /** The default of a list, struct or AnyPointer field; null if that is a null pointer. */
  get defaultPointer(): AnyPointerReader | null {
    if (this.field.which === "group") return null;
    const value = this.field.slot.defaultValue;
    const pointer =
      value.which === "list"
        ? value.list
        : value.which === "struct"
          ? value.struct
          : value.which === "anyPointer"
            ? value.anyPointer
            : null;
    return pointer?.isNull ? null : pointer;
  }

  get annotations(): readonly AppliedAnnotation[] {
    return applied(this.parent.loader, this.field.annotations);
  }

  annotation(id: bigint): SchemaValue | undefined {
    return findAnnotation(this.field.annotations, id);
  }

  get docComment(): string {
    return this.parent.loader.memberComment(this.parent.id, this.index);
  }

  /** `Person.name` */
  toString(): string {
    return `${this.parent.name}.${this.name}`;
  }
}
