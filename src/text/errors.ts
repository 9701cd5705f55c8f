/** What can be wrong with text in Cap'n Proto's own notation. */

import { CapwireError } from "../errors.js";

export type TextErrorCode =
  /** The text is no value. */
  | "syntax"
  /** Brackets, or structs and lists, nest too deep. */
  | "nesting-too-deep"
  /** The value is of another kind than the field. */
  | "wrong-type"
  /** A number beyond the field's range. */
  | "out-of-range"
  /** A field that the struct does not have. */
  | "unknown-field"
  /** The message would become larger than `maxMessageWords`. */
  | "message-too-large";

export class TextError extends CapwireError {
  readonly code: TextErrorCode;
  /** Where in the UTF-8 text, in bytes; undefined where there is no text. */
  readonly offset: number | undefined;
  /** The same for people, both from 1; columns count bytes. */
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: TextErrorCode, message: string, source?: Uint8Array, offset = 0) {
    const place = source && lineAndColumn(source, offset);
    super(place ? `${message} (line ${place.line}, column ${place.column})` : message);
    this.name = "TextError";
    this.code = code;
    this.offset = source && offset;
    this.line = place?.line;
    this.column = place?.column;
  }
}

function lineAndColumn(source: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = source.indexOf(0x0a); at >= 0 && at < offset; at = source.indexOf(0x0a, at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}
