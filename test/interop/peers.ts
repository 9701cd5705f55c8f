/**
 * The peers of the matrix: other implementations of Cap'n Proto, each with four programs of ours in a folder here that all
 * keep to one contract (README.md). Free of vitest, so that a run can say at its start which of them are missing.
 */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const PROGRAMS = ["calculator-server", "calculator-client", "interop-server", "interop-client"] as const;

/** Programs that only C++ has: no other implementation passes file descriptors. */
export const DESCRIPTOR_PROGRAMS = ["descriptors-server", "descriptors-client"] as const;

export type Program = (typeof PROGRAMS | typeof DESCRIPTOR_PROGRAMS)[number];

/** What carries the bytes between the two languages. */
export type Carrier = "TCP" | "Unix socket" | "WebSocket" | "TLS";

export interface Peer {
  /** What titles, test/README.md and known-failures.txt call it. */
  readonly name: string;
  readonly folder: string;
  /** What its programs can listen on and connect to. */
  readonly carriers: readonly Carrier[];
  /** The command that brings its programs. */
  readonly install: string;
  /** What a session of ours with it must be told. */
  readonly session?: { readonly tailCalls: boolean };
}

/** Also the other end of the suites in which a peer meets another one through us. */
export const CPP: Peer = {
  name: "C++ 0.9.2",
  folder: "cpp",
  carriers: ["TCP", "Unix socket", "WebSocket", "TLS"],
  install: "apt-get install capnproto libcapnp-dev g++ make pkg-config && make -C test/interop/cpp",
};

export const PEERS: readonly Peer[] = [
  CPP,
  {
    name: "C++ 1.4 (pycapnp)",
    folder: "python",
    carriers: ["TCP", "Unix socket", "TLS"],
    install: "apt-get install python3-venv make && make -C test/interop/python",
  },
  {
    name: "capnproto-rust",
    folder: "rust",
    carriers: ["TCP", "Unix socket"],
    install: "apt-get install capnproto libcapnp-dev make, Rust 1.85 or newer, and make -C test/interop/rust",
    session: { tailCalls: false },
  },
  {
    name: "go-capnp",
    folder: "go",
    carriers: ["TCP", "Unix socket", "TLS"],
    install: "apt-get install golang capnproto make && make -C test/interop/go",
    session: { tailCalls: false },
  },
];

/** Where `make` puts a program. */
export function programPath(peer: Peer, program: Program): string {
  return fileURLToPath(new URL(`./${peer.folder}/build/${program}`, import.meta.url));
}

export function missingPrograms(peer: Peer, programs: readonly Program[] = PROGRAMS): readonly Program[] {
  return programs.filter((program) => !existsSync(programPath(peer, program)));
}
