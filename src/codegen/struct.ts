/**
 * StructPrinter: everything one struct or group becomes: reader class, builder class, plain-object types, pipeline class
 * and, for a struct, the object that stands for the type. Each of these has a method here or a file of its own.
 */

import type { NodeOf } from "../schema/model.js";
import { printBuilder } from "./builder.js";
import { pointerExpression } from "./constant.js";
import type { FileContext, TypeScope } from "./context.js";
import { defaultName, type FieldInfo, FieldPrinter, fieldInfos, hasPointerDefault, isPointer } from "./fields.js";
import { printPipeline } from "./pipeline.js";
import { plainExpression, printInit, printPlain } from "./plain.js";
import type { Parameters } from "./printer.js";
import { TypePrinter } from "./types.js";

/** A struct or group at hand, with what its printers share. */
export interface StructInfo {
  readonly context: FileContext;
  readonly node: NodeOf<"struct">;
  /** `Person$PhoneNumber` */
  readonly flat: string;
  /** `Person.PhoneNumber` */
  readonly dotted: string;
  readonly scope: TypeScope;
  readonly types: TypePrinter;
  readonly access: FieldPrinter;
  /** In the order of the source text. */
  readonly fields: readonly FieldInfo[];
  /** The members of its unnamed union, in the order of their discriminants. */
  readonly members: readonly FieldInfo[];
  /** Byte offset of the discriminant. */
  readonly discriminant: number;
}

export function structInfo(context: FileContext, node: NodeOf<"struct">): StructInfo {
  const flat = context.flat(node.id);
  const scope = context.typeScope(node.id);
  const types = new TypePrinter(context, scope);
  const fields = fieldInfos(context, node);
  const members = fields
    .filter((each) => each.inUnion)
    .sort((a, b) => a.field.discriminantValue - b.field.discriminantValue);
  const access = new FieldPrinter(context, types, flat);
  const discriminant = node.struct.discriminantOffset * 2;
  return { context, node, flat, dotted: context.dotted(node.id), scope, types, access, fields, members, discriminant };
}

/** Prints the declarations of a struct or group, without its const and namespace. */
export function printStruct(info: StructInfo): void {
  printDefaults(info);
  if (info.members.length > 0) {
    const { out } = info.context;
    const names = info.members.map((each) => JSON.stringify(each.names.property));
    out.code(() => out.line(`const ${info.flat}$$members = [${names.join(", ")}]${out.typed(" as const")};`));
    out.line();
  }
  printReader(info);
  printBuilder(info);
  if (hasListClass(info)) printList(info);
  // Params are nobody's results.
  if (info.context.request.methodStruct(info.node.id)?.role !== "Params") printPipeline(info);
  info.context.out.types(() => {
    printInit(info);
    printPlain(info);
  });
}

/** Whether lists of this struct have a class of their own: not for what hardly ever stands in lists, nor where the builder's class depends on a brand. */
function hasListClass({ context, node, scope }: StructInfo): boolean {
  return !node.struct.isGroup && !scope.isGeneric && context.request.methodStruct(node.id) === undefined;
}

/** The class of lists being built: one per struct, because V8 builds the elements inline where it knows their class. */
function printList({ context: { out }, flat, dotted }: StructInfo): void {
  const faces = `${dotted}.Builder, ${dotted}.Init | ${dotted}.Builder`;
  out.code(() =>
    out.block(`class ${flat}$$List extends $.StructListBuilder${out.typed(`<${faces}>`)}`, () => {
      const signature = `element(${out.parameters([["index", "number"]])})`;
      const data = "const data = this.start + index * (this.dataSize + this.pointerCount * 8);";
      const made = `return new ${flat}$Builder(this.segment, data, data + this.dataSize, this.pointerCount);`;
      out.member(`${out.typed("protected override ")}${signature}`, `${data} ${made}`);
    }),
  );
  out.line();
}

/** The name of the class whose instances readers are; a union's exported reader type narrows it. */
function readerClass(info: Pick<StructInfo, "flat" | "node">): string {
  return info.node.struct.discriminantCount > 0 ? `${info.flat}$ReaderClass` : `${info.flat}$Reader`;
}

/** The reader class as a value that makes readers of the exported type. */
export function readerValue(info: Pick<StructInfo, "flat" | "node">): string {
  return info.node.struct.discriminantCount > 0 ? `${info.flat}$$Reader` : `${info.flat}$Reader`;
}

/** The statement that refuses a member which is not the one set, or nothing outside unions. */
export function memberCheck(info: StructInfo, { field, inUnion, names }: FieldInfo): string {
  const check = `this.$expect(${info.discriminant}, ${field.discriminantValue}, ${JSON.stringify(names.property)}); `;
  return inUnion ? check : "";
}

