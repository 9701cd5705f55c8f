/** JsonCodec: structs of any schema to JSON and back, and the options, handlers and plans that takes. */

import type { FieldSchema } from "../schema/field-schema.js";
import { rawTypes } from "../schema/raw-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import type { SchemaType } from "../schema/type.js";
import { DEFAULT_TRAVERSAL_LIMIT_IN_WORDS } from "../wire/limits.js";
import { MessageBuilder } from "../wire/message.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { Decoder } from "./decode.js";
import { DEFAULT_MAX_TREE_VALUES, DEFAULT_MAX_VALUES, Encoder, type HasMode } from "./encode.js";
import { JsonError } from "./errors.js";
import { Handlers, type JsonHandler } from "./handler.js";
import { jsonText, parseJson } from "./parse.js";
import { Plans } from "./plan.js";
import { printJson } from "./print.js";
import { EnumNames } from "./scalar.js";
import type { JsonValue } from "./value.js";
import { type JsonWriter, TextWriter, TreeWriter } from "./writer.js";

export interface JsonOptions {
  /** C++'s layout in lines, instead of no spaces at all. */
  readonly pretty?: boolean;
  /** Which fields are written. Default "non-null": all but null pointers. */
  readonly hasMode?: HasMode;
  /** Whether decoding refuses members that the struct does not have. Default false: they are passed over. */
  readonly rejectUnknownFields?: boolean;
  /**
   * How many values, members and elements, may be encoded; of Data every eighth byte counts. Default 8 Mi; 2 Mi where the whole is held
   * in memory as JsonValue, which takes some 150 bytes for each: `pretty` and `toJson`.
   */
  readonly maxValues?: number;
  /** How deep JSON may nest when decoded. Default 64, at most 400. */
  readonly maxNesting?: number;
  /** How large a decoded message may become, in words. Default 8 Mi (64 MiB), which is what readers visit by default. */
  readonly maxMessageWords?: number;
}

/** Keeps what it learns of schemas: make one and use it for many messages. */
export class JsonCodec {
  readonly options: JsonOptions;
  readonly #plans = new Plans();
  readonly #enumNames = new EnumNames();
  readonly #handlers = new Handlers();

  constructor(options: JsonOptions = {}) {
    this.options = options;
  }

  /** Lets `handler` write and read every value of `type`. */
  handleType<Value, Target>(type: SchemaType, handler: JsonHandler<Value, Target>): this {
    this.#handlers.setType(type, handler);
    return this;
  }

  /** Lets `handler` write and read `field`. */
  handleField<Value, Target>(field: FieldSchema, handler: JsonHandler<Value, Target>): this {
    this.#handlers.setField(field, handler);
    return this;
  }

  /** `struct` as JSON text. Throws JsonError, and WireError for a malformed message. */
  encode(struct: StructReader | StructBuilder, schema: StructSchema): string {
    if (this.options.pretty) return printable(() => printJson(this.toJson(struct, schema), this.options));
    const out = new TextWriter();
    return printable(() => {
      this.#encoder(out, DEFAULT_MAX_VALUES).value({ kind: "struct", schema }, asReader(struct));
      return out.text();
    });
  }

  /** The message that JSON text describes, with the struct as its root. Throws JsonError. */
  decode(source: string | Uint8Array, schema: StructSchema): MessageBuilder {
    const message = new MessageBuilder();
    this.decodeInto(source, schema, message.initRoot(rawTypes.struct(schema)));
    return message;
  }

  /** Fills a new struct from JSON text. Throws JsonError; the struct is then filled in part. */
  decodeInto(source: string | Uint8Array, schema: StructSchema, struct: StructBuilder): void {
    const text = jsonText(source);
    this.#decoder(text).struct(schema, parseJson(text, this.options), struct);
  }

  /** `struct` as a JsonValue. Throws as `encode` does. */
  toJson(struct: StructReader | StructBuilder, schema: StructSchema): JsonValue {
    return this.valueToJson(asReader(struct), { kind: "struct", schema });
  }

  /** Fills a new struct from a JsonValue. Throws JsonError. */
  fromJson(json: JsonValue, schema: StructSchema, struct: StructBuilder): void {
    this.#decoder().struct(schema, json, struct);
  }

  /** Any value, as reading `type` gives it, as a JsonValue: constants, list elements. Throws as `encode` does. */
  valueToJson(value: unknown, type: SchemaType): JsonValue {
    const out = new TreeWriter();
    this.#encoder(out, DEFAULT_MAX_TREE_VALUES).value(type, value);
    return out.json();
  }

  #encoder(out: JsonWriter, defaultMaxValues: number): Encoder {
    const settings = {
      plans: this.#plans,
      handlers: this.#handlers,
      enumNames: this.#enumNames,
      hasMode: this.options.hasMode ?? "non-null",
      maxValues: this.options.maxValues ?? defaultMaxValues,
    };
    return new Encoder(settings, out);
  }

  #decoder(text?: string): Decoder {
    return new Decoder(
      {
        plans: this.#plans,
        handlers: this.#handlers,
        enumNames: this.#enumNames,
        rejectUnknownFields: this.options.rejectUnknownFields ?? false,
        maxMessageWords: this.options.maxMessageWords ?? DEFAULT_TRAVERSAL_LIMIT_IN_WORDS,
      },
      text,
    );
  }
}

function asReader(struct: StructReader | StructBuilder): StructReader {
  return struct instanceof StructBuilder ? struct.$asReader(StructReader) : struct;
}

/** Engines have a longest string. */
function printable(print: () => string): string {
  try {
    return print();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new JsonError("message-too-large", "the JSON is longer than a string can be");
  }
}
