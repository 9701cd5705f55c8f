/**
 * Whether a type can hold a capability. Where it cannot, callers say so with each call (rpc.capnp Call.noPromisePipelining),
 * and the callee need not keep its results for pipelining.
 */

import type { NamedType, Type } from "../schema/model.js";
import type { RequestIndex } from "./request.js";

/** Whether a struct can hold a capability as far as its schema goes; yes where the request says too little. */
export function mayHoldCapability(request: RequestIndex, struct: NamedType, seen = new Set<bigint>()): boolean {
  if (seen.has(struct.typeId)) return false;
  seen.add(struct.typeId);
  const node = request.find(struct.typeId);
  if (node?.which !== "struct") return true;
  return node.struct.fields.some((field) =>
    field.which === "group"
      ? mayHoldCapability(request, { typeId: field.group.typeId, brand: struct.brand }, seen)
      : typeMayHoldCapability(request, field.slot.type, seen),
  );
}

function typeMayHoldCapability(request: RequestIndex, type: Type, seen: Set<bigint>): boolean {
  switch (type.which) {
    // A type parameter may be bound to an interface, or to a struct with one.
    case "interface":
    case "anyPointer":
      return true;
    case "list":
      return typeMayHoldCapability(request, type.list.elementType, seen);
    case "struct":
      return mayHoldCapability(request, type.struct, seen);
    default:
      return false;
  }
}
