/** JSON for generated struct types, whose schema their file carries as `$schema`. */

import { type BundledSchema, SchemaLoader } from "../schema/loader.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { MessageBuilder } from "../wire/message.js";
import type { StructType } from "../wire/pointer-type.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { JsonCodec, type JsonOptions } from "./codec.js";

/** The types of one generated file, or of several whose schemas were loaded. */
export class TypedJson {
  readonly codec: JsonCodec;
  readonly loader: SchemaLoader;

  /** `schema` is a file's `$schema`, or a loader; `codec` options, or a codec with handlers. */
  constructor(schema: BundledSchema | SchemaLoader, codec: JsonCodec | JsonOptions = {}) {
    this.codec = codec instanceof JsonCodec ? codec : new JsonCodec(codec);
    if (schema instanceof SchemaLoader) {
      this.loader = schema;
    } else {
      this.loader = new SchemaLoader();
      this.loader.loadBundle(schema);
    }
  }

  /** A reader, builder or plain object as JSON. Throws JsonError, WireError. */
  encode<R, B, I>(type: StructType<R, B, I>, value: R | B | I): string {
    return this.codec.encode(asStruct(type, value), this.schemaOf(type));
  }

  /** What JSON says, as a reader of `type`. Throws JsonError. */
  decode<R, B, I>(type: StructType<R, B, I>, source: string | Uint8Array): R {
    return this.decodeMessage(type, source).asReader().getRoot(type);
  }

  /** The same as a message, to be changed or sent. */
  decodeMessage<R, B, I>(type: StructType<R, B, I>, source: string | Uint8Array): MessageBuilder {
    return this.codec.decode(source, this.schemaOf(type));
  }

  /** Throws SchemaError if the type is from a file that was not loaded. */
  schemaOf(type: { readonly id: bigint }): StructSchema {
    return this.loader.struct(type.id);
  }
}

function asStruct<R, B, I>(type: StructType<R, B, I>, value: R | B | I): StructReader | StructBuilder {
  if (value instanceof StructReader || value instanceof StructBuilder) return value;
  const message = new MessageBuilder();
  message.setRoot(type, value as I);
  return message.asReader().getRoot(type) as StructReader;
}
