/** A playground: compiles what is typed and shows the TypeScript, or what is wrong. */

import { generate } from "capwire/codegen";
import { compile, formatDiagnostics } from "capwire/compiler";

export function show(source: string): string {
  const { request, diagnostics } = compile({ files: ["typed.capnp"], readFile: () => source });
  return diagnostics.length > 0
    ? formatDiagnostics(diagnostics)
    : generate(request)
        .map(({ text }) => text)
        .join("\n");
}
