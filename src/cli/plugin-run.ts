/**
 * Running code generators of the C++ tool's kind, `capwire compile -o <plugin>[:<dir>]`: an executable `capnpc-<plugin>`, or the path
 * of one, that reads a CodeGeneratorRequest and writes files below its working directory.
 */

import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { BadArguments, BadInput } from "./usage.js";

/** What our own generator writes: TypeScript, or JavaScript with declarations. */
export type OwnLanguage = "ts" | "js";

/** What one -o asks for. */
export type Output =
  | { readonly kind: "request" }
  | { readonly kind: "schema" }
  | { readonly kind: "own"; readonly language: OwnLanguage; readonly directory: string | undefined }
  | { readonly kind: "plugin"; readonly executable: string; readonly directory: string | undefined };

/**
 * What `-o spec` means. As in C++, `plugin:dir` names a generator and a directory. Without a colon it is a generator if there is
 * one of that name; else a directory for TypeScript, which a plain word is only if it is there: `-orust` without a generator for Rust
 * is a mistake. `ts` and `js` are our own generator, `capnp` prints the schema. Throws BadArguments.
 */
export function parseOutput(spec: string): Output {
  if (spec === "-") return { kind: "request" };
  const colon = spec.indexOf(":");
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const directory = colon < 0 ? undefined : spec.slice(colon + 1) || ".";
  if (name === "capnp") return { kind: "schema" };
  if ((name === "ts" || name === "js") && (colon >= 0 || !isDirectory(name)))
    return { kind: "own", language: name, directory };
  const executable = findPlugin(name);
  if (executable !== undefined) {
    if (directory !== undefined && !isDirectory(directory)) {
      throw new BadArguments(`-o ${spec}: ${directory} is no directory`, "capwire compile --help");
    }
    return { kind: "plugin", executable, directory };
  }
  if (colon < 0 && (!/^[\w+-]+$/.test(name) || isDirectory(name)))
    return { kind: "own", language: "ts", directory: spec };
  const place = name.includes("/") ? `no executable ${name}` : `no capnpc-${name} in PATH`;
  const hint = colon < 0 ? `; TypeScript below a new directory is -o ts:${name}` : "";
  throw new BadArguments(`-o ${spec}: there is ${place}${hint}`, "capwire compile --help");
}

/** Feeds a request to a generator. Throws BadInput if it fails. */
export function runPlugin(executable: string, directory: string | undefined, request: Uint8Array): Promise<void> {
  return new Promise((done, fail) => {
    const cwd = resolve(directory ?? ".");
    const env = { ...process.env, PWD: cwd };
    const child = spawn(executable, [], { cwd, env, stdio: ["pipe", "inherit", "inherit"] });
    child.on("error", fail);
    child.on("close", (code, signal) => {
      if (code === 0) done();
      else fail(new BadInput(`${executable} failed: ${signal ?? `exit code ${code}`}`));
    });
    // One that does not read all of it says why by its exit code.
    child.stdin.on("error", () => {});
    child.stdin.end(request);
  });
}

function findPlugin(name: string): string | undefined {
  if (name.includes("/")) return isExecutable(name) ? resolve(name) : undefined;
  const { PATH = "" } = process.env;
  const folders = PATH.split(delimiter).filter((each) => each !== "");
  return folders.map((folder) => join(folder, `capnpc-${name}`)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