/** Prints the getter for `which`. */
export function printWhich({ context: { out }, members, discriminant, flat }: StructInfo): void {
  const names = members.map((each) => JSON.stringify(each.names.property)).join(" | ");
  out.member(
    `get which()${out.typed(`: ${names} | number`)}`,
    `return this.$which(${discriminant}, ${flat}$$members);`,
  );
}

/** The body of `hasX()`. */
export function hasExpression(info: StructInfo, { field, inUnion }: FieldInfo): string {
  if (field.which !== "slot") return "true";
  const has = `this.$has(${field.slot.offset})`;
  return inUnion ? `this.$uint16(${info.discriminant}) === ${field.discriminantValue} && ${has}` : has;
}

function printDefaults({ context, fields, flat }: StructInfo): void {
  for (const { field, names } of fields) {
    if (field.which !== "slot" || !hasPointerDefault(field.slot.defaultValue)) continue;
    const value = field.slot.defaultValue;
    const name = defaultName(flat, names);
    const expression = value.which === "text" ? JSON.stringify(value.text) : pointerExpression(value);
    context.out.code(() => context.out.line(`const ${name} = ${expression};`));
  }
}

const CONSTRUCTOR_PARAMETERS: Parameters = [
  ["s", "$.ReaderSegment"],
  ["d", "number"],
  ["z", "number"],
  ["p", "number"],
  ["c", "number"],
  ["n", "number"],
];

function printReader(info: StructInfo): void {
  const { context, flat, scope, fields, members } = info;
  const { out } = context;
  const doc = context.request.docComment(info.node.id);
  out.doc(doc);
  out.class(`${readerClass(info)}${out.typed(scope.declaration)} extends $.StructReader`, () => {
    // Written out: an implied constructor spreads its arguments, which V8 does not inline.
    out.member(`constructor(${out.parameters(CONSTRUCTOR_PARAMETERS)})`, "super(s, d, z, p, c, n);");
    if (scope.isGeneric) out.declaredProperty(`readonly $brand: $.Brand<[${scope.names.join(", ")}]>`);
    if (members.length > 0) printWhich(info);
    for (const field of fields) out.from(field.place, () => printReaderField(info, field));
    printToObject(info);
  });
  if (members.length > 0) {
    const names = members.map((each) => JSON.stringify(each.names.property)).join(" | ");
    out.types(() => {
      out.doc(doc);
      const variants = `$.Variants<${readerClass(info)}${scope.arguments}, ${names}>`;
      out.line(`export type ${flat}$Reader${scope.declaration} = ${variants};`);
    });
    const narrowed = `$.narrowed${out.typed(`<${flat}$Reader>`)}(${readerClass(info)})`;
    out.code(() => out.line(`const ${flat}$$Reader = /*@__PURE__*/ ${narrowed};`));
  }
  out.line();
}

function printReaderField(info: StructInfo, each: FieldInfo): void {
  const { context, types, access } = info;
  const { out } = context;
  const { field, names } = each;
  out.doc(each.doc);
  if (field.which === "group") {
    const group = context.request.nodeOf(field.group.typeId, "struct");
    const type = `${context.dotted(group.id)}.Reader${info.scope.arguments}`;
    out.member(
      `get ${names.property}()${out.typed(`: ${type}`)}`,
      `${memberCheck(info, each)}return ${groupView(info, group, "Reader")};`,
    );
    return;
  }
  const { type } = field.slot;
  out.member(
    `get ${names.property}()${out.typed(`: ${types.reader(type)}`)}`,
    `${memberCheck(info, each)}return ${access.read(each, field.slot, "reader")};`,
  );
  if (isPointer(type)) out.member(`${names.has}()${out.typed(": boolean")}`, `return ${hasExpression(info, each)};`);
}

/** The expression that makes a group's reader or builder: the same struct through another class, bound like the struct around it. */
export function groupView(info: StructInfo, group: NodeOf<"struct">, face: "Reader" | "Builder"): string {
  const flat = info.context.flat(group.id);
  const name = face === "Reader" ? readerValue({ flat, node: group }) : `${flat}$Builder`;
  if (info.scope.isGeneric) {
    const type = `${info.context.dotted(group.id)}.${face}${info.scope.arguments}`;
    return `this.$group($.bind${face}${info.context.out.typed(`<${type}>`)}(${name}, this.$brand))`;
  }
  return face === "Reader"
    ? `new ${name}(this.$segment, this.$data, this.$dataSize, this.$pointers, this.$pointerCount, this.$nesting)`
    : `new ${name}(this.$segment, this.$data, this.$pointers, this.$pointerCount)`;
}

