/** JSON: structs of any schema to JSON and back, by C++'s conventions and the annotations of /capnp/json.capnp. */

export { JsonCodec, type JsonOptions } from "./codec.js";
export type { HasMode } from "./encode.js";
export { JsonError, type JsonErrorCode } from "./errors.js";
export type { JsonHandler } from "./handler.js";
export { type JsonParseOptions, parseJson, parseJsonSequence } from "./parse.js";
export { type JsonPrintOptions, printJson } from "./print.js";
export { TypedJson } from "./typed.js";
export {
  JSON_NULL,
  type JsonMember,
  type JsonValue,
  jsonBoolean,
  jsonNumber,
  jsonOf,
  jsonString,
  plainOf,
} from "./value.js";
