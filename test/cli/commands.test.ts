/** `capwire eval`, `id`, `completion`, plugins of `compile`, help and colours. */

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeRequest } from "capwire/schema";
import { afterAll, describe, expect, it } from "vitest";
import { COMPLETED_OPTIONS } from "../../src/cli/completion.js";
import { parseOutput } from "../../src/cli/plugin-run.js";
import { built } from "../codegen/built.js";
import { capnp, hasCapnp } from "../codegen/capnp-tool.js";

const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "capwire-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function capwire(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = schemas): SpawnSyncReturns<Buffer> {
  return spawnSync(process.execPath, [built("cli/bin.js"), ...args], { cwd, env: { ...process.env, ...env } });
}

function output(args: readonly string[]): string {
  const run = capwire(args);
  expect(run.stderr.toString()).toBe("");
  expect(run.status).toBe(0);
  return run.stdout.toString();
}

describe.skipIf(!hasCapnp)("capwire eval, as the C++ tool does", () => {
  it.each([
    "aUint64",
    "aText",
    "someData",
    "aColor",
    "aPoint",
    "someInts",
    "someInts[2]",
    "somePoints",
    "somePoints[1].name",
    "aMatrix[2][0]",
    "aShape",
    "aShape.box.height",
    "Holder.origin",
    "Holder.Inner.depth",
    "Holder.value",
    "Service.timeout",
    "nothing",
  ])("prints %s", (name) => {
    const expected = Buffer.from(capnp(["eval", "constants.capnp", name])).toString();
    expect(output(["eval", "constants.capnp", name])).toBe(expected);
  });

  it("writes structs in every format", () => {
    for (const format of ["binary", "packed", "flat", "flat-packed", "canonical", "text", "json"]) {
      const args = ["eval", "-o", format, "constants.capnp", "aShape"];
      // The C++ tool takes no space behind -o here, and prints JSON and text.
      const expected = Buffer.from(capnp(["eval", `-o${format}`, "constants.capnp", "aShape"])).toString("hex");
      expect([format, Buffer.from(capwire(args).stdout).toString("hex")]).toEqual([format, expected]);
    }
    for (const flags of [["-b"], ["-p"], ["--flat"], ["--short"]]) {
      const args = ["eval", ...flags, "constants.capnp", "aPoint"];
      expect(capwire(args).stdout.equals(capnp(args))).toBe(true);
    }
  });

  it("prints defaults of fields", () => {
    for (const name of ["Defaults.text", "Defaults.points[1].name", "Defaults.points", "Person.address.number"]) {
      const expected = Buffer.from(capnp(["eval", "all-types.capnp", name])).toString();
      expect(output(["eval", "all-types.capnp", name])).toBe(expected);
    }
  });
});

describe("capwire eval, beyond the C++ tool,", () => {
  it("prints the default of a union's member that is not the first", () => {
    expect(output(["eval", "all-types.capnp", "Shape.color"])).toBe("green\n");
  });

  it("prints values that are no structs as JSON too", () => {
    expect(output(["eval", "-o", "json", "--short", "constants.capnp", "someInts"])).toBe("[1,-2,300]\n");
    expect(output(["eval", "-ojson", "constants.capnp", "aUint64"])).toBe('"18446744073709551615"\n');
  });
});

describe("capwire eval", () => {
  it.each([
    ["nobody", "nobody is not defined"],
    ["Holder", "Holder is no value"],
    ["Holder.nobody", "Holder has no member nobody"],
    ["aPoint.z", "aPoint has no member z"],
    ["aPoint.x.y", "x is no struct"],
    ["anInt8[0]", "anInt8 is no list"],
    ["someInts[3]", "someInts[3] is out of bounds: the list has 3 elements"],
    ["aMatrix[0][2]", "aMatrix[0][2] is out of bounds: the list has 2 elements"],
    ["aShape.circle", "aShape does not have circle set but box"],
  ])("of %s says: %s", (name, message) => {
    const run = capwire(["eval", "constants.capnp", name]);
    expect([run.status, run.stdout.toString(), run.stderr.toString()]).toEqual([1, "", `capwire: ${message}\n`]);
  });

  it("needs a struct for binary output", () => {
    const run = capwire(["eval", "-b", "constants.capnp", "someInts"]);
    expect([run.status, run.stderr.toString()]).toEqual([
      1,
      "capwire: that is not a struct; only structs have a binary form\n",
    ]);
  });

  it("shows the errors of the schema with the place", () => {
    writeFileSync(join(folder, "bad.capnp"), "@0xa000000000000001;\nconst a :Nope = 1;\n");
    const run = capwire(["eval", "bad.capnp", "a"], {}, folder);
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toMatch(
      /^bad\.capnp:2:10: error: .*\n +2 \| const a :Nope = 1;\n +\| {10}\^\^\^\^\n/,
    );
    expect(capwire(["eval", "missing.capnp", "a"], {}, folder).stderr.toString()).toMatch(
      /missing\.capnp.*no such file/i,
    );
  });
});

