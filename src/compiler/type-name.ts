/** How types are called in messages. */

import type { Node, Type } from "../schema/model.js";
import { BUILTIN_TYPES } from "./reference.js";

/** A type's name without its scope and type arguments. */
export function typeName(type: Type, node: (id: bigint) => Node | undefined): string {
  switch (type.which) {
    case "list":
      return `List(${typeName(type.list.elementType, node)})`;
    case "enum":
      return nodeName(node(type.enum.typeId));
    case "struct":
      return nodeName(node(type.struct.typeId));
    case "interface":
      return nodeName(node(type.interface.typeId));
    case "anyPointer":
      return pointerName(type.anyPointer);
    default:
      return BUILTIN_TYPES.find((name) => name.toLowerCase() === type.which) ?? type.which;
  }
}

function pointerName(pointer: Extract<Type, { which: "anyPointer" }>["anyPointer"]): string {
  if (pointer.which !== "unconstrained") return "a type parameter";
  switch (pointer.unconstrained.which) {
    case "anyKind":
      return "AnyPointer";
    case "struct":
      return "AnyStruct";
    case "list":
      return "AnyList";
    case "capability":
      return "Capability";
  }
}

function nodeName(node: Node | undefined): string {
  if (node === undefined) return "an unknown type";
  const bytes = new TextEncoder().encode(node.displayName);
  return new TextDecoder().decode(bytes.subarray(node.displayNamePrefixLength));
}
