/** What people see: errors and warnings, coloured on a terminal only. */

import { type Diagnostic, formatDiagnostics } from "../compiler/index.js";

const RED = "\x1b[1;31m";
const YELLOW = "\x1b[1;33m";
const GREEN = "\x1b[1;32m";
const PLAIN = "\x1b[0m";

/** https://no-color.org; FORCE_COLOR as in other Node programs. */
function isColoured(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "0") return true;
  return process.stderr.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/** Prints what the compiler had to say to standard error. */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  const text = formatDiagnostics(diagnostics).trimEnd();
  process.stderr.write(`${isColoured() ? coloured(text) : text}\n`);
}

/** Prints an error, with lines about it below, to standard error. */
export function printError(message: string): void {
  const text = `capwire: ${message}`;
  process.stderr.write(`${isColoured() ? coloured(text.replace(/^capwire:/, `${RED}$&${PLAIN}`)) : text}\n`);
}

export function printWarning(message: string): void {
  const text = `capwire: warning: ${message}`;
  process.stderr.write(`${isColoured() ? text.replace(/warning:/, `${YELLOW}$&${PLAIN}`) : text}\n`);
}

function coloured(text: string): string {
  return text
    .replace(/^(\S+:\d+:\d+: )(error:)/gm, `$1${RED}$2${PLAIN}`)
    .replace(/^([ |]*)(\^+)$/gm, `$1${GREEN}$2${PLAIN}`);
}

/** A line of source and a caret under the column (from 1), indented. */
export function excerpt(line: string, column: number, length = 1): string {
  const before = line.slice(0, column - 1).replace(/[^\t]/g, " ");
  return `  ${line}\n  ${before}${"^".repeat(Math.max(1, length))}`;
}
