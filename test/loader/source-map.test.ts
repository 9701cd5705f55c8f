/** Where generated code comes from, as debuggers and stack traces see it. */

import { SourceMap } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { SchemaModule } from "../../src/loader/schema-module.js";
import { Project } from "./project.js";

const SCHEMA = `@0xa1b2c3d4e5f60050;
# Größe
enum Color { red @0; green @1; }
struct Shape {
  name @0 :Text; color @1 :Color;
  size :group {
    width @2 :Float32;
  }
}
interface Canvas {
  draw @0 (shape :Shape) -> ();
}
const title :Text = "Größe ☃"; const limit :UInt32 = 100;
`;

describe("the source map of a schema's code", () => {
  const module = new SchemaModule("/p/shapes.capnp", { readFile: () => SCHEMA, root: "/p" });
  const { code, map } = module.script();
  const lines = code.split("\n");
  const consumer = new SourceMap({ ...map, file: "", sourceRoot: "" });

  /** The text of the schema that the first line of code with `text` comes from. */
  function sourceOf(text: string): string | undefined {
    const line = lines.findIndex((each) => each.includes(text));
    expect(line).toBeGreaterThanOrEqual(0);
    const entry = consumer.findEntry(line, lines[line]!.indexOf(text));
    if (!("originalLine" in entry) || entry.generatedLine !== line) return undefined;
    expect(entry.originalSource).toBe("shapes.capnp");
    return SCHEMA.split("\n")[entry.originalLine]!.slice(entry.originalColumn);
  }

  it("leads to declarations, fields and methods", () => {
    expect(sourceOf("export const Color ")).toMatch(/^enum Color/);
    expect(sourceOf("class Shape$Reader")).toMatch(/^struct Shape/);
    expect(sourceOf("get name()")).toMatch(/^name @0/);
    expect(sourceOf("get color()")).toMatch(/^color @1/);
    expect(sourceOf("set color(")).toMatch(/^color @1/);
    expect(sourceOf("get width()")).toMatch(/^width @2/);
    expect(sourceOf("draw(")).toMatch(/^draw @0/);
    expect(sourceOf("export const limit")).toMatch(/^const limit/);
  });

  it("leads nowhere from what no declaration is the source of", () => {
    expect(sourceOf("import * as")).toBeUndefined();
    expect(sourceOf("export const $schema")).toBeUndefined();
  });

  it("has the text of the schema with it", () => {
    expect(map).toMatchObject({ version: 3, sources: ["shapes.capnp"], sourcesContent: [SCHEMA] });
    expect(map.mappings.split(";")).toHaveLength(lines.length - 1);
  });
});

describe("a stack trace", () => {
  let project: Project;
  afterEach(() => project.remove());

  it("names the field in the schema whose code failed", () => {
    project = new Project({
      "shapes.capnp": SCHEMA,
      "app.js": `import { MessageBuilder } from "capwire/wire";
        import { Shape } from "./shapes.capnp";
        try { new MessageBuilder().initRoot(Shape).color = "mauve"; } catch (error) { console.log(error.stack); }`,
    });
    const { stdout } = project.node("app.js", { NODE_OPTIONS: "--enable-source-maps" });
    expect(stdout).toContain(`${project.path("shapes.capnp")}:5:18`);
  });
});
