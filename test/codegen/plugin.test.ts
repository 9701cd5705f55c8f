/** The generator as a plugin of the C++ tool: the same files as from our own compiler. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeRequest, encodeRequest, generate } from "capwire/codegen";
import { compile } from "capwire/compiler";
import { afterAll, describe, expect, it } from "vitest";
import { readIfThere } from "../../src/cli/files.js";
import { built } from "./built.js";
import { capnp, hasCapnp } from "./capnp-tool.js";

const schemas = new URL("../schemas/", import.meta.url).pathname;
const SCHEMAS = ["all-types", "constants", "generics", "name-clash", "streams", "cycle/left", "cycle/right"];

/** The code without comments: 0.9.2 gives comments to some declarations that ours does not, and the other way round. */
function withoutComments(code: string): string {
  return code.replace(/^ *\/\*\*.*?\*\/\n/gms, "").replace(/^export const \$schema.*$/m, "");
}

describe.skipIf(!hasCapnp)("requests of the C++ tool", () => {
  it.each(SCHEMAS)("%s.capnp gives the code that is checked in", (name) => {
    const request = decodeRequest(capnp(["compile", "-o-", `-I${schemas}`, `${name}.capnp`]));
    const [file] = generate(request);
    expect(file?.path).toBe(`${name}.capnp.ts`);
    expect(withoutComments(file?.text ?? "")).toBe(withoutComments(readFileSync(`${schemas}${name}.capnp.ts`, "utf8")));
  });

  it("survive decoding and encoding", () => {
    for (const name of SCHEMAS) {
      const request = decodeRequest(capnp(["compile", "-o-", `-I${schemas}`, `${name}.capnp`]));
      expect(generate(decodeRequest(encodeRequest(request)))).toEqual(generate(request));
    }
  });
});

describe("requests of our own compiler", () => {
  it("survive decoding and encoding", () => {
    const files = SCHEMAS.map((name) => `${schemas}${name}.capnp`);
    const options = { readFile: readIfThere, importPath: [schemas], sourcePrefixes: [schemas] };
    const { request, diagnostics } = compile({ files, ...options });
    expect(diagnostics).toEqual([]);
    const generated = generate(request);
    expect(generated.map((each) => each.path)).toEqual(SCHEMAS.map((name) => `${name}.capnp.ts`));
    expect(generate(decodeRequest(encodeRequest(request)))).toEqual(generated);
  });

  it("that are no requests are refused", () => {
    expect(() => decodeRequest(Uint8Array.of(1, 2, 3))).toThrow(expect.objectContaining({ name: "WireError" }));
  });
});

describe.skipIf(!hasCapnp)("capnpc-capwire", () => {
  const folder = mkdtempSync(join(tmpdir(), "capwire-plugin-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("writes files where `capnp compile -o` says", () => {
    const plugin = join(folder, "capnpc-capwire");
    writeFileSync(plugin, `#!/bin/sh\nexec ${process.execPath} ${built("cli/plugin.js")}\n`, { mode: 0o755 });
    const run = spawnSync(
      "capnp",
      ["compile", `-I${schemas}`, `-o${plugin}:${folder}`, "cycle/right.capnp", "streams.capnp"],
      {
        cwd: schemas,
        env: { ...process.env, PWD: schemas },
      },
    );
    expect(run.stderr.toString()).toBe("");
    expect(run.status).toBe(0);
    expect(readFileSync(join(folder, "cycle/right.capnp.ts"), "utf8")).toContain("export const Right");
    expect(readFileSync(join(folder, "streams.capnp.ts"), "utf8")).toContain("export class File$Client");
  });

  it("fails with a message on bytes that are no request", () => {
    const run = spawnSync(process.execPath, [built("cli/plugin.js")], { input: "nonsense" });
    expect(run.status).toBe(1);
    expect(run.stderr.toString()).toMatch(/^capnpc-capwire: /);
  });
});
