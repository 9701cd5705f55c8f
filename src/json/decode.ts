/**
 * JsonValue → structs, in place. What C++'s JsonCodec accepts for a field is accepted: integers as numbers or strings, Data as an
 * array, null for a pointer that is absent, members in any order, the last of several of one name.
 */

import { choose } from "../schema/field-access.js";
import { elementPointer, elementWords, setElement, structElement, structWords } from "../schema/list-access.js";
import { rawTypes } from "../schema/raw-types.js";
import type { StructSchema } from "../schema/struct-schema.js";
import { isPointerType, type SchemaType, typeName } from "../schema/type.js";
import type { AnyPointerBuilder } from "../wire/any-pointer.js";
import { Data } from "../wire/data.js";
import type { BuilderSegment } from "../wire/segment.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import { Text } from "../wire/text.js";
import { formatPath, JsonError, type JsonErrorCode, lineAndColumn } from "./errors.js";
import type { Handlers } from "./handler.js";
import { decodeValueStruct, VALUE_STRUCT } from "./passthrough.js";
import type { FieldPlan, MemberPlan, Plans, StructPlan } from "./plan.js";
import { decodeBytes, decodeScalar, type EnumNames, ScalarFault } from "./scalar.js";
import { describeJson, type JsonMember, type JsonValue } from "./value.js";

export interface DecodeSettings {
  readonly plans: Plans;
  readonly handlers: Handlers;
  readonly enumNames: EnumNames;
  /** Members that the struct does not have are an error; without, they are passed over. */
  readonly rejectUnknownFields: boolean;
  /** The message may hold this many words. */
  readonly maxMessageWords: number;
}

/** Decodes one value; its place in it, and in `text`, is known when something goes wrong. */
export class Decoder {
  readonly #settings: DecodeSettings;
  readonly #text: string | undefined;
  readonly #path: (string | number)[] = [];

  constructor(settings: DecodeSettings, text?: string) {
    this.#settings = settings;
    this.#text = text;
  }

  /** Fills `struct`, which is new. Throws JsonError. */
  struct(schema: StructSchema, json: JsonValue, struct: StructBuilder): void {
    const handler = this.#settings.handlers.find(undefined, { kind: "struct", schema });
    if (handler?.decode) {
      handler.decode(json, struct);
      return;
    }
    this.#structMembers(schema, json, struct);
  }

  #structMembers(schema: StructSchema, json: JsonValue, struct: StructBuilder): void {
    if (schema.id === VALUE_STRUCT) {
      decodeValueStruct(json, struct, (words) => this.#reserve(struct.$segment, json, words));
      return;
    }
    if (json.kind !== "object") throw this.#mismatch(json, "an object");
    const plan = this.#settings.plans.of(schema);
    const tagged = new Set<string>();
    // Members that a tag gives their meaning wait until it was read.
    let waiting = json.members;
    for (;;) {
      const left = waiting.filter((member) => !this.#memberDone(plan, member.name, member, struct, tagged));
      if (left.length === 0 || left.length === waiting.length) return;
      waiting = left;
    }
  }

  /**
   * Reads a member; false if it has to wait for a tag. `name` is its name without the prefixes of flattened structs, `tagged` the
   * unions of the object whose tag has been read.
   */
  #memberDone(plan: StructPlan, name: string, member: JsonMember, struct: StructBuilder, tagged: Set<string>): boolean {
    const found = plan.members.get(name);
    if (!found) {
      if (this.#settings.rejectUnknownFields) throw this.#unknown(plan, name, member);
      return true;
    }
    switch (found.kind) {
      case "field":
        this.#field(found.field, member, struct);
        return true;
      case "flattened": {
        const { access, flattened, prefix } = found.field;
        const inner = access.get.call(struct) as StructBuilder;
        return this.#memberDone(flattened!, name.slice(prefix.length), member, inner, tagged);
      }
      case "tag":
        if (this.#tag(plan, member, struct)) tagged.add(unionKey(plan, struct));
        return true;
      default:
        return tagged.has(unionKey(plan, struct)) && this.#unionMember(plan, found, name, member, struct, tagged);
    }
  }

  /** Sets the union member that the tag names; false if there is none: a tag of a later version says nothing, as in C++. */
  #tag(plan: StructPlan, { name, value }: JsonMember, struct: StructBuilder): boolean {
    if (value.kind !== "string") {
      this.#path.push(name);
      throw this.#mismatch(value, "the name of a union member");
    }
    const chosen = plan.tagValues.get(value.value);
    if (!chosen) return false;
    chosen.access.clear.call(struct);
    choose(struct, chosen.field);
    return true;
  }

  /** A member that belongs to whichever union member is set. */
  #unionMember(
    plan: StructPlan,
    { kind }: MemberPlan,
    name: string,
    member: JsonMember,
    struct: StructBuilder,
    tagged: Set<string>,
  ): boolean {
    const active = plan.unionFields[struct.$uint16(plan.schema.discriminantOffset)]!;
    if (kind === "union-value" && !active.flattened) {
      this.#field(active, member, struct);
      return true;
    }
    const { flattened, prefix } = active;
    if (!flattened || !name.startsWith(prefix)) {
      if (this.#settings.rejectUnknownFields) throw this.#unknown(plan, name, member);
      return true;
    }
    const inner = active.access.get.call(struct) as StructBuilder;
    return this.#memberDone(flattened, name.slice(prefix.length), member, inner, tagged);
  }

  #field(plan: FieldPlan, member: JsonMember, struct: StructBuilder): void {
    const { field } = plan;
    this.#path.push(member.name);
    choose(struct, field);
    this.#value(plan, member.value, struct);
    this.#path.pop();
  }

