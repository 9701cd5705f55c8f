/** What can be wrong with schemas at run time. A schema may come from anywhere, so its faults are data, not misuse. */

import { CapwireError } from "../errors.js";

export type SchemaErrorCode =
  /** A node is mentioned that was never loaded. */
  | "missing-node"
  /** A node is there, but of another kind than where it is mentioned needs. */
  | "wrong-kind"
  /** A node that no compiler would emit: places outside of the struct, names given twice, values of another type. */
  | "invalid-node"
  /** A node that differs from the loaded one of the same id in a way no schema may evolve. */
  | "incompatible-node"
  /** A kind of node, type or value that this version does not know. */
  | "unknown-kind";

export class SchemaError extends CapwireError {
  readonly code: SchemaErrorCode;

  constructor(code: SchemaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SchemaError";
    this.code = code;
  }
}

/** An id as schemas write it. */
export function formatNodeId(id: bigint): string {
  return `@0x${id.toString(16).padStart(16, "0")}`;
}
