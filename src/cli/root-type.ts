/**
 * The type named on a command line, in the scope of a schema file: `Person`, `Outer.Inner`, `Map(Text, Person).Entry`. The
 * compiler itself resolves it: the file is compiled with a struct added at its end that has a field of that type.
 */

import { resolve } from "node:path";
import { compile, type Diagnostic } from "../compiler/index.js";
import { type FileSchema, SchemaLoader, type StructSchema } from "../schema/index.js";
import { readIfThere } from "./files.js";
import { excerpt, printDiagnostics, printError } from "./terminal.js";
import { BadArguments } from "./usage.js";

export interface SchemaSource {
  readonly file: string;
  readonly importPath: readonly string[];
  readonly standardImports: boolean;
}

const ADDED_STRUCT = "CapwireRootType";
const BEFORE_TYPE = `struct ${ADDED_STRUCT} { value @0 :`;

/** The schema of a file. Prints its errors; undefined if there are any. */
export function loadFile(source: SchemaSource): FileSchema | undefined {
  const { request, diagnostics } = compileSource(source, "");
  printDiagnostics(diagnostics);
  if (hasErrors(diagnostics)) return undefined;
  return new SchemaLoader().loadRequest(request)[0]!;
}

/** The struct `type` of a file. Prints the errors of the file and of the type; undefined if there are any. */
export function loadType(source: SchemaSource, type: string): StructSchema | undefined {
  // What can stand in a type, imports included; anything else could say more than a type.
  if (!/^([\w.,()\s]|\bimport\s*"[^"\\\n]*")+$/.test(type))
    throw new BadArguments(`${JSON.stringify(type)} is no type`, "capwire convert --help");
  const { request, diagnostics } = compileSource(source, `\n${BEFORE_TYPE}${type.replace(/\s/g, " ")}; }\n`);
  const lastLine = lineCount(source.file);
  const isOwn = (each: Diagnostic) => each.file !== source.file || each.start.line <= lastLine;
  printDiagnostics(diagnostics.filter(isOwn));
  for (const each of diagnostics) if (!isOwn(each)) printTypeError(type, each);
  if (hasErrors(diagnostics)) return undefined;
  const file = new SchemaLoader().loadRequest(request)[0]!;
  const added = file.nestedNode(ADDED_STRUCT);
  const found = added.kind === "struct" ? added.field("value").type : undefined;
  if (found?.kind === "struct") return found.schema;
  printError(`${type} is not a struct.`);
  return undefined;
}

function compileSource(source: SchemaSource, addition: string) {
  const { file, importPath, standardImports } = source;
  const path = resolve(file);
  return compile({
    files: [file],
    importPath,
    standardImports,
    readFile: (name) => {
      const content = readIfThere(name);
      if (content === undefined || addition === "" || resolve(name) !== path) return content;
      return Buffer.concat([content, Buffer.from(addition)]);
    },
  });
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === "error");
}

function lineCount(file: string): number {
  return (readIfThere(file)?.toString() ?? "").split("\n").length;
}

/** An error in the line that was added, shown under the type as it was written. */
function printTypeError(type: string, { message, start, end }: Diagnostic): void {
  const column = Math.min(Math.max(1, start.column - BEFORE_TYPE.length), type.length);
  const length = end.line === start.line ? Math.min(end.column - start.column, type.length - column + 1) : 1;
  printError(`${message}\n${excerpt(type, column, length)}`);
}
