/**
 * Plain objects: the `Init` form that may be assigned, the `Plain` form that comes out, and the straight-line code between
 * them and the message. Everything in an Init is optional; of a union at most one member is given, with or without `which`.
 */

import type { Type } from "../schema/model.js";
import type { FileContext } from "./context.js";
import { type FieldInfo, isParameter } from "./fields.js";
import type { StructInfo } from "./struct.js";
import { PRIMITIVES, type TypePrinter } from "./types.js";

export function printInit(info: StructInfo): void {
  const { flat, scope, fields, members } = info;
  const { out } = info.context;
  const common = fields.filter((each) => !each.inUnion);
  const printFields = (each: readonly FieldInfo[], optional: boolean) => {
    for (const field of each) {
      out.doc(field.doc);
      const type = inputType(info, field);
      out.line(optional ? `${field.names.property}?: ${type} | undefined;` : `${field.names.property}: ${type};`);
    }
    printUnusedParameters(
      info,
      each.map((field) => inputType(info, field)),
    );
  };
  if (members.length === 0) {
    out.block(`export interface ${flat}$Init${scope.declaration}`, () => printFields(common, true));
    return;
  }
  out.block(`export interface ${flat}$InitFields${scope.declaration}`, () => printFields(common, true));
  out.block(`export interface ${flat}$InitMembers${scope.declaration}`, () => printFields(members, false));
  const { arguments: args } = scope;
  out.line(
    `export type ${flat}$Init${scope.declaration} = ${flat}$InitFields${args} & $.OneOf<${flat}$InitMembers${args}>;`,
  );
}

export function printPlain(info: StructInfo): void {
  const { flat, scope, fields, members } = info;
  const { out } = info.context;
  const common = fields.filter((each) => !each.inUnion);
  const printFields = (each: readonly FieldInfo[]) => {
    for (const field of each) out.line(`${field.names.property}: ${plainType(info, field)};`);
    printUnusedParameters(
      info,
      each.map((field) => plainType(info, field)),
    );
  };
  if (members.length === 0) {
    out.block(`export interface ${flat}$Plain${scope.declaration}`, () => printFields(common));
  } else {
    out.block(`export interface ${flat}$PlainFields${scope.declaration}`, () => printFields(common));
    out.block(`export interface ${flat}$PlainMembers${scope.declaration}`, () => printFields(members));
    const { arguments: args } = scope;
    out.line(
      `export type ${flat}$Plain${scope.declaration} = ${flat}$PlainFields${args} & $.PlainUnion<${flat}$PlainMembers${args}>;`,
    );
  }
  out.line();
}

/** A property that nothing has, where type parameters would otherwise go unused. */
function printUnusedParameters({ context, scope }: StructInfo, used: readonly string[]): void {
  const text = used.join(" ");
  if (scope.names.every((name) => new RegExp(`\\b${name}\\b`).test(text))) return;
  context.out.line(`readonly $types?: [${scope.names.join(", ")}];`);
}

function inputType({ context, scope, types }: StructInfo, { field }: FieldInfo): string {
  if (field.which === "slot") return types.input(field.slot.type);
  const dotted = context.dotted(field.group.typeId);
  return `${dotted}.Init${scope.arguments} | ${dotted}.Builder${scope.arguments}`;
}

function plainType({ context, scope, types }: StructInfo, { field }: FieldInfo): string {
  return field.which === "slot"
    ? types.plain(field.slot.type)
    : `${context.dotted(field.group.typeId)}.Plain${scope.arguments}`;
}

/** `assign(init)`: sets what `init` gives, and leaves the rest. */
export function printAssign(info: StructInfo): void {
  const { dotted, flat, scope, fields, members } = info;
  const { out } = info.context;
  const args = scope.arguments;
  const common = fields.filter((each) => !each.inUnion);
  if (fields.length === 0) {
    const init = out.parameters([["_init", `${dotted}.Init${args}`]]);
    out.member(`assign(${init})${out.typed(": this")}`, "return this;");
    return;
  }
  const set = ({ names: { property }, field }: FieldInfo) => {
    // A builder's value of a type parameter may be assigned like any, which the compiler cannot see.
    const isCast = field.which === "slot" && isParameter(field.slot.type);
    const cast = isCast ? out.typed(` as ${info.types.input(field.slot.type)}`) : "";
    return `if (from.${property} !== undefined) this.${property} = from.${property}${cast};`;
  };
  out.doc("Sets what `init` gives and leaves the rest as it is.");
  const init = out.parameters([["init", `${dotted}.Init${args} | ${flat}$Builder${args}`]]);
  out.memberBlock(`assign(${init})${out.typed(": this")}`, () => {
    if (members.length === 0) out.line("const from = init;");
    else {
      const open = `${flat}$InitFields${args} & $.Open<${flat}$InitMembers${args}>`;
      if (scope.isGeneric) out.line(`const from = init${out.typed(` as ${open}`)};`);
      else out.line(`const from${out.typed(`: ${open}`)} = init;`);
    }
    for (const each of common) out.line(set(each));
    if (members.length > 0) printAssignUnion(info, set);
    out.line("return this;");
  });
}

function printAssignUnion(info: StructInfo, set: (each: FieldInfo) => string): void {
  const { out } = info.context;
  const given = info.members.map(
    ({ names: { property } }) => `from.${property} !== undefined ? ${JSON.stringify(property)} : `,
  );
  out.line(`const which = from.which ?? (${given.join("")}undefined);`);
  out.block("switch (which)", () => {
    for (const each of info.members) {
      out.line(`case ${JSON.stringify(each.names.property)}: ${set(each)} ${chooseDefault(info, each)}break;`);
    }
    out.line("case undefined: break;");
    out.line(`default: throw $.unknownMember(${JSON.stringify(info.dotted)}, which);`);
  });
}

/** The `else` for a member that `which` names without a value: it is the one that is set, and has its default. */
function chooseDefault({ access, discriminant }: StructInfo, { field, names }: FieldInfo): string {
  if (field.which === "group") return `else this.${names.init}(); `;
  const reset = access.reset(field.slot);
  return `else { ${reset ? `${reset}; ` : ""}this.$setWhich(${discriminant}, ${field.discriminantValue}); } `;
}

/** The expression that gives a field's plain form, in a method of the reader class. */
export function plainExpression({ context, types }: StructInfo, { field, names }: FieldInfo): string {
  const value = `this.${names.property}`;
  if (field.which === "group") return `${value}.toObject()`;
  const { type, hadExplicitDefault } = field.slot;
  if (type.which === "struct" && !hadExplicitDefault) return `this.${names.has}() ? ${value}.toObject() : undefined`;
  return plainOf(context, types, type, value);
}

function plainOf({ out }: FileContext, types: TypePrinter, type: Type, value: string): string {
  const atRunTime = () => `$.toPlain${out.typed(`<${types.plain(type)}>`)}(${types.value(type)}, ${value})`;
  switch (type.which) {
    case "data":
      return `${value}.slice()`;
    case "struct":
      return `${value}.toObject()`;
    case "list": {
      const element = type.list.elementType;
      if (PRIMITIVES[element.which]?.array) return `${value}.slice()`;
      if (element.which === "struct") return `${value}.map((each) => each.toObject())`;
      if (["list", "data", "anyPointer"].includes(element.which)) return atRunTime();
      return `${value}.toArray()`;
    }
    case "anyPointer":
      if (type.anyPointer.which !== "unconstrained") return atRunTime();
      return type.anyPointer.unconstrained.which === "capability" ? value : `$.nullable(${value})`;
    default:
      return value;
  }
}
