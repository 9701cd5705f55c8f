/**
 * What the compiler has to say about a schema. Diagnostics are collected, never thrown: each stage goes on with what it could
 * make of its input, so that one run reports as many mistakes as there are.
 */

import type { Position, SourceFile, Span } from "./source.js";

/** The stable code of a diagnostic; messages may change, these don't. */
export type DiagnosticKind =
  // files
  | "file-not-found"
  | "import-failed"
  | "embed-failed"
  | "invalid-embed"
  // characters and tokens
  | "invalid-encoding"
  | "unexpected-character"
  | "unterminated-string"
  | "invalid-escape"
  | "invalid-data-literal"
  | "invalid-number"
  | "integer-overflow"
  | "unclosed-bracket"
  | "unclosed-block"
  | "unexpected-closing"
  | "missing-semicolon"
  | "nesting-too-deep"
  // statements
  | "syntax"
  | "empty-item"
  | "expected-block"
  | "unexpected-block"
  | "obsolete-syntax"
  | "invalid-using"
  | "invalid-target"
  | "duplicate-target"
  // ids and ordinals
  | "missing-file-id"
  | "duplicate-file-id"
  | "invalid-id"
  | "duplicate-id"
  | "invalid-ordinal"
  | "duplicate-ordinal"
  | "skipped-ordinal"
  | "union-ordinal"
  // names and places
  | "duplicate-name"
  | "type-name-case"
  | "member-name-case"
  | "underscore-in-name"
  | "misplaced-declaration"
  | "duplicate-unnamed-union"
  | "nested-unnamed-union"
  | "union-too-small"
  | "empty-group"
  | "struct-too-large"
  // references
  | "undefined-name"
  | "no-such-member"
  | "expected-name"
  | "recursive-declaration"
  | "not-a-type"
  | "not-a-struct"
  | "not-an-interface"
  | "not-an-annotation"
  | "not-a-constant"
  | "unqualified-constant"
  | "invalid-annotation-target"
  | "missing-annotation-value"
  | "invalid-stream"
  | "missing-stream-schema"
  // generics
  | "list-arity"
  | "unsupported-list"
  | "generic-arity"
  | "generic-argument"
  | "double-application"
  | "named-type-argument"
  | "parameter-as-struct"
  | "parameter-as-superclass"
  // values
  | "type-mismatch"
  | "out-of-range"
  | "invalid-utf8"
  | "unbound-parameter-value"
  | "null-default"
  | "no-such-field"
  | "missing-field-name"
  | "duplicate-value"
  | "value-too-large";

export interface Diagnostic {
  readonly kind: DiagnosticKind;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** Path of the file: as it was asked for, or on the import path. */
  readonly file: string;
  readonly start: Position;
  /** Exclusive; equal to `start` when the diagnostic is about a point. */
  readonly end: Position;
  /** The source lines from `start` to `end`, for excerpts; empty when there is no source. */
  readonly excerpt: readonly string[];
  /** Other places that explain this one, such as a first definition. */
  readonly related: readonly RelatedPlace[];
}

export interface RelatedPlace {
  readonly message: string;
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** A place to refer to in `related`. */
export interface Place {
  readonly source: SourceFile;
  readonly span: Span;
}

const EXCERPT_LINES = 4;
const NOWHERE: Position = { offset: 0, line: 1, column: 1 };

/** Collects the diagnostics of one run. The same complaint about the same place is kept once. */
export class DiagnosticSink {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some((diagnostic) => diagnostic.severity === "error");
  }

  /** Reports an error about a piece of a file. */
  error(
    kind: DiagnosticKind,
    source: SourceFile,
    span: Span,
    message: string,
    related: readonly (Place & { message: string })[] = [],
  ): void {
    const start = source.position(span.start);
    const end = source.position(Math.max(span.start, span.end));
    const lastLine = Math.min(end.line, start.line + EXCERPT_LINES - 1);
    const excerpt: string[] = [];
    for (let line = start.line; line <= lastLine; line++) excerpt.push(source.line(line));
    this.#add({
      kind,
      severity: "error",
      message,
      file: source.path,
      start,
      end,
      excerpt,
      related: related.map((place) => ({
        message: place.message,
        file: place.source.path,
        start: place.source.position(place.span.start),
        end: place.source.position(place.span.end),
      })),
    });
  }

  /** Reports an error that no source text can be shown for, such as a file that isn't there. */
  fileError(kind: DiagnosticKind, file: string, message: string): void {
    this.#add({ kind, severity: "error", message, file, start: NOWHERE, end: NOWHERE, excerpt: [], related: [] });
  }

  #add(diagnostic: Diagnostic): void {
    const key = `${diagnostic.kind}\0${diagnostic.file}\0${diagnostic.start.offset}\0${diagnostic.end.offset}\0${diagnostic.message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#diagnostics.push(diagnostic);
  }
}

/** One line, in the form terminals and editors turn into links: `file:line:column: error: message [kind]`. */
export function summarizeDiagnostic(diagnostic: Diagnostic): string {
  const { file, start, severity, message, kind } = diagnostic;
  return `${file}:${start.line}:${start.column}: ${severity}: ${message} [${kind}]`;
}

/**
 * The diagnostic with the lines it is about and a marker under the text:
 *
 *     a.capnp:3:11: error: 'Foo' is not defined. [undefined-name]
 *       3 |   x @0 :Foo;
 *         |         ^^^
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const lines = [summarizeDiagnostic(diagnostic)];
  const { start, end, excerpt } = diagnostic;
  const gutter = String(start.line + excerpt.length).length + 2;
  excerpt.forEach((text, index) => {
    const number = start.line + index;
    lines.push(`${String(number).padStart(gutter)} | ${text}`);
    const from = number === start.line ? start.column - 1 : text.length - text.trimStart().length;
    const to = number === end.line ? end.column - 1 : text.length;
    const indent = text.slice(0, from).replace(/[^\t]/g, " ").padEnd(from);
    lines.push(`${" ".repeat(gutter)} | ${indent}${"^".repeat(Math.max(1, to - from))}`);
  });
  for (const place of diagnostic.related) {
    lines.push(`  ${place.file}:${place.start.line}:${place.start.column}: note: ${place.message}`);
  }
  return lines.join("\n");
}

/** All diagnostics, formatted, with a count at the end. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return "";
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const count = `${errors} ${errors === 1 ? "error" : "errors"}`;
  return `${diagnostics.map(formatDiagnostic).join("\n\n")}\n\n${count}\n`;
}
