/**
 * GeneratedTypes: from a generated struct type to its schema, which the file it is from carries as `$schema`. The codecs' typed faces
 * stand on it.
 */

import { MessageBuilder } from "../wire/message.js";
import type { StructType } from "../wire/pointer-type.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { type BundledSchema, SchemaLoader } from "./loader.js";
import type { StructSchema } from "./struct-schema.js";
import { structSchemaOf } from "./type-of.js";

export class GeneratedTypes {
  readonly loader: SchemaLoader;
  readonly #schemas = new WeakMap<object, StructSchema>();

  /** `source` is a file's `$schema`, which brings the files it imports, or a loader. */
  constructor(source: BundledSchema | SchemaLoader) {
    if (source instanceof SchemaLoader) {
      this.loader = source;
      return;
    }
    this.loader = new SchemaLoader();
    this.loader.loadBundle(source);
  }

  /** The schema of `type`, its type parameters bound as the type's are. Throws SchemaError if it is from a file that was not loaded. */
  schemaOf(type: { readonly id: bigint }): StructSchema {
    let schema = this.#schemas.get(type);
    if (!schema) {
      schema = structSchemaOf(type, this.loader);
      this.#schemas.set(type, schema);
    }
    return schema;
  }

  /** `value` as a struct: itself, or a message made of a plain object. */
  structOf<R, B, I>(type: StructType<R, B, I>, value: R | B | I): StructReader | StructBuilder {
    if (value instanceof StructReader || value instanceof StructBuilder) return value;
    const message = new MessageBuilder();
    message.setRoot(type, value as I);
    return message.asReader().getRoot(type) as StructReader;
  }
}
