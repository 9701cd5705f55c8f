/**
 * The catalogue: every bench, its unit, the kind of process that runs it and where capwire has to stand. The work itself is in codec/,
 * rpc/ and cpp/, under these names.
 */

export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** `codec`: one process turning objects into bytes and back. `rpc`: a server process and a client process. */
  readonly kind: "codec" | "rpc";
  readonly goal: Goal | null;
  /** The client reaches the server through a proxy that delays each direction by this long. */
  readonly oneWayDelayMs?: number;
}

/** Where capwire has to stand: at least this fraction of the speed of C++ in the same run, or at most this value. */
export type Goal = { readonly fractionOfCpp: number } | { readonly atMost: number };

export const BENCHES: readonly Bench[] = [
  codec("book-encode", "encode an address book of 100", 0.2),
  codec("book-decode", "decode it, every field touched", 0.2),
  codec("numeric-encode", "encode a struct of 20 numbers", 0.2),
  codec("numeric-decode", "decode it, every field touched", 0.2),
  codec("random-access", "one field of a 10,000-contact message", 0.2),
  rpc("rpc-sequential", "echo, one call at a time", "calls/s", 0.7),
  rpc("rpc-64", "echo, 64 calls in flight", "calls/s", 0.6),
  rpc("rpc-1024", "echo, 1024 calls in flight", "calls/s", null),
  rpc("rpc-1mib", "echo of 1 MiB, both directions added", "MiB/s", 0.3),
  rpc("rpc-chain", "pipelined chain of 5 and an echo", "chains/s", 0.6),
  {
    name: "rpc-chain-trips",
    title: "the same chain over a 20 ms round trip",
    unit: "round trips",
    kind: "rpc",
    goal: { atMost: 1.5 },
    oneWayDelayMs: 10,
  },
  rpc("rpc-capabilities", "10,000 capabilities made, then released", "capabilities/s", null),
];

function codec(name: string, title: string, fractionOfCpp: number): Bench {
  return { name, title, unit: "messages/s", kind: "codec", goal: { fractionOfCpp } };
}

function rpc(name: string, title: string, unit: string, fractionOfCpp: number | null): Bench {
  return { name, title, unit, kind: "rpc", goal: fractionOfCpp === null ? null : { fractionOfCpp } };
}
