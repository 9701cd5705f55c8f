/** A project in a folder of its own, with capwire among its packages as if it were installed there. */

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { built } from "../codegen/built.js";

export class Project {
  /** Without symbolic links, as tools report it. */
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "capwire-loader-")));

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.root, "node_modules"));
    symlinkSync(dirname(built("index.js")).replace(/\/dist$/, ""), join(this.root, "node_modules/capwire"));
    this.write({ "package.json": JSON.stringify({ type: "module" }), ...files });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text);
    }
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Runs a program of the project with schemas as modules. */
  node(file: string, env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
    const args = ["--import", "capwire/register", file];
    const options = { cwd: this.root, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "", ...env } } as const;
    return spawnSync(process.execPath, args, options);
  }

  /** Runs the `capwire` command in the project. */
  capwire(...args: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync(process.execPath, [built("cli/bin.js"), ...args], { cwd: this.root, encoding: "utf8" });
  }

  /** As if nothing were installed. */
  removePackages(): void {
    rmSync(this.path("node_modules"), { recursive: true });
  }

  remove(): void {
    // A server that is on its way out may still write into it.
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 });
  }
}

export const PHONE = `@0xa1b2c3d4e5f60001;
struct Phone {
  number @0 :Text;
  type @1 :Type;
  enum Type { mobile @0; home @1; }
}
`;

/** Imports `phone.capnp` beside it. */
export const PERSON = `@0xa1b2c3d4e5f60002;
using Phone = import "phone.capnp".Phone;
struct Person {
  name @0 :Text;
  phones @1 :List(Phone);
}
const ada :Person = (name = "Ada", phones = [(number = "1", type = home)]);
`;
