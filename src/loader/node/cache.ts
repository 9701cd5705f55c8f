/**
 * Compiled schemas that outlive the program, in `.cache/capwire` of the nearest `node_modules`: a program that starts again does not
 * even load the compiler. A copy is good as long as all files it was made from are the same, by their content, and those that were
 * looked for in vain are still missing. CAPWIRE_CACHE=off does without; so does a schema with no node_modules above.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIfThere, surroundings } from "./package.js";
import type { CompiledScript } from "./script.js";

interface Entry {
  /** What the files were that the script was made from: path and digest. */
  readonly files: readonly (readonly [path: string, digest: string])[];
  readonly missing: readonly string[];
  readonly source: string;
}

/** The place for the script of one schema. */
export class CachedScript {
  /** Undefined if there is no place for it. */
  readonly #path: string | undefined;

  constructor(schema: string) {
    const { CAPWIRE_CACHE } = process.env;
    const modules = CAPWIRE_CACHE === "off" ? undefined : modulesAbove(dirname(schema));
    if (modules === undefined) return;
    const name = digest(JSON.stringify([build(), schema, surroundings(schema)]));
    this.#path = join(modules, ".cache/capwire", `${name}.json`);
  }

  /** The script, if there is a good one. */
  read(): string | undefined {
    if (this.#path === undefined) return undefined;
    try {
      const { files, missing, source } = JSON.parse(readFileSync(this.#path, "utf8")) as Entry;
      const isGood = files.every(([path, before]) => digestOf(path) === before) && !missing.some(existsSync);
      return isGood ? source : undefined;
    } catch {
      // There is none, or what is there is no entry.
      return undefined;
    }
  }

  /** Keeps a script. That it cannot be written is no reason not to run. */
  write({ source, dependencies, missing }: CompiledScript): void {
    if (this.#path === undefined) return;
    const files = [...dependencies].map(([path, content]) => [path, digest(content)] as const);
    const entry: Entry = { files, missing: [...missing], source };
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      // Programs that start at the same time each write one, and none reads half of it.
      const own = `${this.#path}.${process.pid}`;
      writeFileSync(own, JSON.stringify(entry));
      renameSync(own, this.#path);
    } catch {}
  }
}

/** The nearest node_modules, from `directory` up. */
function modulesAbove(directory: string): string | undefined {
  const here = join(directory, "node_modules");
  const above = dirname(directory);
  if (existsSync(here)) return here;
  return above === directory ? undefined : modulesAbove(above);
}

function digestOf(path: string): string | undefined {
  const content = readIfThere(path);
  return content && digest(content);
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url");
}

/** Which capwire this is: another one makes other code. */
function build(): string {
  const path = fileURLToPath(import.meta.url);
  return `${path} ${statSync(path).mtimeMs}`;
}
