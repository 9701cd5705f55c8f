/**
 * The schema that a generated file carries: its own nodes as an encoded request, and the schemas of the files it imports. Reflection
 * starts here; nothing else in generated code refers to it, so programs that don't reflect don't contain it.
 */

import type { Node, RequestedFile } from "../schema/model.js";
import { CodeGeneratorRequest } from "../std/schema.js";
import { encodePackedFrame } from "../wire/packed.js";
import type { FileContext } from "./context.js";
import type { RequestIndex } from "./request.js";
import { encodeBase64 } from "./runtime/base64.js";
import { singleSegment } from "./single-segment.js";

/** Prints `$schema`. Positions and comments are left out; the order of nodes is that of their ids, whichever compiler found them. */
export function printBundle(context: FileContext, requested: RequestedFile): void {
  const { request, out, file } = context;
  // Only files that code needs anyway: of one imported for its annotations there need be no TypeScript at all.
  const imported = requested.imports.flatMap(({ id }) => {
    const node = request.find(id);
    return node?.which === "file" && context.importsModule(node) ? [node] : [];
  });
  const message = singleSegment((message) =>
    message.setRoot(CodeGeneratorRequest, {
      capnpVersion: { major: 0, minor: 0, micro: 0 },
      nodes: bundledNodes(
        request,
        file.id,
        imported.map((each) => each.id),
      ),
      sourceInfo: [],
      requestedFiles: [{ ...requested, fileSourceInfo: { identifiers: [] } }],
    }),
  );
  const imports = imported.map((each) => `${context.module(each, "value")}.$schema`);
  out.doc("The compiled schema of this file, for reflection.");
  const bytes = JSON.stringify(encodeBase64(encodePackedFrame(message)));
  out.typedConstant("$schema", "$.SchemaBundle", `/*@__PURE__*/ $.schema(${bytes}, () => [${imports.join(", ")}])`);
}

/** The nodes of a file, and the declarations of annotations they use which come from none of the imported files. */
function bundledNodes(request: RequestIndex, fileId: bigint, imported: readonly bigint[]): Node[] {
  const own = request.request.nodes.filter((node) => request.fileIdOf(node) === fileId);
  const nodes = new Map(own.map((node) => [node.id, node]));
  for (const id of new Set(own.flatMap(annotationIds))) {
    const annotation = request.find(id);
    const from = annotation && request.fileIdOf(annotation);
    if (annotation && (from === undefined || !imported.includes(from))) nodes.set(id, annotation);
  }
  return [...nodes.values()]
    .map((node): Node => ({ ...node, startByte: 0, endByte: 0 }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The ids of the annotations on a node and its members. */
function annotationIds(node: Node): bigint[] {
  const members =
    node.which === "struct"
      ? node.struct.fields
      : node.which === "enum"
        ? node.enum.enumerants
        : node.which === "interface"
          ? node.interface.methods
          : [];
  return [node, ...members].flatMap((each) => each.annotations.map(({ id }) => id));
}
