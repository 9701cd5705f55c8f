/**
 * The generator's entry: a CodeGeneratorRequest in, TypeScript files out, or JavaScript and declarations. It takes the plain model of schema/model.ts, which is what
 * our compiler produces; a request that comes as bytes is decoded first (plugin.ts), so there is one way in.
 */

import type { CodeGeneratorRequest } from "../schema/model.js";
import type { GenerateOptions } from "./context.js";
import { generateFile } from "./file.js";
import { Names } from "./names.js";
import type { Language, PrintedFile } from "./printer.js";
import { RequestIndex } from "./request.js";

export interface GeneratedFile extends PrintedFile {
  /** Relative to the output directory: the schema's path with `.ts`, `.js` or `.d.ts` added. */
  readonly path: string;
}

const EXTENSIONS: { readonly [L in Language]: string } = {
  typescript: ".ts",
  javascript: ".js",
  declarations: ".d.ts",
};

/** Generates one file for each requested schema file. Throws GeneratorError if the request lacks nodes it mentions. */
export function generate(request: CodeGeneratorRequest, options: GenerateOptions = {}): GeneratedFile[] {
  const index = new RequestIndex(request);
  const names = new Names(index);
  return request.requestedFiles.map((file) => ({
    path: file.filename + EXTENSIONS[options.language ?? "typescript"],
    ...generateFile(index, names, file, options),
  }));
}
