/** The `capwire` command: picks the subcommand and turns its outcome into an exit code. bin.ts runs it. */

import { readFileSync } from "node:fs";
import { CapwireError } from "../errors.js";
import { printError } from "./terminal.js";
import { BadArguments } from "./usage.js";

const USAGE = `Usage: capwire <command> [options]

Commands:
  compile      compile Cap'n Proto schemas to TypeScript, or run a plugin on them
  convert      convert messages between binary, packed, text, JSON and more
  decode       print messages as text; short for convert binary:text
  encode       make messages from text; short for convert text:binary
  eval         print a constant or a default value of a schema
  types        write declarations for programs that import schemas
  id           print a new unique id
  completion   print a completion script for bash, zsh or fish

Options:
  -h, --help   show this text; \`capwire help <command>\` shows a command's
  --version    show the version
  --verbose    show where in the program an error comes from
  -I, --import-path <dir>, --no-standard-import
               as of the commands; may stand before the command, too

Exit codes: 0 if all went well, 1 if a schema, a message or a file is wrong, 2 for arguments
that make no sense.

Examples:
  capwire compile addressbook.capnp
  capwire convert binary:json addressbook.capnp AddressBook < book.bin
`;

type Command = (args: string[]) => Promise<number>;

/** Each is loaded when it is asked for: most of the time that a short command takes would go into the others' modules. */
const COMMANDS: { readonly [name: string]: (() => Promise<Command>) | undefined } = {
  compile: async () => (await import("./compile.js")).compileCommand,
  convert: async () => (await import("./convert.js")).convertCommand,
  decode: async () => (await import("./convert.js")).decodeCommand,
  encode: async () => (await import("./convert.js")).encodeCommand,
  eval: async () => (await import("./eval.js")).evalCommand,
  id: async () => (await import("./id.js")).idCommand,
  types: async () => (await import("./types.js")).typesCommand,
  completion: async () => (await import("./completion.js")).completionCommand,
};

/** Runs a command line. The exit code: 0 if all went well, 1 if not, 2 for arguments that make no sense. */
export async function main(args: readonly string[]): Promise<number> {
  const { words, isVerbose } = withoutVerbose(args);
  try {
    return await run(await commandFirst(words));
  } catch (error) {
    if (!isExpected(error)) throw error;
    printError(isVerbose && error.stack !== undefined ? error.stack : error.message);
    return error instanceof BadArguments ? 2 : 1;
  }
}

/** Every command takes --verbose, wherever it stands. */
function withoutVerbose(args: readonly string[]): { words: readonly string[]; isVerbose: boolean } {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const words = args.filter((word, index) => word !== "--verbose" || index > end);
  return { words, isVerbose: words.length < args.length };
}

/** Moves the options about imports behind the command, where the C++ tool lets them stand before it. */
async function commandFirst(args: readonly string[]): Promise<readonly string[]> {
  let count = 0;
  for (;;) {
    const word = args[count];
    if (word === "-I" || word === "--import-path") count += 2;
    else if (word === "--no-standard-import" || word?.startsWith("-I") || word?.startsWith("--import-path=")) count++;
    else break;
  }
  const command = args[count];
  if (count === 0 || command === undefined) return args;
  const { COMPLETED_OPTIONS } = await import("./completion.js");
  // Commands without schemas have no use for them.
  const options = COMPLETED_OPTIONS[command]?.includes("-I") === false ? [] : args.slice(0, count);
  return [command, ...options, ...args.slice(count + 1)];
}

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (name === "help" && rest[0] !== undefined) return run([rest[0], "--help"]);
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (name === "--version" || rest[0] === "--version") {
    process.stdout.write(`capwire ${version()}\n`);
    return 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) throw new BadArguments(`there is no command ${JSON.stringify(name)}`, "capwire --help");
  const command = await load();
  return command(rest);
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Whether `error` is something that went wrong outside of capwire, such as a file that cannot be written. */
function isExpected(error: unknown): error is Error {
  return error instanceof CapwireError || (error instanceof Error && "syscall" in error);
}
