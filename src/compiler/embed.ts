/** The content of an embedded file as a value: Text, Data, or the root of a framed message. */

import type { Type } from "../schema/model.js";
import { WireError } from "../wire/errors.js";
import { decodeFrame } from "../wire/framing.js";
import { MessageBuilder } from "../wire/message.js";
import type { Evaluated } from "./value.js";

/** Embedded messages are as large as the file is; they come from the user, not from a peer. */
const EMBED_LIMITS = { traversalLimitInWords: 2 ** 40, nestingLimit: 500 };

/** Returns what is wrong, as a string, if the content makes no value of the type. */
export function readEmbed(content: Uint8Array, type: Type): Evaluated | string {
  switch (type.which) {
    case "data":
      return { kind: "data", value: content };
    case "text":
      try {
        const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        return { kind: "text", value: decoder.decode(content) };
      } catch {
        return "The embedded file is not UTF-8, so it cannot be Text.";
      }
    case "struct":
      return readMessage(content, type);
    default:
      return "A file can be embedded only as Text, as Data or as a struct.";
  }
}

/** Copies the message, which also checks all of it. */
function readMessage(content: Uint8Array, type: Type): Evaluated | string {
  try {
    const message = decodeFrame(content, EMBED_LIMITS);
    const copy = new MessageBuilder({ firstSegmentWords: (content.length >> 3) + 1 });
    copy.root.setAny(message.root);
    return { kind: "pointer", type, content: copy.asReader().root };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return `The embedded file is not a Cap'n Proto message: ${error.message}`;
  }
}
