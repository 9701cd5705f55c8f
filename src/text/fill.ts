/** Expressions → structs, in place: what each means is decided by the field it is for. */

import { choose, fieldAccess } from "../schema/field-access.js";
import type { FieldSchema } from "../schema/field-schema.js";
import { elementPointer, elementWords, setElement, structElement, structWords } from "../schema/list-access.js";
import { rawTypes } from "../schema/raw-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { suggestion } from "../schema/suggest.js";
import { isPointerType, type SchemaType, typeName } from "../schema/type.js";
import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import { Data } from "../wire/data.js";
import type { BuilderSegment } from "../wire/segment.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import { setTextBytes } from "./bytes-text.js";
import { TextError, type TextErrorCode } from "./errors.js";
import { describeExpression, type Expression, type TupleItem } from "./expression.js";
import { scalarOf } from "./scalar.js";

export class Filler {
  readonly #source: Uint8Array;
  readonly #maxMessageWords: number;

  constructor(source: Uint8Array, maxMessageWords: number) {
    this.#source = source;
    this.#maxMessageWords = maxMessageWords;
  }

  /** Fills a new struct from `(name = value, …)`. Throws TextError. */
  root(schema: StructSchema, expression: Expression, struct: StructBuilder): void {
    if (expression.kind !== "tuple") throw this.#mismatch(expression, "a struct in parentheses");
    this.#struct(schema, expression.items, struct);
  }

  #struct(schema: StructSchema, items: readonly TupleItem[], struct: StructBuilder): void {
    for (const { at, name, value } of items) {
      if (name === undefined) throw this.#error("syntax", at, "expected a field's name and '='");
      const field = schema.findField(name);
      if (!field) {
        const known = suggestion(
          name,
          schema.fields.map((each) => each.name),
        );
        throw this.#error("unknown-field", at, `${schema.name} has no field ${name}${known}`);
      }
      this.#field(field, value, struct);
    }
  }

  #field(field: FieldSchema, value: Expression, struct: StructBuilder): void {
    const { type } = field;
    const access = fieldAccess(field, rawTypes);
    choose(struct, field);
    if (field.isGroup && type.kind === "struct") {
      access.clear.call(struct);
      this.#structOrFirst(type.schema, value, access.get.call(struct) as StructBuilder);
    } else if (isPointerType(type)) {
      this.#pointer(type, value, struct.$pointer(field.offset));
    } else {
      access.set.call(struct, this.#scalar(type, value));
    }
  }

  /** A struct, or a plain value for the first field of one. */
  #structOrFirst(schema: StructSchema, value: Expression, struct: StructBuilder): void {
    if (value.kind === "tuple") {
      this.#struct(schema, value.items, struct);
      return;
    }
    const first = schema.fields[0];
    const isPlain = value.kind !== "list" && value.kind !== "data";
    if (
      !first ||
      !isPlain ||
      !(first.type.kind === "text" || (!isPointerType(first.type) && first.type.kind !== "enum"))
    ) {
      throw this.#mismatch(value, `a ${schema.name}`);
    }
    this.#field(first, value, struct);
  }

  #pointer(type: SchemaType, value: Expression, pointer: AnyPointerBuilder): void {
    switch (type.kind) {
      case "text":
        if (value.kind !== "string") throw this.#mismatch(value, "Text");
        setTextBytes(pointer, value.bytes);
        return;
      case "data":
        if (value.kind !== "string" && value.kind !== "data") throw this.#mismatch(value, "Data");
        pointer.set(Data, value.bytes);
        return;
      case "struct":
        this.#reserve(pointer.segment, value, structWords(type.schema));
        this.#structOrFirst(type.schema, value, pointer.init(rawTypes.struct(type.schema)));
        return;
      case "list":
        if (value.kind !== "list") throw this.#mismatch(value, typeName(type));
        this.#reserve(pointer.segment, value, value.items.length * elementWords(type.element));
        this.#list(type.element, value.items, pointer.init(rawTypes.list(type.element), value.items.length));
        return;
      default:
        throw this.#error("wrong-type", value.at, `a ${typeName(type)} cannot be written as text`);
    }
  }

  #list(element: SchemaType, items: readonly Expression[], list: unknown): void {
    items.forEach((item, index) => {
      if (element.kind === "struct") this.#structOrFirst(element.schema, item, structElement(list, index));
      else if (isPointerType(element)) this.#pointer(element, item, elementPointer(list, index));
      else setElement(list, index, this.#scalar(element, item));
    });
  }

  #scalar(type: SchemaType, value: Expression): unknown {
    const result = scalarOf(type, value);
    if (result.kind === "value") return result.value;
    if (result.kind === "mismatch") throw this.#mismatch(value, typeName(type));
    throw this.#error("out-of-range", value.at, `${describeExpression(value)} is out of range for ${typeName(type)}`);
  }

  /** Small text can ask for large structs; the message stays within its limit. */
  #reserve(segment: BuilderSegment, { at }: Expression, words: number): void {
    if (words + segment.message.sizeInWords <= this.#maxMessageWords) return;
    const message = `the message exceeds ${this.#maxMessageWords} words (maxMessageWords)`;
    throw this.#error("message-too-large", at, message);
  }

  #mismatch(value: Expression, wanted: string): TextError {
    return this.#error("wrong-type", value.at, `expected ${wanted}, not ${describeExpression(value)}`);
  }

  #error(code: TextErrorCode, at: number, message: string): TextError {
    return new TextError(code, message, this.#source, at);
  }
}
