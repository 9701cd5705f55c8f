/**
 * Constants and default values as TypeScript expressions. Scalars and text are literals. What lives behind a pointer is kept
 * as the bytes of a message, in base64, and decoded when it is first asked for.
 */

import type { NodeOf, Type, Value } from "../schema/model.js";
import type { AnyPointerReader } from "../wire/any-pointer.js";
import { Data } from "../wire/data.js";
import type { FileContext } from "./context.js";
import { encodeBase64 } from "./runtime/base64.js";
import { singleSegment } from "./single-segment.js";
import { TypePrinter } from "./types.js";

/** The declaration of a file-level constant. */
export function printConstant(context: FileContext, node: NodeOf<"const">): void {
  context.out.doc(context.request.docComment(node.id));
  const expression = constantExpression(context, node);
  const type = isLiteral(node.const.value) ? "literal" : { type: constantType(context, node) };
  context.out.constant(context.flat(node.id), type, expression);
  context.out.line();
}

export function constantExpression(context: FileContext, node: NodeOf<"const">): string {
  const { type, value } = node.const;
  // A generic scope's parameters mean nothing in a constant.
  const types = new TypePrinter(context, context.typeScope(node.id));
  switch (value.which) {
    case "list":
    case "struct":
    case "anyPointer":
      return `/*@__PURE__*/ $.constant(() => ${types.value(type)}, ${JSON.stringify(pointerBase64(pointerOf(value)))})`;
    case "data":
      return bytesExpression(value.data);
    case "enum":
      return enumExpression(context, type, value.enum);
    default:
      return scalarExpression(value);
  }
}

/** The type of a constant that is a member of something: that of a literal is not its own value there. */
export function constantType(context: FileContext, node: NodeOf<"const">): string {
  const { type, value } = node.const;
  const types = new TypePrinter(context, context.typeScope(node.id));
  switch (value.which) {
    case "list":
    case "struct":
    case "anyPointer":
      return `() => ${types.reader(type)}`;
    case "enum":
      return type.which === "enum" && enumerantName(context, type, value.enum) !== undefined
        ? context.dotted(type.enum.typeId)
        : "number";
    default:
      return types.reader(type);
  }
}

/** Whether the value is written as a literal, which is its type as well. */
function isLiteral(value: Value): boolean {
  if (value.which === "float32") return Number.isFinite(value.float32);
  if (value.which === "float64") return Number.isFinite(value.float64);
  return !["list", "struct", "anyPointer", "data", "enum", "void", "interface"].includes(value.which);
}

function enumerantName({ request }: FileContext, type: Type, ordinal: number): string | undefined {
  return type.which === "enum" ? request.nodeOf(type.enum.typeId, "enum").enum.enumerants[ordinal]?.name : undefined;
}

function enumExpression(context: FileContext, type: Type, ordinal: number): string {
  const name = enumerantName(context, type, ordinal);
  if (name === undefined || type.which !== "enum") return String(ordinal);
  return JSON.stringify(name) + context.out.typed(` as ${context.dotted(type.enum.typeId)}`);
}

function scalarExpression(value: Value): string {
  switch (value.which) {
    case "bool":
      return String(value.bool);
    case "int8":
      return String(value.int8);
    case "int16":
      return String(value.int16);
    case "int32":
      return String(value.int32);
    case "uint8":
      return String(value.uint8);
    case "uint16":
      return String(value.uint16);
    case "uint32":
      return String(value.uint32);
    case "int64":
      return `${value.int64}n`;
    case "uint64":
      return `${value.uint64}n`;
    case "float32":
      return floatExpression(value.float32);
    case "float64":
      return floatExpression(value.float64);
    case "text":
      return JSON.stringify(value.text);
    default:
      return "null";
  }
}

function floatExpression(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A Data value. */
function bytesExpression(bytes: Uint8Array): string {
  return `/*@__PURE__*/ $.bytes(${JSON.stringify(encodeBase64(bytes))})`;
}

/** The default of a pointer field, as the AnyPointerReader that `$readDefault` takes. */
export function pointerExpression(value: Value): string {
  return `/*@__PURE__*/ $.pointer(${JSON.stringify(pointerBase64(value.which === "data" ? value.data : pointerOf(value)))})`;
}

function pointerOf(value: Value): AnyPointerReader | null {
  switch (value.which) {
    case "list":
      return value.list;
    case "struct":
      return value.struct;
    case "anyPointer":
      return value.anyPointer;
    default:
      return null;
  }
}

/** The one segment of a message whose root holds `value`. */
function pointerBase64(value: AnyPointerReader | Uint8Array | null): string {
  const [segment] = singleSegment((message) => {
    if (value instanceof Uint8Array) message.root.set(Data, value);
    else if (value) message.root.setAny(value);
  }).segments();
  return encodeBase64(segment!);
}
