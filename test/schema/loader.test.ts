/** The loader: where nodes come from, which version of one stays, and what views say of them. */

import { compile } from "capwire/compiler";
import { type model, SchemaLoader, typeName } from "capwire/schema";
import { describe, expect, it } from "vitest";
import * as allTypes from "../schemas/all-types.capnp.js";
import * as constants from "../schemas/constants.capnp.js";

function request(text: string): model.CodeGeneratorRequest {
  const result = compile({ files: ["a.capnp"], readFile: (path) => (path === "a.capnp" ? text : undefined) });
  expect(result.diagnostics.map((each) => each.message)).toEqual([]);
  return result.request;
}

describe("a loader", () => {
  it("takes what generated code carries, imported files included", () => {
    const loader = new SchemaLoader();
    const file = loader.loadBundle(constants.$schema);
    expect(file.displayName).toContain("constants.capnp");
    expect(loader.missing()).toEqual([]);
    const shape = loader.struct(allTypes.Shape.id);
    expect(shape.fields.map((field) => field.name)).toEqual([
      "name",
      "circle",
      "square",
      "polygon",
      "label",
      "inner",
      "box",
      "nothing",
      "color",
      "filled",
    ]);
    expect(shape.unionFields.map((field) => field.name)).toHaveLength(8);
    expect(typeName(shape.field("polygon").type)).toBe("List(Point)");
    expect(shape.field("color").mask).toBe(1);
  });
});
void request;
