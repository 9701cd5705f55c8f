/** StructSchema: a struct or group: its size, its fields by ordinal and by name, and its unnamed union. */

import { UsageError } from "../errors.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { FieldSchema } from "./field-schema.js";
import { fieldNames } from "./member-names.js";
import { NodeSchema } from "./node-schema.js";
import { SchemaBrand } from "./schema-brand.js";
import { suggestion } from "./suggest.js";
import type { SchemaType } from "./type.js";

export class StructSchema extends NodeSchema<"struct"> {
  readonly kind = "struct";
  #fields: readonly FieldSchema[] | null = null;
  #byName: ReadonlyMap<string, FieldSchema> | null = null;
  #members: readonly FieldSchema[] | null = null;

  get dataWords(): number {
    return this.node.struct.dataWordCount;
  }

  get pointerCount(): number {
    return this.node.struct.pointerCount;
  }

  /** A group or named union: fields of the struct around it. */
  get isGroup(): boolean {
    return this.node.struct.isGroup;
  }

  /** Fields and groups in the order of their ordinals; a group stands where its first field would. */
  get fields(): readonly FieldSchema[] {
    if (!this.#fields) {
      const names = fieldNames(this.node.struct.fields);
      this.#fields = this.node.struct.fields.map((field, index) => new FieldSchema(this, index, field, names[index]!));
    }
    return this.#fields;
  }

  get fieldsInCodeOrder(): readonly FieldSchema[] {
    return [...this.fields].sort((a, b) => a.codeOrder - b.codeOrder);
  }

  /** The field of that name; undefined if there is none. */
  findField(name: string): FieldSchema | undefined {
    this.#byName ??= new Map(this.fields.map((field) => [field.name, field]));
    return this.#byName.get(name);
  }

  /** The field of that name. Throws UsageError, naming the struct and the nearest name. */
  field(name: string): FieldSchema {
    const field = this.findField(name);
    if (field) return field;
    const known = this.fields.map((each) => each.name);
    throw new UsageError("unknown-field", `${this.name} has no field ${name}${suggestion(name, known)}`);
  }

  /** Whether it has an unnamed union. */
  get hasUnion(): boolean {
    return this.node.struct.discriminantCount > 0;
  }

  /** Members of its unnamed union, by discriminant. */
  get unionFields(): readonly FieldSchema[] {
    this.#members ??= this.fields
      .filter((field) => field.discriminant !== null)
      .sort((a, b) => a.discriminant! - b.discriminant!);
    return this.#members;
  }

  get nonUnionFields(): readonly FieldSchema[] {
    return this.fields.filter((field) => field.discriminant === null);
  }

  /** Byte offset of the discriminant in the data section. Meaningless without a union. */
  get discriminantOffset(): number {
    return this.node.struct.discriminantOffset * 2;
  }

  /** Which member of the unnamed union `struct` holds; undefined for one this schema does not know, and without a union. */
  which(struct: StructReader | StructBuilder): FieldSchema | undefined {
    return this.hasUnion ? this.unionFields[struct.$uint16(this.discriminantOffset)] : undefined;
  }

  /** Whether `field` is there: in no union, or the member that is set. */
  isActive(field: FieldSchema, struct: StructReader | StructBuilder): boolean {
    return field.discriminant === null || struct.$uint16(this.discriminantOffset) === field.discriminant;
  }

  /** This struct with its type parameters, and those of the scopes around it, bound. Throws UsageError for a wrong number. */
  bind(...types: SchemaType[]): StructSchema {
    return this.loader.struct(
      this.id,
      this.brandOf(types, (scopes) => new SchemaBrand(scopes)),
    );
  }
}
