/**
 * Schemas → schema files: what `capnp compile -ocapnp` prints, with every id, and comments that say where each field lies. What it
 * prints compiles to the same nodes.
 */

import type { AnnotationSchema, FileSchema } from "../../schema/constant-schema.js";
import type { FieldSchema } from "../../schema/field-schema.js";
import type { InterfaceSchema, MethodSchema } from "../../schema/interface-schema.js";
import type { Annotation, Brand, Value } from "../../schema/model.js";
import { schemaValue } from "../../schema/node-schema.js";
import { rawTypes } from "../../schema/raw-types.js";
import type { AnySchema } from "../../schema/schema.js";
import { NO_BRAND, resolveBrand, resolveType } from "../../schema/schema-brand.js";
import type { StructSchema } from "../../schema/struct-schema.js";
import { DATA_BITS, type SchemaType } from "../../schema/type.js";
import { AnyPointerReader } from "../../wire/any-pointer.js";
import { printTextValue } from "../print.js";
import { nameAt, type Place, typeAt } from "./names.js";

/** A file as a schema file. Throws SchemaError if it mentions nodes that are not loaded. */
export function printSchema(file: FileSchema): string {
  const lines = [`# ${file.displayName}`, `${idOf(file)};`];
  const place = { scope: file, implicit: [] };
  for (const each of file.node.annotations) lines.push(`${annotation(place, each)};`);
  for (const each of file.nested) lines.push(...declaration(each));
  return `${lines.join("\n")}\n`;
}

function idOf({ id }: AnySchema): string {
  return `@0x${id.toString(16).padStart(16, "0")}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function declaration(schema: AnySchema): string[] {
  const { shortName, parameters } = schema;
  // Its own type and annotations are named from where it stands.
  const place: Place = { scope: schema.scope ?? schema, implicit: [] };
  const annotations = applied(place, schema.node.annotations);
  const named = `${schema.kind} ${shortName} ${idOf(schema)}`;
  const generic = parameters.length > 0 ? ` (${parameters.join(", ")})` : "";
  switch (schema.kind) {
    case "struct": {
      const size = `# ${schema.dataWords * 8} bytes, ${schema.pointerCount} ptrs`;
      return block(`${named}${generic}${annotations} {  ${size}`, [...members(schema), ...nested(schema)]);
    }
    case "enum": {
      const enumerants = [...schema.node.enum.enumerants.entries()].sort(([, a], [, b]) => a.codeOrder - b.codeOrder);
      const lines = enumerants.map(([ordinal, each]) => `${each.name} @${ordinal}${applied(place, each.annotations)};`);
      return block(`${named}${annotations} {`, lines);
    }
    case "interface":
      return block(`${named}${generic}${superclasses(schema)}${annotations} {`, [
        ...methods(schema),
        ...nested(schema),
      ]);
    case "const": {
      const { type, value } = schema.node.const;
      return [
        `${named} :${typeAt(place, type)} = ${valueText(resolveType(schema.loader, type, NO_BRAND), value)}${annotations};`,
      ];
    }
    case "annotation":
      return [`${named} (${targets(schema)}) :${typeAt(place, schema.node.annotation.type)}${annotations};`];
    case "file":
      return [];
  }
}

function block(head: string, lines: readonly string[]): string[] {
  return [head, ...indented(lines), "}"];
}

function nested(schema: AnySchema): string[] {
  return schema.nested.flatMap(declaration);
}

/** The fields of a struct or group in the order of the source, its union where its first member stands. */
function members(struct: StructSchema): string[] {
  const lines: string[] = [];
  let isUnionDone = false;
  for (const field of struct.fieldsInCodeOrder) {
    if (field.discriminant === null) lines.push(...member(field));
    else if (!isUnionDone) {
      isUnionDone = true;
      lines.push(
        ...block(`union {  ${tagBits(struct)}`, struct.fieldsInCodeOrder.filter(isUnionMember).flatMap(member)),
      );
    }
  }
  return lines;
}

function isUnionMember({ discriminant }: FieldSchema): boolean {
  return discriminant !== null;
}

function tagBits({ discriminantOffset }: StructSchema): string {
  return `# tag bits [${discriminantOffset * 8}, ${discriminantOffset * 8 + 16})`;
}

function member(field: FieldSchema): string[] {
  const place = placeOf(field.parent);
  const annotations = applied(place, field.field.annotations);
  const tag = field.discriminant === null ? "" : `union tag = ${field.discriminant}`;
  if (field.field.which === "group") return group(field, annotations, tag);
  const { offset } = field.field.slot;
  const bits = DATA_BITS[field.field.slot.type.which];
  const where = bits === undefined ? `ptr[${offset}]` : `bits[${offset * bits}, ${(offset + 1) * bits})`;
  return [`${field.name} @${field.ordinal}${typed(place, field)}${annotations};  # ${where}${tag && `, ${tag}`}`];
}

