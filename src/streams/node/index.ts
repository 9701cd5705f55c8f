/** streams/node: messages in Node's streams and files. A Node Readable needs nothing of this: readMessages takes it as it is. */

export { readMessageFile, readMessageFileSync, writeMessageFile } from "./file.js";
export { writableSink } from "./writable-sink.js";
