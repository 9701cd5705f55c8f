/** The text format for generated struct types, whose schema their file carries as `$schema`. */

import { GeneratedTypes } from "../schema/generated.js";
import type { BundledSchema, SchemaLoader } from "../schema/loader.js";
import type { MessageBuilder } from "../wire/message.js";
import type { StructType } from "../wire/pointer-type.js";
import { parseText, type TextParseOptions } from "./codec.js";
import { printText, type TextPrintOptions } from "./print.js";

/** The types of one generated file and of the files it imports, or of those whose schemas were loaded. */
export class TypedText {
  readonly types: GeneratedTypes;
  readonly options: TextPrintOptions & TextParseOptions;

  /** `schema` is a file's `$schema`, or a loader. */
  constructor(schema: BundledSchema | SchemaLoader, options: TextPrintOptions & TextParseOptions = {}) {
    this.types = new GeneratedTypes(schema);
    this.options = options;
  }

  /** A reader, builder or plain object as text. Throws TextError, WireError. */
  print<R, B, I>(type: StructType<R, B, I>, value: R | B | I): string {
    return printText(this.types.structOf(type, value), this.types.schemaOf(type), this.options);
  }

  /** What text says, as a reader of `type`. Throws TextError. */
  parse<R, B, I>(type: StructType<R, B, I>, source: string | Uint8Array): R {
    return this.parseMessage(type, source).asReader().getRoot(type);
  }

  /** The same as a message, to be changed or sent. */
  parseMessage<R, B, I>(type: StructType<R, B, I>, source: string | Uint8Array): MessageBuilder {
    return parseText(source, this.types.schemaOf(type), this.options);
  }
}
