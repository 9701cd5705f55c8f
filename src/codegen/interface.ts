/**
 * Interfaces: the client class, the interface that servers implement, and the object that stands for the interface at run
 * time. Clients and servers list inherited methods too, by the descriptors of the interface that declares them.
 */

import type { NodeOf } from "../schema/model.js";
import type { FileContext } from "./context.js";
import {
  brandFunction,
  type ClientMethod,
  clientMethods,
  type InterfaceInfo,
  MethodTypes,
  printMethod,
  typeParameters,
} from "./method.js";
import { isStreaming } from "./request.js";
import { type ConstMember, displayName, idLiteral, ofSignature, printConst } from "./struct.js";
import { TypePrinter } from "./types.js";

export function printInterface(context: FileContext, node: NodeOf<"interface">, nested: readonly ConstMember[]): void {
  const scope = context.typeScope(node.id, "brand");
  const info = { context, node, flat: context.flat(node.id), dotted: context.dotted(node.id), scope };
  for (let index = 0; index < node.interface.methods.length; index++) printMethod(info, index);
  const methods = clientMethods(info);
  printClient(info, methods);
  context.out.types(() => printServer(info, methods));
  printInterfaceConst(info, nested);
}

function printClient(info: InterfaceInfo, methods: readonly ClientMethod[]): void {
  const { context, flat, scope } = info;
  const { out, request } = context;
  out.doc(request.docComment(info.node.id));
  out.class(`${flat}$Client${out.typed(scope.declaration)} extends $.Client`, () => {
    out.member(`constructor(${out.parameters([["hook", "$.CapabilityHook"]])})`, "super(hook);");
    // Optional, so that the client of a subclass, which binds it all, can stand for this one.
    if (scope.isGeneric) out.declaredProperty(`readonly $types?: [${scope.names.join(", ")}]`);
    for (const method of methods) {
      const doc = request.memberComment(method.declaring.id, method.index);
      const print = method.method.implicitParameters.length > 0 ? printGenericCall : printCall;
      // Of an inherited method the place would be one in another file.
      const place = method.declaring === info.node ? request.memberPlace(info.node.id, method.index) : undefined;
      out.from(place, () => print(info, method, doc));
    }
  });
  out.line();
}

function printCall(info: InterfaceInfo, method: ClientMethod, doc: string): void {
  const { out } = info.context;
  const types = new MethodTypes(info, method);
  const streaming = isStreaming(method.method);
  const parameters = out.parameters([
    ["params?", paramsType(types)],
    ["options?", "$.CallOptions"],
  ]);
  const result = out.typed(`: ${streaming ? "$.StreamPromise" : resultType(types)}`);
  out.doc(doc);
  out.member(
    `${method.name}(${parameters})${result}`,
    `return this.${streaming ? "$stream" : "$call"}(${types.descriptor(null)}, params, options);`,
  );
}

/** A method with type parameters of its own: what they are bound to is an option of the call, AnyPointer unless given. */
function printGenericCall(info: InterfaceInfo, method: ClientMethod, doc: string): void {
  const { out, names } = info.context;
  const types = new MethodTypes(info, method);
  const { implicitParameters } = method.method;
  const implicit = names.typeParameters(implicitParameters, info.scope.names, info.context.file.id);
  const options = `$.CallOptions & { readonly types: readonly [${implicit.join(", ")}] }`;
  out.doc(
    doc,
    `\`options.types\` says what ${implicit.join(", ")} ${implicit.length === 1 ? "is" : "are"}; AnyPointer if left out.`,
  );
  out.types(() => {
    out.line(
      `${method.name}${typeParameters(implicit)}(params: ${paramsType(types, implicit)}, options: ${options}): ${resultType(types, implicit)};`,
    );
    out.line(`${method.name}(params?: ${paramsType(types)}, options?: $.CallOptions): ${resultType(types)};`);
  });
  const bound = `options?.types ?? [${implicit.map(() => "$.AnyPointer").join(", ")}]`;
  const parameters = out.parameters([
    ["params?", "unknown"],
    ["options?", "$.CallOptions & { readonly types?: readonly $.AnyType[] }"],
  ]);
  out.code(() =>
    out.member(
      `${method.name}(${parameters})${out.typed(": unknown")}`,
      `return this.$call(${types.descriptor(bound)}, params${out.typed(" as never")}, options);`,
    ),
  );
}

