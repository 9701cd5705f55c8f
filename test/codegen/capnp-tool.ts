/** The C++ `capnp` tool as an oracle for generated code. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));

export { hasCapnp } from "../has-capnp.js";

/** What `capnp` with these arguments makes of `input`. */
export function capnp(args: readonly string[], input?: Uint8Array | string): Uint8Array {
  const run = spawnSync("capnp", args, {
    input,
    cwd: schemas,
    env: { ...process.env, PWD: schemas },
    maxBuffer: 1 << 28,
  });
  expect(run.stderr?.toString() ?? String(run.error)).toBe("");
  return run.stdout;
}

/** A message in the tool's text form as bytes. */
export function encodeText(schema: string, type: string, text: string): Uint8Array {
  return capnp(["encode", `-I${schemas}`, schema, type], text);
}

/** A message's bytes in the tool's text form. */
export function decodeText(schema: string, type: string, bytes: Uint8Array): string {
  return new TextDecoder().decode(capnp(["decode", "--short", `-I${schemas}`, schema, type], bytes)).trim();
}
