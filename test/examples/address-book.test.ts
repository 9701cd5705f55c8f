/** The address book example, which imports its schema: as a page that Vite bundles, and in Node. */

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { transformSync } from "esbuild";
import { build, type Rolldown } from "vite";
import { afterEach, expect, it } from "vitest";
import { capwire } from "../../src/loader/node/vite.js";
import { Project } from "../loader/project.js";

const example = fileURLToPath(new URL("../../examples/address-book", import.meta.url));
const OUTPUT = ["Ada, at MIT: 555-1212 (mobile)", "Grace, working for the Navy: 555-7654 (work), 555-3456 (mobile)"];

let project: Project;
afterEach(() => project.remove());

it("runs in a browser's world, bundled by Vite", async () => {
  project = new Project();
  cpSync(example, project.root, { recursive: true });
  const result = await build({
    root: project.root,
    configFile: false,
    logLevel: "silent",
    plugins: [capwire()],
    build: { write: false, modulePreload: { polyfill: false } },
  });
  const chunk = (result as Rolldown.RolldownOutput).output.find((each) => each.type === "chunk");
  const lines: string[] = [];
  const console = { log: (line: string) => lines.push(line) };
  runInContext(chunk!.code, createContext({ console, TextEncoder, TextDecoder }));
  expect(lines).toEqual(OUTPUT);
});

it("runs in Node, whichever way its types are removed", () => {
  project = new Project();
  cpSync(example, project.root, { recursive: true });
  const code = transformSync(readFileSync(project.path("main.ts"), "utf8"), { loader: "ts" }).code;
  writeFileSync(project.path("main.js"), code);
  const { stdout, stderr } = project.node("main.js");
  expect([stdout, stderr]).toEqual([`${OUTPUT.join("\n")}\n`, ""]);
});
