/** Code generated for random schemas writes what the C++ tool reads, and reads what it writes. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "capwire/codegen";
import { compile } from "capwire/compiler";
import type { StructType } from "capwire/wire";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built } from "./built.js";
import { capnp, hasCapnp } from "./capnp-tool.js";
import { RandomSchema } from "./random-schema.js";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

type AnyStruct = StructType<{ toObject(): object }, unknown, object>;

describe.skipIf(!hasCapnp)("a random schema", () => {
  const folder = mkdtempSync(join(tmpdir(), "capwire-random-"));
  let wire: typeof import("capwire/wire");
  beforeAll(async () => {
    wire = await import(/* @vite-ignore */ built("wire/index.js"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The module generated for a schema, compiled to JavaScript as a build would. */
  async function moduleFor(name: string, schema: string): Promise<{ [type: string]: AnyStruct }> {
    const { request, diagnostics } = compile({
      files: [name],
      readFile: (path) => (path === name ? schema : undefined),
    });
    expect(diagnostics).toEqual([]);
    const [file] = generate(request, { runtime: built("codegen/runtime.js") });
    const { code } = await transform(file!.text, { loader: "ts" });
    writeFileSync(join(folder, `${name}.mjs`), code);
    return import(/* @vite-ignore */ join(folder, `${name}.mjs`));
  }

  it.for(SEEDS)("number %i", async (seed, { task }) => {
    const schema = new RandomSchema(seed);
    task.meta.fuzz = {
      what: "schemas through compiler and generator: structs",
      seeds: 1,
      steps: schema.structNames.length,
    };
    const name = `random-${seed}.capnp`;
    writeFileSync(join(folder, name), schema.toString());
    const module = await moduleFor(name, schema.toString());
    schema.structNames.forEach((struct, index) => {
      const type = module[struct]!;
      const encode = (value: object): Uint8Array => {
        const message = new wire.MessageBuilder();
        message.setRoot(type, value);
        return message.toBytes();
      };
      const decode = (bytes: Uint8Array): object => wire.decodeFrame(bytes).getRoot(type).toObject();
      const bytes = encode(schema.value(index));
      const plain = decode(bytes);
      expect(decode(encode(plain))).toEqual(plain);
      const text = capnp(["decode", "--short", join(folder, name), struct], bytes);
      expect(decode(capnp(["encode", join(folder, name), struct], text))).toEqual(plain);
    });
  });
});
