/** The one hook through which a connection can be watched: the inspector, transcripts in tests and logs all use it. Costs nothing when absent. */

import type { RpcError } from "../cap/rpc-error.js";
import type { Message } from "../std/rpc.js";

export interface Observer {
  /** A message is about to be handled, or was queued to be sent. The reader is valid during the call. */
  message(direction: "incoming" | "outgoing", message: Message.Reader): void;
  /** The connection ended; null for an end in order. */
  closed?(error: RpcError | null): void;
}

/** How many entries the tables hold. */
export interface ConnectionStats {
  readonly questions: number;
  readonly answers: number;
  readonly imports: number;
  readonly exports: number;
  readonly embargoes: number;
}

/** One row of a table, for logs and the inspector: `q3`, `a7`, `i2`, `e5`, `m1`. */
export interface TableRow {
  readonly label: string;
  readonly state: string;
  /** Of an answer the method called, by its ids; of an export the object: "MyCalculator (Calculator)". */
  readonly what?: string;
}
