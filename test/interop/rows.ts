/** The rows of the matrix, in the order of the table in test/README.md. */

/** What a scenario proves. */
export const ROWS = [
  "values",
  "capabilities",
  "calculator",
  "pipelining",
  "callbacks",
  "order around resolution",
  "tail calls",
  "streaming",
  "cancellation",
  "exceptions",
  "release",
  "large messages",
  "disconnect",
] as const;

export type Row = (typeof ROWS)[number];
