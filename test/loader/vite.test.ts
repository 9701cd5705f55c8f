/** Schemas as modules under Vite: bundles that run, a server that notices changes, errors with their places. */

import { existsSync, symlinkSync, unlinkSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import {
  build,
  createServer,
  type HotPayload,
  type InlineConfig,
  type Plugin,
  type Rolldown,
  type ViteDevServer,
} from "vite";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type CapwirePluginOptions, capwire } from "../../src/loader/node/vite.js";
import { PERSON, PHONE, Project } from "./project.js";

let project: Project;
let server: ViteDevServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  project.remove();
});

/** Keeps Vite from bundling packages in advance, which it would still do when the project is gone. */
const unoptimized: Plugin = {
  name: "unoptimized",
  config: (config) => {
    config.optimizeDeps = { noDiscovery: true, include: [] };
  },
};

function config(options?: CapwirePluginOptions) {
  return {
    root: project.root,
    configFile: false as const,
    logLevel: "silent" as const,
    plugins: [capwire(options), unoptimized],
  } satisfies InlineConfig;
}

/** The one chunk of the project's `main.js`, for browsers. */
async function bundle(options?: CapwirePluginOptions): Promise<Rolldown.OutputChunk> {
  const lib = { entry: "main.js", formats: ["iife" as const], name: "main" };
  const result = await build({ ...config(options), build: { write: false, lib } });
  const [first] = (Array.isArray(result) ? result[0]! : (result as Rolldown.RolldownOutput)).output;
  return first;
}

/** Runs a bundle as a page would: without anything of Node's. What it leaves in `result`. */
function run(code: string): unknown {
  const page = createContext({ TextEncoder, TextDecoder, atob, queueMicrotask, setTimeout, clearTimeout });
  return JSON.parse(runInContext(`${code}; JSON.stringify(globalThis.result)`, page) as string);
}

async function serve(options?: CapwirePluginOptions): Promise<ViteDevServer> {
  server = await createServer({ ...config(options), server: { middlewareMode: true, ws: false } });
  return server;
}

const BAD = PERSON.replace(":Text", ":Txt").replace(/^const.*$/m, "");

const MAIN = `import { MessageBuilder } from "capwire/wire";
import { Person } from "./person.capnp";
const person = new MessageBuilder().initRoot(Person);
person.assign({ name: "Ada", phones: [{ number: "1" }] });
globalThis.result = person.toObject();
`;

describe("a bundle", () => {
  it("of a page that imports schemas runs in a browser's world", async () => {
    project = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE, "main.js": MAIN });
    const { code } = await bundle();
    expect(run(code)).toEqual({ name: "Ada", phones: [{ number: "1", type: "mobile" }] });
  });

  it("holds what the page uses of a schema, and no path of the machine it was made on", async () => {
    const other = "struct Unused { nobody @0 :Text; }";
    project = new Project({ "person.capnp": PERSON + other, "phone.capnp": PHONE, "main.js": MAIN });
    const { code } = await bundle();
    expect(code).toContain("phones");
    expect(code).not.toContain("nobody");
    expect(code).not.toContain(project.root);
  });

  it("finds imports that begin with a slash on the import path", async () => {
    const importing = PERSON.replace('"phone.capnp"', '"/lib/phone.capnp"');
    project = new Project({ "person.capnp": importing, "shared/lib/phone.capnp": PHONE, "main.js": MAIN });
    const { code } = await bundle({ importPath: ["shared"] });
    expect(run(code)).toMatchObject({ name: "Ada" });
  });

  it("is of schemas out of the project, too, with the project's capwire", async () => {
    const outside = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE });
    outside.removePackages();
    project = new Project({ "main.js": MAIN.replace("./person.capnp", outside.path("person.capnp")) });
    try {
      expect(run((await bundle()).code)).toMatchObject({ name: "Ada" });
    } finally {
      outside.remove();
    }
  });

  it("leaves the text of a schema to Vite where that is asked for", async () => {
    project = new Project({
      "phone.capnp": PHONE,
      "main.js": 'import text from "./phone.capnp?raw"; globalThis.result = text;',
    });
    expect(run((await bundle()).code)).toBe(PHONE);
  });

  it("fails at the first mistake of a schema, and names the others", async () => {
    const bad = BAD.replace("List(Phone)", "List(Fone)");
    project = new Project({ "person.capnp": bad, "phone.capnp": PHONE, "main.js": MAIN });
    const failure = await bundle().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(failure).toContain("person.capnp:4:12");
    expect(failure).toContain("'Txt' is not defined. [undefined-name]");
    expect(failure).toContain("  4 |   name @0 :Txt;");
    expect(failure).toContain("and 1 more");
    expect(failure).toContain("\nperson.capnp:5:19: error: 'Fone' is not defined.");
  });
});

