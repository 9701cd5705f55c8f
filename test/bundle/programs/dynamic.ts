/** A viewer: reads a message by the schema text that came with it and shows it as an object. */

import { loadText } from "capwire/dynamic";

export function show(schema: string, struct: string, bytes: Uint8Array): object {
  return loadText({ "given.capnp": schema }, "given.capnp").$struct(struct).read(bytes).toObject();
}
