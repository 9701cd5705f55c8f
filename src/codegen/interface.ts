/**
 * Interfaces: a descriptor per method, the client class, the interface that servers implement, and the object that stands for
 * the interface at run time. Clients and servers list inherited methods too, by the descriptors of the interface that
 * declares them.
 */

import type { NamedType, NodeOf, Type } from "../schema/model.js";
import { mayHoldCapability } from "./capability.js";
import { type FileContext, TypeScope } from "./context.js";
import { boundTo, isStreaming, substitute } from "./request.js";
import { displayName, idLiteral, ofSignature, printConst } from "./struct.js";
import { TypePrinter } from "./types.js";

interface InterfaceInfo {
  readonly context: FileContext;
  readonly node: NodeOf<"interface">;
  readonly flat: string;
  readonly dotted: string;
  readonly scope: TypeScope;
  readonly types: TypePrinter;
}

/** A method as a client of the interface at hand sees it. */
interface ClientMethod {
  /** The interface that declares it. */
  readonly declaring: NodeOf<"interface">;
  readonly index: number;
  /** What the declaring interface's type parameters are bound to, in terms of the interface at hand. */
  readonly bindings: readonly (Type | null)[];
  readonly name: string;
}

export function printInterface(context: FileContext, node: NodeOf<"interface">, nested: readonly string[]): void {
  const scope = context.typeScope(node.id, "brand");
  const types = new TypePrinter(context, scope);
  const info = { context, node, flat: context.flat(node.id), dotted: context.dotted(node.id), scope, types };
  for (let index = 0; index < node.interface.methods.length; index++) printMethod(info, index);
  const methods = clientMethods(info);
  printClient(info, methods);
  printServer(info, methods);
  printInterfaceConst(info, nested);
}

function printMethod(info: InterfaceInfo, index: number): void {
  const { context, node, flat, scope, types } = info;
  const method = node.interface.methods[index]!;
  const name = context.names.methods(node)[index]!;
  const params = { typeId: method.paramStructType, brand: method.paramBrand };
  const results = { typeId: method.resultStructType, brand: method.resultBrand };
  const parts = [
    `interfaceId: ${idLiteral(node.id)}`,
    `interfaceName: ${JSON.stringify(displayName(node))}`,
    `ordinal: ${index}`,
    `name: ${JSON.stringify(name)}`,
    `Params: () => ${types.namedValue(params)}`,
    `Results: () => ${types.namedValue(results)}`,
    `Pipeline: () => ${types.pipelineValue(results)}`,
    ...(isStreaming(method) ? ["streaming: true"] : []),
    ...(mayHoldCapability(context.request, results) ? [] : ["noPipelining: true"]),
  ];
  const spec = `{ ${parts.join(", ")} }`;
  const { out } = context;
  if (!scope.isGeneric) {
    out.line(`export const ${flat}$${name} = /*@__PURE__*/ $.method(${spec});`);
    return;
  }
  const brand = `<${scope.names.map((each) => `${each} extends $.AnyType`).join(", ")}>(brand: $.Brand<[${scope.names.join(", ")}]>)`;
  out.line(`export const ${flat}$${name} = /*@__PURE__*/ $.perBrand(${brand} => $.method(${spec}));`);
}

/** Every method a client has: its own, then what it inherits, each superclass once. Of two that come with one name the first stays. */
function clientMethods(info: InterfaceInfo): ClientMethod[] {
  const found = new Map<string, ClientMethod>();
  const own = info.context.request.typeParameters(info.node.id).map(parameterType);
  const seen = new Set<bigint>();
  const visit = (node: NodeOf<"interface">, bindings: readonly (Type | null)[]) => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    info.context.names.methods(node).forEach((name, index) => {
      if (!found.has(name)) found.set(name, { declaring: node, index, bindings, name });
    });
    const parameters = info.context.request.typeParameters(node.id);
    for (const { id, brand } of node.interface.superclasses) {
      const superclass = info.context.request.nodeOf(id, "interface");
      const bound = info.context.request.typeParameters(id).map((each) => {
        const type = boundTo(brand, each);
        return type && substitute(type, parameters, bindings);
      });
      visit(superclass, bound);
    }
  };
  visit(info.node, own);
  return [...found.values()];
}

function parameterType({ scopeId, index }: { scopeId: bigint; index: number }): Type {
  return { which: "anyPointer", anyPointer: { which: "parameter", parameter: { scopeId, parameterIndex: index } } };
}