describe("the server", () => {
  /** Loads `main.js` as a page would, and waits until `change` makes the server tell that page to reload. */
  async function reloadsOn(vite: ViteDevServer, change: () => void): Promise<void> {
    const sent: HotPayload["type"][] = [];
    vi.spyOn(vite.environments.client.hot, "send").mockImplementation((payload: HotPayload | string) => {
      if (typeof payload === "object") sent.push(payload.type);
    });
    for (const url of ["/main.js", "/person.capnp", "/phone.capnp"]) await vite.transformRequest(url).catch(() => null);
    // Vite itself transforms what a module imports, without waiting for anybody.
    await vite.waitForRequestsIdle();
    change();
    await vi.waitFor(() => expect(sent).toContain("full-reload"), { timeout: 10_000 });
  }

  it("serves a schema as a module, to servers as well", async () => {
    project = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE, "main.js": MAIN });
    const { transformRequest, ssrLoadModule } = await serve();
    expect((await transformRequest("/person.capnp"))?.code).toContain("class Person$Reader");
    const { ada } = (await ssrLoadModule("/person.capnp")) as { ada: () => { name: string } };
    expect(ada().name).toBe("Ada");
  });

  it("says of a mistake where it is, and serves the schema when it is mended", async () => {
    project = new Project({ "person.capnp": BAD, "phone.capnp": PHONE, "main.js": MAIN });
    const vite = await serve();
    await expect(vite.transformRequest("/person.capnp")).rejects.toMatchObject({
      message: "'Txt' is not defined. [undefined-name]",
      pluginCode: "undefined-name",
      id: project.path("person.capnp"),
      loc: { file: project.path("person.capnp"), line: 4, column: 12 },
      frame: "  4 |   name @0 :Txt;\n    |            ^^^",
    });
    await reloadsOn(vite, () => project.write({ "person.capnp": PERSON }));
    expect((await vite.transformRequest("/person.capnp"))?.code).toContain("get name");
  });

  it("reloads who imports a schema when it changes, with the new schema", async () => {
    project = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE, "main.js": MAIN });
    const vite = await serve();
    const grown = PERSON.replace("phones @1", "email @2 :Text; phones @1");
    await reloadsOn(vite, () => project.write({ "person.capnp": grown }));
    expect((await vite.transformRequest("/person.capnp"))?.code).toContain("get email");
  });

  it("makes anew what was made from a schema that is no module itself", async () => {
    // Only the value of a constant comes from the other schema: no code imports it.
    const names = (name: string) => `@0xa1b2c3d4e5f60010; const name :Text = "${name}";`;
    const person = '@0xa1b2c3d4e5f60011; struct Person { name @0 :Text = import "names.capnp".name; }';
    project = new Project({ "person.capnp": person, "names.capnp": names("Ada"), "phone.capnp": PHONE });
    project.write({ "main.js": 'import { Person } from "./person.capnp"; globalThis.result = Person;' });
    const vite = await serve();
    await reloadsOn(vite, () => project.write({ "names.capnp": names("Grace") }));
    expect((await vite.transformRequest("/person.capnp"))?.code).toContain("Grace");
  });

  it("notices that a schema which was missing is there", async () => {
    project = new Project({ "person.capnp": PERSON, "main.js": MAIN });
    const vite = await serve();
    await reloadsOn(vite, () => project.write({ "phone.capnp": PHONE }));
    expect((await vite.transformRequest("/person.capnp"))?.code).toContain("get name");
  });

  it("serves schemas of installed packages, and writes nothing beside those", async () => {
    project = new Project({
      "node_modules/phones/package.json": JSON.stringify({
        name: "phones",
        version: "1.0.0",
        exports: { "./*": "./*" },
      }),
      "node_modules/phones/phone.capnp": PHONE,
      "main.js": 'import { Phone } from "phones/phone.capnp"; globalThis.result = Phone.name;',
    });
    expect(run((await bundle({ dts: true })).code)).toBe("Phone");
    const { transformRequest } = await serve({ dts: true });
    const url = /from "(.*phone\.capnp.*?)"/.exec((await transformRequest("/main.js"))?.code ?? "")?.[1];
    expect((await transformRequest(url ?? ""))?.code).toContain("class Phone$Reader");
    expect(existsSync(project.path("node_modules/phones/phone.d.capnp.ts"))).toBe(false);
  });

  it("maps the code it serves to the schema", async () => {
    project = new Project({ "phone.capnp": PHONE });
    const map = (await (await serve()).transformRequest("/phone.capnp"))?.map;
    expect(map).toMatchObject({ sources: ["phone.capnp"], sourcesContent: [PHONE] });
  });

  it("keeps declarations beside the schemas if asked to, and only then", async () => {
    project = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE, "main.js": MAIN });
    await (await serve()).transformRequest("/person.capnp");
    expect(existsSync(project.path("person.d.capnp.ts"))).toBe(false);
    await server?.close();
    const vite = await serve({ dts: true });
    await vite.transformRequest("/person.capnp");
    expect(project.read("person.d.capnp.ts")).toContain("get name(): string;");
    expect(project.read("phone.d.capnp.ts")).toContain("get number(): string;");
    project.write({ "phone.capnp": PHONE.replace("number", "digits") });
    await vi.waitFor(() => expect(project.read("phone.d.capnp.ts")).toContain("get digits(): string;"), {
      timeout: 10_000,
    });
  });
});

it("capwire's runtime is bundled in advance where capwire is installed, and not where it is linked", () => {
  project = new Project();
  const included = () => capwire().config({ root: project.root }).optimizeDeps.include;
  expect(included()).toEqual(["capwire/codegen/runtime"]);
  project.remove();
  project = new Project({
    "linked/package.json": JSON.stringify({ name: "capwire", exports: { "./package.json": "./package.json" } }),
  });
  unlinkSync(project.path("node_modules/capwire"));
  symlinkSync(project.path("linked"), project.path("node_modules/capwire"));
  expect(included()).toEqual([]);
});
