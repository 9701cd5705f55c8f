/** A schema in text as a request, for tests that look at nodes. */

import { compile } from "capwire/compiler";
import type { model } from "capwire/schema";

/** Compiles `text` as a.capnp, whose id is always the same. Throws if it has errors. */
export function compiled(text: string, files: { readonly [path: string]: string } = {}): model.CodeGeneratorRequest {
  const all: { readonly [path: string]: string } = { ...files, "a.capnp": `@0xa1b2c3d4e5f60718;\n${text}` };
  const { request, diagnostics } = compile({ files: ["a.capnp"], readFile: (path) => all[path] });
  if (diagnostics.length > 0) throw new Error(diagnostics.map((each) => each.message).join("\n"));
  return request;
}
