/** Enums: a union of string literals, an object of the names for those who like `Color.red`, and what the wire layer needs. */

import type { NodeOf } from "../schema/model.js";
import type { FileContext } from "./context.js";

export function printEnum(context: FileContext, node: NodeOf<"enum">): void {
  const { out, request } = context;
  const flat = context.flat(node.id);
  const names = node.enum.enumerants.map((each) => JSON.stringify(each.name));
  const doc = request.docComment(node.id);
  out.types(() => {
    out.doc(doc);
    out.line(`export type ${flat} = ${names.length > 0 ? names.join(" | ") : "never"};`);
  });
  out.doc(doc);
  // An enumerant's comment is only reachable through the object: a member of a union of literals has none.
  out.constantObject(
    flat,
    node.enum.enumerants.map(({ name }, index) => ({
      doc: request.memberComment(node.id, index),
      name,
      value: JSON.stringify(name),
    })),
  );
  out.typedConstant(`${flat}$$type`, `$.EnumType<${flat}>`, `{ names: [${names.join(", ")}] }`);
  out.line();
}