function group(field: FieldSchema, annotations: string, tag: string): string[] {
  const { type, ordinal } = field;
  if (type.kind !== "struct") return [];
  const struct = type.schema;
  const head = `${field.name}${ordinal === null ? "" : ` @${ordinal}!`}`;
  if (!isUnion(field, struct)) return block(`${head} :group${annotations} {${tag && `  # ${tag}`}`, members(struct));
  const comment = `${tagBits(struct)}${tag && `, ${tag}`}`;
  return block(`${head} :union${annotations} {  ${comment}`, struct.fieldsInCodeOrder.flatMap(member));
}

/** Whether a group is a union and nothing else, and its annotations, which may be for groups only, leave it that. */
function isUnion({ field, parent: { loader } }: FieldSchema, struct: StructSchema): boolean {
  const annotations = field.annotations.map(({ id }) => loader.annotation(id));
  return struct.fields.every(isUnionMember) && annotations.every(({ targets: on }) => on.includes("union"));
}

/** Where a field's types are named: in the struct, of which a group is a part; for parameters of a method in its interface. */
function placeOf(struct: StructSchema): Place {
  let scope: AnySchema = struct;
  while (scope.kind === "struct" && scope.isGroup && scope.scope) scope = scope.scope;
  return { scope, implicit: [] };
}

function typed(place: Place, { parent, field }: FieldSchema): string {
  if (field.which === "group") return "";
  const { type, defaultValue, hadExplicitDefault } = field.slot;
  const text = ` :${typeAt(place, type)}`;
  if (!hadExplicitDefault) return text;
  // Parameters have null as default, which fields do not.
  if (parent.node.scopeId === 0n && isNull(defaultValue)) return `${text} = null`;
  return `${text} = ${valueText(resolveType(parent.loader, type, NO_BRAND), defaultValue)}`;
}

function superclasses(schema: InterfaceSchema): string {
  const { superclasses: direct } = schema.node.interface;
  const place = { scope: schema, implicit: [] };
  return direct.length > 0 ? ` extends(${direct.map(({ id, brand }) => nameAt(place, id, brand)).join(", ")})` : "";
}

function methods(schema: InterfaceSchema): string[] {
  return [...schema.methods]
    .sort((a, b) => a.codeOrder - b.codeOrder)
    .map((each) => {
      const place = { scope: schema, implicit: each.implicitParameters };
      const { method } = each;
      const generic = place.implicit.length > 0 ? ` [${place.implicit.join(", ")}]` : "";
      const params = parameters(place, each.params, method.paramBrand);
      const results = each.isStreaming ? "stream" : parameters(place, each.results, method.resultBrand);
      return `${each.name} @${each.ordinal}${generic} ${params} -> ${results}${applied(place, method.annotations)};`;
    });
}

/** A list of parameters, or the struct that was named instead. */
function parameters(place: Place, struct: MethodSchema["params"], brand: Brand): string {
  if (struct.node.scopeId !== 0n) return nameAt(place, struct.id, brand);
  const each = (field: FieldSchema) => `${field.name}${typed(place, field)}${applied(place, field.field.annotations)}`;
  return `(${struct.fieldsInCodeOrder.map(each).join(", ")})`;
}

function targets(schema: AnnotationSchema): string {
  return schema.targets.length === ALL_TARGETS ? "*" : schema.targets.join(", ");
}

const ALL_TARGETS = 12;

/** Annotations behind what they are on. */
function applied(place: Place, annotations: readonly Annotation[]): string {
  return annotations.map((each) => ` ${annotation(place, each)}`).join("");
}

function annotation(place: Place, { id, brand, value }: Annotation): string {
  const schema = place.scope.loader.annotation(id);
  const type = resolveType(schema.loader, schema.node.annotation.type, resolveBrand(schema.loader, brand, NO_BRAND));
  const text = valueText(type, value);
  // A struct brings its parentheses.
  return `$${nameAt(place, id, brand)}${value.which === "struct" ? text : `(${text})`}`;
}

function isNull(value: Value): boolean {
  if (value.which === "text") return value.text === "";
  if (value.which === "data") return value.data.length === 0;
  const content = schemaValue(value);
  if (content instanceof AnyPointerReader) return content.isNull;
  return ["list", "struct", "interface", "anyPointer"].includes(value.which);
}

/** A value as text. */
function valueText(type: SchemaType, value: Value): string {
  const content = schemaValue(value);
  if (content instanceof AnyPointerReader) return printTextValue(content.as(rawTypes.of(type)), type);
  if (value.which === "list") return "[]";
  if (value.which === "struct") return "()";
  if (type.kind === "enum") return printTextValue(type.schema.names[Number(content)] ?? content, type);
  return printTextValue(content, type);
}
