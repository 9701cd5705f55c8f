/**
 * What can happen in a randomised run, as plain data: a run is a list of actions, and a failing one is printed as such a
 * list, to be played again by `play` (world.ts). References are named by strings, calls by numbers, vats by their index. An action
 * that names something which does not exist (any more) does nothing, so that any part of a list can be left out.
 */

/** A path into the results of `Node.act`, as pointer indices joined by dots. */
export type Path = "0" | "1" | "2.0" | "2.1" | "2.2.0";

export const PATHS: readonly Path[] = ["0", "1", "2.0", "2.1", "2.2.0"];

/** A capability at hand: a reference of the vat, a parameter of the call being answered, a new object, or null. */
export type Source = { ref: string } | { param: number } | { fresh: string } | null;

/** What an object does with a call. */
export type Plan =
  | { kind: "return"; caps: Partial<Record<Path, Source>> }
  | { kind: "fail" }
  /** Answered by a later `answer`; `watch` asks for the abort signal. */
  | { kind: "late"; watch: boolean; releaseParams: boolean }
  /** Says at once what its capabilities will be, and returns later. */
  | { kind: "early"; caps: Partial<Record<Path, Source>> }
  | { kind: "tail"; on: Source; call: number; args: Source[]; plan: Plan };

/** How a call is made: by a typed client, on the hook, for its pipeline only, as a method whose results hold no capability, or as a streaming one. */
export type CallMode = "typed" | "hook" | "pipelineOnly" | "plain" | "stream";

export type Action =
  | { do: "bootstrap"; vat: number; peer: number; ref: string }
  | { do: "object"; vat: number; ref: string }
  | { do: "promise"; vat: number; ref: string }
  /** An object that turns out to be a detour when `shorten` says to where; to nowhere, if that is null. */
  | { do: "detour"; vat: number; ref: string }
  | { do: "shorten"; object: string; to: string | null }
  /** The other side's view of a capability that is on `side` of a membrane of the vat, which is made when it is first named. */
  | { do: "membrane"; of: string; membrane: string; side: "inside" | "outside"; ref: string }
  | { do: "revoke"; membrane: string }
  | { do: "resolve"; promise: string; to: string | null }
  | { do: "reject"; promise: string }
  | { do: "dup"; of: string; ref: string }
  | { do: "drop"; ref: string }
  /** Starts a request that `call` sends later, or never. */
  | { do: "begin"; on: string; call: number }
  | { do: "call"; on: string; call: number; args: (string | null)[]; mode: CallMode; plan: Plan }
  /** Asks for a capability of the results, known or not: of the pipeline or, where they are here, of the results. */
  | { do: "pipeline"; call: number; path: Path; ref: string; via: "sent" | "results" }
  | { do: "answer"; call: number; plan: Plan }
  /** Parts of what the caller holds of a call. All three together cancel it if it has not returned. */
  | { do: "forget"; call: number; what: "receiver" | "pipeline" | "results" | "all" }
  | { do: "deliver"; from: number; to: number }
  | { do: "drain" }
  | { do: "disconnect"; vat: number; peer: number; tell: boolean }
  /** The malicious vat sends `vat` a message made from `seed`. */
  | { do: "evil"; vat: number; seed: number };

/** The list as TypeScript, one action a line. */
export function printActions(actions: readonly Action[]): string {
  return actions.map((action) => `  ${JSON.stringify(action).replace(/"([a-zA-Z]+)":/g, "$1: ")},`).join("\n");
}
