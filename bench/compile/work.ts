/** The compile benches: a compiler's work on the large schema, as a command from start to end and, for ours, as a function. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeRequest, encodeRequest } from "capwire/codegen";
import { compile } from "capwire/compiler";
import type { Work, Works } from "../work.js";
import { FIELDS, makeSchema } from "./schema.js";

/** The schema file, in its directory. */
export const FILE = "large.capnp";
const MAX_OUTPUT_BYTES = 1 << 27;

/** Writes the large schema into a directory of its own, which the caller removes. */
export function writeSchema(): string {
  const directory = mkdtempSync(join(tmpdir(), "capwire-bench-"));
  writeFileSync(join(directory, FILE), makeSchema());
  return directory;
}

/**
 * `command` takes the arguments of `capnp compile`. `call` compiles in this process; without it, `compile-call` measures the command
 * again, as what the call is compared with.
 */
export function compileWorks(directory: string, command: readonly string[], call?: () => Uint8Array): Works {
  const run = () => runCommand(directory, command);
  const byCommand = work(run);
  return { "compile-command": () => byCommand, "compile-call": () => (call ? work(call) : byCommand) };
}

/** capwire's compiler as a function, from text to the bytes of the request. */
export function compileHere(text: Uint8Array): Uint8Array {
  const { request, diagnostics } = compile({ files: [FILE], readFile: (path) => (path === FILE ? text : undefined) });
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  return encodeRequest(request);
}

function work(run: () => Uint8Array): Work {
  return { run, check: () => digest(run()), perRun: FIELDS };
}

function runCommand(directory: string, [program, ...args]: readonly string[]): Uint8Array {
  const options = { cwd: directory, maxBuffer: MAX_OUTPUT_BYTES };
  const { status, stdout, stderr, error } = spawnSync(program!, [...args, "compile", "-o-", FILE], options);
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

/** A number made of what a request says: its nodes' ids, sizes and fields. Two compilers' requests differ in order and layout. */
function digest(request: Uint8Array): number {
  const { nodes } = decodeRequest(request, { traversalLimitInWords: MAX_OUTPUT_BYTES });
  let sum = 0;
  for (const node of nodes) {
    sum += Number(node.id & 0xffffffn);
    if (node.which !== "struct") continue;
    const { dataWordCount, pointerCount, discriminantOffset, fields } = node.struct;
    sum += dataWordCount + 3 * pointerCount + 5 * discriminantOffset;
    for (const field of fields) sum += field.which === "slot" ? field.slot.offset + field.codeOrder : field.codeOrder;
  }
  return sum;
}
