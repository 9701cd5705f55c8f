/** Requests in a form that two compilers can be compared by: what a schema means, without comments, positions and versions. */

import type { CodeGeneratorRequest, Node } from "../../src/schema/model.js";
import { AnyPointerReader } from "../../src/wire/any-pointer.js";
import { MessageBuilder } from "../../src/wire/message.js";

/** Nodes by display name and id, as plain JSON-like data. */
export function comparableNodes(request: CodeGeneratorRequest): Record<string, unknown> {
  const nodes = [...request.nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  return Object.fromEntries(
    nodes.map((node) => [`${node.displayName} ${node.id.toString(16)}`, comparable(strip(node))]),
  );
}

/** Requested files without identifiers, which C++ has only in later versions. */
export function comparableFiles(request: CodeGeneratorRequest): unknown {
  return comparable(request.requestedFiles.map(({ id, filename, imports }) => ({ id, filename, imports })));
}

/** Comments by node id. Those on the structs of parameter lists are left out: C++ 0.9 gives them no id. */
export function comparableComments(request: CodeGeneratorRequest): Record<string, unknown> {
  const declared = new Set(
    request.nodes.filter((node) => node.scopeId !== 0n || node.which === "file").map((node) => node.id),
  );
  const infos = request.sourceInfo.filter((info) => declared.has(info.id)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return Object.fromEntries(
    infos.map(({ id, docComment, members }) => [
      id.toString(16),
      [docComment, ...members.map((member) => member.docComment)],
    ]),
  );
}

function strip(node: Node): Node {
  return { ...node, startByte: 0, endByte: 0 };
}

function comparable(value: unknown): unknown {
  if (typeof value === "bigint") return `0x${value.toString(16)}`;
  if (typeof value === "number" && (Number.isNaN(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? "-0" : "NaN";
  if (value instanceof AnyPointerReader) return pointerBytes(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(comparable);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, comparable(inner)]));
  }
  return value;
}

/** Copied into one fresh segment, so that equal content gives equal bytes wherever it came from. */
function pointerBytes(pointer: AnyPointerReader): string | null {
  if (pointer.isNull) return null;
  const message = new MessageBuilder({ firstSegmentWords: 1 << 12 });
  message.root.setAny(pointer);
  return message
    .segments()
    .map((segment) => Buffer.from(segment).toString("hex"))
    .join(" ");
}