/** The faces of a method's params and results, and the descriptor, for a client or server of the interface at hand. */
function methodTypes(info: InterfaceInfo, { declaring, index, bindings, name }: ClientMethod, brand: string) {
  const { context } = info;
  const scope = new TypeScope(info.scope.parameters, info.scope.names, brand);
  const types = new TypePrinter(context, scope);
  const unbound = bindings.every((each) => each === null);
  const args = unbound
    ? ""
    : `<${bindings.map((each) => (each ? types.descriptor(each) : "typeof $.AnyPointer")).join(", ")}>`;
  const base = context.dotted(declaring.id);
  const face = (role: "Params" | "Results", member: string) =>
    `${base}.${context.names.methodStruct(declaring.id, index, role)}.${member}${args}`;
  const descriptor = `${context.value(declaring.id)}$${name}`;
  const isOwn = declaring.id === info.node.id;
  const values = bindings.map((each) => (each ? types.value(each) : "$.AnyPointer"));
  const bound = isOwn ? brand : `$.brand([${values.join(", ")}])`;
  return { face, descriptor: bindings.length === 0 ? descriptor : `${descriptor}(${bound})` };
}

function printClient(info: InterfaceInfo, methods: readonly ClientMethod[]): void {
  const { context, flat, scope } = info;
  const { out, request } = context;
  out.doc(request.docComment(info.node.id));
  out.block(`export class ${flat}$Client${scope.declaration} extends $.Client`, () => {
    if (scope.isGeneric) out.line(`declare readonly $brand: $.Brand<[${scope.names.join(", ")}]>;`);
    for (const method of methods) {
      const { face, descriptor } = methodTypes(info, method, "this.$brand");
      const streaming = isStreaming(method.declaring.interface.methods[method.index]!);
      const parameters = `params?: $.Params<${face("Params", "Init")}, ${face("Params", "Builder")}>, options?: $.CallOptions`;
      const result = streaming
        ? "$.StreamPromise"
        : `$.RemotePromise<${face("Results", "Reader")}> & ${face("Results", "Pipeline")}`;
      out.doc(request.memberComment(method.declaring.id, method.index));
      const verb = streaming ? "$stream" : "$call";
      out.line(`${method.name}(${parameters}): ${result} { return this.${verb}(${descriptor}, params, options); }`);
    }
  });
  out.line();
}

function printServer(info: InterfaceInfo, methods: readonly ClientMethod[]): void {
  const { context, flat, scope } = info;
  const { out, request } = context;
  out.doc(request.docComment(info.node.id));
  out.block(`export interface ${flat}$Server${scope.declaration}`, () => {
    if (scope.isGeneric) out.line(`readonly $types?: [${scope.names.join(", ")}];`);
    for (const method of methods) {
      const { face } = methodTypes(info, method, "");
      const results = `${face("Results", "Init")}, ${face("Results", "Builder")}`;
      const contextType = `$.ServerContext<${face("Params", "Reader")}, ${face("Results", "Reader")}, ${results}>`;
      out.doc(request.memberComment(method.declaring.id, method.index));
      out.line(
        `${method.name}(params: ${face("Params", "Reader")}, context: ${contextType}): $.ServerResult<${results}>;`,
      );
    }
  });
  out.line();
}

function printInterfaceConst(info: InterfaceInfo, nested: readonly string[]): void {
  const { context, node, flat, dotted, scope, types } = info;
  const { out } = context;
  const brand = scope.isGeneric ? "(brand)" : "";
  const methods = context.names.methods(node).map((name) => `${flat}$${name}${brand}`);
  const supers = node.interface.superclasses.map((each) => types.namedValue(asNamed(each)));
  const client = scope.isGeneric
    ? `$.bindClient<${dotted}.Client${scope.arguments}>(${flat}$Client, brand)`
    : `${flat}$Client`;
  const parts = [
    `id: ${idLiteral(node.id)}`,
    `name: ${JSON.stringify(displayName(node))}`,
    `Client: ${client}`,
    ...(supers.length > 0 ? [`supers: () => [${supers.join(", ")}]`] : []),
    `methods: () => [${methods.join(", ")}]`,
  ];
  const expression = `$.interfaceType<${dotted}.Client${scope.arguments}, ${dotted}.Server${scope.arguments}>({ ${parts.join(", ")} })`;
  if (!scope.isGeneric) {
    out.doc(context.request.docComment(node.id));
    printConst(context, flat, expression, nested);
    return;
  }
  const declaration = `<${scope.names.map((each) => `${each} extends $.AnyType`).join(", ")}>(brand: $.Brand<[${scope.names.join(", ")}]>)`;
  out.line(
    `const ${flat}$$of = /*@__PURE__*/ $.perBrand(${declaration}: ${dotted}.$Type${scope.arguments} => ${expression});`,
  );
  out.doc(context.request.docComment(node.id));
  const of = `${ofSignature(dotted, scope)} { return ${flat}$$of($.brand([${scope.names.join(", ")}])); }`;
  const unbound = `${flat}$$of($.brand([${scope.names.map(() => "$.AnyPointer").join(", ")}]))`;
  printConst(context, flat, unbound, [of, ...nested]);
}

function asNamed({ id, brand }: { id: bigint; brand: NamedType["brand"] }): NamedType {
  return { typeId: id, brand };
}
