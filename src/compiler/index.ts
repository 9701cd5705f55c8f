/** The schema compiler's public names. */

export { type CompileOptions, type CompileResult, compile } from "./compile.js";
export {
  type Diagnostic,
  type DiagnosticKind,
  formatDiagnostic,
  formatDiagnostics,
  type RelatedPlace,
  summarizeDiagnostic,
} from "./diagnostic.js";
export type { ReadFile } from "./module-loader.js";
export { SchemaCompileError } from "./schema-compile-error.js";
export type { Position } from "./source.js";
export { formatId, generateId } from "./type-id.js";
