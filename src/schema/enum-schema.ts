/** EnumSchema: the names of an enum's values. It is the wire layer's EnumType. */

import type { EnumType } from "../wire/enum-type.js";
import type { Enumerant } from "./model.js";
import { type AppliedAnnotation, applied, findAnnotation, NodeSchema, type SchemaValue } from "./node-schema.js";

export class EnumSchema extends NodeSchema<"enum"> implements EnumType<string> {
  readonly kind = "enum";
  #names: readonly string[] | null = null;
  #enumerants: readonly EnumerantSchema[] | null = null;

  /** Names by ordinal. */
  get names(): readonly string[] {
    this.#names ??= this.node.enum.enumerants.map((each) => each.name);
    return this.#names;
  }

  /** By ordinal. */
  get enumerants(): readonly EnumerantSchema[] {
    this.#enumerants ??= this.node.enum.enumerants.map((each, ordinal) => new EnumerantSchema(this, ordinal, each));
    return this.#enumerants;
  }

  findEnumerant(name: string): EnumerantSchema | undefined {
    return this.enumerants.find((each) => each.name === name);
  }
}

export class EnumerantSchema {
  readonly parent: EnumSchema;
  /** Its value on the wire. */
  readonly ordinal: number;
  readonly name: string;
  readonly enumerant: Enumerant;

  constructor(parent: EnumSchema, ordinal: number, enumerant: Enumerant) {
    this.parent = parent;
    this.ordinal = ordinal;
    this.name = enumerant.name;
    this.enumerant = enumerant;
  }

  get annotations(): readonly AppliedAnnotation[] {
    return applied(this.parent.loader, this.enumerant.annotations);
  }

  annotation(id: bigint): SchemaValue | undefined {
    return findAnnotation(this.enumerant.annotations, id);
  }

  get docComment(): string {
    return this.parent.loader.memberComment(this.parent.id, this.ordinal);
  }
}
