/**
 * The catalogue: every bench, its unit, the kind of process that runs it and where capwire has to stand. The work itself is in codec/,
 * dynamic/, packing/, compile/, bundle/, rpc/ and cpp/, under these names.
 */

/**
 * What does the work. `rpc`: a server process and a client process, also in pairings with C++. `cost`: the same two, capwire against
 * itself with a feature on. All others: one process.
 */
export type Kind = "codec" | "dynamic" | "packing" | "compile" | "bundle" | "rpc" | "cost";

export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly kind: Kind;
  readonly goal: Goal | null;
  /** The client reaches the server through a proxy that delays each direction by this long. */
  readonly oneWayDelayMs?: number;
}

/** Where capwire has to stand: at least this fraction of a peer's speed in the same run, or at most this value. */
export type Goal = { readonly fraction: number; readonly of: string } | { readonly atMost: number };

/** Kinds as the report's headings name them. */
export const HEADINGS: Readonly<Record<Kind, string>> = {
  codec: "Messages",
  dynamic: "Without generated code, everything by name",
  packing: "Packed",
  compile: "Compiling a schema of 20,000 fields",
  bundle: "Size of a browser bundle, minified and gzipped: less is better",
  rpc: "RPC over TCP",
  cost: "What a feature of RPC costs: calls with it to calls without any",
};

export const BENCHES: readonly Bench[] = [
  codec("book-encode", "encode an address book of 100"),
  codec("book-decode", "decode it, every field touched"),
  codec("numeric-encode", "encode a struct of 20 numbers"),
  codec("numeric-decode", "decode it, every field touched"),
  codec("random-access", "one field of a 10,000-contact message"),
  dynamic("dynamic-read", "decode the address book, every field as a property"),
  dynamic("dynamic-get", "the same with names that only variables hold"),
  dynamic("dynamic-build", "build it field by field, by name, and encode"),
  dynamic("dynamic-to-object", "decode it into plain objects"),
  dynamic("dynamic-from-object", "encode it from plain objects"),
  packing("packed-encode", "encode the address book, packed", "messages/s", 0.2),
  packing("packed-decode", "decode it from packed, every field touched", "messages/s", 0.2),
  ...["book", "zeros", "text", "random"].flatMap((data) => [
    packing(`pack-${data}`, `pack 1 MB of ${data}`, "MB/s", null),
    packing(`unpack-${data}`, `unpack 1 MB of ${data}`, "MB/s", null),
  ]),
  {
    name: "compile-command",
    title: "compile -o-, a process from start to end",
    unit: "fields/s",
    kind: "compile",
    goal: { fraction: 0.33, of: "cpp" },
  },
  {
    name: "compile-call",
    title: "compile() in a warm process, beside the C++ process",
    unit: "fields/s",
    kind: "compile",
    goal: null,
  },
  { name: "bundle-codec", title: "the codec of the first benches", unit: "kB", kind: "bundle", goal: null },
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
  cost("cost-sequential", "echo, one call at a time, with each feature", "calls/s"),
  cost("cost-64", "echo, 64 calls in flight, with each feature", "calls/s"),
  cost("cost-capabilities", "10,000 capabilities, with each feature", "capabilities/s"),
];

function codec(name: string, title: string): Bench {
  return { name, title, unit: "messages/s", kind: "codec", goal: { fraction: 0.2, of: "cpp" } };
}

function dynamic(name: string, title: string): Bench {
  return { name, title, unit: "messages/s", kind: "dynamic", goal: { fraction: 1, of: "pycapnp" } };
}

function packing(name: string, title: string, unit: string, fraction: number | null): Bench {
  return { name, title, unit, kind: "packing", goal: fraction === null ? null : { fraction, of: "cpp" } };
}

function rpc(name: string, title: string, unit: string, fraction: number | null): Bench {
  return { name, title, unit, kind: "rpc", goal: fraction === null ? null : { fraction, of: "cpp" } };
}

function cost(name: string, title: string, unit: string): Bench {
  return { name, title, unit, kind: "cost", goal: null };
}
