/** What those throw who compile a schema for someone that is no compiler: loaders, and `load` of capwire/dynamic. */

import { CapwireError } from "../errors.js";
import { type Diagnostic, formatDiagnostics } from "./diagnostic.js";

/** A schema that does not compile. The message is what the command line would print. */
export class SchemaCompileError extends CapwireError {
  readonly code = "schema-errors";
  declare readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(formatDiagnostics(diagnostics).trimEnd());
    this.name = "SchemaCompileError";
    // Not for printing: the message says all of it.
    Object.defineProperty(this, "diagnostics", { value: diagnostics });
  }
}
