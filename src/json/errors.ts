/** What can be wrong with JSON, or with a value that should become JSON. The text or the schema is to blame. */

import { CapwireError } from "../errors.js";

export type JsonErrorCode =
  /** The text is no JSON. */
  | "syntax"
  /** The bytes are no UTF-8, or a string holds half of a surrogate pair. */
  | "unicode"
  /** Arrays and objects, or structs and lists, nest too deep. */
  | "nesting-too-deep"
  /** The value is of another kind than the field. */
  | "wrong-type"
  /** A number beyond the field's range, or no integer. */
  | "out-of-range"
  /** An enum has no such value. */
  | "unknown-enumerant"
  /** A member that the struct does not have; only with `rejectUnknownFields`. */
  | "unknown-field"
  /** A capability or AnyPointer without a handler. */
  | "no-handler"
  /** The annotations of /capnp/json.capnp contradict each other or stand where they mean nothing. */
  | "annotation"
  /** The message would become larger than `maxMessageWords`. */
  | "message-too-large";

export interface JsonErrorPlace {
  /** Where in the value: `people[3].phones[0].type`; empty for the whole. */
  readonly path?: string;
  /** Where in the text, in UTF-16 units. */
  readonly offset?: number;
  /** The same for people, both from 1. */
  readonly line?: number;
  readonly column?: number;
}

export class JsonError extends CapwireError {
  readonly code: JsonErrorCode;
  readonly path: string;
  readonly offset: number | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: JsonErrorCode, message: string, place: JsonErrorPlace = {}) {
    super(describe(message, place));
    this.name = "JsonError";
    this.code = code;
    this.path = place.path ?? "";
    this.offset = place.offset;
    this.line = place.line;
    this.column = place.column;
  }
}

function describe(message: string, { path, line, column }: JsonErrorPlace): string {
  const prefix = path ? `${path}: ` : "";
  const suffix = line === undefined ? "" : ` (line ${line}, column ${column})`;
  return prefix + message + suffix;
}

/** A place in `text` as a line and a column. */
export function lineAndColumn(text: string, offset: number): { offset: number; line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { offset, line, column: offset - start + 1 };
}

/** A path as JavaScript would write it. */
export function formatPath(steps: readonly (string | number)[]): string {
  let path = "";
  for (const step of steps) {
    if (typeof step === "number") path += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) path += path === "" ? step : `.${step}`;
    else path += `[${JSON.stringify(step)}]`;
  }
  return path;
}
