/**
 * A request that came as bytes, as the plain model: what a plugin reads from its standard input. The model is what readers say of
 * the message, with one difference: where the message leaves a struct out, the model has the struct's default.
 */

import {
  type Annotation,
  type Brand,
  CodeGeneratorRequest,
  type Field,
  type Method,
  Node,
  type Type,
  type Value,
} from "../std/schema.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";
import { decodeFrame } from "../wire/framing.js";
import type { ReaderOptions } from "../wire/limits.js";
import { MessageBuilder } from "../wire/message.js";
import type { StructBuilder } from "../wire/struct-builder.js";
import type { StructReader } from "../wire/struct-reader.js";
import { AnyStruct } from "../wire/struct-type.js";
import { SchemaError } from "./errors.js";
import type * as model from "./model.js";

/**
 * Decodes a framed request. Throws WireError for bytes that are no such message, SchemaError for kinds of nodes this version does not
 * know. `options` limit what is read; without them there is no limit but that of nesting, for bytes of a compiler of one's own.
 */
export function decodeRequest(bytes: Uint8Array, options?: ReaderOptions): model.CodeGeneratorRequest {
  const message = decodeFrame(bytes, { traversalLimitInWords: Number.MAX_SAFE_INTEGER, ...options });
  const request = message.getRoot(CodeGeneratorRequest);
  return {
    capnpVersion: request.capnpVersion.toObject(),
    nodes: request.nodes.map(decodeNode),
    sourceInfo: request.sourceInfo.map((each) => each.toObject()),
    requestedFiles: request.requestedFiles.map(({ id, filename, imports, fileSourceInfo }) => ({
      id,
      filename,
      imports: imports.map((each) => each.toObject()),
      fileSourceInfo: { identifiers: fileSourceInfo.identifiers.map((each) => known(each.toObject(), "identifier")) },
    })),
  };
}

/**
 * A node that came as a struct of any class, in a message or over a connection; copied out of it. Throws WireError for a malformed
 * message, SchemaError for a kind of node that this version does not know.
 */
export function decodeNodeStruct(struct: StructReader | StructBuilder): model.Node {
  const message = new MessageBuilder();
  message.setRoot(AnyStruct, struct);
  return decodeNode(message.asReader().getRoot(Node));
}

/** `value` without the case of a union member that this version does not know. */
function known<T extends { which: string | number }>(value: T, what: string): Extract<T, { which: string }> {
  if (typeof value.which === "number") throw unknown(what, value.which);
  return value as Extract<T, { which: string }>;
}

function unknown(what: string, which: number): SchemaError {
  return new SchemaError("unknown-kind", `this version of capwire knows no ${what} of kind ${which}`);
}

function decodeNode(node: Node.Reader): model.Node {
  return {
    id: node.id,
    displayName: node.displayName,
    displayNamePrefixLength: node.displayNamePrefixLength,
    scopeId: node.scopeId,
    parameters: node.parameters.map((each) => each.toObject()),
    isGeneric: node.isGeneric,
    nestedNodes: node.nestedNodes.map((each) => each.toObject()),
    annotations: node.annotations.map(decodeAnnotation),
    startByte: node.startByte,
    endByte: node.endByte,
    ...decodeNodeKind(node),
  };
}

function decodeNodeKind(node: Node.Reader): model.NodeKind {
  switch (node.which) {
    case "file":
      return { which: "file", file: null };
    case "struct": {
      const { dataWordCount, pointerCount, isGroup, discriminantCount, discriminantOffset, fields } = node.struct;
      const { preferredListEncoding } = node.struct;
      if (typeof preferredListEncoding === "number") throw unknown("element size", preferredListEncoding);
      const struct = {
        dataWordCount,
        pointerCount,
        preferredListEncoding,
        isGroup,
        discriminantCount,
        discriminantOffset,
      };
      return { which: "struct", struct: { ...struct, fields: fields.map(decodeField) } };
    }
    case "enum": {
      const enumerants = node.enum.enumerants.map(({ name, codeOrder, annotations }) => ({
        name,
        codeOrder,
        annotations: annotations.map(decodeAnnotation),
      }));
      return { which: "enum", enum: { enumerants } };
    }
    case "interface": {
      const { methods, superclasses } = node.interface;
      const supers = superclasses.map(({ id, brand }) => ({ id, brand: decodeBrand(brand) }));
      return { which: "interface", interface: { methods: methods.map(decodeMethod), superclasses: supers } };
    }
    case "const":
      return { which: "const", const: { type: decodeType(node.const.type), value: decodeValue(node.const.value) } };
    case "annotation": {
      const annotation = node.annotation;
      return { which: "annotation", annotation: { ...annotation.toObject(), type: decodeType(annotation.type) } };
    }
    default:
      throw unknown("node", node.which);
  }
}