  #value(plan: FieldPlan, json: JsonValue, struct: StructBuilder): void {
    const { field, access } = plan;
    const { type } = field;
    const handler = this.#settings.handlers.find(field, type);
    if (handler?.decode) {
      this.#handled(plan, handler.decode.bind(handler), json, struct);
    } else if (field.isGroup && type.kind === "struct") {
      access.clear.call(struct);
      this.#structMembers(type.schema, json, access.get.call(struct) as StructBuilder);
    } else if (!isPointerType(type)) {
      access.set.call(struct, this.#scalar(type, json));
    } else if (json.kind === "null" && !isJsonValue(type)) {
      access.clear.call(struct);
    } else {
      this.#pointer(type, json, plan.bytes, struct.$pointer(field.offset));
    }
  }

  #handled(
    { field, access }: FieldPlan,
    decode: (json: JsonValue, target: unknown) => unknown,
    json: JsonValue,
    struct: StructBuilder,
  ): void {
    const { type } = field;
    if (field.isGroup) {
      access.clear.call(struct);
      decode(json, access.get.call(struct));
    } else if (!isPointerType(type) || type.kind === "text" || type.kind === "data") {
      access.set.call(struct, decode(json, null));
    } else {
      access.clear.call(struct);
      decode(json, type.kind === "struct" ? access.get.call(struct) : struct.$pointer(field.offset));
    }
  }

  #pointer(type: SchemaType, json: JsonValue, bytes: FieldPlan["bytes"], pointer: AnyPointerBuilder): void {
    switch (type.kind) {
      case "text":
        if (json.kind !== "string") throw this.#mismatch(json, "a string");
        pointer.set(Text, json.value);
        return;
      case "data":
        pointer.set(
          Data,
          this.#guard(json, () => decodeBytes(json, bytes)),
        );
        return;
      case "struct":
        this.#reserve(pointer.segment, json, structWords(type.schema));
        this.struct(type.schema, json, pointer.init(rawTypes.struct(type.schema)));
        return;
      case "list":
        if (json.kind !== "array") throw this.#mismatch(json, "an array");
        this.#reserve(pointer.segment, json, json.items.length * elementWords(type.element));
        this.#list(type.element, json.items, pointer.init(rawTypes.list(type.element), json.items.length));
        return;
      default:
        throw this.#error("no-handler", json, `JSON needs a handler to become a ${typeName(type)}`);
    }
  }

  #list(element: SchemaType, items: readonly JsonValue[], list: unknown): void {
    const depth = this.#path.length;
    const handler = this.#settings.handlers.find(undefined, element);
    items.forEach((item, index) => {
      this.#path[depth] = index;
      if (handler?.decode) this.#handledElement(element, handler.decode.bind(handler), item, list, index);
      else this.#element(element, item, list, index);
    });
    this.#path.length = depth;
  }

  #element(element: SchemaType, item: JsonValue, list: unknown, index: number): void {
    if (element.kind === "struct") {
      this.struct(element.schema, item, structElement(list, index));
    } else if (!isPointerType(element)) {
      setElement(list, index, this.#scalar(element, item));
    } else if (item.kind !== "null" || !isOpen(element)) {
      this.#pointer(element, item, "array", elementPointer(list, index));
    }
  }

  #handledElement(
    element: SchemaType,
    decode: (json: JsonValue, target: unknown) => unknown,
    item: JsonValue,
    list: unknown,
    index: number,
  ): void {
    const isValue = !isPointerType(element) || element.kind === "text" || element.kind === "data";
    if (isValue) setElement(list, index, decode(item, null));
    else decode(item, element.kind === "struct" ? structElement(list, index) : elementPointer(list, index));
  }

  #scalar(type: SchemaType, json: JsonValue): unknown {
    return this.#guard(json, () => decodeScalar(type, json, this.#settings.enumNames));
  }

  /** Gives what is wrong with a scalar its place. */
  #guard<T>(json: JsonValue, decode: () => T): T {
    try {
      return decode();
    } catch (fault) {
      if (!(fault instanceof ScalarFault)) throw fault;
      if (fault.index !== undefined) this.#path.push(fault.index);
      throw this.#error(fault.code, json, fault.message);
    }
  }

  /** Small text can ask for large structs; the message stays within its limit. */
  #reserve(segment: BuilderSegment, json: JsonValue, words: number): void {
    const { maxMessageWords } = this.#settings;
    if (words + segment.message.sizeInWords > maxMessageWords) {
      throw this.#error("message-too-large", json, `the message exceeds ${maxMessageWords} words (maxMessageWords)`);
    }
  }

  #unknown(plan: StructPlan, name: string, { value }: JsonMember): JsonError {
    return this.#error("unknown-field", value, `${plan.schema.name} has no member ${JSON.stringify(name)}`);
  }

  #mismatch(json: JsonValue, wanted: string): JsonError {
    return this.#error("wrong-type", json, `expected ${wanted}, not ${describeJson(json)}`);
  }

  #error(code: JsonErrorCode, json: JsonValue | undefined, message: string): JsonError {
    const place = json?.at === undefined || this.#text === undefined ? undefined : lineAndColumn(this.#text, json.at);
    return new JsonError(code, message, { path: formatPath(this.#path), ...place });
  }
}

/** In capnp.json.Value null is a value. */
function isJsonValue(type: SchemaType): boolean {
  return type.kind === "struct" && type.schema.id === VALUE_STRUCT;
}

/** A type that the schema says too little of for JSON. */
function isOpen({ kind }: SchemaType): boolean {
  return kind === "interface" || kind === "anyPointer";
}

/** Tells the unions that one object describes apart by where in the message their discriminant is. */
function unionKey({ schema }: StructPlan, { $segment, $data }: StructBuilder): string {
  return `${$segment.id}:${$data + schema.discriminantOffset}`;
}
