/** `capwire compile -ojs`: JavaScript and declarations in place of TypeScript. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { PERSON, PHONE, Project } from "../loader/project.js";

let project: Project;
afterEach(() => project.remove());

it("-ojs writes JavaScript that runs, and its declarations, beside each schema", () => {
  project = new Project({
    "person.capnp": PERSON,
    "phone.capnp": PHONE,
    "app.js": 'import { ada } from "./person.capnp.js"; console.log(ada().phones.at(0).type);',
  });
  expect(project.capwire("compile", "-ojs", "person.capnp", "phone.capnp").stderr).toBe("");
  expect(execFileSync(process.execPath, ["app.js"], { cwd: project.root, encoding: "utf8" })).toBe("home\n");
  expect(project.read("person.capnp.d.ts")).toContain('import type * as $phone from "./phone.capnp.js";');
  expect(existsSync(project.path("person.capnp.ts"))).toBe(false);
});

it("-ojs:dir writes below a directory, even beside one that is named js", () => {
  project = new Project({ "a/phone.capnp": PHONE });
  mkdirSync(project.path("js"));
  expect(project.capwire("compile", "-ojs:out", "a/phone.capnp").stderr).toBe("");
  expect(project.read("out/a/phone.capnp.js")).toContain("class Phone$Reader");
  expect(existsSync(project.path("out/a/phone.capnp.d.ts"))).toBe(true);
});
