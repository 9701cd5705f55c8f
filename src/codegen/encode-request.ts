/** The plain model of a request as bytes: what `capnp compile -o-` writes, and what generated files carry as their schema. */

import type { CodeGeneratorRequest as Model } from "../schema/model.js";
import { CodeGeneratorRequest } from "../std/schema.js";
import { MessageBuilder } from "../wire/message.js";

/** A framed message whose root is the request. */
export function encodeRequest(request: Model): Uint8Array {
  const message = new MessageBuilder();
  message.setRoot(CodeGeneratorRequest, request);
  return message.toBytes();
}
