/**
 * Structs → the notation of schema files, letter for letter as the `capnp` tool prints them: in one line, or in its layout of
 * lines (a value that is longer than 24 bytes gets a line of its own, a struct one when it exceeds 64).
 */

import { fieldAccess } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import { float32Text, float64Text } from "../schema/float-text.js";
import { rawTypes } from "../schema/raw-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import type { SchemaType } from "../schema/type.js";
import { listOf } from "../wire/list-of.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { utf8Length } from "../wire/utf8.js";
import { BytesText } from "./bytes-text.js";
import { TextError } from "./errors.js";
import { escapeBytes, escapeText } from "./escape.js";

export interface TextPrintOptions {
  /** In lines, as `capnp convert` prints without `--short`. */
  readonly pretty?: boolean;
  /** How many values, fields and elements, may be printed. Default 8 Mi. */
  readonly maxValues?: number;
}

/** Lists and structs nest at most this deep; a reader's own limit is 64 unless raised. */
const MAX_NESTING = 500;
/** As many as the words that readers visit by default. */
const DEFAULT_MAX_VALUES = 8 * 1024 * 1024;
const MAX_INLINE_VALUE_BYTES = 24;
const MAX_INLINE_RECORD_BYTES = 64;

/** Prints a struct. Throws WireError for a malformed message, TextError for one nested beyond reason. */
export function printText(
  struct: StructReader | StructBuilder,
  schema: StructSchema,
  options: TextPrintOptions = {},
): string {
  const reader = struct instanceof StructBuilder ? struct.$asReader(StructReader) : struct;
  return printTextValue(reader, { kind: "struct", schema }, options);
}

/** Prints any value, as reading `type` gives it: constants, list elements. Throws as `printText` does. */
export function printTextValue(value: unknown, type: SchemaType, options: TextPrintOptions = {}): string {
  const printer = new Printer(options.pretty ?? false, options.maxValues ?? DEFAULT_MAX_VALUES);
  try {
    return printer.value(type, value, 1, false);
  } catch (error) {
    // Engines have a longest string.
    if (!(error instanceof RangeError)) throw error;
    throw new TextError("message-too-large", "the text is longer than a string can be");
  }
}

class Printer {
  readonly #isPretty: boolean;
  readonly #maxValues: number;
  #values = 0;

  constructor(isPretty: boolean, maxValues: number) {
    this.#isPretty = isPretty;
    this.#maxValues = maxValues;
  }

  /** `isPrefixed`: something stands in front of the value on its line. */
  value(type: SchemaType, value: unknown, depth: number, isPrefixed: boolean): string {
    // A small message may claim many elements, each with many fields.
    if (++this.#values > this.#maxValues) {
      throw new TextError("message-too-large", `the message has more than ${this.#maxValues} values (maxValues)`);
    }
    switch (type.kind) {
      case "void":
        return "void";
      case "float32":
        return float32Text(value as number);
      case "float64":
        return float64Text(value as number);
      case "text":
        return typeof value === "string" ? escapeText(value) : escapeBytes(value as Uint8Array);
      case "data":
        return escapeBytes(value as Uint8Array);
      case "enum":
        return typeof value === "number" ? `(${value})` : String(value);
      case "list":
        return this.#list(type.element, value as Iterable<unknown>, depth, isPrefixed);
      case "struct":
        return this.#struct(type.schema, value as StructReader, depth, isPrefixed);
      case "interface":
        return "<external capability>";
      case "anyPointer":
        return "<opaque pointer>";
      default:
        return String(value);
    }
  }

  #list(element: SchemaType, list: Iterable<unknown>, depth: number, isPrefixed: boolean): string {
    checkNesting(depth);
    const items: string[] = [];
    for (const item of list) items.push(this.value(element, item, depth + 1, false));
    return `[${this.#delimit(items, depth, isPrefixed, Infinity)}]`;
  }

  #struct(schema: StructSchema, struct: StructReader, depth: number, isPrefixed: boolean): string {
    checkNesting(depth);
    const fields: string[] = [];
    let active = activeMember(schema, struct);
    for (const field of plainFields(schema)) {
      if (active && active.index < field.index) {
        fields.push(this.#field(active, struct, depth));
        active = undefined;
      }
      if (field.has.call(struct)) fields.push(this.#field(field, struct, depth));
    }
    if (active) fields.push(this.#field(active, struct, depth));
    return `(${this.#delimit(fields, depth, isPrefixed, MAX_INLINE_RECORD_BYTES)})`;
  }

  #field({ label, read, field }: PrintedField, struct: StructReader, depth: number): string {
    return label + this.value(field.type, read(struct), depth + 1, true);
  }

  #delimit(items: readonly string[], depth: number, isPrefixed: boolean, maxBytes: number): string {
    if (!this.#isPretty || fitsInLine(items, maxBytes)) return items.join(", ");
    const newLine = `\n${"  ".repeat(depth)}`;
    return `${isPrefixed ? newLine : " "}${items.join(`,${newLine}`)} `;
  }
}

/** A field and what printing it takes, looked up once. */
interface PrintedField {
  readonly field: FieldSchema;
  readonly index: number;
  /** `name = ` */
  readonly label: string;
  readonly has: (this: StructReader) => boolean;
  readonly read: (struct: StructReader) => unknown;
}

const printed = /*@__PURE__*/ new WeakMap<FieldSchema, PrintedField>();
const plain = /*@__PURE__*/ new WeakMap<StructSchema, readonly PrintedField[]>();

function printedField(field: FieldSchema): PrintedField {
  let found = printed.get(field);
  if (!found) {
    const { index, name } = field;
    found = { field, index, label: `${name} = `, has: fieldAccess(field, rawTypes).has, read: readerOf(field) };
    printed.set(field, found);
  }
  return found;
}

/** The fields that are in no union. */
function plainFields(schema: StructSchema): readonly PrintedField[] {
  let found = plain.get(schema);
  if (!found) {
    found = schema.nonUnionFields.map(printedField);
    plain.set(schema, found);
  }
  return found;
}

/** The union member to print. The first one, null, is what an untouched struct has. */
function activeMember(schema: StructSchema, struct: StructReader): PrintedField | undefined {
  const active = schema.which(struct);
  const member = active && printedField(active);
  return member?.field.discriminant === 0 && !member.has.call(struct) ? undefined : member;
}

/** Reads as `rawTypes` do, but Text that is no UTF-8 as bytes. */
function readerOf(field: FieldSchema): (struct: StructReader) => unknown {
  const { type, offset } = field;
  const { read } = fieldAccess(field, rawTypes);
  const bytes = type.kind === "text" ? BytesText : type.kind === "list" && type.element.kind === "text" ? TEXTS : null;
  if (!bytes) return (struct) => read.call(struct);
  return (struct) => (struct.$has(offset) ? struct.$read<unknown, unknown, never>(offset, bytes) : read.call(struct));
}

const TEXTS = /*@__PURE__*/ listOf(BytesText);

function checkNesting(depth: number): void {
  if (depth <= MAX_NESTING) return;
  throw new TextError("nesting-too-deep", `structs and lists nest more than ${MAX_NESTING} deep`);
}

function fitsInLine(items: readonly string[], maxBytes: number): boolean {
  let total = 0;
  for (const item of items) {
    if (item.length > MAX_INLINE_VALUE_BYTES) return false;
    const bytes = utf8Length(item);
    total += bytes;
    if (bytes > MAX_INLINE_VALUE_BYTES || total > maxBytes || item.includes("\n")) return false;
  }
  return true;
}
