/** The C++ schema compiler, where it is installed: the judge of ours. */

import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";

export { hasCapnp, INSTALL_CAPNP } from "../has-capnp.js";

export interface ToolResult {
  readonly status: number;
  /** The request, if it went well. */
  readonly output: Uint8Array;
  readonly errors: string;
}

/** Runs `capnp compile -o-`. */
export function capnpCompile(args: readonly string[], env: Record<string, string> = {}): ToolResult {
  const { status, stdout, stderr } = spawnSync("capnp", ["compile", "-o-", ...args], {
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  return { status: status ?? -1, output: stdout, errors: stderr.toString() };
}

/** Paths of all `.capnp` files below a directory, sorted; empty if there is no such directory. */
export function schemaFiles(directory: string): string[] {
  const found: string[] = [];
  for (const name of listDirectory(directory)) {
    const path = `${directory}/${name}`;
    if (statSync(path).isDirectory()) found.push(...schemaFiles(path));
    else if (name.endsWith(".capnp")) found.push(path);
  }
  return found.sort();
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
