/**
 * The type-only namespace of a struct or interface: `Person.Reader`, `Person.PhoneNumber`, `Calculator.Server`, … Inside it only
 * flat names are used: a nested declaration may hide the dotted name of something else.
 */

import type { Node, NodeOf } from "../schema/model.js";
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
    for (let index = 0; index < node.interface.methods.length; index++) {
      printMethodStruct(context, node, index, "Params");
      printMethodStruct(context, node, index, "Results");
    }
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
  node: NodeOf<"interface">,
  index: number,
  role: "Params" | "Results",
): void {
  const { out, names, request } = context;
  const method = node.interface.methods[index]!;
  const name = names.methodStruct(node.id, index, role);
  const struct =
    role === "Params"
      ? { typeId: method.paramStructType, brand: method.paramBrand }
      : { typeId: method.resultStructType, brand: method.resultBrand };
  const declared = request.node(struct.typeId);
  // A nested struct of just this name is in the namespace already.
  if (declared.scopeId === node.id && names.local(declared) === name) return;
  const scope = context.typeScope(node.id);
  const implicit = names.typeParameters(method.implicitParameters, scope.names, context.file.id);
  const parameters = [...scope.names, ...implicit].map((each) => `${each} extends $.AnyType = typeof $.AnyPointer`);
  const declaration = parameters.length > 0 ? `<${parameters.join(", ")}>` : "";
  const types = new TypePrinter(context, new TypeScope(scope.parameters, scope.names, "", implicit));
  const flat = context.flat(struct.typeId);
  const args = types.typeArguments(struct);
  out.line(`type ${name}${declaration} = ${flat}$Reader${args};`);
  out.block(`namespace ${name}`, () => {
    for (const face of STRUCT_FACES) {
      if (face !== "Pipeline" || role === "Results") out.line(`type ${face}${declaration} = ${flat}$${face}${args};`);
    }
    out.line(`type $Type${declaration} = ${structType(flat, args)};`);
  });
}

/** The type of a struct's run-time object. */
function structType(flat: string, args: string): string {
  return `$.StructType<${flat}$Reader${args}, ${flat}$Builder${args}, ${flat}$Init${args} | ${flat}$Builder${args}, ${flat}$Plain${args}>`;
}
