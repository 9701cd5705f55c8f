/** Where schemas come from in Node: files on disk, and requests that the C++ compiler made. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SchemaLoader } from "capwire/schema";
import { afterAll, describe, expect, it } from "vitest";
import { load, loadRequest, SchemaCompileError } from "../../src/dynamic/node/index.js";
import { hasCapnp } from "../has-capnp.js";

const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "capwire-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("load", () => {
  it("compiles a file and what it imports, relative to it", () => {
    const constants = load<{ aPoint: { x: number }; Holder: { limit: number } }>(`${schemas}constants.capnp`);
    expect(constants.aPoint.x).toBe(1);
    expect(constants.Holder.limit).toBe(100);
    expect((constants.$constant("aShape") as { toObject(): object }).toObject()).toEqual({
      name: "box",
      which: "box",
      box: { width: 2, height: 3 },
      filled: false,
    });
  });

  it("takes a URL, finds absolute imports on the import path, and shares types through one loader", () => {
    writeFileSync(join(directory, "shared.capnp"), "@0xd1d2d3d4d5d6d7d8; struct Shared { x @0 :Int8; }");
    const user = 'using S = import "/shared.capnp"; struct User { shared @0 :S.Shared; }';
    writeFileSync(join(directory, "user.capnp"), `@0xd1d2d3d4d5d6d7d9; ${user}`);
    const loader = new SchemaLoader();
    const options = { loader, importPath: [directory] };
    const User = load(new URL(`file://${directory}/user.capnp`), options).$struct("User");
    const Shared = load(join(directory, "shared.capnp"), options).$struct("Shared");
    const built = User.newMessage({ shared: Shared.newMessage({ x: 5 }) });
    expect(built.toObject()).toEqual({ shared: { x: 5 } });
    expect(built.get("shared")).toBeInstanceOf(Shared.Builder);
  });

  it("refuses a file that is not there as the compiler does", () => {
    expect(() => load(join(directory, "nothing.capnp"))).toThrow(SchemaCompileError);
  });

  it.skipIf(!hasCapnp)("takes a request of the C++ compiler", () => {
    const bytes = execFileSync("capnp", ["compile", "-o-", `--src-prefix=${schemas}`, `${schemas}all-types.capnp`]);
    const modules = loadRequest(new Uint8Array(bytes));
    const module = modules.get("all-types.capnp");
    const Shape = module!.$struct("Shape");
    const shape = Shape.newMessage({ polygon: [{ x: 1 }], name: "p" });
    const text = execFileSync("capnp", ["convert", "binary:text", "--short", `${schemas}all-types.capnp`, "Shape"], {
      input: shape.toBytes(),
    });
    expect(String(text).trim()).toBe('(name = "p", polygon = [(x = 1, y = 0)], filled = false)');
  });
});
