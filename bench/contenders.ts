/**
 * Contenders: capwire and the peers it is compared with; how each is built and started. A peer that cannot be measured on this machine is
 * skipped, with the command that changes that.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "./participant.js";

/** How to start a contender's processes; one it has no part in is left out. */
export interface Contender {
  readonly name: string;
  /** The benches it can run, where its processes do not say enough. */
  readonly benches?: readonly string[];
  readonly codec?: Command;
  readonly server?: Command;
  /** Takes the server's port, and for benches over a delay the round trip in ms, as further arguments. */
  readonly client?: Command;
}

/** Why a peer is left out of this run. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export const CAPWIRE = "capwire";
export const CPP = "cpp";

/** JavaScript libraries under peers/: which benches each has an adapter for. */
const LIBRARIES: Readonly<Record<string, { codec?: true; rpc?: true }>> = {
  "capnp-ts": { codec: true, rpc: true },
  "capnp-es": { codec: true, rpc: true },
  capnweb: { rpc: true },
  protobufjs: { codec: true },
  msgpackr: { codec: true },
};

/** Adapters beside capwire's own, which need nothing installed. */
const BUILT_IN: Readonly<Record<string, { codec?: true; rpc?: true; benches?: readonly string[] }>> = {
  /** capwire without generated code. */
  dynamic: { codec: true },
  json: { codec: true },
  sockets: { rpc: true, benches: ["rpc-sequential", "rpc-64", "rpc-1024", "rpc-1mib"] },
};

export const PEERS: readonly string[] = [CPP, ...Object.keys(LIBRARIES), ...Object.keys(BUILT_IN)];

/** bench/, seen from bench/build/. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** capwire itself; `profile` is a directory for CPU profiles. */
export function capwireContender(profile: string | null): Contender {
  const flags = profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  return nodeContender(CAPWIRE, { codec: true, rpc: true }, builtInAdapters(CAPWIRE), flags);
}

/** Builds the peers asked for. Returns the ones that can be measured and why the others cannot. */
export function preparePeers(names: readonly string[]): { ready: Contender[]; skipped: Skipped[] } {
  const ready: Contender[] = [];
  const skipped: Skipped[] = [];
  const librariesReason = names.some((name) => name in LIBRARIES) ? buildLibraries() : null;
  for (const name of names) {
    const reason = name === CPP ? buildCpp() : name in LIBRARIES ? librariesReason : null;
    if (reason === null) ready.push(peerContender(name));
    else skipped.push({ name, reason });
  }
  return { ready, skipped };
}

function peerContender(name: string): Contender {
  if (name === CPP) {
    const program = (file: string): Command => [`${ROOT}build/cpp/${file}`];
    return { name, codec: program("codec"), server: program("server"), client: program("client") };
  }
  const library = LIBRARIES[name];
  if (library) {
    const directory = `${ROOT}peers/build/peers/${name}`;
    return nodeContender(name, library, { codec: `${directory}/codec.js`, rpc: `${directory}/rpc.js` });
  }
  const { benches, ...parts } = BUILT_IN[name]!;
  return { ...nodeContender(name, parts, builtInAdapters(name)), ...(benches && { benches }) };
}

function builtInAdapters(name: string): { codec: string; rpc: string } {
  return { codec: `${ROOT}build/codec/${name}.js`, rpc: `${ROOT}build/rpc/${name}.js` };
}

/** A contender made of the adapters at these paths, run by our own worker, server and client processes. */
function nodeContender(
  name: string,
  parts: { codec?: true; rpc?: true },
  adapters: { codec: string; rpc: string },
  flags: readonly string[] = [],
): Contender {
  const run = (script: string, adapter: string): Command => [
    process.execPath,
    ...flags,
    `${ROOT}build/${script}`,
    adapter,
  ];
  return {
    name,
    ...(parts.codec && { codec: run("codec/worker.js", adapters.codec) }),
    ...(parts.rpc && { server: run("rpc/server.js", adapters.rpc), client: run("rpc/client.js", adapters.rpc) }),
  };
}

/** Returns null when the C++ programs are there, otherwise what to do. */
function buildCpp(): string | null {
  const missing = ["g++", "make", "capnp"].filter((tool) => spawnSync(tool, ["--version"]).status !== 0);
  const headers = ["/usr/include", "/usr/local/include"].some((prefix) => existsSync(`${prefix}/capnp/rpc-twoparty.h`));
  if (!headers) missing.push("libcapnp-dev");
  if (missing.length > 0) return `needs ${missing.join(", ")}: sudo apt-get install -y g++ make capnproto libcapnp-dev`;
  const make = spawnSync("make", ["-s"], { cwd: `${ROOT}cpp`, encoding: "utf8" });
  return make.status === 0 ? null : `does not build (make -C bench/cpp): ${lastLine(make.stderr)}`;
}

/** Returns null when the adapters of the JavaScript peers are there, otherwise what to do. */
function buildLibraries(): string | null {
  if (!existsSync(`${ROOT}peers/node_modules`)) return "not installed: npm install --prefix bench/peers";
  const tsc = spawnSync(process.execPath, [TSC, "-p", `${ROOT}peers/tsconfig.json`], { encoding: "utf8" });
  return tsc.status === 0 ? null : `does not compile (npx tsc -p bench/peers): ${lastLine(tsc.stdout)}`;
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
