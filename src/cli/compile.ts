/** `capwire compile`: schemas in, TypeScript, JavaScript or the compiled schema out. */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeRequest, type GenerateOptions, generate, type Language } from "../codegen/index.js";
import { type CompileResult, compile } from "../compiler/index.js";
import { readIfThere, writeStandardOutput, writeWithDirectories } from "./files.js";
import { type OwnLanguage, parseOutput, runPlugin } from "./plugin-run.js";
import { printDiagnostics } from "./terminal.js";
import { BadArguments } from "./usage.js";

const USAGE = `Usage: capwire compile [options] <file.capnp>...

Compiles schemas to TypeScript: <file>.capnp becomes <file>.capnp.ts.

Options:
  -o, --output <dir>          write below this directory, under the schema's own path
                              (minus --src-prefix); default: next to each schema. One that
                              is not there yet has a slash in it, or is given as ts:<dir>
  -o <plugin>[:<dir>]         run capnpc-<plugin>, or the executable of that path, in <dir>
                              instead, as \`capnp compile\` does; \`ts\` is TypeScript, \`js\`
                              JavaScript with declarations (<file>.capnp.js and .d.ts);
                              repeatable
  -o-                         write the compiled schema (a CodeGeneratorRequest) to
                              standard output instead, as \`capnp compile -o-\` does
  -ocapnp                     print the schemas as they were understood, with all ids and
                              comments that say where each field lies
  -I, --import-path <dir>     look for imports that begin with / here; repeatable
      --src-prefix <dir>      drop this directory from the path of the output; repeatable
      --no-standard-import    don't find /capnp/*.capnp unless they are on the import path
      --runtime <module>      what generated code imports in place of capwire/codegen/runtime
  -h, --help                  show this text

Examples:
  capwire compile addressbook.capnp
  capwire compile -o src/gen --src-prefix=schemas -Ischemas schemas/*.capnp
  capwire compile -oc++:build -ots:src addressbook.capnp
  capwire compile -ojs addressbook.capnp
`;

const OPTIONS = {
  output: { type: "string", short: "o", multiple: true },
  "import-path": { type: "string", short: "I", multiple: true },
  "src-prefix": { type: "string", multiple: true },
  "no-standard-import": { type: "boolean" },
  runtime: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const LANGUAGES: { readonly [L in OwnLanguage]: readonly Language[] } = {
  ts: ["typescript"],
  js: ["javascript", "declarations"],
};

/** Runs the command; the exit code: 0, or 1 if a schema has errors, which go to standard error. */
export async function compileCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const files = [...new Set(positionals)];
  const outputs = (values.output ?? []).map(parseOutput);
  if (files.length === 0) throw new BadArguments("there is no file to compile", "capwire compile --help");
  const result = compile({
    files,
    readFile: readIfThere,
    importPath: values["import-path"] ?? [],
    sourcePrefixes: values["src-prefix"] ?? [],
    standardImports: !values["no-standard-import"],
  });
  printDiagnostics(result.diagnostics);
  if (result.diagnostics.some((each) => each.severity === "error")) return 1;
  const runtime = values.runtime === undefined ? {} : { runtime: values.runtime };
  if (outputs.length === 0) writeGenerated(files, result, undefined, runtime);
  for (const output of outputs) {
    if (output.kind === "schema") await writeStandardOutput(Buffer.from(await schemaText(result)));
    else if (output.kind === "request") await writeStandardOutput(encodeRequest(result.request));
    else if (output.kind === "own")
      for (const language of LANGUAGES[output.language])
        writeGenerated(files, result, output.directory, { ...runtime, language });
    else await runPlugin(output.executable, output.directory, encodeRequest(result.request));
  }
  return 0;
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // parseArgs throws TypeErrors that say what is wrong with the arguments.
    if (error instanceof TypeError) throw new BadArguments(error.message, "capwire compile --help");
    throw error;
  }
}

function writeGenerated(
  files: readonly string[],
  result: CompileResult,
  output: string | undefined,
  options: GenerateOptions,
): void {
  generate(result.request, options).forEach((file, index) => {
    // One file is generated for each that was asked for, in their order.
    const beside = files[index] + file.path.slice(result.request.requestedFiles[index]?.filename.length);
    writeWithDirectories(output === undefined ? beside : join(output, file.path), file.text);
  });
}

/** What only this output needs is loaded for it. */
async function schemaText({ request }: CompileResult): Promise<string> {
  const { SchemaLoader } = await import("../schema/index.js");
  const { printSchema } = await import("../text/index.js");
  return new SchemaLoader().loadRequest(request).map(printSchema).join("");
}
