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

export const PEERS: readonly string[] = [CPP, ...Object.keys(LIBRARIES), "json"];

/** bench/, seen from bench/build/. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** capwire itself; `profile` is a directory for CPU profiles. */
export function capwireContender(profile: string | null): Contender {
  const flags = profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  return nodeContender(CAPWIRE, `${ROOT}build`, { codec: true, rpc: true }, flags);
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
  const parts = LIBRARIES[name];
  return parts
    ? nodeContender(name, `${ROOT}peers/build/peers/${name}`, parts)
    : nodeContender(name, `${ROOT}build`, { codec: true });
}

/** A contender made of adapters `<directory>/…` run by our own worker, server and client processes. */
function nodeContender(
  name: string,
  directory: string,
  parts: { codec?: true; rpc?: true },
  flags: readonly string[] = [],
): Contender {
  const own = directory === `${ROOT}build`;
  const run = (script: string, adapter: string): Command => [
    process.execPath,
    ...flags,
    `${ROOT}build/${script}`,
    own ? `${directory}/${script.split("/")[0]}/${name}.js` : `${directory}/${adapter}.js`,
  ];
  return {
    name,
    ...(parts.codec && { codec: run("codec/worker.js", "codec") }),
    ...(parts.rpc && { server: run("rpc/server.js", "rpc"), client: run("rpc/client.js", "rpc") }),
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
  if (!existsSync(`${ROOT}peers/node_modules`)) return "not installed: npm ci --prefix bench/peers";
  const tsc = spawnSync(process.execPath, [TSC, "-p", `${ROOT}peers/tsconfig.json`], { encoding: "utf8" });
  return tsc.status === 0 ? null : `does not compile (npx tsc -p bench/peers): ${lastLine(tsc.stdout)}`;
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}