function printToObject(info: StructInfo): void {
  const { out } = info.context;
  const { members, fields } = info;
  const common = fields.filter((each) => !each.inUnion);
  const entry = (each: FieldInfo) => `${each.names.property}: ${plainExpression(info, each)}`;
  const signature = `toObject()${out.typed(`: ${info.dotted}.Plain${info.scope.arguments}`)}`;
  if (members.length === 0) {
    out.member(signature, `return { ${common.map(entry).join(", ")} };`);
    return;
  }
  out.memberBlock(signature, () => {
    for (const [index, each] of common.entries()) out.line(`const $${index} = ${plainExpression(info, each)};`);
    const shared = common.map((each, index) => `${each.names.property}: $${index}, `).join("");
    out.line("const which = this.which;");
    out.block("switch (which)", () => {
      for (const each of members)
        out.line(`case ${JSON.stringify(each.names.property)}: return { ${shared}which, ${entry(each)} };`);
      out.line(`default: return { ${shared}which };`);
    });
  });
}

/** Prints the object that stands for the struct at run time; `nested` are the members it gets for declarations inside it. */
export function printStructConst(info: StructInfo, nested: readonly ConstMember[]): void {
  const { context, flat, scope } = info;
  context.out.doc(context.request.docComment(info.node.id));
  const members = scope.isGeneric ? [ofMember(info), ...nested] : nested;
  printConst(context, flat, `${info.dotted}.$Type`, structExpression(info), members);
}

/** A member of an object that stands for a declaration at run time: in the object's type, and in the object. */
export interface ConstMember {
  readonly declaration: string;
  readonly definition: string;
}

/** Prints `export const`, of type `type`; members go onto the object that `expression` makes. */
export function printConst(
  { out }: FileContext,
  flat: string,
  type: string,
  expression: string,
  members: readonly ConstMember[],
): void {
  if (members.length === 0) out.constant(flat, { type }, `/*@__PURE__*/ ${expression}`);
  else {
    const lines = (each: readonly string[]) => each.map((line) => `  ${line}\n`).join("");
    const declarations = lines(members.map(({ declaration }) => `${declaration};`));
    const definitions = lines(members.map(({ definition }) => `${definition},`));
    out.constant(
      flat,
      { type: `${type} & {\n${declarations}}` },
      `/*@__PURE__*/ $.withMembers(/*@__PURE__*/ ${expression}, {\n${definitions}})`,
    );
  }
  out.line();
}

/** The call that makes the type of a struct or group. */
export function structExpression(info: StructInfo): string {
  const { dotted, flat, node, scope } = info;
  const faces = ["Reader", "Builder", "Init", "Plain"].map((face) => `${dotted}.${face}`).join(", ");
  const { dataWordCount, pointerCount } = node.struct;
  const parts = [
    `id: ${idLiteral(node.id)}`,
    `name: ${JSON.stringify(displayName(node))}`,
    `dataWords: ${dataWordCount}`,
    `pointerCount: ${pointerCount}`,
    `Reader: ${readerValue(info)}`,
    `Builder: ${flat}$Builder`,
    `makeReader: (s, d, z, p, c, n) => new ${readerValue(info)}(s, d, z, p, c, n)`,
    `makeBuilder: (s, d, p, c) => new ${flat}$Builder(s, d, p, c)`,
    ...(hasListClass(info) ? [`makeList: (t, s, d, n, z, p) => new ${flat}$$List(t, s, d, n, z, p)`] : []),
    ...(scope.isGeneric ? [`typeParameters: ${scope.names.length}`] : []),
  ];
  return `$.struct${info.context.out.typed(`<${faces}>`)}({ ${parts.join(", ")} })`;
}

/** `of(Key, Value)`: the generic type with its parameters bound. */
function ofMember({ context, flat, dotted, scope }: StructInfo): ConstMember {
  const declaration = ofSignature(context, dotted, scope);
  const brand = `$.brand([${scope.names.join(", ")}])`;
  return { declaration, definition: `${declaration} { return $.bindStruct(${flat}, ${brand}); }` };
}

export function ofSignature({ out }: FileContext, dotted: string, scope: TypeScope): string {
  const parameters = out.parameters(scope.names.map((name) => [name, name]));
  const declaration = `<${scope.names.map((name) => `${name} extends $.AnyType`).join(", ")}>`;
  return `of${out.typed(declaration)}(${parameters})${out.typed(`: ${dotted}.$Type${scope.arguments}`)}`;
}

export function idLiteral(id: bigint): string {
  return `0x${id.toString(16).padStart(16, "0")}n`;
}

/** `Outer.Inner`, without the file. */
export function displayName(node: NodeOf<"struct"> | NodeOf<"enum"> | NodeOf<"interface">): string {
  return node.displayName.slice(node.displayName.indexOf(":") + 1);
}
