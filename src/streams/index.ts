/** streams: messages in files, byte streams and buffers, many behind each other, in every format. */

export type { ByteReadable, ByteSource } from "./byte-source.js";
export { encodeMessage, MESSAGE_FORMATS, type MessageFormat } from "./format.js";
export { type DecodeOptions, MessageDecoder } from "./message-decoder.js";
export { messagesIn, type ReadOptions, readMessage, readMessages } from "./read.js";
export { MessageStreamError } from "./stream-error.js";
export {
  type ByteSink,
  type ByteWritable,
  encodeMessages,
  MessageWriter,
  type OutgoingMessage,
  type OutgoingMessages,
  type WriteOptions,
  writeMessages,
} from "./write.js";
