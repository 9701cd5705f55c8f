/**
 * The C++ `capnp` tool as the judge of codecs. Where it is not installed, suites that need it are skipped by name with what
 * installs it; with CAPWIRE_REQUIRE_PEERS=1, as CI sets it, they fail.
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "capwire/compiler";
import { SchemaLoader, type StructSchema } from "capwire/schema";
import { encodeFrame, MessageBuilder } from "capwire/wire";
import { describe, expect, it } from "vitest";
import { hasCapnp, INSTALL_CAPNP, isCapnpInstalled } from "./has-capnp.js";

/** Where the shared schemas are. */
export const SCHEMAS = fileURLToPath(new URL("./schemas/", import.meta.url));

const VERDICT = `the capnp tool is missing (${INSTALL_CAPNP})`;

/** A suite that needs the tool. */
export function describeWithCapnp(title: string, suite: () => void): void {
  if (isCapnpInstalled) {
    describe(title, suite);
    return;
  }
  describe(title, () => {
    if (hasCapnp) {
      it(VERDICT, () => {
        throw new Error(VERDICT);
      });
    } else {
      it.skip(VERDICT, () => {});
    }
  });
}

export interface ConvertOptions {
  /** One line per message. */
  readonly short?: boolean;
  /** The tool may refuse the input. */
  readonly mayFail?: boolean;
}

/** `capnp convert` from one format to another; throws what it complains of, or with `mayFail` returns undefined. */
export function convert(
  formats: string,
  file: string,
  type: string,
  input: string | Uint8Array,
  options: ConvertOptions = {},
): Uint8Array {
  const { status, stdout, stderr } = tryConvert(formats, file, type, input, options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return new Uint8Array(stdout);
}

/** The same, with what became of it. */
export function tryConvert(
  formats: string,
  file: string,
  type: string,
  input: string | Uint8Array,
  options: ConvertOptions = {},
): { status: number | null; stdout: Uint8Array; stderr: string } {
  const args = ["convert", "--quiet", ...(options.short ? ["--short"] : []), formats, `-I${SCHEMAS}`, file, type];
  const run = spawnSync("capnp", args, {
    input,
    cwd: SCHEMAS,
    env: { ...process.env, PWD: SCHEMAS },
    maxBuffer: 1 << 28,
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr.toString() };
}

/** The same with text as its result, without the line feed behind it. */
export function convertToText(
  formats: string,
  file: string,
  type: string,
  input: string | Uint8Array,
  options: ConvertOptions = {},
): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(convert(formats, file, type, input, options))
    .replace(/\n$/, "");
}

const loaders = new Map<string, SchemaLoader>();

/** The schemas of a file in test/schemas, compiled by capwire. */
export function loadSchema(file: string): SchemaLoader {
  let loader = loaders.get(file);
  if (!loader) {
    const { request, diagnostics } = compile({ files: [file], readFile: readSchema });
    expect(diagnostics).toEqual([]);
    loader = new SchemaLoader();
    loader.loadRequest(request);
    loaders.set(file, loader);
  }
  return loader;
}

/** A struct of a file in test/schemas: `Person.Note`. */
export function structOf(file: string, name: string): StructSchema {
  const schema = loadSchema(file).findFile(file)?.nestedNode(name);
  if (schema?.kind !== "struct") throw new Error(`${file} has no struct ${name}`);
  return schema;
}

function readSchema(path: string): string | undefined {
  try {
    return readFileSync(SCHEMAS + path.replace(/^\//, ""), "utf8");
  } catch {
    return undefined;
  }
}

/** The frame that C++ makes of a message: the same struct, copied into a message of its own, of one segment. */
export function copied(message: MessageBuilder): Uint8Array {
  const copy = new MessageBuilder({ firstSegmentWords: 1 << 14 });
  copy.root.setAny(message.asReader().root);
  return encodeFrame(copy);
}
