/**
 * An interface's methods → its node, and a struct node for each parameter or result list written out in place.
 */

import type { Brand, Method, NodeOf, SourceInfo } from "../schema/model.js";
import { type Declaration, type DeclarationOf, type Expression, type ParamList, spell } from "./ast.js";
import { byOrdinal, OrdinalCheck } from "./ordinals.js";
import { bindingsWithin, toBrand } from "./reference.js";
import { translateParams } from "./struct-translator.js";
import type { Translation } from "./translation.js";
import { paramStructId } from "./type-id.js";

type InterfaceDeclaration = Extract<Declaration, { kind: "interface" }>;
type MethodDeclaration = DeclarationOf<"method">;

/** The result type of `-> stream`, declared in `/capnp/stream.capnp`. */
const STREAM_SCHEMA = "/capnp/stream.capnp";
const STREAM_RESULT = "StreamResult";
const STREAM_RESULT_ID = 0x995f9a3377c0b16en;

interface StructUse {
  readonly id: bigint;
  readonly brand: Brand;
}

const NO_STRUCT: StructUse = { id: 0n, brand: { scopes: [] } };

/** Fills `node` and adds the nodes of parameter structs to `translation`. */
export function translateInterface(
  translation: Translation,
  node: NodeOf<"interface">,
  declaration: InterfaceDeclaration,
): void {
  for (const expression of declaration.superclasses) addSuperclass(translation, node, expression);
  const methods = declaration.members
    .filter((member) => member.kind === "method")
    .map((member, codeOrder) => ({ ...member, codeOrder }));
  const check = new OrdinalCheck(translation.source, translation.sink);
  for (const method of byOrdinal(methods)) {
    check.check(method.ordinal);
    node.interface.methods.push(translateMethod(translation, node, method, method.codeOrder));
    const { docComment, start, end } = method;
    translation.info.members.push({ docComment: docComment ?? "", startByte: start, endByte: end });
  }
}

function addSuperclass(translation: Translation, node: NodeOf<"interface">, expression: Expression): void {
  const reference = translation.resolve(expression);
  if (reference === undefined) return;
  const name = spell(expression);
  if (reference.kind === "parameter" || reference.kind === "methodParameter") {
    const message = `'${name}' is a type parameter; an interface can only extend one that is known.`;
    translation.error("parameter-as-superclass", expression, message);
  } else if (reference.kind !== "definition" || reference.definition.kind !== "interface") {
    translation.error("not-an-interface", expression, `'${name}' is not an interface.`);
  } else {
    node.interface.superclasses.push({ id: reference.definition.id, brand: toBrand(reference.bindings) });
  }
}

function translateMethod(
  translation: Translation,
  node: NodeOf<"interface">,
  declaration: MethodDeclaration,
  codeOrder: number,
): Method {
  const { name, parameters, results } = declaration;
  if (declaration.params.kind === "stream") {
    translation.error("invalid-stream", declaration.params, "'stream' can only stand after '->'.");
  }
  const params = structUse(translation, node, declaration, declaration.params, false);
  const result = structUse(translation, node, declaration, results ?? NO_RESULTS, true);
  return {
    name: name.text,
    codeOrder,
    implicitParameters: parameters.map((parameter) => ({ name: parameter.text })),
    paramStructType: params.id,
    paramBrand: params.brand,
    resultStructType: result.id,
    resultBrand: result.brand,
    annotations: translation.annotations(declaration.annotations, "method"),
  };
}

const NO_RESULTS: ParamList = { kind: "named", params: [], start: 0, end: 0 };

function structUse(
  translation: Translation,
  node: NodeOf<"interface">,
  method: MethodDeclaration,
  list: ParamList,
  isResults: boolean,
): StructUse {
  switch (list.kind) {
    case "named":
      return paramStruct(translation, node, method, list, isResults);
    case "type":
      return declaredStruct(translation, method, list.type);
    case "stream":
      return streamResult(translation, list);
  }
}

function paramStruct(
  translation: Translation,
  parent: NodeOf<"interface">,
  method: MethodDeclaration,
  list: Extract<ParamList, { kind: "named" }>,
  isResults: boolean,
): StructUse {
  const id = paramStructId(parent.id, Number(method.ordinal.value & 0xffffn), isResults);
  const name = `${method.name.text}$${isResults ? "Results" : "Params"}`;
  const node = translation.newStruct(id, parent.displayName, name, list);
  node.isGeneric = parent.isGeneric || method.parameters.length > 0;
  node.parameters = method.parameters.map((parameter) => ({ name: parameter.text }));
  const info: SourceInfo = { id, docComment: "", members: [], startByte: list.start, endByte: list.end };
  translateParams(translation, node, info, list.params, { names: method.parameters, structId: id });
  translation.addAuxiliary(node, info);
  // Its scope is the interface, whose parameters it inherits. The method's own parameters are not bound here.
  return { id, brand: toBrand(bindingsWithin(translation.definition)) };
}

function declaredStruct(translation: Translation, method: MethodDeclaration, type: Expression): StructUse {
  const reference = translation.resolve(type, { names: method.parameters, structId: undefined });
  if (reference === undefined) return NO_STRUCT;
  if (reference.kind === "parameter" || reference.kind === "methodParameter") {
    const message =
      "A type parameter cannot be all of a method's parameters or results; make it a field in a list: '(x :T)'.";
    translation.error("parameter-as-struct", type, message);
    return NO_STRUCT;
  }
  if (reference.kind !== "definition" || reference.definition.kind !== "struct") {
    translation.error("not-a-struct", type, `'${spell(type)}' is not a struct.`);
    return NO_STRUCT;
  }
  return { id: reference.definition.id, brand: toBrand(reference.bindings) };
}

function streamResult(translation: Translation, list: ParamList): StructUse {
  const { definition } = translation;
  const file = translation.definitions.import(definition.module, STREAM_SCHEMA);
  if (file === undefined) {
    const message = `'stream' needs '${STREAM_SCHEMA}', which is not on the import path.`;
    translation.error("missing-stream-schema", list, message);
  } else if (file.child(STREAM_RESULT)?.id !== STREAM_RESULT_ID) {
    const message = `The '${STREAM_SCHEMA}' on the import path is not the standard one: it lacks '${STREAM_RESULT}'.`;
    translation.error("missing-stream-schema", list, message);
  }
  return { id: STREAM_RESULT_ID, brand: { scopes: [] } };
}
