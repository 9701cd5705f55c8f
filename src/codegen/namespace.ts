/**
 * The type-only namespace of a struct or interface: `Person.Reader`, `Person.PhoneNumber`, `Calculator.Server`, … Inside it only
 * flat names are used: a nested declaration may hide the dotted name of something else.
 */

import type { NamedType, Node, NodeOf } from "../schema/model.js";
import { type FileContext, TypeScope } from "./context.js";
import { TypePrinter } from "./types.js";

const STRUCT_FACES = ["Reader", "Builder", "Init", "Plain", "Pipeline"];

/** Prints `type X` and `namespace X` for a declaration at the top level of the file. */
export function printNamespace(context: FileContext, node: NodeOf<"struct"> | NodeOf<"interface">): void {
  const flat = context.flat(node.id);
  context.out.line(`export type ${flat}${aliasOf(context, node)};`);
  context.out.block(`export declare namespace ${flat}`, () => printMembers(context, node));
  context.out.line();
}

/** What a declaration's own name means as a type: `<T> = X$Reader<T>`. */
function aliasOf(context: FileContext, node: NodeOf<"struct"> | NodeOf<"interface">): string {
  const scope = context.typeScope(node.id);
  const face = node.which === "struct" ? "Reader" : "Client";
  return `${scope.declaration} = ${context.flat(node.id)}$${face}${scope.arguments}`;
}

function printMembers(context: FileContext, node: NodeOf<"struct"> | NodeOf<"interface">): void {
  const { out, names } = context;
  const flat = context.flat(node.id);
  const scope = context.typeScope(node.id);
  const { declaration, arguments: args } = scope;
  for (const face of node.which === "struct" ? STRUCT_FACES : ["Client", "Server"]) {
    out.line(`type ${face}${declaration} = ${flat}$${face}${args};`);
  }
  if (node.which === "struct") {
    out.line(`type $Type${declaration} = ${structType(flat, args)};`);
  } else {
    out.line(`type $Type${declaration} = $.InterfaceType<${flat}$Client${args}, ${flat}$Server${args}>;`);
  }
  for (const nested of nestedTypes(context, node)) {
    const local = names.local(nested);
    if (nested.which === "enum") out.line(`type ${local} = ${context.flat(nested.id)};`);
    else {
      out.line(`type ${local}${aliasOf(context, nested)};`);
      out.block(`namespace ${local}`, () => printMembers(context, nested));
    }
  }
  if (node.which === "interface") {
    node.interface.methods.forEach((method, index) => {
      const params = { typeId: method.paramStructType, brand: method.paramBrand };
      const results = { typeId: method.resultStructType, brand: method.resultBrand };
      const implicit = method.implicitParameters;
      printMethodStruct(context, node.id, names.methodStruct(node.id, index, "Params"), params, scope, implicit);
      printMethodStruct(context, node.id, names.methodStruct(node.id, index, "Results"), results, scope, implicit);
    });
  }
}

/** The nested structs, enums and interfaces of a declaration, groups included. */
function nestedTypes(
  { request }: FileContext,
  node: Node,
): (NodeOf<"struct"> | NodeOf<"interface"> | NodeOf<"enum">)[] {
  const ids = node.nestedNodes.map((each) => each.id);
  if (node.which === "struct") {
    for (const field of node.struct.fields) if (field.which === "group") ids.push(field.group.typeId);
  }
  return ids.flatMap((id) => {
    const nested = request.find(id);
    return nested?.which === "struct" || nested?.which === "interface" || nested?.which === "enum" ? [nested] : [];
  });
}

/** The params or results of a method under a name of their own, whether the compiler made the struct or the schema names one. */
function printMethodStruct(
  context: FileContext,
  interfaceId: bigint,
  name: string,
  struct: NamedType,
  scope: TypeScope,
  implicitParameters: readonly { name: string }[],
): void {
  const { out } = context;
  const implicit = context.names.typeParameters(implicitParameters, scope.names, context.file.id);
  const declared = [...scope.names, ...implicit].map((each) => `${each} extends $.AnyType = typeof $.AnyPointer`);
  const declaration = declared.length > 0 ? `<${declared.join(", ")}>` : "";
  const types = new TypePrinter(context, new TypeScope(scope.parameters, scope.names, "", implicit));
  if (
    context.request.find(struct.typeId)?.scopeId === interfaceId &&
    context.names.local(context.request.node(struct.typeId)) === name
  )
    return;
  const flat = context.flat(struct.typeId);
  const args = types.typeArguments(struct);
  out.line(`type ${name}${declaration} = ${flat}$Reader${args};`);
  out.block(`namespace ${name}`, () => {
    for (const face of STRUCT_FACES) out.line(`type ${face}${declaration} = ${flat}$${face}${args};`);
    out.line(`type $Type${declaration} = ${structType(flat, args)};`);
  });
}

/** The type of a struct's run-time object. */
function structType(flat: string, args: string): string {
  return `$.StructType<${flat}$Reader${args}, ${flat}$Builder${args}, ${flat}$Init${args} | ${flat}$Builder${args}, ${flat}$Plain${args}>`;
}
