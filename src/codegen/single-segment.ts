/** Messages to embed in code: one segment, whatever the arena's taste, so that they decode simply and come out the same every time. */

import { MessageBuilder } from "../wire/message.js";
import { BYTES_PER_WORD } from "../wire/word.js";

/** The message that `fill` builds, in one segment. */
export function singleSegment(fill: (message: MessageBuilder) => void): MessageBuilder {
  const first = build(fill, 0);
  // With far pointers it was larger than it will be in one piece, so this fits.
  return first.segmentCount === 1 ? first : build(fill, Math.ceil(first.byteLength / BYTES_PER_WORD));
}

function build(fill: (message: MessageBuilder) => void, firstSegmentWords: number): MessageBuilder {
  const message = new MessageBuilder({ firstSegmentWords });
  fill(message);
  return message;
}