describe("colours", () => {
  it("are for terminals, and for those who force them", () => {
    writeFileSync(join(folder, "red.capnp"), "@0xa000000000000002;\nconst a :Nope = 1;\n");
    const args = ["eval", "red.capnp", "a"];
    expect(capwire(args, {}, folder).stderr.includes("\x1b")).toBe(false);
    expect(capwire(args, { FORCE_COLOR: "1" }, folder).stderr.toString()).toContain("\x1b[1;31merror:\x1b[0m");
    expect(capwire(args, { FORCE_COLOR: "0" }, folder).stderr.includes("\x1b")).toBe(false);
  });
});

describe("capwire id", () => {
  it("prints an id with its highest bit set, another one each time", () => {
    const ids = [output(["id"]), output(["id"])];
    for (const id of ids) expect(id).toMatch(/^@0x[89a-f][0-9a-f]{15}\n$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe("plugins of capwire compile", () => {
  it.skipIf(!hasCapnp)("are found by name and run in the directory that is named", () => {
    mkdirSync(join(folder, "cxx"));
    const run = capwire(["compile", `-oc++:${join(folder, "cxx")}`, "all-types.capnp"]);
    expect(run.status).toBe(0);
    // All it may say is that its version is not that of the compiler.
    expect(run.stderr.toString()).toMatch(/^$|different versions/);
    const expected = join(folder, "expected");
    mkdirSync(expected);
    capnp(["compile", `-oc++:${expected}`, "all-types.capnp"]);
    expect(readdirSync(join(folder, "cxx"))).toEqual(["all-types.capnp.c++", "all-types.capnp.h"]);
    // But for the schema, which has more in it than the older tool's: in the other file, and offsets into it.
    const header = (place: string) =>
      readFileSync(join(folder, place, "all-types.capnp.h"), "utf8").replace(/(schemas::bp_\w+) \+ \d+/g, "$1");
    expect(header("cxx")).toBe(header("expected"));
    expect(existsSync(join(folder, "cxx", "all-types.capnp.c++"))).toBe(true);
  });

  it("are any executable, which reads the request from standard input", () => {
    const plugin = join(folder, "plugin.sh");
    writeFileSync(plugin, `#!/bin/sh\ncat > request.bin\necho "in $PWD"\n`, { mode: 0o755 });
    const target = join(folder, "target");
    mkdirSync(target);
    const run = capwire(["compile", "-o", `${plugin}:${target}`, "all-types.capnp"]);
    expect([run.status, run.stdout.toString(), run.stderr.toString()]).toEqual([0, `in ${target}\n`, ""]);
    const request = decodeRequest(readFileSync(join(target, "request.bin")));
    expect(request.requestedFiles.map((file) => file.filename)).toEqual(["all-types.capnp"]);
  });

  it("may be several, beside TypeScript", () => {
    const place = join(folder, "both");
    const run = capwire([
      "compile",
      "-o",
      `${join(folder, "plugin.sh")}:${folder}`,
      `-ots:${place}`,
      "all-types.capnp",
    ]);
    expect(run.status).toBe(0);
    expect(existsSync(join(place, "all-types.capnp.ts"))).toBe(true);
  });

  it.skipIf(!hasCapnp)("that print the schema need not be installed", () => {
    const args = ["compile", "-ocapnp", "constants.capnp", "generics.capnp"];
    const expected = Buffer.from(capnp(args)).toString();
    expect(output(args)).toBe(expected.replaceAll(" superclasses(", " extends("));
  });

  it("that fail make compile fail, those that are not there are an argument's mistake", () => {
    const plugin = join(folder, "failing.sh");
    writeFileSync(plugin, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    const run = capwire(["compile", "-o", plugin, "all-types.capnp"]);
    expect([run.status, run.stderr.toString()]).toEqual([1, `capwire: ${plugin} failed: exit code 3\n`]);
    for (const spec of ["no-such-language:.", "/no/such/plugin:.", `${plugin}:/no/such/directory`]) {
      expect(capwire(["compile", "-o", spec, "all-types.capnp"]).status).toBe(2);
    }
  });

  it("are told from directories by what is there", () => {
    const own = { kind: "own", language: "ts" };
    expect(parseOutput("-")).toEqual({ kind: "request" });
    expect(parseOutput("./src/gen")).toEqual({ ...own, directory: "./src/gen" });
    expect(parseOutput(folder)).toEqual({ ...own, directory: folder });
    expect(parseOutput("test")).toEqual({ ...own, directory: "test" });
    expect(parseOutput("ts")).toEqual({ ...own, directory: undefined });
    expect(parseOutput("ts:out")).toEqual({ ...own, directory: "out" });
    expect(() => parseOutput("rust-or-a-new-directory")).toThrow("TypeScript below a new directory is -o ts:rust-or");
  });
});

describe("options of the C++ tool for every command", () => {
  it("about imports may stand before the command", () => {
    const value = output(["eval", "constants.capnp", "aPoint"]);
    for (const options of [
      ["-I."],
      ["-I", "."],
      ["--import-path=."],
      ["--import-path", "."],
      ["--no-standard-import"],
    ]) {
      expect(output([...options, "eval", "constants.capnp", "aPoint"])).toBe(value);
      expect(output([...options, "-Itest", "id"])).toMatch(/^@0x/);
    }
    expect(capwire(["-I.", "nonsense"]).stderr.toString()).toMatch('there is no command "nonsense"');
    expect(capwire(["-I"]).status).toBe(2);
  });

  it("are --version and --verbose, which shows where an error comes from", () => {
    expect(output(["convert", "--version"])).toBe(output(["--version"]));
    expect(output(["--verbose", "eval", "constants.capnp", "aPoint", "--short", "--verbose"])).toMatch(/^\(x = /);
    const error = (...args: string[]) => capwire(["eval", "constants.capnp", "nope", ...args]).stderr.toString();
    expect(error()).toBe("capwire: nope is not defined\n");
    expect(error("--verbose")).toMatch(/nope is not defined\n +at .*eval/);
  });
});

describe("help", () => {
  it("of every command has examples and names every option that shells complete", () => {
    for (const [command, options] of Object.entries(COMPLETED_OPTIONS)) {
      const text = output([command, "--help"]);
      expect(text).toMatch(new RegExp(`^Usage: capwire ${command}`));
      expect(text).toMatch(/\nExamples?:\n {2}/);
      for (const option of options) expect([command, option, text.includes(option)]).toEqual([command, option, true]);
      expect(output(["help", command])).toBe(text);
    }
  });

  it("lists every command", () => {
    const text = output(["--help"]);
    for (const command of Object.keys(COMPLETED_OPTIONS)) expect(text).toMatch(new RegExp(`^  ${command} `, "m"));
  });
});

describe("capwire completion", () => {
  function complete(...words: string[]): string[] {
    const script = `${output(["completion", "bash"])}
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
      _capwire; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync("bash", ["-c", script], { cwd: schemas }).stdout.toString().trim().split("\n");
  }

  it("completes commands, options, formats and files in bash", () => {
    expect(complete("capwire", "co")).toEqual(["compile", "convert", "completion"]);
    expect(complete("capwire", "convert", "--se")).toEqual(["--segment-size"]);
    expect(complete("capwire", "convert", "packed:j")).toEqual(["packed:json"]);
    expect(complete("capwire", "eval", "-o", "can")).toEqual(["canonical"]);
    expect(complete("capwire", "eval", "const")).toEqual(["constants.capnp"]);
  });

  it("has a script for zsh and fish, and for no other", () => {
    expect(output(["completion", "zsh"])).toMatch(/^#compdef capwire\n/);
    expect(output(["completion", "fish"])).toMatch(/^complete -c capwire /);
    expect(capwire(["completion", "tcsh"]).status).toBe(2);
  });
});
