/** Compiling schemas that are written in a test. */

import { type CompileOptions, type CompileResult, compile, formatDiagnostics } from "../../src/compiler/index.js";
import type { Node, NodeOf } from "../../src/schema/model.js";

/** The line number a body passed to `inFile` starts at. */
export const BODY_LINE = 2;

/** A whole file: an id, and `body` from its second line on. */
export function inFile(body: string, id = "0xdbb9ad1f14bf0b36"): string {
  return `@${id};\n${body}\n`;
}

/** Compiles `body` as `test.capnp`; other files by name. */
export function compileBody(
  body: string,
  files: Record<string, string | Uint8Array> = {},
  options: Partial<CompileOptions> = {},
): CompileResult {
  const all: Record<string, string | Uint8Array> = { "test.capnp": inFile(body), ...files };
  return compile({ files: ["test.capnp"], readFile: (path) => all[path], ...options });
}

/** The nodes of a schema without mistakes, by display name without the file. */
export function nodesOf(body: string, files: Record<string, string | Uint8Array> = {}): Map<string, Node> {
  const { request, diagnostics } = compileBody(body, files);
  if (diagnostics.length > 0) throw new Error(formatDiagnostics(diagnostics));
  return new Map(request.nodes.map((node) => [node.displayName.replace(/^[^:]*:?/, ""), node]));
}

/** One of them, of a certain kind. */
export function nodeOf<K extends Node["which"]>(nodes: Map<string, Node>, name: string, which: K): NodeOf<K> {
  const node = nodes.get(name);
  if (node?.which !== which) throw new Error(`${name} is ${node?.which ?? "missing"}, not ${which}`);
  return node as NodeOf<K>;
}
