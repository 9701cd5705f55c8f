/** The dependency order of src/: imports point down, and only Node's own rooms know Node. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** From the bottom up; a room may import from rooms in earlier rows, and from its own. */
const LAYERS = [
  ["errors", "globals", "timer"],
  ["wire"],
  ["schema-model"],
  ["cap"],
  ["codegen/runtime"],
  ["std"],
  ["schema"],
  ["rpc", "transport", "compiler", "streams"],
  ["dynamic", "json", "text"],
  ["vat", "codegen"],
  ["loader"],
  ["cli", "index", "node"],
] as const;

/** What a file belongs to: its folder, except for files that are a layer of their own. */
function room(file: string): string {
  const path = relative(src, file).replace(/\.ts$/, "");
  if (path === "codegen/runtime" || path.startsWith("codegen/runtime-") || path.startsWith("codegen/runtime/"))
    return "codegen/runtime";
  if (path === "schema/model") return "schema-model";
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.d$/, "");
}

function rank(name: string): number {
  return LAYERS.findIndex((row) => (row as readonly string[]).includes(name));
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(src, name));

function imports(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;"'`]*?\bfrom\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s+["']([^"']+)["']/g,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3]) as string);
}

describe("the layers of src", () => {
  test("every file belongs to a layer", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter((file) => rank(room(file)) < 0).map((file) => relative(src, file))).toEqual([]);
  });

  test("imports point down", () => {
    const upward: string[] = [];
    for (const file of files) {
      for (const specifier of imports(file).filter((name) => name.startsWith("."))) {
        const target = resolve(dirname(file), specifier).replace(/\.js$/, ".ts");
        const [from, to] = [room(file), room(target)];
        if (from !== to && rank(to) >= rank(from)) upward.push(`${relative(src, file)} → ${relative(src, target)}`);
      }
    }
    expect(upward).toEqual([]);
  });

  test("only node folders, node.ts and the command line import Node's modules or ws", () => {
    const leaks: string[] = [];
    for (const file of files) {
      const path = relative(src, file);
      if (/(^|\/)node(\/|\.ts$)/.test(path) || path.startsWith("cli/")) continue;
      for (const specifier of imports(file)) {
        if (!specifier.startsWith(".") && specifier !== "p-defer") leaks.push(`${path} → ${specifier}`);
      }
    }
    expect(leaks).toEqual([]);
  });
});
