/** The code generator's public names. Generated code itself imports `capwire/codegen/runtime`. */

export type { GenerateOptions } from "./context.js";
export { decodeRequest } from "./decode-request.js";
export { encodeRequest } from "./encode-request.js";
export { type GeneratedFile, generate } from "./generate.js";
export type { Language } from "./printer.js";
export { GeneratorError } from "./request.js";
