/** Makes peers ready to be measured: builds what has to be built, and for one that is not there says which command brings it. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Contender, CPP, LIBRARY_NAMES, PYCAPNP, peerContender, ROOT } from "./contenders.js";

/** Why a peer is left out of this run. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
/** Where `make -C test/interop/python` puts pycapnp. */
const VENV_PYTHON = fileURLToPath(new URL("../../test/interop/python/build/venv/bin/python", import.meta.url));

/** Builds the peers asked for. Returns the ones that can be measured and why the others cannot. */
export function preparePeers(names: readonly string[]): { ready: Contender[]; skipped: Skipped[] } {
  const ready: Contender[] = [];
  const skipped: Skipped[] = [];
  const python = names.includes(PYCAPNP) ? findPython() : undefined;
  const libraries = names.some((name) => LIBRARY_NAMES.includes(name)) ? buildLibraries() : null;
  for (const name of names) {
    const reason = reasonAgainst(name, python, libraries);
    if (reason === null) ready.push(peerContender(name, python ?? ""));
    else skipped.push({ name, reason });
  }
  return { ready, skipped };
}

/** A Python with pycapnp: that of the interop tests, or the one on the path. */
export function findPython(): string | undefined {
  return [VENV_PYTHON, "python3"].find((python) => spawnSync(python, ["-c", "import capnp"]).status === 0);
}

function reasonAgainst(name: string, python: string | undefined, libraries: string | null): string | null {
  if (name === CPP) return buildCpp();
  if (name === PYCAPNP && python === undefined) return "needs Python with pycapnp: make -C test/interop/python";
  return LIBRARY_NAMES.includes(name) ? libraries : null;
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
