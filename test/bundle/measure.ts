/** A program bundled for a browser as an application would be: how large it is, and what each module has to do with that. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { built } from "../codegen/built.js";

export interface Bundle {
  /** Of the minified bundle, compressed as servers do. */
  readonly gzipBytes: number;
  readonly text: string;
  /** By module, `rpc/connection.js`: what it adds to the minified bundle before compression. None that add nothing. */
  readonly modules: ReadonlyMap<string, number>;
  /** Imports that a browser does not have. */
  readonly foreignImports: readonly string[];
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { exports: Record<string, string> };

/** Bundles `programs/<name>.ts`. */
export async function bundle(name: string): Promise<Bundle> {
  const dist = built("");
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}test/bundle/programs/${name}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    external: ["node:*"],
    metafile: true,
    absWorkingDir: dist,
    plugins: [capwireIn(dist)],
    logLevel: "silent",
  });
  const contents = outputFiles[0]!.contents;
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    gzipBytes: gzipSync(contents, { level: 9 }).length,
    text: new TextDecoder().decode(contents),
    modules: new Map(inputs.map(([path, { bytesInOutput }]) => [moduleName(path), bytesInOutput])),
    foreignImports: output!.imports.map(({ path }) => path),
  };
}

/** `capwire/…` as package.json exports it, from compiled sources instead of the package's own `dist`. */
function capwireIn(dist: string): Plugin {
  return {
    name: "capwire",
    setup({ onResolve }) {
      onResolve({ filter: /^capwire(\/|$)/ }, ({ path }) => {
        const entry = `.${path.slice("capwire".length)}`;
        const target = exports[entry] ?? exports["./std/*"]!.replace("*", entry.slice("./std/".length));
        return { path: target.replace("./dist/", dist), sideEffects: false };
      });
    },
  };
}

/** Ours from dist, others from the root of the repository. */
function moduleName(path: string): string {
  return path.startsWith("../") ? path.replace(/^(\.\.\/)+/, "") : path;
}
