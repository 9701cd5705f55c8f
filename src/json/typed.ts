/** JSON for generated struct types, whose schema their file carries as `$schema`. */

import { GeneratedTypes } from "../schema/generated.js";
import type { BundledSchema, SchemaLoader } from "../schema/loader.js";
import type { MessageBuilder } from "../wire/message.js";
import type { StructType } from "../wire/pointer-type.js";
import { JsonCodec, type JsonOptions } from "./codec.js";

/** The types of one generated file and of the files it imports, or of those whose schemas were loaded. */
export class TypedJson {
  readonly codec: JsonCodec;
  readonly types: GeneratedTypes;

  /** `schema` is a file's `$schema`, or a loader; `codec` options, or a codec with handlers. */
  constructor(schema: BundledSchema | SchemaLoader, codec: JsonCodec | JsonOptions = {}) {
    this.codec = codec instanceof JsonCodec ? codec : new JsonCodec(codec);
    this.types = new GeneratedTypes(schema);
  }

  /** A reader, builder or plain object as JSON. Throws JsonError, WireError. */
  encode<R, B, I>(type: StructType<R, B, I>, value: R | B | I): string {
    return this.codec.encode(this.types.structOf(type, value), this.types.schemaOf(type));
  }

  /** What JSON says, as a reader of `type`. Throws JsonError. */
  decode<R, B, I>(type: StructType<R, B, I>, source: string | Uint8Array): R {
    return this.decodeMessage(type, source).asReader().getRoot(type);
  }

  /** The same as a message, to be changed or sent. */
  decodeMessage<R, B, I>(type: StructType<R, B, I>, source: string | Uint8Array): MessageBuilder {
    return this.codec.decode(source, this.types.schemaOf(type));
  }
}
