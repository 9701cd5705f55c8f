/** The form in which values travel to pycapnp and back: like its to_dict(), and tagged, so that nothing is lost on the way. */

import { DynamicTypes, type Fields } from "capwire/dynamic";
import type { SchemaType, StructSchema } from "capwire/schema";

export type Tagged =
  | null
  | boolean
  | readonly ["int" | "float" | "text" | "data", string]
  | readonly ["list", readonly Tagged[]]
  | readonly ["struct", { readonly [field: string]: Tagged }];

/** What `toObject({ unset: "omit" })` gave for a struct, tagged. Like to_dict(), this has the member of a union that is set also where it is null. */
export function taggedStruct(schema: StructSchema, object: Fields): Tagged {
  const fields: [string, Tagged][] = [];
  for (const { name, property, discriminant, type } of schema.fields) {
    const value = object[property];
    if (value !== undefined) fields.push([name, tagged(type, value)]);
    else if (discriminant !== null && object.which === property) fields.push([name, taggedNull(type)]);
  }
  return ["struct", Object.fromEntries(fields)];
}

function taggedNull(type: SchemaType): Tagged {
  if (type.kind === "text") return ["text", ""];
  if (type.kind === "data") return ["data", ""];
  if (type.kind === "list") return ["list", []];
  if (type.kind !== "struct") throw new Error(`a null ${type.kind} has no tagged form`);
  const zero = DynamicTypes.of(type.schema.loader).struct(type.schema).zero();
  return taggedStruct(type.schema, zero.toObject({ unset: "omit" }));
}

function tagged(type: SchemaType, value: unknown): Tagged {
  switch (type.kind) {
    case "void":
      return null;
    case "bool":
      return value as boolean;
    case "float32":
    case "float64":
      return ["float", floatBits(value as number)];
    case "text":
    case "enum":
      return ["text", String(value)];
    case "data":
      return ["data", Buffer.from(value as Uint8Array).toString("hex")];
    case "list":
      return ["list", Array.from(value as Iterable<unknown>, (each) => tagged(type.element, each))];
    case "struct":
      return taggedStruct(type.schema, value as Fields);
    case "interface":
    case "anyPointer":
      throw new Error(`a ${type.kind} has no tagged form`);
    default:
      return ["int", String(value)];
  }
}

/** A plain object as `fromObject` takes it. */
export function plainStruct(schema: StructSchema, value: Tagged): Fields {
  const fields = contentOf(value, "struct");
  return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, plain(schema.field(name).type, each)]));
}

function plain(type: SchemaType, value: Tagged): unknown {
  if (value === null || typeof value === "boolean") return value;
  switch (type.kind) {
    case "float32":
    case "float64":
      return floatOf(contentOf(value, "float"));
    case "text":
    case "enum":
      return contentOf(value, "text");
    case "data":
      return Uint8Array.from(Buffer.from(contentOf(value, "data"), "hex"));
    case "list":
      return contentOf(value, "list").map((each) => plain(type.element, each));
    case "struct":
      return plainStruct(type.schema, value);
    case "int64":
    case "uint64":
      return BigInt(contentOf(value, "int"));
    default:
      return Number(contentOf(value, "int"));
  }
}

type Content = { [T in Exclude<Tagged, null | boolean> as T[0]]: T[1] };

function contentOf<T extends keyof Content>(value: Tagged, tag: T): Content[T] {
  if (Array.isArray(value) && value[0] === tag) return value[1] as Content[T];
  throw new Error(`${JSON.stringify(value)} is no ${tag}`);
}

function floatOf(bits: string): number {
  return bits === "nan" ? Number.NaN : Buffer.from(bits, "hex").readDoubleBE();
}

function floatBits(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}
