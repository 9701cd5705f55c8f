/** What concerns a struct as a whole: copies, equality, size, and its bytes. */

import { equals } from "../wire/equals.js";
import { encodeFrame } from "../wire/framing.js";
import { MessageBuilder } from "../wire/message.js";
import { encodePackedFrame } from "../wire/packed.js";
import { StructBuilder } from "../wire/struct-builder.js";
import { StructReader } from "../wire/struct-reader.js";
import { AnyStruct } from "../wire/struct-type.js";
import { type TotalSize, totalSize } from "../wire/total-size.js";
import type { DynamicBuilder, DynamicStruct } from "./struct.js";

/** A copy in a message of its own. */
export function copyOf(struct: DynamicStruct): DynamicBuilder {
  return struct.$type.newMessage(struct);
}

function copied(struct: StructReader | StructBuilder): MessageBuilder {
  const message = new MessageBuilder();
  message.setRoot(AnyStruct, struct);
  return message;
}

/** How much room a copy would take. */
export function sizeOf(struct: StructReader | StructBuilder): TotalSize {
  return totalSize(struct instanceof StructBuilder ? struct.$asReader(StructReader) : struct);
}

/** Whether both hold the same: field for field, with what their schemas don't know. Capabilities are the same if they are one object. */
export function sameContent(left: StructReader | StructBuilder, right: StructReader | StructBuilder): boolean {
  return equals(copied(left).asReader().root, copied(right).asReader().root) === "equal";
}

/** A framed message whose root is `struct`. */
export function frameOf(struct: StructReader | StructBuilder): Uint8Array {
  return encodeFrame(messageOf(struct));
}

/** The same, packed. */
export function packedFrameOf(struct: StructReader | StructBuilder): Uint8Array {
  return encodePackedFrame(messageOf(struct));
}

/** A message whose root is `struct`: its own, or one with a copy. */
function messageOf(struct: StructReader | StructBuilder): MessageBuilder {
  if (struct instanceof StructBuilder) {
    const { message } = struct.$segment;
    const root = message.root.kind === "struct" ? message.getRoot(AnyStruct) : null;
    if (root && root.$segment === struct.$segment && root.$data === struct.$data) return message;
  }
  return copied(struct);
}
