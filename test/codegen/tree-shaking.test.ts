/** A bundle holds what it uses of a generated file, and of the runtime, and nothing else. */

import { build, type Plugin } from "esbuild";
import { describe, expect, it } from "vitest";
import { built } from "./built.js";

/** capwire's package.json says that its modules have no side effects; that of a project with generated files may not. */
const asInUserProject: Plugin = {
  name: "generated files belong to the user",
  setup({ onResolve }) {
    onResolve({ filter: /\/std\/[^/]*\.js$/ }, ({ path }) => ({ path, sideEffects: true }));
  },
};

/** `code` bundled and minified; names are kept so that we can look for them. */
async function bundle(code: string): Promise<{ text: string; modules: readonly string[] }> {
  const result = await build({
    stdin: { contents: code.replaceAll("capwire/", built("")), resolveDir: built("") },
    bundle: true,
    write: false,
    format: "esm",
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    plugins: [asInUserProject],
    logLevel: "silent",
  });
  const [output] = Object.values(result.metafile.outputs);
  const modules = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { text: result.outputFiles[0]?.text ?? "", modules: modules.map(([path]) => path) };
}

describe("a bundle of generated code", () => {
  it("with one struct contains no other struct, no client and no schema", async () => {
    const { text, modules } = await bundle(`
      import { VatId } from "capwire/std/rpc-twoparty.js";
      import { decodeFrame } from "capwire/wire/index.js";
      export const side = (bytes) => decodeFrame(bytes).getRoot(VatId).side;
    `);
    expect(text).toContain("VatId$Reader");
    for (const other of ["JoinResult", "JoinKeyPart", "ThirdParty", "Pipeline", "Client", "$schema"])
      expect(text).not.toContain(other);
    expect(modules.filter((path) => path.includes("/cap/") || path.includes("/rpc/"))).toEqual([]);
  });

  it("that only uses an enum contains no code at all", async () => {
    const { text } = await bundle(
      `import { Side } from "capwire/std/rpc-twoparty.js"; export const side = Side.client;`,
    );
    expect(text.length).toBeLessThan(200);
  });

  it("of a file that nothing is used of is empty", async () => {
    for (const name of ["schema", "rpc", "rpc-twoparty", "persistent", "stream", "c++", "json"]) {
      const { text } = await bundle(`import "capwire/std/${name}.js";`);
      expect(`${name}: ${text}`).toBe(`${name}: `);
    }
  });

  it("with an interface contains that interface's client and not the others'", async () => {
    const { text } = await bundle(`
      import { Persistent } from "capwire/std/persistent.js";
      export const type = Persistent;
    `);
    expect(text).toContain("Persistent$Client");
    expect(text).not.toContain("JoinResult");
  });
});
