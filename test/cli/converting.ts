/** Conversions of the command line without its process, and the same by the C++ tool. */

import { fileURLToPath } from "node:url";
import type { StructSchema } from "capwire/schema";
import { type Format, readStructs, structWriter } from "../../src/cli/format.js";
import { loadType } from "../../src/cli/root-type.js";
import { capnp } from "../codegen/capnp-tool.js";
import type { Sample } from "./corpus.js";

/** Where the schemas of the samples are. */
export const SCHEMAS = fileURLToPath(new URL("../schemas/", import.meta.url));

export type SampleType = Pick<Sample, "schema" | "type">;

const structs = new Map<string, StructSchema | undefined>();

/** The struct that a command line names. */
export function structOf({ schema, type }: SampleType): StructSchema | undefined {
  const key = `${schema} ${type}`;
  if (!structs.has(key)) {
    structs.set(key, loadType({ file: `${SCHEMAS}${schema}`, importPath: [SCHEMAS], standardImports: true }, type));
  }
  return structs.get(key);
}

/** What capwire makes of `input`, which comes in chunks of 1000 bytes. */
export async function convert(
  sample: SampleType,
  from: Format,
  to: Format,
  input: Uint8Array,
  options: { short?: boolean; segmentWords?: number } = {},
): Promise<Uint8Array> {
  const struct = structOf(sample);
  const write = structWriter(to, struct, { short: options.short ?? false, segmentWords: options.segmentWords });
  const written: Uint8Array[] = [];
  async function* chunks() {
    for (let at = 0; at < input.length; at += 1000) yield input.subarray(at, at + 1000);
  }
  for await (const root of readStructs(chunks(), from, struct)) written.push(Uint8Array.from(write(root)));
  return Buffer.concat(written);
}

/** What the C++ tool makes of it. */
export function tool(
  sample: SampleType,
  from: Format,
  to: Format,
  input: Uint8Array,
  ...options: string[]
): Uint8Array {
  return capnp(["convert", "--quiet", ...options, `-I${SCHEMAS}`, `${from}:${to}`, sample.schema, sample.type], input);
}

/** For comparing: text as it is, bytes in hexadecimal. */
export function show(bytes: Uint8Array, format: Format): string {
  return format === "text" || format === "json" ? Buffer.from(bytes).toString() : Buffer.from(bytes).toString("hex");
}
