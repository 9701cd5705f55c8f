/**
 * Where a schema on disk belongs: the package around it, whose package.json may say where imports that begin with a slash are looked
 * up (`"capwire": { "importPath": ["schemas"] }`), as may the environment (CAPWIRE_IMPORT_PATH). No compiler is loaded for this.
 */

import { readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { CapwireError } from "../../errors.js";

/** A package.json that says something of capwire that makes no sense. */
export class BadConfiguration extends CapwireError {
  readonly code = "bad-configuration";

  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
    this.name = "BadConfiguration";
  }
}

/** Paths are absolute and have `/` between their parts. */
export interface Surroundings {
  /** The directory of the package, or that of the schema if there is no package.json above it. */
  readonly root: string;
  /** Directories where imports that begin with a slash are looked up. */
  readonly importPath: readonly string[];
}

/** What surrounds the schema `file`. */
export function surroundings(file: string): Surroundings {
  const directory = dirname(resolve(file));
  const { root, importPath } = packageOf(directory) ?? { root: directory, importPath: [] };
  return { root: slashed(root), importPath: [...importPath, ...environmentPath()].map(slashed) };
}

/** A path as the compiler wants it. */
export function slashed(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

/** The content of a file, or undefined if there is none. Throws for one that cannot be read. */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

interface Package {
  readonly root: string;
  readonly importPath: readonly string[];
}

/** By directory; undefined where there is none. */
const packages = new Map<string, Package | undefined>();

/** The package of what lies in `directory`: that of the nearest package.json above. */
function packageOf(directory: string): Package | undefined {
  if (packages.has(directory)) return packages.get(directory);
  const file = join(directory, "package.json");
  const text = readIfThere(file);
  const above = dirname(directory);
  let found: Package | undefined;
  if (text) found = { root: directory, importPath: importPathOf(file, text) };
  else if (above !== directory) found = packageOf(above);
  packages.set(directory, found);
  return found;
}

function importPathOf(file: string, text: Uint8Array): string[] {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(text));
  } catch {
    // Whoever needs it will complain better than we can.
    return [];
  }
  const importPath = member(member(content, "capwire"), "importPath");
  if (importPath === undefined) return [];
  if (!Array.isArray(importPath) || !importPath.every((each) => typeof each === "string"))
    throw new BadConfiguration(file, "capwire.importPath is not a list of directories");
  return importPath.map((each: string) => resolve(dirname(file), each));
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}

function environmentPath(): string[] {
  const { CAPWIRE_IMPORT_PATH = "" } = process.env;
  return CAPWIRE_IMPORT_PATH.split(delimiter).flatMap((each) => (each === "" ? [] : [resolve(each)]));
}
