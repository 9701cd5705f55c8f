/** The standard schemas are ours in words only: ids, names, ordinals and types are everybody's. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, formatDiagnostics } from "../../src/compiler/index.js";
import type { Field, Node } from "../../src/schema/model.js";
import { STANDARD_SCHEMAS } from "../../src/std/sources.js";
import { arePeersRequired } from "../has-capnp.js";
import { INSTALL_CAPNP, schemaFiles } from "./capnp-tool.js";

const NAMES = [...STANDARD_SCHEMAS.keys()];

function nodesOf(name: string, text: string): Map<bigint, Node> {
  const { request, diagnostics } = compile({ files: [name], readFile: (path) => (path === name ? text : undefined) });
  expect(formatDiagnostics(diagnostics)).toBe("");
  return new Map(request.nodes.map((node) => [node.id, node]));
}

function textOf(name: string): string {
  return STANDARD_SCHEMAS.get(name) ?? "";
}

describe("The standard schemas", () => {
  it("are carried as they stand in src/std", () => {
    const files = schemaFiles("src/std").map((path) => readFileSync(path, "utf8"));
    expect([...STANDARD_SCHEMAS.values()].sort()).toEqual(files.sort());
  });

  it.each(NAMES)("%s compiles without a file system", (name) => {
    expect(nodesOf(name, textOf(name)).size).toBeGreaterThan(0);
  });

  it("have the RPC protocol's newest messages", () => {
    const nodes = nodesOf("capnp/rpc.capnp", textOf("capnp/rpc.capnp"));
    const fields = [...nodes.values()].flatMap((node) =>
      node.which === "struct"
        ? node.struct.fields.map((field) => `${node.displayName.split(":")[1]}.${field.name} ${show(field)}`)
        : [],
    );
    expect(fields).toEqual(
      expect.arrayContaining([
        "Message.thirdPartyAnswer 14 struct",
        "Return.awaitFromThirdParty 7 anyPointer",
        "Return.noFinishNeeded 8 bool",
        "Call.noPromisePipelining 9 bool",
        "Call.onlyPromisePipeline 10 bool",
        "Finish.requireEarlyCancellationWorkaround 2 bool",
        "Disembargo.context.accept 3 data",
        "Accept.embargo 2 data",
        "ThirdPartyAnswer.completion 0 anyPointer",
        "ThirdPartyAnswer.answerId 1 uint32",
        "Exception.trace 4 text",
        "Exception.details 5 list",
      ]),
    );
    expect(fields.join("\n")).not.toContain("Disembargo.context.provide");
  });
});

/** What newer versions changed on the wire; nobody had implemented these before. */
const CHANGED = new Set([
  "Disembargo.context.accept",
  "Disembargo.context.provide",
  "Accept.embargo",
  "Return.acceptFromThirdParty",
]);

const areInstalled = NAMES.every((name) => readable(`/usr/include/${name}`));

describe.skipIf(!areInstalled && !arePeersRequired)(
  `Against the installed C++ schemas (needs: ${INSTALL_CAPNP})`,
  () => {
    it.each(NAMES)("%s still has everything, at the same place", (name) => {
      const ours = nodesOf(name, textOf(name));
      for (const node of nodesOf(name, readFileSync(`/usr/include/${name}`, "utf8")).values()) {
        const match = ours.get(node.id);
        const scope = node.displayName.split(":")[1];
        if (node.which === "file" || match === undefined) {
          // Renamed together with the types that only level 3 uses.
          expect([node.which, scope]).toEqual([
            node.which === "file" ? "file" : "struct",
            node.which === "file" ? scope : expect.stringMatching(/^(ProvisionId|RecipientId|ThirdPartyCapId)$/),
          ]);
          continue;
        }
        expect(memberList(match)).toEqual(
          expect.arrayContaining(memberList(node).filter((member) => !CHANGED.has(member.split(" ")[0] ?? ""))),
        );
      }
    });
  },
);

function memberList(node: Node): string[] {
  const scope = node.displayName.split(":")[1];
  switch (node.which) {
    case "struct":
      return node.struct.fields.map((field) => `${scope}.${field.name} ${show(field)} ${place(field)}`);
    case "enum":
      return node.enum.enumerants.map(({ name }, index) => `${scope}.${name} ${index}`);
    case "interface":
      return node.interface.methods.map(({ name }, index) => `${scope}.${name} ${index}`);
    case "annotation":
      return [`${scope} ${node.annotation.type.which}`];
    default:
      return [];
  }
}

function show(field: Field): string {
  const ordinal = field.ordinal.which === "explicit" ? field.ordinal.explicit : "group";
  return `${ordinal} ${field.which === "slot" ? field.slot.type.which : "group"}`;
}

function place(field: Field): string {
  // Groups stand where their first member does, so their discriminants are what counts.
  return `${field.which === "slot" ? `at ${field.slot.offset}` : ""} tag ${field.discriminantValue}`;
}

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
