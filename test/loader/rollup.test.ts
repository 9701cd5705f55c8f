/** The same plugin under Rollup, which knows nothing of Vite's hooks. */

import { execFileSync } from "node:child_process";
import { type RollupBuild, rollup } from "@rollup/wasm-node";
import { afterEach, expect, it } from "vitest";
import { capwire } from "../../src/loader/node/vite.js";
import { PERSON, PHONE, Project } from "./project.js";

let project: Project;
afterEach(() => project.remove());

function bundle(): Promise<RollupBuild> {
  return rollup({ input: project.path("main.js"), plugins: [capwire()], external: [/^capwire\//] });
}

const MAIN = 'import { ada } from "./person.capnp"; console.log(ada().name);';

it("bundles schemas, which leave only what is used of them", async () => {
  const unused = "struct Unused { nobody @0 :Text; }";
  project = new Project({ "person.capnp": PERSON + unused, "phone.capnp": PHONE, "main.js": MAIN });
  await (await bundle()).write({ file: project.path("out.js"), format: "es" });
  expect(execFileSync(process.execPath, ["out.js"], { cwd: project.root, encoding: "utf8" })).toBe("Ada\n");
  expect(project.read("out.js")).toContain("class Phone$Reader");
  expect(project.read("out.js")).not.toContain("nobody");
});

it("watches the files that a schema was made from, and none that is not there", async () => {
  project = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE, "main.js": MAIN });
  const { watchFiles } = await bundle();
  const names = watchFiles.map((each) => each.slice(project.root.length + 1)).sort();
  expect(names).toEqual(["main.js", "person.capnp", "phone.capnp"]);
});

it("points at a mistake", async () => {
  project = new Project({ "person.capnp": PERSON, "phone.capnp": PHONE.replace(":Text", ":Txt"), "main.js": MAIN });
  await expect(bundle()).rejects.toMatchObject({
    plugin: "capwire",
    message: expect.stringContaining("'Txt' is not defined. [undefined-name]"),
    loc: { file: project.path("phone.capnp"), line: 3, column: 14 },
    frame: "  3 |   number @0 :Text;\n    |              ^^^^".replace("Text", "Txt").replace("^^^^", "^^^"),
  });
});
