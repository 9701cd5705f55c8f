/** The sources compiled to JavaScript in a folder of their own, for tests that start Node or a bundler on them. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const output = `${root}node_modules/.cache/capwire-built/`;
const TSC = `${root}node_modules/typescript/bin/tsc`;

/** The path of a compiled module, `cli/bin.js` say. Compiles if the sources are newer. */
export function built(module: string): string {
  const path = `${output}dist/${module}`;
  if (!existsSync(path) || statSync(path).mtimeMs < newest(`${root}src`)) {
    mkdirSync(output, { recursive: true });
    const options = [
      "-p",
      `${root}tsconfig.build.json`,
      "--noCheck",
      "--outDir",
      `${output}dist`,
      "--declaration",
      "false",
    ];
    execFileSync(process.execPath, [TSC, ...options, "--declarationMap", "false", "--sourceMap", "false"], {
      cwd: root,
    });
  }
  return path;
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .reduce((time, entry) => Math.max(time, statSync(`${entry.parentPath}/${entry.name}`).mtimeMs), 0);
}
