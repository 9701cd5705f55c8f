/** The sources compiled to JavaScript in a folder of their own, for tests that start Node or a bundler on them. */

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cache = `${root}node_modules/.cache/capwire-built/`;
const KEEP_MS = 3_600_000;

/** The path of a compiled module, `cli/bin.js` say. Each state of the sources is compiled once, into a folder named after its time. */
export function built(module: string): string {
  const folder = `${cache}${Math.round(newest(`${root}src`))}/`;
  if (!existsSync(folder)) compileInto(folder);
  return `${folder}dist/${module}`;
}

/** Test files run side by side and may do this at once: each compiles for itself, and the first one's folder stays. */
function compileInto(folder: string): void {
  removeOld();
  const own = `${cache}in-progress-${process.pid}/`;
  mkdirSync(own, { recursive: true });
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const options = ["--noCheck", "--outDir", `${own}dist`, "--declaration", "false", "--declarationMap", "false"];
  execFileSync(process.execPath, [tsc, "-p", `${root}tsconfig.build.json`, ...options, "--sourceMap", "false"]);
  copyFileSync(`${root}package.json`, `${own}package.json`);
  try {
    renameSync(own, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(own, { recursive: true });
  }
}

function removeOld(): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    if (statSync(cache + name).mtimeMs < Date.now() - KEEP_MS) rmSync(cache + name, { recursive: true, force: true });
  }
}

/** When a source file below `folder` was last written. */
function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .reduce((time, entry) => Math.max(time, statSync(`${entry.parentPath}/${entry.name}`).mtimeMs), 0);
}
