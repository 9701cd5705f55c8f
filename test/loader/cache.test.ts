/** Programs that start again find their schemas compiled, unless anything is different. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PHONE, Project } from "./project.js";

let project: Project;
beforeEach(() => {
  const person = `@0xa1b2c3d4e5f60040;
    struct Person { name @0 :Text = import "/names.capnp".name; phone @1 :import "phone.capnp".Phone; }`;
  project = new Project({
    "package.json": JSON.stringify({ type: "module", capwire: { importPath: ["first", "second"] } }),
    "person.capnp": person,
    "phone.capnp": PHONE,
    "second/names.capnp": names("Ada"),
    "app.js": `import { MessageBuilder } from "capwire/wire";
      import { Person } from "./person.capnp";
      console.log(new MessageBuilder().initRoot(Person).name);`,
  });
});
afterEach(() => project.remove());

const names = (name: string) => `@0xa1b2c3d4e5f60041; const name :Text = "${name}";`;

function start(env?: Readonly<Record<string, string>>): string {
  const { stdout, stderr } = project.node("app.js", env);
  return stdout.trim() + stderr;
}

function entries(): string[] {
  const folder = project.path("node_modules/.cache/capwire");
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** Changes what was kept in a way that shows when it is used. */
function tamper(): void {
  for (const path of entries())
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace('"Ada', '"from the cache').replace('\\"Ada', '\\"from the cache'),
    );
}

it("a program that starts again compiles nothing", () => {
  expect(start()).toBe("Ada");
  expect(entries()).toHaveLength(2);
  tamper();
  expect(start()).toBe("from the cache");
});

it("so it is in a package whose own packages are those of the workspace around it", () => {
  project.write({ "packages/one/package.json": "{}", "packages/one/phone.capnp": PHONE });
  project.write({ "app.js": 'import { Phone } from "./packages/one/phone.capnp"; console.log(Phone.name);' });
  expect(start()).toBe("Phone");
  expect(entries()).toHaveLength(1);
});

it("a schema that changed is compiled again", () => {
  start();
  tamper();
  project.write({ "person.capnp": `${project.read("person.capnp")}\n` });
  expect(start()).toBe("Ada");
});

it("so is one that a changed file went into", () => {
  start();
  tamper();
  project.write({ "second/names.capnp": names("Grace") });
  expect(start()).toBe("Grace");
});

it("so is one for which there is another file to be imported now", () => {
  start();
  tamper();
  project.write({ "first/names.capnp": names("Hedy") });
  expect(start()).toBe("Hedy");
});

it("so is one whose package looks elsewhere now", () => {
  start();
  tamper();
  project.write({
    "third/names.capnp": names("Emmy"),
    "package.json": JSON.stringify({ type: "module", capwire: { importPath: ["third"] } }),
  });
  expect(start()).toBe("Emmy");
});

it("what is no entry is made anew", () => {
  start();
  for (const path of entries()) writeFileSync(path, "{");
  expect(start()).toBe("Ada");
  tamper();
  expect(start()).toBe("from the cache");
});

it("nothing is kept of a schema with mistakes, nor if that is not wanted", () => {
  expect(start({ CAPWIRE_CACHE: "off" })).toBe("Ada");
  project.write({ "person.capnp": "struct Bad {}" });
  start();
  expect(entries()).toEqual([]);
});
