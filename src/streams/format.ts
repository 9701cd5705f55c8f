/** The ways messages are written to files and streams, and one message in each of them. */

import { frameHeader } from "../wire/framing.js";
import {
  AnyStruct,
  canonicalize,
  MessageBuilder,
  type MessageReader,
  pack,
  packSegments,
  totalSize,
} from "../wire/index.js";

/**
 * - `binary`: segment table and segments; any number of messages behind each other.
 * - `packed`: the same, packed; any number of messages.
 * - `flat`: one segment without a table; one message, as long as the stream.
 * - `flat-packed`: the same, packed.
 * - `canonical`: like `flat`, in canonical form.
 */
export type MessageFormat = "binary" | "packed" | "flat" | "flat-packed" | "canonical";

export const MESSAGE_FORMATS: readonly MessageFormat[] = ["binary", "packed", "flat", "flat-packed", "canonical"];

/** Whether a stream of this format holds one message only. */
export function holdsOneMessage(format: MessageFormat): boolean {
  return format !== "binary" && format !== "packed";
}

/**
 * A message's bytes in `format`. Its capabilities are not in them. Bytes of a message of one segment are not rearranged,
 * except for `canonical`. Throws WireError if a message read from elsewhere is malformed and must be copied.
 */
export function encodeMessage(message: MessageBuilder | MessageReader, format: MessageFormat = "binary"): Uint8Array {
  switch (format) {
    case "binary":
      return message instanceof MessageBuilder ? message.toBytes() : join(segmentsOf(message));
    case "packed":
      return packSegments(segmentsOf(message));
    case "flat":
      return onlySegment(message).slice();
    case "flat-packed":
      return pack(onlySegment(message));
    case "canonical":
      return canonicalize(readerOf(message).getRoot(AnyStruct));
  }
}

function readerOf(message: MessageBuilder | MessageReader): MessageReader {
  return message instanceof MessageBuilder ? message.asReader() : message;
}

function segmentsOf(message: MessageBuilder | MessageReader): Uint8Array[] {
  if (message instanceof MessageBuilder) return message.segments();
  return Array.from({ length: message.segmentCount }, (_, id) => {
    const { bytes, start, end } = message.segment(id)!;
    return bytes.subarray(start, end);
  });
}

/** The message's segment, or that of a copy if it has several. */
function onlySegment(message: MessageBuilder | MessageReader): Uint8Array {
  const segments = segmentsOf(message);
  if (segments.length === 1) return segments[0]!;
  const { root } = readerOf(message);
  const copy = new MessageBuilder({ firstSegmentWords: totalSize(root).words + 1 });
  copy.root.setAny(root);
  return copy.segments()[0]!;
}

function join(segments: readonly Uint8Array[]): Uint8Array {
  return concatenate([frameHeader(segments.map((segment) => segment.byteLength)), ...segments]);
}

/** The pieces, one behind the other; the only piece itself. */
export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
