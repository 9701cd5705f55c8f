/**
 * What a browser has to load. The programs in `programs/` are bundled and minified as an application would be; each has a budget, and a list of
 * what must not be in it. After a deliberate change: set the budgets in budget.ts, then
 * `CAPWIRE_SET_BASELINE=1 npx vitest run test/bundle` writes down the modules' sizes.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TwoPartyServer } from "capwire/node";
import { beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Calculator } from "../../examples/calculator/calculator.capnp.js";
import { CalculatorService } from "../../examples/calculator/service.js";
import { type Baseline, excess, PROGRAMS } from "./budget.js";
import { type Bundle, bundle } from "./measure.js";

const { CAPWIRE_SET_BASELINE } = process.env;
const BASELINE = fileURLToPath(new URL("modules.json", import.meta.url));

const bundles = new Map<string, Bundle>();
let baseline: Baseline = {};

beforeAll(async () => {
  for (const name of Object.keys(PROGRAMS)) bundles.set(name, await bundle(name));
  if (CAPWIRE_SET_BASELINE) writeFileSync(BASELINE, `${JSON.stringify(sizes(), null, 2)}\n`);
  baseline = existsSync(BASELINE) ? (JSON.parse(readFileSync(BASELINE, "utf8")) as Baseline) : {};
}, 120_000);

function sizes(): Baseline {
  const sorted = (modules: Bundle["modules"]) => Object.fromEntries([...modules].sort(([a], [b]) => (a < b ? -1 : 1)));
  return Object.fromEntries([...bundles].map(([name, { modules }]) => [name, sorted(modules)]));
}

/** The bundle's exports. */
async function run<M>(name: string): Promise<M> {
  return (await import(`data:text/javascript,${encodeURIComponent(bundles.get(name)!.text)}`)) as M;
}

describe.each(Object.entries(PROGRAMS))("the bundle of %s", (name, { budget, without }) => {
  it(`takes at most ${budget} bytes`, () => {
    expect(excess(name, bundles.get(name)!, budget, baseline) ?? "within its budget").toBe("within its budget");
  });

  it("has nothing in it that it has no use for", () => {
    const modules = [...bundles.get(name)!.modules.keys()];
    expect(modules.filter((module) => without.some((beginning) => module.startsWith(beginning)))).toEqual([]);
  });

  it("asks for nothing that a browser does not have", () => {
    expect(bundles.get(name)!.foreignImports).toEqual([]);
    expect(bundles.get(name)!.text).not.toMatch(/\b(process|Buffer|require)\b[.(]/);
  });

  it("has no schema nor its comments in it, unless the program asks for them", () => {
    const { text } = bundles.get(name)!;
    expect(text).not.toContain("BundledSchema");
    if (name === "struct" || name === "calculator") expect(text).not.toContain("$schema");
  });
});

describe("the bundles work", () => {
  it("reading what they wrote", async () => {
    type Struct = typeof import("./programs/struct.js");
    const { read, write } = await run<Struct>("struct");
    expect(read(write(["Ada", "Zoë"]))).toEqual(["Ada at Works: 555-1212", "Zoë at Works: 555-1212"]);
  });

  it("calling over a WebSocket, and being called", async () => {
    type Page = typeof import("./programs/calculator.js");
    const page = await run<Page>("calculator");
    await using server = new TwoPartyServer(Calculator, new CalculatorService());
    const { port } = await server.listen({ webSocket: { host: "127.0.0.1", port: 0 } });
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    expect(await page.run(socket as unknown as Parameters<Page["run"]>[0])).toBe(144);
  });

  it("compiling", async () => {
    type Compiler = typeof import("./programs/compiler.js");
    const { show } = await run<Compiler>("compiler");
    expect(show("@0xf1e2d3c4b5a69788; struct Point { x @0 :Int32; }")).toContain("export class Point$Reader");
    expect(show("@0xf1e2d3c4b5a69788; struct Point { x @0 :Int33; }")).toContain("typed.capnp:1");
  });

  it("reading by schema text", async () => {
    type Dynamic = typeof import("./programs/dynamic.js");
    const { show } = await run<Dynamic>("dynamic");
    const one = Uint8Array.of(0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0);
    expect(show("@0xf1e2d3c4b5a69788; struct Point { x @0 :Int32; }", "Point", one)).toEqual({ x: 7 });
  });
});

describe("a bundle over its budget", () => {
  const grown: Bundle = {
    gzipBytes: 1100,
    text: "",
    modules: new Map([
      ["wire/text.js", 500],
      ["wire/data.js", 300],
      ["wire/tale.js", 900],
      ["wire/less.js", 10],
    ]),
    foreignImports: [],
  };
  const before = { page: { "wire/text.js": 450, "wire/data.js": 300, "wire/less.js": 20 } };

  it("is told by how much, and which modules grew since the budget was set", () => {
    expect(excess("page", grown, 1000, before)?.split("\n")).toEqual([
      "page is 100 bytes over its budget (1100 bytes compressed, 1000 allowed). Grown since the budget was set, before compression:",
      "  +900 wire/tale.js (new)",
      "  +50 wire/text.js (now 500)",
    ]);
  });

  it("is not reported within its budget, whatever grew", () => {
    expect(excess("page", grown, 1100, before)).toBeNull();
  });
});
