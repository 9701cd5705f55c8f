/** The `capnp` tool, the reference for what is on the wire. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hasCapnp, INSTALL_CAPNP } from "../has-capnp.js";

/** For titles of suites that are skipped without the tool. */
export const NEEDS_CAPNP = hasCapnp ? "" : ` (skipped: needs capnp: ${INSTALL_CAPNP})`;

function run(args: string[], input: string | Uint8Array): Buffer {
  return execFileSync("capnp", args, { input, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] });
}

const path = (schema: string) => fileURLToPath(new URL(schema, import.meta.url));

/** Text notation to a frame (or segments, or whatever `format` says). */
export function encode(schema: string, type: string, text: string): Uint8Array {
  return new Uint8Array(run(["encode", path(schema), type], text));
}

/** A frame to text notation on one line. */
export function decode(schema: string, type: string, frame: Uint8Array): string {
  return run(["decode", "--short", path(schema), type], frame)
    .toString()
    .trim();
}

/** Converts between formats: "binary:canonical" and so on. */
export function convert(formats: string, schema: string, type: string, input: Uint8Array): Uint8Array {
  return new Uint8Array(run(["convert", formats, path(schema), type], input));
}
