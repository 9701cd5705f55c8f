/** `$schema`: every generated file carries its compiled schema, annotations included, and leads to those of its imports. */

import { decodeRequest } from "capwire/codegen";
import { $schema as rpc } from "capwire/std/rpc";
import { describe, expect, it } from "vitest";
import { $schema as allTypes } from "../schemas/all-types.capnp.js";
import { $schema as constants } from "../schemas/constants.capnp.js";
import { $schema as left } from "../schemas/cycle/left.capnp.js";
import { $schema as right } from "../schemas/cycle/right.capnp.js";

describe("the schema in a generated file", () => {
  it("has the nodes of that file", () => {
    const { nodes, requestedFiles } = decodeRequest(allTypes.bytes);
    expect(requestedFiles.map((each) => each.filename)).toEqual(["all-types.capnp"]);
    const names = nodes.map((node) => node.displayName.replace(/^.*:/, ""));
    for (const name of ["Color", "Scalars", "Shape.box", "Person.Note.Mood", "Greeter", "Greeter.greet$Params"]) {
      expect(names).toContain(name);
    }
    expect(allTypes.imports).toEqual([]);
  });

  it("leads to the schemas of the files it imports, in circles too", () => {
    expect(constants.imports).toEqual([allTypes]);
    expect(left.imports).toContain(right);
    expect(right.imports).toContain(left);
    const names = decodeRequest(constants.bytes).nodes.map((node) => node.displayName);
    expect(names).not.toContain("all-types.capnp:Point");
  });

  it("has the values of constants, defaults and annotations", () => {
    const { nodes } = decodeRequest(rpc.bytes);
    const file = nodes.find((node) => node.which === "file");
    expect(file?.annotations.map((each) => each.value)).toEqual([{ which: "text", text: "capnp::rpc" }]);
    // The annotation itself is declared in c++.capnp, which nothing else is needed of.
    expect(nodes.find((node) => node.id === file?.annotations[0]?.id)?.which).toBe("annotation");
    expect(rpc.imports).toEqual([]);
    const aPoint = decodeRequest(constants.bytes).nodes.find((node) => node.displayName.endsWith(":aPoint"));
    expect(
      aPoint?.which === "const" && aPoint.const.value.which === "struct" && aPoint.const.value.struct?.isNull,
    ).toBe(false);
  });

  it("is decoded once", () => expect(allTypes.bytes).toBe(allTypes.bytes));
});
