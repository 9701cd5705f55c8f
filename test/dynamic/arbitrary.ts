/** Random plain objects for any struct schema, in the form that generated code takes. */

import type { EnumSchema, FieldSchema, SchemaType, StructSchema } from "capwire/schema";
import fc from "fast-check";

type Plain = { [property: string]: unknown };

/** Everything optional; of a union at most one member, by its name, with `which` or without. */
export function structArbitrary(schema: StructSchema, depth = 3): fc.Arbitrary<Plain> {
  const common = fc.record(
    Object.fromEntries(
      schema.nonUnionFields
        .filter((field) => canBeGiven(field, depth))
        .map((field) => [field.property, fieldArbitrary(field, depth)]),
    ),
    { requiredKeys: [] },
  );
  if (!schema.hasUnion) return common as fc.Arbitrary<Plain>;
  const members = schema.unionFields
    .filter((field) => canBeGiven(field, depth))
    .map((field) =>
      fc
        .tuple(fieldArbitrary(field, depth), fc.boolean())
        .map(([value, named]): Plain => ({ [field.property]: value, ...(named ? { which: field.property } : {}) })),
    );
  const empty = schema.unionFields.map((field) => fc.constant<Plain>({ which: field.property }));
  return fc
    .tuple(common, fc.oneof(fc.constant<Plain>({}), ...members, ...empty))
    .map(([fields, member]) => ({ ...fields, ...member }));
}

function canBeGiven({ type }: FieldSchema, depth: number): boolean {
  return holdable(type) && (depth > 0 || (type.kind !== "struct" && type.kind !== "list"));
}

function holdable(type: SchemaType): boolean {
  return type.kind === "list" ? holdable(type.element) : type.kind !== "anyPointer" && type.kind !== "interface";
}

function fieldArbitrary(field: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  return typeArbitrary(field.type, depth);
}

function typeArbitrary(type: SchemaType, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "void":
      return fc.constant(null);
    case "bool":
      return fc.boolean();
    case "int8":
      return fc.integer({ min: -128, max: 127 });
    case "int16":
      return fc.integer({ min: -32768, max: 32767 });
    case "int32":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "uint8":
      return fc.integer({ min: 0, max: 255 });
    case "uint16":
      return fc.integer({ min: 0, max: 65535 });
    case "uint32":
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case "int64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uint64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "float32":
      return fc.float();
    case "float64":
      return fc.double();
    case "text":
      return fc.string({ unit: "binary", maxLength: 20 });
    case "data":
      return fc.uint8Array({ maxLength: 20 });
    case "enum":
      return enumArbitrary(type.schema);
    case "list":
      return fc.array(typeArbitrary(type.element, depth - 1), { maxLength: 4 });
    case "struct":
      return structArbitrary(type.schema, depth - 1);
    default:
      throw new Error(`no value of type ${type.kind}`);
  }
}

/** Names, and ordinals that the schema does not know. */
function enumArbitrary(schema: EnumSchema): fc.Arbitrary<string | number> {
  return fc.oneof(fc.constantFrom(...schema.names), fc.integer({ min: schema.names.length, max: 65535 }));
}