function paramsType(types: MethodTypes, implicit?: readonly string[]): string {
  return `$.Params<${types.face("Params", "Init", implicit)}, ${types.face("Params", "Builder", implicit)}>`;
}

function resultType(types: MethodTypes, implicit?: readonly string[]): string {
  return `$.RemotePromise<${types.face("Results", "Reader", implicit)}> & ${types.face("Results", "Pipeline", implicit)}`;
}

function printServer(info: InterfaceInfo, methods: readonly ClientMethod[]): void {
  const { context, flat, scope } = info;
  const { out, request } = context;
  out.doc(request.docComment(info.node.id));
  out.block(`export interface ${flat}$Server${scope.declaration}`, () => {
    if (scope.isGeneric) out.line(`readonly $types?: [${scope.names.join(", ")}];`);
    for (const method of methods) {
      const types = new MethodTypes(info, method);
      const params = types.face("Params", "Reader");
      const results = `${types.face("Results", "Init")}, ${types.face("Results", "Builder")}`;
      const callContext = `$.ServerContext<${params}, ${types.face("Results", "Reader")}, ${results}>`;
      out.doc(request.memberComment(method.declaring.id, method.index));
      out.line(`${method.name}(params: ${params}, context: ${callContext}): $.ServerResult<${results}>;`);
    }
  });
  out.line();
}

function printInterfaceConst(info: InterfaceInfo, nested: readonly ConstMember[]): void {
  const { context, node, flat, dotted, scope } = info;
  const { out } = context;
  const doc = context.request.docComment(node.id);
  const expression = interfaceExpression(info);
  if (!scope.isGeneric) {
    out.doc(doc);
    printConst(context, flat, `${dotted}.$Type`, expression, nested);
    return;
  }
  const returned = out.typed(`: ${dotted}.$Type${scope.arguments}`);
  const makeType = `${brandFunction(context, scope.names)}${returned} => ${expression}`;
  out.code(() => out.line(`const ${flat}$$of = /*@__PURE__*/ $.perBrand(${makeType});`));
  out.doc(doc);
  const declaration = ofSignature(context, dotted, scope);
  const definition = `${declaration} { return ${flat}$$of($.brand([${scope.names.join(", ")}])); }`;
  const unbound = `${flat}$$of(/*@__PURE__*/ $.brand([${scope.names.map(() => "$.AnyPointer").join(", ")}]))`;
  printConst(context, flat, `${dotted}.$Type`, unbound, [{ declaration, definition }, ...nested]);
}

/** The call that makes the interface's type; of a generic one, in terms of `brand`. */
function interfaceExpression({ context, node, flat, dotted, scope }: InterfaceInfo): string {
  const types = new TypePrinter(context, scope);
  const names = context.names.methods(node);
  const methods = node.interface.methods.map(({ implicitParameters }, index) => {
    const descriptor = `${flat}$${names[index]}`;
    if (implicitParameters.length === 0) return scope.isGeneric ? `${descriptor}(brand)` : descriptor;
    // Servers see AnyPointers: they are not told what a caller has in mind.
    const outer = scope.isGeneric ? "brand.types" : "[]";
    return `${descriptor}($.methodBrand(${outer}, [${implicitParameters.map(() => "$.AnyPointer").join(", ")}]))`;
  });
  const supers = node.interface.superclasses.map(({ id, brand }) => types.namedValue({ typeId: id, brand }));
  const { out } = context;
  const clientType = `${dotted}.Client${scope.arguments}`;
  const client = scope.isGeneric
    ? `$.bindClient${out.typed(`<${clientType}>`)}(${flat}$Client, brand)`
    : `${flat}$Client`;
  const parts = [
    `id: ${idLiteral(node.id)}`,
    `name: ${JSON.stringify(displayName(node))}`,
    `Client: ${client}`,
    ...(supers.length > 0 ? [`supers: () => [${supers.join(", ")}]`] : []),
    `methods: () => [${methods.join(", ")}]`,
  ];
  const faces = out.typed(`<${clientType}, ${dotted}.Server${scope.arguments}>`);
  return `$.interfaceType${faces}({ ${parts.join(", ")} })`;
}
