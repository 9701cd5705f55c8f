/** The plain model of a request as bytes: what `capnp compile -o-` writes, and what generated files carry as their schema. */

import type { CodeGeneratorRequest as Model } from "../schema/model.js";
import { CodeGeneratorRequest, type Node } from "../std/schema.js";
import { MessageBuilder } from "../wire/message.js";

/** A framed message whose root is the request. */
export function encodeRequest(request: Model): Uint8Array {
  const message = new MessageBuilder();
  message.setRoot(CodeGeneratorRequest, request);
  for (const node of message.getRoot(CodeGeneratorRequest).nodes) if (node.which === "struct") clearDefaults(node);
  return message.toBytes();
}

/** Text and data that are no default are null, not empty: capnpc-c++ takes what is not null for a default. */
function clearDefaults(node: Node.Builder): void {
  for (const field of node.struct.fields) {
    if (field.which === "slot" && !field.slot.hadExplicitDefault) field.slot.defaultValue.$clear(0);
  }
}
