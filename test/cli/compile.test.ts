/** The `capwire` command, run as a process: what it writes, what it says, and how it exits. */

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { decodeRequest } from "capwire/codegen";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { built } from "../codegen/built.js";
import { capnp, hasCapnp } from "../codegen/capnp-tool.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "capwire-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function capwire(...args: string[]): SpawnSyncReturns<Buffer> {
  return spawnSync(process.execPath, [built("cli/bin.js"), ...args], { cwd: folder });
}

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const POINT = "@0xa000000000000001; struct Point { x @0 :Int32; y @1 :Int32; }";
const LINE = '@0xa000000000000002; using import "point.capnp".Point; struct Line { from @0 :Point; to @1 :Point; }';

describe("capwire compile", () => {
  it("writes TypeScript next to each schema", () => {
    write({ "a/point.capnp": POINT, "a/line.capnp": LINE });
    const run = capwire("compile", "a/point.capnp", "a/line.capnp");
    expect([run.status, run.stderr.toString(), run.stdout.toString()]).toEqual([0, "", ""]);
    expect(readFileSync(join(folder, "a/point.capnp.ts"), "utf8")).toContain("export const Point");
    expect(readFileSync(join(folder, "a/line.capnp.ts"), "utf8")).toContain('from "./point.capnp.js"');
  });

  it("writes below the directory of -o, under the schema's own path", () => {
    write({ "a/b/point.capnp": POINT });
    expect(capwire("compile", "-o", "ts:out", "a/b/point.capnp").status).toBe(0);
    expect(existsSync(join(folder, "out/a/b/point.capnp.ts"))).toBe(true);
    expect(existsSync(join(folder, "a/b/point.capnp.ts"))).toBe(false);
  });

  it("drops --src-prefix from that path", () => {
    write({ "a/b/point.capnp": POINT });
    expect(capwire("compile", "--src-prefix=a", "-ots:out", "a/b/point.capnp").status).toBe(0);
    expect(existsSync(join(folder, "out/b/point.capnp.ts"))).toBe(true);
  });

  it("looks for absolute imports in every -I, in order", () => {
    const user = '@0xa000000000000003; using import "/lib/point.capnp".Point; struct User { point @0 :Point; }';
    write({ "user.capnp": user, "second/lib/point.capnp": POINT });
    expect(capwire("compile", "-Ifirst", "--import-path", "second", "user.capnp").status).toBe(0);
    expect(readFileSync(join(folder, "user.capnp.ts"), "utf8")).toContain('from "./lib/point.capnp.js"');
  });

  it("finds the standard schemas unless told not to", () => {
    write({
      "s.capnp": '@0xa000000000000004; using Schema = import "/capnp/schema.capnp"; struct S { node @0 :Schema.Node; }',
    });
    expect(capwire("compile", "s.capnp").status).toBe(0);
    expect(readFileSync(join(folder, "s.capnp.ts"), "utf8")).toContain('from "capwire/std/schema"');
    const run = capwire("compile", "--no-standard-import", "s.capnp");
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toMatch(/^s\.capnp:1:\d+: error: .*\/capnp\/schema\.capnp/);
  });

  it("imports the runtime from where --runtime says", () => {
    write({ "point.capnp": POINT });
    expect(capwire("compile", "--runtime", "../vendor/runtime.js", "point.capnp").status).toBe(0);
    expect(readFileSync(join(folder, "point.capnp.ts"), "utf8")).toContain('import * as $ from "../vendor/runtime.js"');
  });

  it("needs no code for a file that is imported for its annotations", () => {
    write({
      "go.capnp": "@0xa000000000000005; annotation package @0xa000000000000006 (file) :Text;",
      "s.capnp": '@0xa000000000000007; using Go = import "go.capnp"; $Go.package("main"); struct S {}',
    });
    expect(capwire("compile", "s.capnp").status).toBe(0);
    expect(readFileSync(join(folder, "s.capnp.ts"), "utf8")).not.toContain("go.capnp");
  });

  it("reports every mistake with file, line and column, writes nothing, and exits with 1", () => {
    write({ "bad.capnp": "@0xa000000000000008;\nstruct A {\n  x @0 :Int33;\n  y @2 :Text;\n}\n" });
    const run = capwire("compile", "bad.capnp");
    expect(run.status).toBe(1);
    expect(run.stdout.toString()).toBe("");
    expect(run.stderr.toString()).toContain("bad.capnp:3:9: error: ");
    expect(run.stderr.toString()).toContain("bad.capnp:4:");
    expect(existsSync(join(folder, "bad.capnp.ts"))).toBe(false);
  });

  it("says which file is not there", () => {
    const run = capwire("compile", "nowhere.capnp");
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toMatch(/nowhere\.capnp.*no such file/i);
  });

  it("writes the request to standard output with -o-", () => {
    write({ "point.capnp": POINT });
    const run = capwire("compile", "-o-", "point.capnp");
    expect(run.status).toBe(0);
    const request = decodeRequest(run.stdout);
    expect(request.nodes.map((node) => node.displayName)).toEqual(["point.capnp", "point.capnp:Point"]);
    expect(existsSync(join(folder, "point.capnp.ts"))).toBe(false);
    expect(capwire("compile", "-o", "-", "point.capnp").stdout).toEqual(run.stdout);
  });

  it.skipIf(!hasCapnp)("writes a request that the C++ tool understands", () => {
    write({ "point.capnp": POINT, "line.capnp": LINE });
    const request = capwire("compile", "-o-", "line.capnp").stdout;
    const text = new TextDecoder().decode(
      capnp(["convert", "binary:text", "/usr/include/capnp/schema.capnp", "CodeGeneratorRequest"], request),
    );
    expect(text).toContain('displayName = "line.capnp:Line"');
  });

  it("says what is wrong with its arguments and exits with 2", () => {
    for (const args of [["--frobnicate", "x.capnp"], [], ["-o"]]) {
      const run = capwire("compile", ...args);
      expect(run.status).toBe(2);
      expect(run.stderr.toString()).toMatch(/^capwire: .*\nTry `capwire compile --help`\.\n$/s);
    }
  });

  it("says what went wrong outside of it", () => {
    write({ "point.capnp": POINT, out: "a file, not a directory" });
    const run = capwire("compile", "-o", "ts:out", "point.capnp");
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toMatch(/^capwire: E/);
  });

  it("shows its options with --help", () => {
    const run = capwire("compile", "--help");
    expect(run.status).toBe(0);
    for (const option of ["--output", "-o-", "--import-path", "--src-prefix", "--no-standard-import"]) {
      expect(run.stdout.toString()).toContain(option);
    }
  });
});

describe("capwire", () => {
  it("shows its commands with --help, and its version", () => {
    expect(capwire("--help").stdout.toString()).toMatch(/compile/);
    expect(capwire("--help").status).toBe(0);
    expect(capwire("--version").stdout.toString()).toMatch(/^capwire \d+\.\d+\.\d+\n$/);
  });

  it("without a command says how it is used and exits with 2", () => {
    expect(capwire().status).toBe(2);
    const run = capwire("compose");
    expect(run.status).toBe(2);
    expect(run.stderr.toString()).toContain('"compose"');
  });
});
