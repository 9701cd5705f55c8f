/** `capwire types`: the declarations it writes beside schemas, and what TypeScript makes of them. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { built } from "../codegen/built.js";
import { PERSON, PHONE, Project } from "../loader/project.js";

const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
const src = fileURLToPath(new URL("../../src/", import.meta.url));

let project: Project;
afterEach(() => project.remove());

describe("capwire types", () => {
  it("writes declarations of all schemas below the working directory, those of packages excepted", () => {
    project = new Project({
      "a/person.capnp": PERSON,
      "a/phone.capnp": PHONE,
      "node_modules/phones/phone.capnp": PHONE.replace("60001", "60002"),
    });
    const { status, stdout, stderr } = project.capwire("types");
    expect([status, stdout, stderr]).toEqual([0, "a/person.d.capnp.ts\na/phone.d.capnp.ts\n", ""]);
    expect(existsSync(project.path("node_modules/phones/phone.d.capnp.ts"))).toBe(false);
    expect(project.capwire("types").stdout).toBe("");
  });

  it("writes those of what the given schemas import, wherever that lies in the project", () => {
    project = new Project({
      "package.json": JSON.stringify({ type: "module", capwire: { importPath: ["lib"] } }),
      "a/person.capnp": PERSON.replace('"phone', '"/phone'),
      "lib/phone.capnp": PHONE,
    });
    expect(project.capwire("types", "a").stdout).toBe("a/person.d.capnp.ts\nlib/phone.d.capnp.ts\n");
    expect(project.read("a/person.d.capnp.ts")).toContain('from "../lib/phone.capnp"');
  });

  it("reports mistakes once, and writes the rest", () => {
    project = new Project({
      "bad.capnp": "@0xa1b2c3d4e5f60030; struct Bad { x @0 :Txt; }",
      "user.capnp": '@0xa1b2c3d4e5f60031; struct User { bad @0 :import "bad.capnp".Bad; }',
      "phone.capnp": PHONE,
    });
    const { status, stdout, stderr } = project.capwire("types");
    expect([status, stdout]).toEqual([1, "phone.d.capnp.ts\n"]);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(stderr).toContain("bad.capnp:1:41: error: 'Txt' is not defined.");
  });

  it("--check writes nothing and fails for what is missing or out of date", () => {
    project = new Project({ "phone.capnp": PHONE });
    const missing = project.capwire("types", "--check");
    expect([missing.status, missing.stderr]).toEqual([
      1,
      "capwire: phone.d.capnp.ts is not what its schema says: run capwire types\n",
    ]);
    expect(existsSync(project.path("phone.d.capnp.ts"))).toBe(false);
    project.capwire("types");
    expect(project.capwire("types", "--check").status).toBe(0);
    project.write({ "phone.capnp": PHONE.replace("number", "digits") });
    expect(project.capwire("types", "--check").status).toBe(1);
  });

  it("--watch writes again when a schema changes", async () => {
    project = new Project({ "phone.capnp": PHONE });
    const child = spawn(process.execPath, [built("cli/bin.js"), "types", "--watch"], { cwd: project.root });
    try {
      const written = (text: string) => () => expect(project.read("phone.d.capnp.ts")).toContain(text);
      await vi.waitFor(written("get number"), { timeout: 10_000 });
      project.write({ "phone.capnp": PHONE.replace("number", "digits") });
      await vi.waitFor(written("get digits"), { timeout: 10_000 });
    } finally {
      child.kill();
    }
  });

  it("refuses arguments that make no sense", () => {
    project = new Project();
    expect(project.capwire("types").status).toBe(2);
    expect(project.capwire("types", "nothing").status).toBe(1);
    project.write({ "phone.capnp": PHONE });
    expect(project.capwire("types", "--check", "--watch").status).toBe(2);
  });
});

describe("a program that imports schemas", () => {
  const PROGRAM = `import { MessageBuilder } from "capwire/wire";
import { ada, Person } from "./schemas/person.capnp";
import type { Phone } from "./schemas/phone.capnp";

const person: Person.Builder = new MessageBuilder().initRoot(Person);
person.assign({ name: "Ada", phones: [{ type: "home" }] });
const type: Phone.Type | number = ada().phones.at(0)?.type ?? 0;
console.log(type, person.toObject() satisfies Person.Plain);
// @ts-expect-error a number is no name
person.name = 5;
// @ts-expect-error there is no such phone
person.assign({ phones: [{ type: "office" }] });
`;

  it.each([
    ["nodenext", { module: "nodenext", moduleResolution: "nodenext" }],
    ["bundler", { module: "esnext", moduleResolution: "bundler" }],
  ])("type-checks strictly under %s resolution", (_, resolution) => {
    project = new Project({
      "schemas/person.capnp": PERSON,
      "schemas/phone.capnp": PHONE,
      "main.ts": PROGRAM,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
          ...{ verbatimModuleSyntax: true, allowArbitraryExtensions: true, noEmit: true, skipLibCheck: true },
          ...{ target: "es2022", lib: ["es2023", "esnext.disposable", "dom"], types: [] },
          ...resolution,
          // What is built for tests has no declarations.
          paths: { "capwire/wire": [`${src}wire/index.ts`], "capwire/codegen/runtime": [`${src}codegen/runtime.ts`] },
        },
        include: ["main.ts"],
      }),
    });
    project.capwire("types");
    expect(typeErrors()).toBe("");
  });

  function typeErrors(): string {
    try {
      execFileSync(process.execPath, [tsc, "-p", project.root], { encoding: "utf8" });
      return "";
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }
});
