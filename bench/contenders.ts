/**
 * Contenders: capwire and the peers it is compared with, and which processes of each do what kind of work. prepare.ts says which peers can be
 * measured on this machine.
 */

import { fileURLToPath } from "node:url";
import { BENCHES, type Kind } from "./benches.js";
import type { Command } from "./participant.js";

/** How to start the processes that do one kind of work. */
export type Processes =
  | { readonly worker: Command }
  /** The client takes the server's port, and for benches over a delay the round trip in ms, as further arguments. */
  | { readonly server: Command; readonly client: Command };

export interface Contender {
  readonly name: string;
  /** By kind of work; what it has no part in is left out. */
  readonly runs: Readonly<Partial<Record<Kind, Processes>>>;
  /** The benches it can run, where the kinds do not say enough. */
  readonly benches?: readonly string[];
}

export const CAPWIRE = "capwire";
export const CPP = "cpp";
export const PYCAPNP = "pycapnp";
/** capwire itself with nothing switched on, which the `cost` benches are about. */
export const OFF = "off";
/** The features whose cost is measured, by their names in rpc/cost.ts; "limits" is how every connection begins. */
export const FEATURES = ["limits", "observer", "tracer", "channels", "leaks", "all"] as const;

/** JavaScript libraries under peers/: which kinds of work each has an adapter for. */
const LIBRARIES: Readonly<Record<string, readonly Kind[]>> = {
  "capnp-ts": ["codec", "bundle", "rpc"],
  "capnp-es": ["codec", "bundle", "rpc"],
  capnweb: ["rpc"],
  protobufjs: ["codec", "bundle"],
  msgpackr: ["codec", "bundle"],
};

/** Adapters beside capwire's own, which need nothing installed. */
const BUILT_IN: Readonly<Record<string, { kinds: readonly Kind[]; benches?: readonly string[] }>> = {
  /** capwire without generated code. */
  dynamic: { kinds: ["codec", "bundle"] },
  json: { kinds: ["codec", "bundle"] },
  sockets: { kinds: ["rpc"], benches: ["rpc-sequential", "rpc-64", "rpc-1024", "rpc-1mib"] },
};

export const LIBRARY_NAMES: readonly string[] = Object.keys(LIBRARIES);
export const PEERS: readonly string[] = [CPP, PYCAPNP, ...LIBRARY_NAMES, ...Object.keys(BUILT_IN)];

/** bench/, seen from bench/build/. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SCHEMA = `${ROOT}schema/bench.capnp`;
const COMMAND_LINE = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

/** capwire itself, and its variants for the `cost` benches; `profile` is a directory for CPU profiles. */
export function capwireContenders(profile: string | null): Contender[] {
  const flags = profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const runs = {
    ...adapted(["codec", "bundle", "rpc"], ours(CAPWIRE), flags),
    dynamic: { worker: node(flags, "dynamic/worker.js", SCHEMA) },
    packing: { worker: node(flags, "packing/worker.js") },
    compile: { worker: node(flags, "compile/worker.js", "capwire", process.execPath, COMMAND_LINE) },
  };
  const variant = (name: string): Contender => ({
    name,
    runs: { cost: rpc(`${ROOT}build/rpc/cost.js#${name}`, flags) },
  });
  return [{ name: CAPWIRE, runs }, variant(OFF), ...FEATURES.map(variant)];
}

/** A peer that is there. `python` runs pycapnp. */
export function peerContender(name: string, python: string): Contender {
  if (name === CPP) return cppContender();
  if (name === PYCAPNP) return { name, runs: { dynamic: { worker: [python, `${ROOT}python/dynamic.py`, SCHEMA] } } };
  const library = LIBRARIES[name];
  if (library) return { name, runs: adapted(library, (adapter) => `${ROOT}peers/build/peers/${name}/${adapter}.js`) };
  const { kinds, benches } = BUILT_IN[name]!;
  return { name, runs: adapted(kinds, ours(name)), ...(benches && { benches }) };
}

function cppContender(): Contender {
  const program = (file: string, ...args: string[]): Command => [`${ROOT}build/cpp/${file}`, ...args];
  return {
    name: CPP,
    benches: BENCHES.map(({ name }) => name).filter((name) => !name.endsWith("-object")),
    runs: {
      codec: { worker: program("codec") },
      dynamic: { worker: program("dynamic", SCHEMA) },
      packing: { worker: program("packing") },
      compile: { worker: node([], "compile/worker.js", "other", "capnp") },
      rpc: { server: program("server"), client: program("client") },
    },
  };
}

/** What our own worker, server and client processes do with a library's adapters; `path` says where they are. */
function adapted(
  kinds: readonly Kind[],
  path: (adapter: "codec" | "rpc") => string,
  flags: readonly string[] = [],
): Partial<Record<Kind, Processes>> {
  const all: Partial<Record<Kind, Processes>> = {
    codec: { worker: node(flags, "codec/worker.js", path("codec")) },
    bundle: { worker: node([], "bundle/worker.js", path("codec")) },
    rpc: rpc(path("rpc"), flags),
  };
  return Object.fromEntries(kinds.map((kind) => [kind, all[kind]!]));
}

function rpc(library: string, flags: readonly string[]): Processes {
  return { server: node(flags, "rpc/server.js", library), client: node(flags, "rpc/client.js", library) };
}

/** Adapters of ours: one folder for each kind. */
function ours(name: string): (adapter: string) => string {
  return (adapter) => `${ROOT}build/${adapter}/${name}.js`;
}

function node(flags: readonly string[], script: string, ...args: readonly string[]): Command {
  return [process.execPath, ...flags, `${ROOT}build/${script}`, ...args];
}
