/** The text format: structs as schema files write values, and as the `capnp` tool prints them. */

export { parseText, parseTextInto, parseTextSequence, type TextParseOptions } from "./codec.js";
export { TextError, type TextErrorCode } from "./errors.js";
export { printText, printTextValue, type TextPrintOptions } from "./print.js";
export { printSchema } from "./schema/print.js";
export { TypedText } from "./typed.js";