function decodeField(field: Field.Reader): model.Field {
  const common = {
    name: field.name,
    codeOrder: field.codeOrder,
    annotations: field.annotations.map(decodeAnnotation),
    discriminantValue: field.discriminantValue,
    ordinal: known(field.ordinal.toObject(), "ordinal"),
  };
  switch (field.which) {
    case "slot": {
      const { offset, type, defaultValue, hadExplicitDefault } = field.slot;
      const slot = { offset, type: decodeType(type), defaultValue: decodeValue(defaultValue), hadExplicitDefault };
      return { ...common, which: "slot", slot };
    }
    case "group":
      return { ...common, which: "group", group: { typeId: field.group.typeId } };
    default:
      throw unknown("field", field.which);
  }
}

function decodeMethod(method: Method.Reader): model.Method {
  return {
    name: method.name,
    codeOrder: method.codeOrder,
    implicitParameters: method.implicitParameters.map((each) => each.toObject()),
    paramStructType: method.paramStructType,
    paramBrand: decodeBrand(method.paramBrand),
    resultStructType: method.resultStructType,
    resultBrand: decodeBrand(method.resultBrand),
    annotations: method.annotations.map(decodeAnnotation),
  };
}

function decodeAnnotation({ id, brand, value }: Annotation.Reader): model.Annotation {
  return { id, brand: decodeBrand(brand), value: decodeValue(value) };
}

function decodeBrand(brand: Brand.Reader): model.Brand {
  return { scopes: brand.scopes.map(decodeScope) };
}

function decodeScope(scope: Brand.Scope.Reader): model.BrandScope {
  const { scopeId } = scope;
  switch (scope.which) {
    case "bind":
      return { scopeId, which: "bind", bind: scope.bind.map(decodeBinding) };
    case "inherit":
      return { scopeId, which: "inherit", inherit: null };
    default:
      throw unknown("brand scope", scope.which);
  }
}

function decodeBinding(binding: Brand.Binding.Reader): model.Binding {
  switch (binding.which) {
    case "unbound":
      return { which: "unbound", unbound: null };
    case "type":
      return { which: "type", type: decodeType(binding.type) };
    default:
      throw unknown("binding", binding.which);
  }
}

function decodeType(type: Type.Reader): model.Type {
  switch (type.which) {
    case "list":
      return { which: "list", list: { elementType: decodeType(type.list.elementType) } };
    case "enum":
      return { which: "enum", enum: { typeId: type.enum.typeId, brand: decodeBrand(type.enum.brand) } };
    case "struct":
      return { which: "struct", struct: { typeId: type.struct.typeId, brand: decodeBrand(type.struct.brand) } };
    case "interface":
      return {
        which: "interface",
        interface: { typeId: type.interface.typeId, brand: decodeBrand(type.interface.brand) },
      };
    case "anyPointer":
      return { which: "anyPointer", anyPointer: decodeAnyPointer(type.anyPointer) };
    default: {
      if (typeof type.which === "number") throw unknown("type", type.which);
      return { which: type.which, [type.which]: null } as model.Type;
    }
  }
}

function decodeAnyPointer(type: Type.AnyPointer.Reader): model.AnyPointerType {
  switch (type.which) {
    case "unconstrained":
      return { which: "unconstrained", unconstrained: known(type.unconstrained.toObject(), "pointer") };
    case "parameter":
      return { which: "parameter", parameter: type.parameter.toObject() };
    case "implicitMethodParameter":
      return { which: "implicitMethodParameter", implicitMethodParameter: type.implicitMethodParameter.toObject() };
    default:
      throw unknown("pointer", type.which);
  }
}

function decodeValue(value: Value.Reader): model.Value {
  switch (value.which) {
    case "list":
      return { which: "list", list: orNull(value.list) };
    case "struct":
      return { which: "struct", struct: orNull(value.struct) };
    case "anyPointer":
      return { which: "anyPointer", anyPointer: orNull(value.anyPointer) };
    default:
      // Every other member has the same form in the model.
      return known(value.toObject(), "value");
  }
}

/** A copy: schemas are read long after the request was, and without its limits. */
function orNull(pointer: AnyPointerReader): AnyPointerReader | null {
  if (pointer.isNull) return null;
  const message = new MessageBuilder();
  message.root.setAny(pointer);
  return message.asReader().root;
}
