/**
 * The builder class of a struct or group: accessors that write in place, `init…` for what needs a size, `has…`, and the orphan
 * verbs. Writing a member of a union makes it the one that is set; reading one that is not set throws.
 */

import type { NodeOf, Slot, Type } from "../schema/model.js";
import { type FieldInfo, isParameter, isPointer } from "./fields.js";
import { printAssign } from "./plain.js";
import type { Parameters } from "./printer.js";
import {
  groupView,
  hasExpression,
  memberCheck,
  printWhich,
  readerValue,
  type StructInfo,
  structInfo,
} from "./struct.js";

const CONSTRUCTOR_PARAMETERS: Parameters = [
  ["s", "$.BuilderSegment"],
  ["d", "number"],
  ["p", "number"],
  ["c", "number"],
];

export function printBuilder(info: StructInfo): void {
  const { context, flat, dotted, scope, fields, members } = info;
  const { out } = context;
  out.doc(context.request.docComment(info.node.id));
  out.class(`${flat}$Builder${out.typed(scope.declaration)} extends $.StructBuilder`, () => {
    out.member(`constructor(${out.parameters(CONSTRUCTOR_PARAMETERS)})`, "super(s, d, p, c);");
    if (scope.isGeneric) out.declaredProperty(`readonly $brand: $.Brand<[${scope.names.join(", ")}]>`);
    if (members.length > 0) printWhich(info);
    for (const each of fields) out.from(each.place, () => printField(info, each));
    printAssign(info);
    const plain = out.typed(`: ${dotted}.Plain${scope.arguments}`);
    out.member(`toObject()${plain}`, "return this.asReader().toObject();");
    const type = `${dotted}.Reader${scope.arguments}`;
    const bound = `$.bindReader${out.typed(`<${type}>`)}(${readerValue(info)}, this.$brand)`;
    const reader = scope.isGeneric ? bound : readerValue(info);
    out.member(`asReader()${out.typed(`: ${type}`)}`, `return this.$asReader(${reader});`);
  });
  out.line();
}

function printField(info: StructInfo, each: FieldInfo): void {
  const { field } = each;
  if (field.which === "slot") printSlot(info, each, field.slot);
  else printGroup(info, each, info.context.request.nodeOf(field.group.typeId, "struct"));
}

/** The statement that makes a union member the one that is set, or nothing outside unions. */
function choose(info: StructInfo, { field, inUnion }: FieldInfo): string {
  return inUnion ? `this.$setWhich(${info.discriminant}, ${field.discriminantValue});` : "";
}

/** Statements in one line; some may be nothing. */
function joined(...statements: string[]): string {
  return statements.filter((each) => each !== "").join(" ");
}

function printSlot(info: StructInfo, each: FieldInfo, slot: Slot): void {
  const { types, access } = info;
  const { out } = info.context;
  const { property, has, init, disown, adopt } = each.names;
  const { type } = slot;
  out.doc(each.doc);
  const builder = out.typed(`: ${types.builder(type)}`);
  out.member(`get ${property}()${builder}`, `${memberCheck(info, each)}return ${access.read(each, slot, "builder")};`);
  const parameter = type.which === "void" ? "_" : "value";
  // The value first: one that is refused must leave the union as it was.
  const write = access.write(slot, "value");
  out.member(
    `set ${property}(${out.parameters([[parameter, types.input(type)]])})`,
    joined(write ? `${write};` : "", choose(info, each)),
  );
  if (!isPointer(type)) return;
  out.member(`${has}()${out.typed(": boolean")}`, `return ${hasExpression(info, each)};`);
  const value = types.value(type);
  if (isSized(type)) {
    const cast = isParameter(type) ? out.typed(` as ${types.builder(type)}`) : "";
    out.member(
      `${init}(${out.parameters([["length", "number"]])})${builder}`,
      joined(choose(info, each), `return this.$init(${slot.offset}, ${value}, length)${cast};`),
    );
  } else if (type.which === "struct") {
    out.member(`${init}()${builder}`, joined(choose(info, each), `return this.$init(${slot.offset}, ${value});`));
  }
  if (type.which === "interface") return;
  out.member(`${disown}()${out.typed(": $.Orphan")}`, `${memberCheck(info, each)}return this.$disown(${slot.offset});`);
  out.member(
    `${adopt}(${out.parameters([["orphan", "$.Orphan"]])})${out.typed(": void")}`,
    joined(`this.$adopt(${slot.offset}, orphan);`, choose(info, each)),
  );
}

/** Whether a pointer of this type is made with a length. */
function isSized(type: Type): boolean {
  return type.which === "list" || type.which === "data";
}

function printGroup(info: StructInfo, each: FieldInfo, group: NodeOf<"struct">): void {
  const { context, scope } = info;
  const { out } = context;
  const { property, init } = each.names;
  const dotted = context.dotted(group.id);
  const type = `${dotted}.Builder${scope.arguments}`;
  const builder = out.typed(`: ${type}`);
  const view = groupView(info, group, "Builder");
  out.doc(each.doc);
  out.member(`get ${property}()${builder}`, `${memberCheck(info, each)}return ${view};`);
  const value = out.parameters([["value", `${dotted}.Init${scope.arguments} | ${type}`]]);
  out.member(`set ${property}(${value})`, `this.${init}().assign(value);`);
  out.doc(
    each.inUnion ? "Makes this the member that is set, all of it zero." : "Sets all of the group to its defaults.",
  );
  const resets = resetStatements(structInfo(context, group));
  out.memberBlock(`${init}()${builder}`, () => {
    if (each.inUnion) out.line(choose(info, each));
    for (const reset of resets) out.line(`${reset};`);
    out.line(`return ${view};`);
  });
}

/** Statements that give every field of a group its default. Overlapping fields of unions share space: each place is cleared once. */
function resetStatements(group: StructInfo): string[] {
  const statements = new Set<string>();
  if (group.members.length > 0) statements.add(`this.$setWhich(${group.discriminant}, 0)`);
  for (const { field } of group.fields) {
    if (field.which === "slot") statements.add(group.access.reset(field.slot));
    else
      for (const nested of resetStatements(
        structInfo(group.context, group.context.request.nodeOf(field.group.typeId, "struct")),
      ))
        statements.add(nested);
  }
  statements.delete("");
  return [...statements];
}
