/** What tests say of themselves for the table in test/README.md, in the `meta` of their task. */

/** A cell of the interop matrix (test/interop). */
export interface CellFact {
  readonly peer: string;
  /** The role of the peer. */
  readonly side: "server" | "client";
  readonly row: string;
  readonly outcome: "passed" | "known failure" | "failed";
}

/** Runs with random input. */
export interface FuzzFact {
  /** What is fuzzed. */
  readonly what: string;
  readonly seeds: number;
  /** Things done or tried in all of them together, as `what` names them. */
  readonly steps: number;
}

/** A rule of the core that was switched off, and noticed. */
export interface MutationFact {
  readonly rule: string;
  /** Which tests noticed. */
  readonly noticedBy: string;
}

declare module "vitest" {
  interface TaskMeta {
    cell?: CellFact;
    fuzz?: FuzzFact;
    mutation?: MutationFact;
  }
}
