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

export class GeneratedTypes {
  readonly loader: SchemaLoader;

  /** `source` is a file's `$schema`, which brings the files it imports, or a loader. */
  constructor(source: BundledSchema | SchemaLoader) {
    if (source instanceof SchemaLoader) {
      this.loader = source;
      return;
    }
    this.loader = new SchemaLoader();
    this.loader.loadBundle(source);
  }

  /** The schema of `type`; of a generic one with its parameters unbound. Throws SchemaError if it is from a file that was not loaded. */
  schemaOf(type: { readonly id: bigint }): StructSchema {
    return this.loader.struct(type.id);
  }

  /** `value` as a struct: itself, or a message made of a plain object. */
  structOf<R, B, I>(type: StructType<R, B, I>, value: R | B | I): StructReader | StructBuilder {
    if (value instanceof StructReader || value instanceof StructBuilder) return value;
    const message = new MessageBuilder();
    message.setRoot(type, value as I);
    return message.asReader().getRoot(type) as StructReader;
  }
}
